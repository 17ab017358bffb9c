import AfterwordCore

/// The shapes that the dump was not read by and by which reviews of its products are stored, where
/// records came again in the same bytes: what another shape reads otherwise does not reach these.
///
/// - Throws: `StoreFault`.
func otherShapes(_ context: LoadContext) throws -> [ShapeRow] {
    let files = context.dumpIndex.files.filter { !$0.isPlaceholder }
    guard !context.run.isFirst, files.contains(where: { $0.record.balance.unchanged > 0 }) else {
        return []
    }
    let used = Set(files.map(\.record.shape))
    let stored = try context.load.reader.shapes().filter { !used.contains($0.name) }
    if stored.isEmpty { return [] }
    let all = context.dumpIndex.products.keys.sorted()
    let step = max(1, all.count / askedProducts)
    let asked = stride(from: 0, to: all.count, by: step).prefix(askedProducts).map { all[$0] }
    var found: Set<String> = []
    for product in try context.load.products(asked) {
        guard product.summary.counters.reviewCount <= greatestCount else { continue }
        // A dump of fewer reviews than are stored may be of another source.
        let index = context.dumpIndex
        let named =
            (index.products[product.productID]?.candidateCount ?? 0)
            + (index.known?.metCount(of: product.productID) ?? 0)
        guard named >= product.summary.counters.reviewCount else { continue }
        let reviews = try context.load.reader.reviews(ofProduct: product.productID)
        let held = Set(reviews.filter(\.isLive).map(\.rawKey))
        for row in try context.load.reader.raw(ofProduct: product.productID)
        where held.contains(row.rawKey) && !used.contains(row.shape) {
            found.insert(row.shape)
        }
    }
    return stored.filter { found.contains($0.name) }.sorted { $0.name < $1.name }
}

/// Products that are looked at.
private let askedProducts = 8
/// Products with more reviews are not looked at.
private let greatestCount: Int64 = 1000
