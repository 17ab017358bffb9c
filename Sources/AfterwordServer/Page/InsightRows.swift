import AfterwordCore
import AfterwordPipeline

/// A stored insight: the numbers that the program counted and the texts that a model wrote.
struct InsightPart: PageRow {
    var issues: [IssueCard]
    /// Labels and counts of the issues beyond the first eight, which have no card.
    var moreIssues: String?
    /// Issues that the program counted but the model did not name.
    var leftOut: String?
    var strengths: [IssueCard]
    var recommendations: [LineRow]
    var limitations: [LineRow]
    var toldBy: String
    /// The list of all that were made of the scope; nil for a key of some brands.
    var history: String?

    static let members: KeyValuePairs<String, Member<InsightPart>> = [
        "issues": .rows { $0.issues }, "has_issues": .flag { !$0.issues.isEmpty },
        "more_issues": .maybe { $0.moreIssues },
        "left_out": .maybe { $0.leftOut },
        "strengths": .rows { $0.strengths },
        "has_strengths": .flag { !$0.strengths.isEmpty },
        "recommendations": .rows { $0.recommendations },
        "has_recommendations": .flag { !$0.recommendations.isEmpty },
        "limitations": .rows { $0.limitations }, "told_by": .text { $0.toldBy },
        "history": .maybe { $0.history },
    ]

    private static let cards = 8

    /// Nil when there is no insight, or too few reviews to make one.
    ///
    /// - Parameter brand: The brand to which links to themes are restricted; nil for none.
    init?(_ row: InsightRow?, brand: Text?, _ call: Call) throws {
        guard let row, let document = try? JSONValue(parsing: Array(row.document.utf8)),
            document["status"]?.text == "made"
        else { return nil }
        func elements(_ name: String) -> [JSONValue] { document[name]?.elements ?? [] }
        var call = try call.translating(
            quotesOf: elements("issues").prefix(Self.cards)
                + elements("strengths").prefix(Self.cards))
        call.quoter = row
        moreIssues = shown(
            elements("issues").dropFirst(Self.cards).map(Self.counted).joined(separator: ", "))
        let names = Set(document["left_out"]?["issues"]?.elements?.compactMap(\.text) ?? [])
        leftOut = shown(
            elements("issues").filter { names.contains($0["aspect"]?.text ?? "") }
                .map(Self.counted).joined(separator: ", "))
        issues = Self.rankedFirst(elements("issues").prefix(Self.cards)).map {
            IssueCard($0, isStrength: false, brand: brand, call)
        }
        strengths = Self.rankedFirst(elements("strengths").prefix(Self.cards)).map {
            IssueCard($0, isStrength: true, brand: brand, call)
        }
        recommendations = elements("recommendations").map { entry in
            LineRow(
                text: [entry["route"], entry["text"]].compactMap { $0?.text }
                    .joined(separator: ": "))
        }
        limitations = elements("limitations").compactMap { shown($0.text) }
            .map { LineRow(text: $0) }
        toldBy = "\(row.model), of reviews as of run \(row.evidenceRun)"
        history =
            call.brands == nil ? call.link("/insights", ["scope": row.scope.written]) : nil
    }

    /// Those with fewer reviews than a ranking needs stand behind the others.
    static func rankedFirst(_ items: ArraySlice<JSONValue>) -> [JSONValue] {
        items.filter { !IssueCard.isFew($0) } + items.filter { IssueCard.isFew($0) }
    }

    private static func counted(_ item: JSONValue) -> String {
        let count = item["distinct_mentions"]?.integer ?? item["mentions"]?.integer ?? 0
        return "\(item["label"]?.text ?? "") (\(several(count, "review")))"
    }
}

/// The dangers in current reviews, after people's verdicts. Computed when the page is rendered, so
/// that neither a model nor an earlier insight decides what is shown here.
struct DangersPart: PageRow {
    var cards: [DangerCard]
    /// The number of reviews whose danger words are probably harmless, in words; nil when there are
    /// none.
    var unlikely: String?

    /// Nil when no review contains a danger word.
    ///
    /// - Parameter back: The page that forms lead back to.
    init?(_ read: [ReadReview], back: Address, _ call: Call) throws {
        let found = insightDangers(read, lexicon: try call.reader.lexicon())
        guard !found.dangers.isEmpty || found.unlikely > 0 else { return nil }
        let items = found.dangers.map(\.json)
        let call = try call.translating(quotesOf: items)
        let back = back.at("dangers").text
        cards = items.map { DangerCard($0, back: back, call) }
        unlikely = unlikelyDangers(found.unlikely)
    }

    static let members: KeyValuePairs<String, Member<DangersPart>> = [
        "cards": .rows { $0.cards }, "has_cards": .flag { !$0.cards.isEmpty },
        "unlikely": .maybe { $0.unlikely },
    ]
}

/// One danger with its counts and up to three quotes. A single review is enough.
struct DangerCard: PageRow {
    var item: JSONValue
    var quotes: [QuoteRow]

    init(_ item: JSONValue, back: String, _ call: Call) {
        self.item = item
        quotes = (item["quotes"]?.elements ?? []).prefix(3).map { quote in
            var row = QuoteRow(quote, call)
            let (product, review) = quotedReview(quote)
            row.judge = quote["version"]?.integer.flatMap { version in
                VerdictForm(
                    product: product, review: review, version: version, back: back, call)
            }
            return row
        }
    }

    private func number(_ name: String) -> Int64 { item[name]?.integer ?? 0 }

    static let members: KeyValuePairs<String, Member<DangerCard>> = [
        "hazard": .text { hazardName($0.item["hazard"]?.text) },
        "how": .text { row in
            let (happened, all) = (row.number("happened"), row.number("mentions"))
            let distinct = row.number("distinct_mentions")
            let repeated = distinct < all ? " (\(grouped(distinct)) distinct)" : ""
            guard happened > 0 else {
                return "\(several(all, "review")) \(all == 1 ? "calls" : "call") it dangerous"
                    + repeated
            }
            let more = all - happened
            return "it happened in \(several(happened, "review"))"
                + (more > 0
                    ? ", \(grouped(more)) more \(more == 1 ? "calls" : "call") it dangerous" : "")
                + repeated
        },
        "products": .text { several($0.number("products"), "product") },
        "quotes": .rows { $0.quotes },
    ]
}

/// A line of text.
struct LineRow: PageRow {
    var text: String

    static let members: KeyValuePairs<String, Member<LineRow>> = ["text": .text { $0.text }]
}

/// An issue or a strength with its counts and quotes.
struct IssueCard: PageRow {
    var item: JSONValue
    var link: String?
    var quotes: [QuoteRow]
    /// Quotes that the model assigned to this issue but the program reads differently.
    var filed: [QuoteRow]

    init(_ item: JSONValue, isStrength: Bool, brand: Text?, _ call: Call) {
        self.item = item
        let aspect = item["aspect"]?.text ?? ""
        // Theme pages exist only for complaints.
        let isKnown = !isStrength && call.aspect(named: aspect) != nil
        link = isKnown ? call.link("/themes/\(aspect)", ["brand": brand?.string]) : nil
        // Documents of the first version keep both kinds of quotes in one list.
        func agrees(_ quote: JSONValue) -> Bool {
            quote["agrees"] != .bool(false) || aspect == AnswerSchema.other
        }
        let all = item["quotes"]?.elements ?? []
        quotes = all.filter(agrees).prefix(3).map { QuoteRow($0, call) }
        filed = (all.filter { !agrees($0) } + (item["filed_by_model"]?.elements ?? []))
            .prefix(2).map { QuoteRow($0, call) }
    }

    private func text(_ name: String) -> String { item[name]?.text ?? "" }
    private func number(_ name: String) -> Int64 { item[name]?.integer ?? 0 }
    /// Nil in documents of earlier programs.
    private var distinct: Int64? { item["distinct_mentions"]?.integer }

    /// Whether fewer reviews say so than a ranking needs.
    static func isFew(_ item: JSONValue) -> Bool {
        let count = item["distinct_mentions"]?.integer ?? item["mentions"]?.integer ?? 0
        return count < MinimumSupport.product
    }

    private var share: Share? {
        guard let value = item["share_millionths"]?.integer,
            let low = item["share_low_millionths"]?.integer,
            let high = item["share_high_millionths"]?.integer
        else { return nil }
        return Share(value: value, low: low, high: high)
    }

    static let members: KeyValuePairs<String, Member<IssueCard>> = [
        "label": .text { $0.text("label") }, "link": .maybe { $0.link },
        "is_grey": .flag { Self.isFew($0.item) },
        "share": .text { percent($0.share) }, "interval": .maybe { interval($0.share) },
        "of": .text { $0.distinct == nil ? "reviews" : "all distinct reviews" },
        "mentions": .text { reviewsShown($0.number("mentions"), distinct: $0.distinct) },
        "products": .text { several($0.number("products"), "product") },
        "languages": .maybe { row in
            shown(
                languageNames((row.item["languages"]?.elements ?? []).compactMap(\.text)))
        },
        "polarity": .text { $0.text("polarity") }, "severity": .text { $0.text("severity") },
        "route": .text { row in
            row.text("route") == "both" ? "product and listing" : row.text("route")
        }, "quotes": .rows { $0.quotes },
        "filed": .rows { $0.filed }, "has_filed": .flag { !$0.filed.isEmpty },
    ]
}

/// A verbatim quote from a review.
struct QuoteRow: PageRow {
    var quote: JSONValue
    var link: String
    var translation: TranslationRow?
    /// Of a danger, where a verdict may be recorded.
    var judge: VerdictForm?

    init(_ quote: JSONValue, _ call: Call) {
        self.quote = quote
        let (product, review) = quotedReview(quote)
        link = call.link(toReview: review, of: product)
        if let row = call.quoter, quote["language"]?.text != row.language,
            let text = shown(quote["translation_unchecked"]?.text)
        {
            translation = TranslationRow(text: text, language: row.language, model: row.model)
        } else if let version = quote["version"]?.integer {
            let field = quote["field"]?.text.flatMap { TrackedField(named: $0) }
            translation = TranslationRow(
                call.translations.readings(product, review, version), of: field)
        }
    }

    static let members: KeyValuePairs<String, Member<QuoteRow>> = [
        "text": .text { $0.quote["quote"]?.text ?? "" }, "link": .text { $0.link },
        "stars": .text { $0.quote["star"]?.integer.map { "\($0) ★" } ?? "no stars" },
        "language": .text { $0.quote["language"]?.text.map { languageNames([$0]) } ?? "" },
        "check": .text { $0.quote["check"]?.text ?? "" },
        "shown": .maybe { Shown(ofQuote: $0.quote).words },
        "translation": .row { $0.translation }, "judge": .row { $0.judge },
        "lang": .maybe { $0.quote["language"]?.text.flatMap { Language(rawValue: $0)?.tag } },
    ]
}
