import AfterwordCore

/// Of the new reviews of some products that the store knows, how many say exactly what a stored
/// review of their product says that the dump does not name. Where the source's ids have changed,
/// nearly all do; new customers do not write the texts of others. Where the dump is complete,
/// reviews without ids are found again by their texts (`matchEdits`), and are not asked for.
///
/// - Throws: `StoreFault`; `InputFault.changedWhileRead`.
func doubledReviews(_ context: LoadContext) throws -> (asked: Int64, doubled: Int64) {
    let index = context.dumpIndex
    let named = index.products.filter { (1...greatestCount).contains($0.value.candidateCount) }
        .keys.sorted()
    let step = max(1, named.count / askedProducts)
    let asked = stride(from: 0, to: named.count, by: step).map { named[$0] }
    var counts: (asked: Int64, doubled: Int64) = (0, 0)
    for product in try context.load.products(asked) {
        if context.options.completeness != .none, product.kind != .source { continue }
        let keys = try context.load.currentKeys(ofProducts: [product.productKey])
        guard keys.count <= greatestCount else { continue }
        let candidates = index.candidates(of: index.products[product.productID])
        let known = Set(keys.map(\.identity))
        let new = candidates.filter { !known.contains($0.identity.digest) }
        guard !new.isEmpty else { continue }
        let own = Set(candidates.map(\.identity.digest))
        let stored = try context.load.current(
            keys.filter { $0.isLive && !own.contains($0.identity) }.map(\.reviewKey))
        var contents = Set(stored.compactMap { SaidContent($0.values) })
        for candidate in new {
            let values = try context.records.record(of: candidate).record.values
            guard let content = SaidContent(values) else { continue }
            counts.asked += 1
            if contents.remove(content) != nil { counts.doubled += 1 }
        }
    }
    return counts
}

/// Products that are looked at.
private let askedProducts = 40
/// Products with more reviews are not looked at.
private let greatestCount = 1000

/// Rating, title and body; nil where they are too short to be one review's own.
private struct SaidContent: Hashable {
    var rating: Int64?
    var title: Text?
    var body: Text?

    /// Bytes of text below which two customers may well write the same.
    private static let fewestBytes = 20

    init?(_ values: ReviewValues) {
        let length = (values.title?.bytes.count ?? 0) + (values.body?.bytes.count ?? 0)
        guard length >= Self.fewestBytes else { return nil }
        (rating, title, body) = (values.rating, values.title, values.body)
    }
}
