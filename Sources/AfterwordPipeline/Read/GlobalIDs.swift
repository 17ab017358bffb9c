import AfterwordCore

/// Which reviews were read by a shape whose ids of reviews are global (`"review_ids": "global"`).
struct GlobalIDs: Sendable {
    /// Keys of the records that such shapes read; read only where a store has such a shape.
    private var rawKeys: Set<Int64> = []

    /// - Parameter id: The only product whose reviews are asked for; nil for all.
    init(_ reader: any StoreReader, ofProduct id: Text?) throws {
        let shapes = try reader.shapes().filter { row in
            (try? Shape(parsing: Array(row.document.utf8)))?.hasGlobalIDs == true
        }
        guard !shapes.isEmpty else { return }
        let names = Set(shapes.map(\.name))
        for row in try reader.raw(ofProduct: id) where names.contains(row.shape) {
            rawKeys.insert(row.rawKey)
        }
    }

    func holds(_ review: StoredReview) -> Bool { rawKeys.contains(review.rawKey) }
}
