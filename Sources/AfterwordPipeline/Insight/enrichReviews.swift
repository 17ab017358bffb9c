package import AfterwordCore

/// What became of an enrichment.
package struct EnrichmentReport: Sendable {
    /// Versions that a model read now, and those that one had read before.
    package var made = 0
    package var standing = 0
    /// Versions that a batch asks about already.
    package var pending = 0
    /// Versions of which no answer says anything: they are asked about again the next time.
    package var left = 0
    package var asked = InsightReport()
    /// Why questions have no usable answer, by question.
    package var failures: [ModelFailure] = []

    package init() {}
}

/// Lets a model read the reviews of a scope: of each live version with a text, that it has not read
/// yet, sentiment, aspects and a translation. Stored beside the program's own reading, by version,
/// and never counted as that.
///
/// - Throws: `InsightFault`, `StoreFault`. Model failures and refused budgets are in the report;
///   what was answered until then is stored.
package func enrichReviews(
    of scope: ReviewScope, in store: any ReviewStore, by model: any LanguageModel,
    options: InsightOptions, surroundings: InsightSurroundings
) async throws -> EnrichmentReport {
    let work = try store.read { try EnrichmentWork($0, scope, model.identity, options.language) }
    var report = EnrichmentReport()
    (report.standing, report.pending) = (work.standing, work.pending)
    let provider = AnswerProvider(model: model, options: options, surroundings: surroundings)
    for start in stride(from: 0, to: work.questions.count, by: InsightOptions.wave) {
        let end = min(start + InsightOptions.wave, work.questions.count)
        let wave = Array(work.questions[start..<end])
        let questions = wave.map(\.question)
        let answers = try await provider.answers(to: questions, store, &report.asked)
        var rows: [EnrichmentRow] = []
        for (entry, answer) in zip(wave, answers) {
            let made = answer?.given.flatMap {
                entry.rows(of: $0.text, servedModel: $0.servedModel)
            }
            rows += made ?? []
            report.left += entry.asked.reviews.count - (made?.count ?? 0)
            if case .failure(let failure)? = answer { report.failures.append(failure) }
            if made == nil, answer?.given != nil {
                report.failures.append(ModelFailure(.malformed))
            }
        }
        let isFree = model.facts == nil
        let kept = isFree ? provider.kept(questions, answers, at: surroundings.now()) : []
        let made = rows
        let stored = try await surroundings.whenFree {
            try storeEnrichments(made, answers: kept, in: store, now: surroundings.now())
        }
        report.made += stored.made
        report.standing += made.count - stored.made
        if let run = stored.run { report.asked.runs.append(run) }
        surroundings.progress(end, work.questions.count)
        if report.asked.refusal != nil || report.asked.ending != nil { break }
    }
    return report
}

/// Asks for the enrichment of a scope in batches; `collectBatches` stores it. What kept answers say
/// is stored at once.
///
/// - Throws: `InsightFault`, `StoreFault`.
package func askForEnrichment(
    of scope: ReviewScope, in store: any ReviewStore, by model: any BatchModel,
    options: InsightOptions, surroundings: InsightSurroundings
) async throws -> BatchReport {
    guard let price = AskingPrice(model, isBatch: true) else { return BatchReport() }
    let work = try store.read { try EnrichmentWork($0, scope, model.identity, options.language) }
    var asking = BatchAsking(model, price, for: .enrichment, options, surroundings)
    asking.report.pending = work.pendingQuestions
    var rows: [EnrichmentRow] = []
    for entry in work.questions {
        let kept = try store.read { try $0.cachedAnswer(entry.question.cacheKey) }
        if let kept, !options.isRefreshing {
            asking.report.known += 1
            rows += entry.rows(of: kept.answer, servedModel: kept.servedModel) ?? []
            continue
        }
        let note = EnrichmentNote(of: entry.asked, run: work.run)
        try await asking.add(BatchEntry(question: entry.question, subject: note.written), store)
    }
    try await asking.send(store)
    let known = rows
    let stored = try await surroundings.whenFree {
        try storeEnrichments(known, answers: [], in: store, now: surroundings.now())
    }
    asking.report.made = stored.made
    if let run = stored.run { asking.report.runs.append(run) }
    return asking.report
}

/// The price of an enrichment, computed before any request.
package struct EnrichmentPrice: Equatable, Sendable {
    /// Versions that are to be read, and those that were.
    package var reviews = 0
    package var standing = 0
    /// Versions that a batch asks about already.
    package var pending = 0
    /// Questions that are not asked, since earlier answers could not be used.
    package var leftAlone = 0
    /// Questions whose answers are kept, and those to be asked.
    package var known = 0
    package var calls = 0
    /// Upper bounds in tokens.
    package var inputTokens: Int64 = 0
    package var outputTokens: Int64 = 0
    /// Upper bound in nano-dollars; nil for a model that costs nothing.
    package var cost: Int64?

    package var json: JSONValue {
        .row([
            "reviews": JSONValue(reviews), "standing": JSONValue(standing),
            "in_batch": JSONValue(pending), "left_alone": JSONValue(leftAlone),
            "cached": JSONValue(known), "calls": JSONValue(calls),
            "input_tokens_at_most": JSONValue(inputTokens),
            "output_tokens_at_most": JSONValue(outputTokens),
            "cost_nanodollars_at_most": JSONValue(cost),
        ])
    }
}

/// Prices the enrichment of a scope; sends no request.
package func priceEnrichment(
    _ reader: any StoreReader, of scope: ReviewScope, model: any LanguageModel,
    options: InsightOptions
) throws -> EnrichmentPrice {
    let asking = AskingPrice(model, isBatch: options.isBatch)
    let work = try EnrichmentWork(reader, scope, model.identity, options.language)
    var price = EnrichmentPrice()
    (price.standing, price.pending) = (work.standing, work.pending)
    if asking != nil { price.cost = 0 }
    let asked = try AskedQuestions(reader, options)
    for entry in work.questions {
        price.reviews += entry.asked.reviews.count
        guard try reader.cachedAnswer(entry.question.cacheKey) == nil else {
            price.known += 1
            continue
        }
        if asked.isLeftAlone(entry.question.cacheKey) {
            price.leftAlone += 1
            continue
        }
        price.calls += 1
        let bound = entry.question.request.usageBound
        price.inputTokens = saturatingSum(price.inputTokens, bound.input)
        price.outputTokens = saturatingSum(price.outputTokens, bound.output)
        if let asking {
            price.cost = saturatingSum(price.cost ?? 0, asking.most(entry.question.request))
        }
    }
    return price
}

extension AnswerProvider {
    /// The answers to questions of a free or a paid model.
    func answers(
        to questions: [ModelQuestion], _ store: any ReviewStore, _ report: inout InsightReport
    ) async throws -> [Answer?] {
        guard let price = AskingPrice(model) else {
            return try await freeAnswers(questions, store, &report)
        }
        var paid = PaidAnswers(self, price, questions)
        try await paid.ask(store, &report)
        if !paid.waiting.isEmpty { try await paid.askWaiting(store, &report) }
        return paid.answers
    }
}

/// The questions about the reviews of a scope that a model has not read.
struct EnrichmentWork: Sendable {
    /// A question and its reviews.
    struct Entry: Sendable {
        var asked: EnrichmentQuestion
        var question: ModelQuestion

        init(_ asked: EnrichmentQuestion, _ scope: ReviewScope, _ model: ModelIdentity) {
            self.asked = asked
            let request = asked.request(model.name)
            question = ModelQuestion(
                request: request, cacheKey: asked.cacheKey(request, place: model.place),
                scope: scope)
        }

        /// What an answer says, as rows; nil for one that is not of the schema.
        func rows(of answer: String, servedModel: String?) -> [EnrichmentRow]? {
            asked.enrichments(answer)?.map { review, enrichment in
                var row = EnrichmentRow(
                    of: review, madeRun: 0, language: asked.language.rawValue,
                    by: (question.request.model, question.cacheKey),
                    document: enrichment.json.canonical)
                row.servedModel = servedModel
                return row
            }
        }
    }

    private(set) var questions: [Entry] = []
    /// Versions that were read before.
    private(set) var standing = 0
    /// Versions that open batches ask about, and how many of their questions do.
    private(set) var pending = 0
    private(set) var pendingQuestions = 0
    /// The newest run whose reviews are asked about.
    let run: Int64

    /// - Throws: `InsightFault` where nothing is loaded, or no product is of the scope.
    init(
        _ reader: any StoreReader, _ scope: ReviewScope, _ model: ModelIdentity,
        _ language: Language
    ) throws {
        guard let newest = try reader.runs().newestData else { throw InsightFault.noRuns }
        run = newest.run
        var isKnown = scope == .scope(.portfolio)
        var open: [StoredReview] = []
        let asked = try AskedVersions(reader, language)
        var askedIn: Set<[Int64]> = []
        try reader.forEachSpan { span, products in
            let own = Set(
                products.filter { scope.holds($0.productID, $0.dimension) }.map(\.productID))
            guard !own.isEmpty else { return }
            isKnown = true
            let read = try reader.enrichments(ofProducts: span.products)
                .filter { $0.language == language.rawValue }
                .map { ReadVersion(review: $0.reviewKey, version: $0.version) }
            let done = Set(read)
            for review in try reader.reviews(in: span)
            where review.isLive && own.contains(review.productID) && review.values.hasText {
                let version = ReadVersion(review: review.reviewKey, version: review.version)
                if done.contains(version) {
                    standing += 1
                } else if let question = asked.question(about: review) {
                    pending += 1
                    askedIn.insert(question)
                } else {
                    open.append(review)
                }
            }
        }
        pendingQuestions = askedIn.count
        guard isKnown else { throw InsightFault.noSuchScope(scope.written) }
        var reviewReader = ReviewReader(.first)
        questions = EnrichmentQuestion.questions(open, in: language, &reviewReader)
            .map { Entry($0, scope, model) }
    }

    private struct ReadVersion: Hashable {
        var review: Int64
        var version: Int64
    }
}
