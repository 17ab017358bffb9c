import AfterwordCore

/// Checks that the keys of live reviews are those of their values, and that counting by them gives
/// the distinct counts of all scopes. Finds nothing in a store that an earlier program wrote last,
/// which has neither.
func auditDistinct(_ reader: any StoreReader) throws -> AuditFinding? {
    let scopes = try reader.scopes()
    guard scopes.contains(where: { $0.distinct != nil }) else { return nil }
    var stored: [Int64: DistinctKeys] = [:]
    try reader.distinctKeys { stored[$0] = $1 }
    let reviews = Dictionary(
        grouping: try reader.reviews(ofProduct: nil).filter(\.isLive), by: \.productID)
    var all: [DistinctChange] = []
    for product in try reader.products(nil) {
        let keys = stored[product.productKey] ?? DistinctKeys()
        guard agrees(keys, reviews[product.productID] ?? []) else {
            return AuditFinding(
                run: product.summary.lastChangedRun, table: "product_summary",
                row: "product \(product.productID)",
                what: "its distinct keys are not those of its reviews")
        }
        all.append(
            DistinctChange(
                productKey: product.productKey, before: (DistinctKeys(), ProductAttributes()),
                after: (keys, product.dimension)))
    }
    var search = DistinctSearch(first: all)
    _ = search.pass()
    let repeats = search.repeats([:])
    let broken = scopes.first { scope in
        scope.distinct
            != DistinctCounts(scope.counters) - (repeats[scope.scope] ?? DistinctCounts())
    }
    return broken.map { scope in
        AuditFinding(
            run: nil, table: "scope_summary",
            row: "\(scope.scope.kind.rawValue) \(scope.scope.id)",
            what: "its reviews give other distinct counts")
    }
}

/// Whether the keys are those of the live reviews. The shape of a review may have said that its id
/// is global, or that many share its author's name.
private func agrees(_ keys: DistinctKeys, _ reviews: [StoredReview]) -> Bool {
    let sorted = reviews.sorted { $0.reviewKey < $1.reviewKey }
    guard keys.count == sorted.count else { return false }
    return zip(keys.entries, sorted).allSatisfy { entry, review in
        if entry == review.distinctEntry() { return true }
        let shared = review.values.authorName.map { Set([$0]) } ?? []
        return [(true, []), (false, shared), (true, shared)].contains { isGlobal, names in
            entry
                == review.distinctEntry(
                    by: DistinctRules(hasGlobalIDs: isGlobal, placeholders: names))
        }
    }
}
