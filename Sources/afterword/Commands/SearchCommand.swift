import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `search`: reviews in which words or phrases stand.
struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Reviews in which words or phrases stand.",
        discussion: """
            All words must stand in a review's title or text, whatever their case and accents. \
            Words in quotation marks must follow one another: 'strap "came off"'. Japanese, \
            Chinese and Thai are searched letter by letter, so that any part of a text is found. \
            Reviews of the newest run come first, then in order of their products.
            """)

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "Words, and phrases in quotation marks.")
    var text: String
    @Option(help: "Only products of this brand.")
    var brand: String?
    @Option(help: "Only this product.")
    var product: String?
    @Option(help: "Only of so many stars: 1, or 1-2.")
    var stars: String?
    @Option(help: "Only in this language: en, de, fr …, or unknown.")
    var language: String?
    @Option(help: "Only reviews that complain of this theme, as 'themes' names it.")
    var theme: String?
    @Flag(help: "With --theme: that praise it.")
    var strengths = false
    @Option(help: "Only written on this day or later, by the source's dates.")
    var since: String?
    @Option(help: "Only written until the end of this day.")
    var until: String?
    @Option(help: "Reviews shown, 1 to 100,000.")
    var limit = 20

    func validate() throws {
        guard (1...100_000).contains(limit) else {
            throw ValidationError("--limit is 1 to 100,000")
        }
        _ = try (readStars(), readLanguage(), readDay(since, "--since"), readDay(until, "--until"))
    }

    func run() throws {
        let query = try readQuery()
        let (hits, hasMore) = try store.read { reader in
            let filter = try filter(reader)
            return try find(query, filter, reader)
        }
        if output.json { return Terminal.write(json: hits.map(\.json)) }
        var table = Table([
            "product": .left, "review": .left, "stars": .right, "run": .right, "says": .text,
        ])
        for hit in hits {
            table.add([
                printable(hit.version.productID.string), printable(hit.version.reviewID.string),
                hit.version.values.star.map { "\($0)" } ?? "–", String(hit.version.run),
                printable(hit.quote),
            ])
        }
        table.show()
        say(
            Terminal.grey(
                several(hits.count, "review")
                    + (hasMore ? "; there are more: --limit \(limit * 5)" : "")))
    }

    /// The first hits, page by page, and whether others follow.
    private func find(
        _ query: SearchQuery, _ filter: SearchFilter, _ reader: any StoreReader
    ) throws -> (hits: [SearchHit], hasMore: Bool) {
        var (hits, place): ([SearchHit], Int64?) = ([], 0)
        // One more than is shown says whether others follow.
        while let from = place, hits.count <= limit {
            let page = try searchReviews(
                reader, query, filter, from: from, limit: limit + 1 - hits.count)
            hits += page.hits
            place = page.next
        }
        return (Array(hits.prefix(limit)), hits.count > limit)
    }

    private func filter(_ reader: any StoreReader) throws -> SearchFilter {
        var filter = SearchFilter()
        filter.brand = try brand.map { Text(try resolveBrand($0, in: reader)) }
        filter.product = try product.map { try resolveScope(reader, "product:\($0)").id }
        filter.stars = try readStars()
        filter.language = try readLanguage()
        filter.since = try readDay(since, "--since")
        filter.until = try readDay(until, "--until")?.adding(seconds: 86_400)
        if let theme {
            let lexicon = try reader.lexicon()
            let id = try ThemeCommand.aspect(named: theme, in: lexicon)
            filter.theme = lexicon.aspects.firstIndex { $0.id == id }
                .map { SearchFilter.Side(aspect: $0, isStrength: strengths) }
        }
        return filter
    }

    // MARK: Reading arguments

    private func readQuery() throws -> SearchQuery {
        do throws(SearchQuery.Fault) {
            return try SearchQuery(text)
        } catch {
            throw CommandFault(.usage, error.words)
        }
    }

    private func readStars() throws -> ClosedRange<Int>? {
        guard let stars else { return nil }
        let ends = stars.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(ends.count), let first = ends.first ?? nil,
            let last = ends.last ?? nil, 1 <= first, first <= last, last <= 5
        else { throw ValidationError("--stars is 1 to 5, or two of them: 1-2") }
        return first...last
    }

    private func readLanguage() throws -> Language? {
        guard let language else { return nil }
        guard let known = Language(rawValue: language) else {
            let codes = Language.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--language is one of \(codes)")
        }
        return known
    }

    private func readDay(_ text: String?, _ option: String) throws -> Instant? {
        guard let text else { return nil }
        guard text.utf8.count == 10, let day = Instant(iso8601: text) else {
            throw ValidationError("\(option) is a date: 2026-03-09")
        }
        return day
    }
}
