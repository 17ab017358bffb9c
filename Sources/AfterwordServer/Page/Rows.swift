import AfterwordCore
import AfterwordPipeline

/// The counters of a brand or product, as every page shows them.
struct SumsRow: PageRow {
    var counters: Counters
    var share: Share?
    var distinct: Int64?

    init(_ entry: RankedEntry) {
        counters = entry.counters
        share = entry.distinctNegativeShare
        distinct = entry.distinct?.count
    }

    static let members: KeyValuePairs<String, Member<SumsRow>> = [
        "mean": .text { stars($0.counters) }, "negative": .text { percent($0.share) },
        "interval": .maybe { interval($0.share) },
        "reviews": .text { reviewsCounted($0.counters.reviewCount, distinct: $0.distinct) },
        "histogram": .rows { row in
            let most = max(1, row.counters.stars.max() ?? 1)
            return (1...5).reversed().map { star in
                let count = row.counters.stars[star - 1]
                return StarRow(star: star, count: count, width: Int(count * 200 / most))
            }
        },
    ]
}

/// One bar of the star histogram.
struct StarRow: PageRow {
    var star: Int
    var count: Int64
    var width: Int

    static let members: KeyValuePairs<String, Member<StarRow>> = [
        "star": .number { $0.star }, "count": .text { grouped($0.count) },
        "width": .number { $0.width }, "is_bad": .flag { $0.star <= 2 },
    ]
}

/// A product in a grid.
struct ProductCard: PageRow {
    var entry: RankedEntry
    var link: String

    init(_ entry: RankedEntry, _ call: Call) {
        self.entry = entry
        link = call.link(toProduct: entry.id)
    }

    static let members: KeyValuePairs<String, Member<ProductCard>> = [
        "name": .text { $0.entry.id.string }, "link": .text { $0.link },
        "title": .maybe { shown($0.entry.attributes[.title]?.string) },
        "brand": .maybe { shown($0.entry.attributes[.brand]?.string) },
        "mean": .text { stars($0.entry.counters) },
        "reviews": .text { grouped($0.entry.counters.reviewCount) },
        "negative": .text { percent($0.entry.negativeShare) },
        "interval": .maybe { interval($0.entry.negativeShare) },
        "is_grey": .flag { !$0.entry.isRanked },
    ]
}

/// A theme in the table of complaints.
struct ThemeRow: PageRow {
    var theme: Theme
    var link: String

    var isStrength: Bool
    /// Whether the table is of one product, or of one brand, whose number is no news.
    var isOfProduct: Bool
    var isOfBrand: Bool
    /// How far the work on it is.
    var work: String?

    /// - Parameter book: What people work on; nil for praise.
    init(_ theme: Theme, of query: ThemeQuery, _ book: WorkBook?, _ call: Call) {
        self.theme = theme
        work = book?.item(.theme(theme.aspect.id, of: call.workScope(query)))?.words
        isStrength = query.strengths
        isOfProduct = query.product != nil
        isOfBrand = query.brand != nil || query.product != nil
        link = call.link(
            "/themes/\(theme.aspect.id)",
            [
                "brand": query.brand, "product": query.product?.string,
                "side": query.strengths ? "strengths" : nil,
            ])
    }

    static let members: KeyValuePairs<String, Member<ThemeRow>> = [
        "label": .text { $0.theme.label($0.isStrength) }, "link": .text { $0.link },
        "mentions": .text { row in
            let (shown, distinct) = (row.theme.mentions, row.theme.distinctMentions)
            return grouped(shown) + (distinct < shown ? " (\(grouped(distinct)) distinct)" : "")
        },
        "new": .text { grouped($0.theme.new) },
        "products": .maybe { $0.isOfProduct ? nil : grouped($0.theme.products) },
        "brands": .maybe { $0.isOfBrand ? nil : grouped($0.theme.brands) },
        "impact": .text { starImpactText($0.theme) },
        "languages": .text { languageNames($0.theme.languages.sorted()) },
        "work": .maybe { $0.work },
    ]
}

func starImpactText(_ theme: Theme) -> String {
    theme.starImpact.map { fixed($0, of: 1_000_000, places: 3) } ?? "–"
}

/// The names of languages by their codes; where none was recognised, that it is not known. A code
/// that the program does not know stands for itself.
func languageNames(_ languages: [String]) -> String {
    let known = languages.filter { $0 != Language.unknown.rawValue }
        .map { Language(rawValue: $0)?.name ?? $0 }
    let rest = known.count < languages.count ? ["language not known"] : []
    return (known + rest).joined(separator: ", ")
}

/// The codes of a theme's languages, for programs.
func languagesText(_ theme: Theme) -> String {
    theme.languages.sorted().joined(separator: " ")
}

/// Complaint themes as tables list them, sorted by number of reviews, most first.
func complaints(_ themes: [Theme]) -> [Theme] {
    themes.enumerated().sorted { left, right in
        let (l, r) = (left.element.distinctMentions, right.element.distinctMentions)
        return l == r ? left.offset < right.offset : l > r
    }.map(\.element)
}

/// A review in a list.
struct ReviewCard: PageRow {
    var values: ReviewValues
    /// What it says, or the beginning of that.
    var body: String
    var isCut: Bool
    var version: Int64
    var link: String
    var translation: TranslationRow?

    init(_ review: ListedReview, _ call: Call) {
        translation = TranslationRow(review.modelReadings)
        values = review.values
        let whole = review.values.body?.string ?? ""
        body = beginning(of: whole)
        isCut = body.count < whole.count
        version = review.version
        link = call.link(toReview: review.reviewID, of: review.productID)
    }

    static let members: KeyValuePairs<String, Member<ReviewCard>> = [
        "stars": .text { starText($0.values) }, "link": .text { $0.link },
        "title": .maybe { shown($0.values.title?.string) },
        "body": .maybe { shown($0.body) }, "is_cut": .flag { $0.isCut },
        "version": .text { "\($0.version)" },
        "written": .text { writtenOn($0.values) }, "translation": .row { $0.translation },
    ]
}

/// The whole words of a text within its first 400 characters and 8 lines, all of it where it is
/// shorter.
func beginning(of text: String) -> String {
    let lines = text.split(separator: "\n", maxSplits: 8, omittingEmptySubsequences: false)
    let whole = lines.count > 8 ? text[..<lines[7].endIndex] : text[...]
    guard whole.count > 400 else { return String(whole) }
    let cut = whole.prefix(400)
    let space = cut.suffix(100).lastIndex { $0.isWhitespace }
    return String(space.map { cut[..<$0] } ?? cut)
}

/// The day of writing as the source gives it. Dates that the program derived itself are not shown.
func writtenOn(_ values: ReviewValues) -> String {
    values.createdAt.map { "written on \($0.day)" } ?? "day of writing unknown"
}

/// An inbox entry.
struct InboxCard: PageRow {
    var entry: InboxEntry
    var link: String
    var productLink: String
    var translation: TranslationRow?
    /// How far the work on the review is.
    var work: String?
    /// Nil where no work may be recorded.
    var form: SeenForm?

    /// - Parameter back: The page that the form leads back to.
    init(_ entry: InboxEntry, _ book: WorkBook, back: String, _ call: Call) {
        let review = entry.review
        self.entry = entry
        link = call.link(toReview: review.reviewID, of: review.productID)
        productLink = call.link(toProduct: review.productID)
        translation = TranslationRow(
            call.translations.readings(review.productID, review.reviewID, review.version))
        work = reviewWork(review, book)
        form = SeenForm(review, book, back: back, call)
    }

    static let members: KeyValuePairs<String, Member<InboxCard>> = [
        "tag": .text { inboxTag($0.entry, $0.entry.kind) },
        "also": .maybe { card in card.entry.also.map { inboxTag(card.entry, $0) } },
        "is_safety": .flag { $0.entry.kind == .safety },
        "link": .text { $0.link }, "quote": .maybe { shown($0.entry.quote) },
        "stars": .text { $0.entry.starWords },
        "brand": .maybe { shown($0.entry.brand?.string) },
        "product": .text { $0.entry.review.productID.string },
        "product_link": .text { $0.productLink },
        "themes": .maybe { shown($0.entry.themeLabels.joined(separator: ", ")) },
        "work": .maybe { $0.work }, "form": .row { $0.form },
        "translation": .row { $0.translation },
    ]
}

extension InboxEntry {
    /// The stars, as `5 → 1 ★` where they changed.
    fileprivate var starWords: String {
        let now = starText(review.values)
        guard let starBefore, review.isLive, starBefore != review.values.star else { return now }
        return "\(starBefore) → \(now)"
    }
}

/// What a kind of an entry, its own or the other, says of its review.
private func inboxTag(_ entry: InboxEntry, _ kind: InboxEntry.Kind) -> String {
    switch kind {
    case .safety:
        "Safety: \(hazardName(entry.hazard)), "
            + (entry.isJudgedReal
                ? "judged real" : entry.dangerClass == .said ? "called dangerous" : "it happened")
    case .negative: "New negative"
    case .editedDown: "Edited down"
    case .back: "Back again"
    case .edited: "Edited, negative"
    case .firstSeen: "Of a product seen for the first time"
    case .resolved: "Resolved"
    case .gone: "Gone"
    }
}

/// A review that mentions a theme.
struct MentionCard: PageRow {
    var mention: ThemeReview
    var link: String
    var productLink: String
    var translation: TranslationRow?
    /// How far the work on the review is.
    var work: String?

    /// - Parameter book: What people work on; nil where that is not shown.
    init(_ mention: ThemeReview, _ book: WorkBook?, _ call: Call) {
        self.mention = mention
        work = book.flatMap { reviewWork(mention.review, $0) }
        link = call.link(toReview: mention.review.reviewID, of: mention.review.productID)
        productLink = call.link(toProduct: mention.review.productID)
        translation = TranslationRow(
            call.translations.readings(
                mention.review.productID, mention.review.reviewID, mention.review.version),
            of: mention.field)
    }

    static let members: KeyValuePairs<String, Member<MentionCard>> = [
        "quote": .text { $0.mention.quote }, "link": .text { $0.link },
        "stars": .text { starText($0.mention.review.values) },
        "language": .text { languageNames([$0.mention.language.rawValue]) },
        "product": .text { $0.mention.review.productID.string },
        "product_link": .text { $0.productLink }, "is_new": .flag { $0.mention.isNew },
        "shown": .maybe { $0.mention.shown.words }, "translation": .row { $0.translation },
        "lang": .maybe { $0.mention.language.tag }, "work": .maybe { $0.work },
    ]
}
