package import AfterwordCore

/// The plan for one scope's insight; pure, from data read before.
package struct InsightPlan: Sendable {
    /// What is to be done for the scope.
    package enum Step: Equatable, Sendable {
        case notEnough(NotEnoughData)
        /// The stored insight stays.
        case standing(InsightRow)
        /// The stored insight has an older form or other dangers than the reviews have now. It is
        /// composed again from its cached answer, at no cost; without a cached answer it stays.
        case recompose(InsightRow)
        case ask
    }
    package var subject: InsightSubject
    package var evidence: Evidence
    package var request: ModelRequest
    package var cacheKey: Digest256
    package var step: Step
    package var language: Language

    /// The most that one attempt can cost, in nano-dollars; of all tries: `AskingPrice.most`.
    package func reservation(_ facts: ModelFacts, _ terms: PriceTerms = PriceTerms()) -> Int64 {
        facts.price(of: request, terms)
    }

    /// The row made from an answer, with run number 0.
    func row(_ answer: ModelAnswer, evidenceRun: Int64, lexicon: Lexicon) -> InsightRow {
        let insight = composeInsight(
            answer, evidence, of: subject,
            by: InsightTerms(language: language, model: request.model, lexicon: lexicon))
        return InsightRow(
            scope: subject.scope, language: language.rawValue, evidenceRun: evidenceRun,
            madeRun: 0, model: request.model, cacheKey: cacheKey,
            evidenceDigest: evidence.digest, issueCount: Int64(insight.issues.count),
            document: insight.json.canonical)
    }
}

extension ModelFacts {
    /// The most that one attempt of a request can cost at the tier that is asked for, in
    /// nano-dollars. The flex tier is priced as standard where that is dearer, because the provider
    /// may not grant it; input is priced as cached where that is dearer.
    package func price(of request: ModelRequest, _ terms: PriceTerms) -> Int64 {
        let bound = request.usageBound
        var cached = bound
        cached.cachedInput = bound.input
        var standard = terms
        if terms.tier == .flex { standard.tier = .standard }
        return [terms, standard].map { max(cost(bound, $0), cost(cached, $0)) }.max() ?? .max
    }
}

/// Plans one scope. A stored insight stays as long as its evidence is unchanged, whichever model
/// made it, and wherever.
///
/// - Parameter stored: Insights whose evidence the same lexicon read.
package func planInsight(
    _ subject: InsightSubject, stored: [InsightRow], model: ModelIdentity, options: InsightOptions,
    lexicon: Lexicon = .first
) -> InsightPlan {
    let evidence = evidence(subject.scope, subject.reviews, tokens: options.evidenceTokens)
    let old = stored.first {
        $0.scope == subject.scope && $0.language == options.language.rawValue
    }
    let same = options.isRefreshing || old?.evidenceDigest != evidence.digest ? nil : old
    let request = insightRequest(
        evidence, language: options.language, model: same?.model ?? model.name, lexicon: lexicon)
    // The answer of a stored insight may come from another place than is asked now.
    let keys = insightCacheKeys(
        evidence, language: options.language, request: request,
        places: same == nil ? [model.place] : [model.place, nil, ModelIdentity.recordings])
    var plan = InsightPlan(
        subject: subject, evidence: evidence, request: request,
        cacheKey: keys.first { $0 == same?.cacheKey } ?? keys[0],
        step: .ask, language: options.language)
    if let notEnough = subject.notEnoughData {
        plan.step = .notEnough(notEnough)
    } else if let same {
        let (dangers, _) = insightDangers(subject.reviews, lexicon: lexicon)
        let stands = Insight.isCurrent(same.document, dangers: dangers)
        plan.step = stands || plan.cacheKey != same.cacheKey ? .standing(same) : .recompose(same)
    }
    return plan
}

/// The cost of making insights, computed before any request.
package struct InsightPrice: Equatable, Sendable {
    package var scopes = 0
    package var standing = 0
    package var notEnough = 0
    /// How many answers are cached.
    package var cached = 0
    /// How many are asked for in a batch already, or left alone since earlier answers could not be
    /// used.
    package var pending = 0
    package var leftAlone = 0
    package var calls = 0
    /// Upper bounds in tokens.
    package var inputTokens: Int64 = 0
    package var outputTokens: Int64 = 0
    /// Upper bound in nano-dollars; nil for a model that costs nothing.
    package var cost: Int64?

    package init() {}

    package var json: JSONValue {
        .row([
            "scopes": JSONValue(scopes), "standing": JSONValue(standing),
            "not_enough_data": JSONValue(notEnough), "cached": JSONValue(cached),
            "in_batch": JSONValue(pending), "left_alone": JSONValue(leftAlone),
            "calls": JSONValue(calls), "input_tokens_at_most": JSONValue(inputTokens),
            "output_tokens_at_most": JSONValue(outputTokens),
            "cost_nanodollars_at_most": JSONValue(cost),
        ])
    }
}

/// Prices the insights of a choice; sends no request.
package func priceInsights(
    _ reader: any StoreReader, _ choice: InsightChoice, model: any LanguageModel,
    options: InsightOptions
) throws -> InsightPrice {
    var price = InsightPrice()
    let asking = AskingPrice(model, isBatch: options.isBatch)
    if asking != nil { price.cost = 0 }
    let scopes = try chooseScopes(reader, choice)
    guard !scopes.isEmpty else { return price }
    let source = try InsightSource(reader)
    let asked = try AskedQuestions(reader, options)
    for scope in scopes {
        price.scopes += 1
        let plan = planInsight(
            try source.subject(scope), stored: source.stored[scope] ?? [], model: model.identity,
            options: options, lexicon: source.lexicon)
        switch plan.step {
        case .notEnough: price.notEnough += 1
        case .standing, .recompose: price.standing += 1
        case .ask:
            if try reader.cachedAnswer(plan.cacheKey) != nil, !options.isRefreshing {
                price.cached += 1
                continue
            }
            if asked.isInBatch(plan.cacheKey) {
                price.pending += 1
                continue
            }
            if asked.isLeftAlone(plan.cacheKey) {
                price.leftAlone += 1
                continue
            }
            price.calls += 1
            let bound = plan.request.usageBound
            price.inputTokens = saturatingSum(price.inputTokens, bound.input)
            price.outputTokens = saturatingSum(price.outputTokens, bound.output)
            if let asking {
                price.cost = saturatingSum(price.cost ?? 0, asking.most(plan.request))
            }
        }
    }
    return price
}
