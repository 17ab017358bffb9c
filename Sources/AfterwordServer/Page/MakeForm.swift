import AfterwordCore
import AfterwordPipeline

/// The form that has an insight of a scope made, with what that costs at most.
struct MakeForm: PageRow {
    static let path = "/insights/ask"

    var scope: String
    var price: String
    var language: String
    /// Whether one was asked for and is not made yet.
    var isAsked: Bool
    var isOffered: Bool

    static let members: KeyValuePairs<String, Member<MakeForm>> = [
        "scope": .text { $0.scope }, "price": .text { $0.price },
        "language": .text { $0.language },
        "language_name": .text { languageNames([$0.language]) }, "is_asked": .flag { $0.isAsked },
        "is_offered": .flag { $0.isOffered },
    ]

    /// Nil where the caller may have none made, and on pages of the past.
    init?(_ scope: ReviewScope, _ call: Call) throws {
        guard let price = call.insightPrice, call.moment == nil else { return nil }
        self.scope = scope.written
        let most = try price(call.reader, scope, call.insightLanguage)
        isOffered = most != nil
        self.price = most.map(priceWords) ?? "There is nothing new to say, or too little to say it."
        language = call.insightLanguage.rawValue
        isAsked = call.text("asked") != nil
    }
}

/// What something costs at most, in dollars.
private func priceWords(_ nanodollars: Int64) -> String {
    nanodollars == 0
        ? "It costs nothing."
        : "It costs at most $\(fixed(nanodollars, of: 1_000_000_000, places: 4))."
}
