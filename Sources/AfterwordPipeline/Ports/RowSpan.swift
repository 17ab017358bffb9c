package import AfterwordCore

/// Some rows of a store in byte order of their text keys: those of consecutive products, or those
/// of a part of one product's reviews.
package struct RowSpan: Equatable, Sendable {
    /// Reviews of one product with ids after one id, and up to another; nil for no bound.
    package struct Part: Equatable, Sendable {
        package var after: Text?
        package var upTo: Text?

        package init(after: Text?, upTo: Text?) { (self.after, self.upTo) = (after, upTo) }

        package func holds(_ reviewID: Text) -> Bool {
            after.map { $0 < reviewID } ?? true && upTo.map { reviewID <= $0 } ?? true
        }
    }

    /// The ids of the first and of the last product.
    package var products: ClosedRange<Text>
    /// The part of one product; nil for all reviews of the products.
    package var part: Part?

    package init(_ products: ClosedRange<Text>, part: Part? = nil) {
        (self.products, self.part) = (products, part)
    }

    /// Whether the first reviews of its products are in it.
    package var beginsProducts: Bool { part?.after == nil }
    /// Whether the last reviews of its products are in it.
    package var endsProducts: Bool { part?.upTo == nil }

    package func holds(product: Text, review: Text) -> Bool {
        products.contains(product) && part?.holds(review) ?? true
    }
}

/// Sizes of bounded reads.
package enum SpanLimit {
    /// Greatest number of versions in a span, where no single review has more.
    package static let rows = 8192
    /// Greatest number of products in a span.
    package static let products = 512
    /// Greatest number of rejects in a page.
    package static let rejects = 1024
}

/// Where a reject stands in the order of rejects.
package struct RejectPlace: Equatable, Sendable {
    package var digest: Digest128
    package var occurrence: Int64

    package init(_ row: RejectRow) { (digest, occurrence) = (row.digest, row.occurrence) }

    package func isBefore(_ row: RejectRow) -> Bool {
        (digest, occurrence) < (row.digest, row.occurrence)
    }
}

/// The first `limit` products after an id that `choose` returns, of a reader that returns products
/// page by page. `choose` may leave products out.
func filledPage(
    after id: Text?, limit: Int, of reader: any StoreReader,
    _ choose: ([ProductState]) throws -> [ProductState]
) throws -> [ProductState] {
    var (found, last): ([ProductState], Text?) = ([], id)
    while found.count < limit {
        let page = try reader.products(after: last, limit: limit - found.count)
        guard let end = page.last else { break }
        found += try choose(page)
        last = end.productID
    }
    return found
}

extension StoreReader {
    /// Goes through all products and their reviews in byte order of their ids, in spans that are
    /// read one after another: memory depends on `rows`, not on the store. Each product is passed
    /// with the span of its reviews; one with more rows than a span holds is passed with each of
    /// its parts.
    ///
    /// - Parameter rows: Greatest number of versions in a span.
    /// - Throws: What `body` throws, which ends the walk; `StoreFault`.
    package func forEachSpan(
        of rows: Int = SpanLimit.rows, _ body: (RowSpan, [ProductState]) throws -> Void
    ) throws {
        try forEachPage { page in
            guard let first = page.first?.productID, let last = page.last?.productID else { return }
            let counts = try rowCounts(ofProducts: first...last)
            for group in groups(page.map { counts[$0.productID] ?? 0 }, of: rows) {
                try forEachPart(of: Array(page[group]), counts, rows, body)
            }
        }
    }

    /// Goes through all products in byte order of their ids, page by page. No page is empty.
    ///
    /// - Throws: What `body` throws, which ends the walk; `StoreFault`, also where a damaged store
    ///   returns products out of order, so that no walk is endless.
    package func forEachPage(_ body: ([ProductState]) throws -> Void) throws {
        var last: Text?
        while true {
            let page = try products(after: last, limit: SpanLimit.products)
            guard let end = page.last?.productID else { return }
            guard isInOrder((last.map { [$0] } ?? []) + page.map(\.productID)) else {
                throw StoreFault.unreadable(table: "products_dim", column: "product_id")
            }
            try body(page)
            last = end
        }
    }

    /// Passes all rejects in order of digest and occurrence, page by page.
    ///
    /// - Throws: What `body` throws, which ends the walk; `StoreFault`.
    package func forEachReject(
        of rows: Int = SpanLimit.rejects, _ body: ([RejectRow]) throws -> Void
    ) throws {
        var last: RejectPlace?
        while true {
            let page = try rejects(after: last, limit: rows)
            guard let end = page.last else { return }
            guard page.allSatisfy({ last?.isBefore($0) ?? true }) else {
                throw StoreFault.unreadable(table: "rejected_records", column: "digest")
            }
            try body(page)
            last = RejectPlace(end)
        }
    }

    private func forEachPart(
        of products: [ProductState], _ counts: [Text: Int], _ rows: Int,
        _ body: (RowSpan, [ProductState]) throws -> Void
    ) throws {
        guard let first = products.first?.productID, let last = products.last?.productID else {
            return
        }
        guard products.count == 1, counts[first] ?? 0 > rows else {
            return try body(RowSpan(first...last), products)
        }
        var after: Text?
        for cut in try cuts(ofProduct: first, rows: rows) {
            try body(RowSpan(first...last, part: .init(after: after, upTo: cut)), products)
            after = cut
        }
        try body(RowSpan(first...last, part: .init(after: after, upTo: nil)), products)
    }
}

/// Whether each id comes before the next one: a damaged index returns them otherwise.
private func isInOrder(_ ids: [Text]) -> Bool {
    zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 }
}

/// Consecutive places whose counts add up to at most `limit`; a greater count is alone.
private func groups(_ counts: [Int], of limit: Int) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    var (start, sum) = (0, 0)
    for (place, count) in counts.enumerated() {
        if place > start, sum + count > limit {
            groups.append(start..<place)
            (start, sum) = (place, 0)
        }
        sum += count
    }
    if start < counts.count { groups.append(start..<counts.count) }
    return groups
}

/// The ranges of keys that follow one another without a gap, in the order of the keys. Rows of the
/// products of a range lie together in a store.
package func keyRanges(_ keys: [Int64]) -> [ClosedRange<Int64>] {
    var ranges: [ClosedRange<Int64>] = []
    for key in keys {
        if let last = ranges.last, key == last.upperBound + 1 {
            ranges[ranges.count - 1] = last.lowerBound...key
        } else {
            ranges.append(key...key)
        }
    }
    return ranges
}
