import AfterwordCore

/// Checks that the keys of live reviews are those of their values, and that counting by them gives
/// the distinct counts of all scopes. Finds nothing in a store that an earlier program wrote last,
/// which has neither.
struct DistinctAudit {
    private let scopes: [ScopeSummary]
    private let stored: [Int64: DistinctKeys]
    private let isCounted: Bool
    private var broken: AuditFinding?
    private var all: [DistinctChange] = []
    /// The live reviews that were seen of each product of a span, and whether their keys hold.
    private var seen: [Text: (count: Int, holds: Bool)] = [:]

    init(_ reader: any StoreReader) throws {
        scopes = try reader.scopes()
        isCounted = scopes.contains { $0.distinct != nil }
        var stored: [Int64: DistinctKeys] = [:]
        if isCounted { try reader.distinctKeys { stored[$0] = $1 } }
        self.stored = stored
    }

    /// The stored keys of a product's live reviews.
    func keys(ofProduct key: Int64) -> DistinctKeys? { stored[key] }

    mutating func take(_ rows: AuditedRows) {
        guard isCounted else { return }
        for review in rows.reviews where review.isLive {
            let entry = stored[productKey(ofReview: review.reviewKey)]?
                .entry(ofNumber: reviewNumber(review.reviewKey))
            var own = seen[review.productID] ?? (0, true)
            own.count += 1
            own.holds = own.holds && entry.map { agrees($0, review) } ?? false
            seen[review.productID] = own
        }
        if rows.span.endsProducts { for product in rows.products { finish(product) } }
    }

    private mutating func finish(_ product: ProductState) {
        let keys = stored[product.productKey] ?? DistinctKeys()
        let own = seen.removeValue(forKey: product.productID) ?? (0, true)
        if broken == nil, !own.holds || own.count != keys.count {
            broken = AuditFinding(
                run: product.summary.lastChangedRun, table: "product_summary",
                row: "product \(product.productID)",
                what: "its distinct keys are not those of its reviews")
        }
        all.append(
            DistinctChange(
                productKey: product.productKey, before: (DistinctKeys(), ProductAttributes()),
                after: (keys, product.dimension)))
    }

    func finding() -> AuditFinding? {
        if let broken { return broken }
        guard isCounted else { return nil }
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
}

/// Whether the key is that of the live review. The shape of a review may have said that its id is
/// global, or that many share its author's name.
private func agrees(_ entry: DistinctKeys.Entry, _ review: StoredReview) -> Bool {
    if entry == review.distinctEntry() { return true }
    let shared = review.values.authorName.map { Set([$0]) } ?? []
    return [(true, []), (false, shared), (true, shared)].contains { isGlobal, names in
        entry
            == review.distinctEntry(
                by: DistinctRules(hasGlobalIDs: isGlobal, placeholders: names))
    }
}

extension DistinctKeys {
    /// The entry of a review, by its number within the product.
    fileprivate func entry(ofNumber number: Int64) -> Entry? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if Int64(self[middle].number) < number { low = middle + 1 } else { high = middle }
        }
        return low < count && Int64(self[low].number) == number ? self[low] : nil
    }
}
