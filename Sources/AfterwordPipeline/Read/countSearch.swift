package import AfterwordCore

/// How many reviews a search finds, and how many each value of a filter would leave.
package struct SearchCounts: Equatable, Sendable {
    /// Hits by the value of a filter, under all other filters of the search.
    package struct Part<Value: Hashable & Sendable>: Equatable, Sendable {
        package var counts: [Value: Int64] = [:]
        /// Whether all hits are counted; otherwise each number is the least that there are.
        package var isWhole: Bool
    }

    package var total: Int64
    /// Whether all hits are counted; otherwise `total` is the least that there are.
    package var isWhole: Bool
    /// By whole stars; reviews without a rating are in no number.
    package var stars: Part<Int>
    package var languages: Part<Language>
    /// By the brand of the product; those of products without one are in no number.
    package var brands: Part<Text>
}

/// Counts the hits of a search, those of the newest run first, as far as `SearchBound` allows:
/// never by a walk over the whole store. It reads once for the filter, and once more for each of
/// stars, language and brand that it has.
///
/// - Returns: Nil for a store without an index, where counting takes reading all reviews.
/// - Throws: `StoreFault`.
package func countSearch(
    _ reader: any StoreReader, _ query: SearchQuery, _ filter: SearchFilter
) throws -> SearchCounts? {
    let segments = try reader.searchSegments()
    if segments.isEmpty { return nil }
    var known: [(filter: SearchFilter, page: SearchPage)] = []
    func found(_ open: (inout SearchFilter) -> Void) throws -> SearchPage {
        var own = filter
        open(&own)
        if let same = known.first(where: { $0.filter == own }) { return same.page }
        let judge = try SearchJudge(reader, query, own)
        var search = IndexSearch(
            reader, segments, judge, limit: .max, documentLimit: SearchBound.documents)
        let page = try withBrands(search.page(from: 0), reader)
        known.append((own, page))
        return page
    }
    func part<Value>(
        _ page: SearchPage, by value: (SearchHit) -> Value?
    ) -> SearchCounts.Part<Value> {
        var own = SearchCounts.Part<Value>(isWhole: page.next == nil)
        for hit in page.hits {
            if let value = value(hit) { own.counts[value, default: 0] += 1 }
        }
        return own
    }
    do {
        let own = try found { _ in }
        return SearchCounts(
            total: Int64(own.hits.count), isWhole: own.next == nil,
            stars: part(try found { $0.stars = nil }) { $0.version.values.star },
            languages: part(try found { $0.language = nil }) { $0.language },
            brands: part(try found { $0.brand = nil }) { $0.brand })
    } catch is DamagedPart {
        throw StoreFault.unreadable(table: "search_parts", column: "data")
    }
}
