import AfterwordCore
import AfterwordPipeline

/// A page of the reviews in which words stand. A page may be short, and the last one empty: how
/// many there are in all is not counted.
@Sendable func search(_ call: Call) throws -> JSONValue {
    try call.checkCursor()
    do {
        let found = try searchReviews(
            call.reader, SearchQuery(call.text("q") ?? ""), searchFilter(call),
            from: Int64(call.first), limit: call.pageSize)
        let next = found.next.map {
            Cursor(run: call.run.run, first: Int($0), list: call.list).text
        }
        return .row(["items": .array(found.hits.map(\.json)), "next": JSONValue(next)])
    } catch let fault as SearchQuery.Fault {
        throw Problem(.badParameter, "q: \(fault.words)")
    } catch is SearchFault {
        throw Problem(.conflict, "cursor: is of another list")
    }
}

/// The reviews that the parameters leave.
///
/// - Throws: A `notFound` problem when the product or brand does not exist for this key, a
///   `badParameter` problem for a theme or a range that does not exist.
func searchFilter(_ call: Call) throws -> SearchFilter {
    var filter = SearchFilter()
    let own = try themeQuery(call)
    filter.product = own.product
    filter.brand = own.brand.map { Text($0) }
    filter.language = call.text("language").flatMap { Language(rawValue: $0) }
    let (least, most) = (call.number("star_min"), call.number("star_max"))
    if least != nil || most != nil {
        guard least ?? 1 <= most ?? 5 else {
            throw Problem(.conflict, "star_min: is above star_max")
        }
        filter.stars = Int(least ?? 1)...Int(most ?? 5)
    }
    if let theme = call.text("theme") {
        let aspect = try call.reader.lexicon().aspects.firstIndex { $0.id == theme }
        guard let aspect else { throw Problem(.notFound, "no such theme") }
        filter.theme = SearchFilter.Side(aspect: aspect, isStrength: own.strengths)
    }
    filter.since = call.text("written_since").flatMap { Instant(iso8601: $0) }
    filter.until = call.text("written_until")
        .flatMap { Instant(iso8601: $0)?.adding(seconds: 86_400) }
    return filter
}
