import AfterwordCore

/// What the shapes of stored reviews say about which of them are one: `"review_ids": "global"`, and
/// their `placeholders`.
struct StoredDistinctRules: Sendable {
    /// By the keys of the records; read only where a shape of the store says something.
    private var rules: [Int64: DistinctRules] = [:]

    /// - Parameter id: The only product whose reviews are asked for; nil for all.
    init(_ reader: any StoreReader, ofProduct id: Text?) throws {
        var shapes: [String: DistinctRules] = [:]
        for row in try reader.shapes() {
            let own = try? Shape(parsing: Array(row.document.utf8)).distinctRules
            if let own, own != DistinctRules() { shapes[row.name] = own }
        }
        if shapes.isEmpty { return }
        for row in try reader.raw(ofProduct: id) { rules[row.rawKey] = shapes[row.shape] }
    }

    func rules(of review: StoredReview) -> DistinctRules {
        rules[review.rawKey] ?? DistinctRules()
    }
}
