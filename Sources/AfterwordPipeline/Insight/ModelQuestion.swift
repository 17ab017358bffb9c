package import AfterwordCore

/// A question to a model, with the key of its answer.
package struct ModelQuestion: Sendable {
    package var request: ModelRequest
    package var cacheKey: Digest256
    /// What it is about, for messages.
    package var scope: ReviewScope

    /// Why a model's answer, which may have been billed, cannot be used; nil where it can be, and
    /// where there is none.
    func unusableFault(
        of result: Result<ModelReply, ModelFailure>
    ) -> ModelFailure.Fault? {
        switch result {
        case .success(let reply):
            isReadable(reply.text, schema: request.schema) ? nil : .malformed
        case .failure(let failure):
            ModelFailure.unusable.contains(failure.outcome) ? failure.fault : nil
        }
    }
}

/// Whether an answer conforms to its schema.
package func isReadable(_ text: String, schema: JSONValue) -> Bool {
    guard let document = try? JSONValue(parsing: Array(text.utf8)),
        schemaFault(document, schema: schema) == nil
    else { return false }
    // An answer about reviews that names none of a question says nothing.
    guard schema["properties"]?["reviews"] != nil else { return true }
    return document["reviews"]?.elements?.contains { EnrichmentQuestion.isAlias($0) } ?? false
}

extension InsightPlan {
    /// What is to be asked; nil where nothing is.
    var question: ModelQuestion? {
        guard step == .ask else { return nil }
        return ModelQuestion(request: request, cacheKey: cacheKey, scope: subject.scope)
    }
}

/// What questions to a model may cost: one rule for plans and reservations.
package struct AskingPrice: Sendable {
    private let facts: ModelFacts
    private let terms: PriceTerms
    private let tries: Int

    /// Nil for a model that costs nothing.
    ///
    /// - Parameter isBatch: Whether the questions are asked in batches: once, at their price.
    package init?(_ model: any LanguageModel, isBatch: Bool = false) {
        guard let facts = model.facts else { return nil }
        self.facts = facts
        var terms = model.terms
        if isBatch { terms.tier = .batch }
        self.terms = terms
        tries = isBatch ? 1 : model.tries
    }

    /// The prices of a batch's questions as they were written when it was asked; nil for a text
    /// of another form.
    init?(written: String) {
        guard let document = try? JSONValue(parsing: Array(written.utf8)),
            let facts = document["model"].flatMap(ModelFacts.init(json:)),
            case .bool(let isRegional)? = document["is_regional"]
        else { return nil }
        self.init(facts, PriceTerms(tier: .batch, isRegional: isRegional))
    }

    /// As canonical JSON.
    var written: String {
        JSONValue.row(["model": facts.json, "is_regional": .bool(terms.isRegional)]).canonical
    }

    /// Of questions that are sent once.
    init(_ facts: ModelFacts, _ terms: PriceTerms) {
        (self.facts, self.terms, tries) = (facts, terms, 1)
    }

    /// The most that one try can cost, in nano-dollars.
    func oneTry(_ request: ModelRequest) -> Int64 { facts.price(of: request, terms) }

    /// The most that a question can cost with all its tries, in nano-dollars: what is reserved.
    package func most(_ request: ModelRequest) -> Int64 {
        saturatingProduct(oneTry(request), Int64(tries))
    }

    /// The cost of an answer by its usage and its tier, in nano-dollars.
    func cost(_ usage: ModelUsage, _ tier: ServiceTier) -> Int64 {
        var terms = terms
        terms.tier = tier
        return facts.cost(usage, terms)
    }
}
