import AfterwordCore
import AfterwordPipeline

/// All reviews that speak of a danger, and what people found of them.
struct SafetyPage: PageRow {
    /// How many distinct reviews the dangers are in.
    var reviews: String
    var total: String
    var brand: BrandLink?
    var all: String
    var new: String
    var cards: [SafetyCard]
    var unlikely: String?
    var steps: ListSteps
    var verdicts: [VerdictCard]
    var exports: Exports

    static let members: KeyValuePairs<String, Member<SafetyPage>> = [
        "reviews": .text { $0.reviews }, "total": .text { $0.total },
        "brand": .row { $0.brand }, "all": .text { $0.all }, "new": .text { $0.new },
        "cards": .rows { $0.cards }, "unlikely": .maybe { $0.unlikely },
        "steps": .row { $0.steps }, "verdicts": .rows { $0.verdicts },
        "has_verdicts": .flag { !$0.verdicts.isEmpty }, "exports": .row { $0.exports },
    ]
}

/// A review that speaks of a danger.
struct SafetyCard: PageRow {
    var found: SafetyReview
    var link: String
    var productLink: String
    var translation: TranslationRow?
    /// The command that records what a person found of it.
    var command: String

    /// How far the work on the review is.
    var work: String?
    /// Nil where no work may be recorded.
    var form: SeenForm?
    /// Nil where no verdict may be recorded.
    var judge: VerdictForm?

    /// - Parameter back: The page that the form leads back to.
    init(_ found: SafetyReview, _ book: WorkBook, back: String, _ call: Call) {
        work = reviewWork(found.review, book)
        form = SeenForm(found.review, book, back: back, call)
        self.found = found
        let (review, product) = (found.review.reviewID, found.review.productID)
        link = call.link(toReview: review, of: product)
        productLink = call.link(toProduct: product)
        judge = VerdictForm(
            product: product, review: review, version: found.review.version, back: back, call)
        translation = TranslationRow(
            call.translations.readings(product, review, found.review.version))
        command =
            "afterword safety judge \(shellQuoted(product.string)) "
            + "\(shellQuoted(review.string)) false --by YOU --why WHY"
    }

    static let members: KeyValuePairs<String, Member<SafetyCard>> = [
        "hazard": .text { hazardName($0.found.hazard) },
        "how": .text { card in
            if card.found.verdict == .real { return "judged real" }
            return dangerWords(card.found.danger.dangerClass)
        },
        "quote": .maybe { shown($0.found.quote) }, "link": .text { $0.link },
        "stars": .text { starText($0.found.review.values) },
        "language": .text { languageNames([$0.found.language.rawValue]) },
        "brand": .maybe { shown($0.found.brand?.string) },
        "product": .text { $0.found.review.productID.string },
        "product_link": .text { $0.productLink }, "is_new": .flag { $0.found.isNew },
        "command": .text { $0.command }, "translation": .row { $0.translation },
        "lang": .maybe { $0.found.language.tag }, "work": .maybe { $0.work },
        "form": .row { $0.form }, "judge": .row { $0.judge },
    ]
}

/// What a person found of a review.
struct VerdictCard: PageRow {
    var verdict: ListedVerdict
    var link: String

    init(_ verdict: ListedVerdict, _ call: Call) {
        self.verdict = verdict
        link = call.link(toReview: verdict.row.reviewID, of: verdict.row.productID)
    }

    static let members: KeyValuePairs<String, Member<VerdictCard>> = [
        "words": .text { card in
            verdictWords(card.verdict.row) + (card.verdict.holds ? "" : " (no longer holds)")
        },
        "product": .text { $0.verdict.row.productID.string }, "link": .text { $0.link },
    ]
}

private let filters = ["brand", "product"]

func safetyPage(_ call: Call) throws -> String {
    let query = try themeQuery(call)
    let found = try safetyReviews(
        call.reader, query, page: Page(first: call.first, size: listPageSize))
    let call = try call.translating(found.entries.map(\.review.reviewKey))
    let address = call.listAddress("/safety", filters)
    let book = WorkBook(try call.reader.workMarks())
    let page = SafetyPage(
        reviews: several(found.reviewCount ?? found.total, "review"),
        total: several(found.total, "danger"),
        brand: query.brand.map { BrandLink(Text($0), call) }, all: call.link("/safety"),
        new: grouped(found.newDangers),
        cards: found.entries.map {
            SafetyCard($0, book, back: address.text, call)
        },
        unlikely: unlikelyDangers(Int64(found.unlikely)),
        steps: ListSteps(
            found.first..<found.first + found.entries.count, of: found.total, size: listPageSize,
            at: address, call),
        verdicts: try verdictListing(call.reader, page: Page(size: 50)).entries.map {
            VerdictCard($0, call)
        },
        exports: Exports(
            "safety", ["brand": query.brand, "product": query.product?.string], call))
    return try AfterwordServer.page(
        Templates.shared.safety, page, title: "Safety",
        at: call.ownAddress("/safety", filters), call)
}
