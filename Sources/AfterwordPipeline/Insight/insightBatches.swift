package import AfterwordCore

/// What a batch asks of a scope: with the reviews as of a run, the question can be made again.
struct InsightSubjectNote: Hashable, Sendable {
    var scope: ReviewScope
    var language: Language
    /// The newest run whose reviews are asked about.
    var evidenceRun: Int64
    var evidenceTokens: Int

    init(scope: ReviewScope, evidenceRun: Int64, options: InsightOptions) {
        self.scope = scope
        self.evidenceRun = evidenceRun
        (language, evidenceTokens) = (options.language, options.evidenceTokens)
    }

    var written: String {
        JSONValue.row([
            "kind": .string(scope.kind), "id": JSONValue(scope.id),
            "language": .string(language.rawValue), "evidence_run": JSONValue(evidenceRun),
            "evidence_tokens": JSONValue(evidenceTokens),
        ]).canonical
    }

    /// Nil for a text of another form.
    init?(written: String) {
        guard let note = try? JSONValue(parsing: Array(written.utf8)),
            let kind = note["kind"]?.text, let id = note["id"]?.text,
            let language = note["language"]?.text.flatMap(Language.init(rawValue:)),
            let run = note["evidence_run"]?.integer, let tokens = note["evidence_tokens"]?.integer
        else { return nil }
        if let kind = ScopeKind(rawValue: kind) {
            scope = .scope(Scope(kind: kind, id: Text(id)))
        } else if kind == ReviewScope.product(Text(id)).kind {
            scope = .product(Text(id))
        } else {
            return nil
        }
        self.language = language
        evidenceRun = run
        evidenceTokens = Int(clamping: tokens)
    }
}

/// Asks for the insights of scopes in batches, and returns as soon as these are at the server.
/// `collectBatches` makes the insights. Those that stand are not asked for; those whose answers are
/// kept are made at once, and themes counted as by `makeInsights`.
///
/// - Throws: `InsightFault`, `StoreFault`. Failures of the model and refused budgets are in the
///   report; the batches made until then stay.
package func askForInsights(
    _ scopes: [ReviewScope], in store: any ReviewStore, by model: any BatchModel,
    options: InsightOptions, surroundings: InsightSurroundings
) async throws -> BatchReport {
    guard let price = AskingPrice(model, isBatch: true) else { return BatchReport() }
    let source = try store.read { try InsightSource($0) }
    var asking = BatchAsking(model, price, for: .insights, options, surroundings)
    let identity = model.identity
    for start in stride(from: 0, to: scopes.count, by: InsightOptions.wave) {
        let end = min(start + InsightOptions.wave, scopes.count)
        let subjects = try scopes[start..<end].map { try source.subject($0) }
        let plans = await concurrently(subjects, width: options.parallel) { subject in
            planInsight(
                subject, stored: source.stored[subject.scope] ?? [], model: identity,
                options: options, lexicon: source.lexicon)
        }
        for plan in plans {
            guard let question = plan.question else { continue }
            let note = InsightSubjectNote(
                scope: plan.subject.scope, evidenceRun: source.newestData.run, options: options)
            try await asking.add(BatchEntry(question: question, subject: note.written), store)
        }
        surroundings.progress(end, scopes.count)
    }
    try await asking.send(store)
    var report = asking.report
    if !report.knownScopes.isEmpty || options.countsThemes && source.themesAreOld {
        let known = try await makeInsights(
            report.knownScopes, in: store, by: KnownAnswers(identity), options: options,
            surroundings: surroundings)
        (report.made, report.runs) = (known.made, known.runs)
    }
    return report
}

/// Makes insights of kept answers.
struct InsightBatch {
    private let store: any ReviewStore
    private let model: any LanguageModel
    private let surroundings: InsightSurroundings

    init(
        _ store: any ReviewStore, _ model: any LanguageModel, _ surroundings: InsightSurroundings
    ) {
        (self.store, self.model, self.surroundings) = (store, model, surroundings)
    }

    /// Makes the insights of a batch that are not made yet, of the reviews that it asked about.
    func make(of items: [BatchItem], _ found: inout CollectedBatch) async throws {
        let (made, current) = try store.read { reader in
            (
                Set(try reader.insightHistory(of: nil).map { MadeOf($0.scope, $0.cacheKey) }),
                try reader.insights(of: nil)
            )
        }
        var groups: [InsightSubjectNote: [ReviewScope]] = [:]
        for item in items {
            guard let note = InsightSubjectNote(written: item.subject) else { continue }
            guard !made.contains(MadeOf(note.scope, item.cacheKey)) else {
                found.madeAlready.append(note.scope)
                continue
            }
            let isLater = current.contains { row in
                row.scope == note.scope && row.language == note.language.rawValue
                    && row.evidenceRun > note.evidenceRun
            }
            if isLater {
                found.overtaken.append(note.scope)
                continue
            }
            // Notes that differ in nothing but the scope are made together.
            var common = note
            common.scope = .scope(.portfolio)
            groups[common, default: []].append(note.scope)
        }
        for (common, scopes) in groups.sorted(by: { $0.key.evidenceRun < $1.key.evidenceRun }) {
            try await make(scopes, common, &found)
        }
    }

    private struct MadeOf: Hashable {
        var scope: ReviewScope
        var key: Digest256

        init(_ scope: ReviewScope, _ key: Digest256) { (self.scope, self.key) = (scope, key) }
    }

    private func make(
        _ scopes: [ReviewScope], _ common: InsightSubjectNote, _ found: inout CollectedBatch
    ) async throws {
        var options = InsightOptions()
        options.isOnce = true
        (options.language, options.evidenceTokens) = (common.language, common.evidenceTokens)
        let newest = try store.read { try $0.runs().newestData?.run }
        if common.evidenceRun != newest { options.asOf = common.evidenceRun }
        let report = try await makeInsights(
            scopes, in: store, by: KnownAnswers(model.identity), options: options,
            surroundings: surroundings)
        found.made += report.made
        found.runs += report.runs
        for (scope, outcome) in report.outcomes {
            guard case .standing(let row) = outcome else { continue }
            if row.evidenceRun > common.evidenceRun {
                found.overtaken.append(scope)
            } else if row.model == model.name {
                found.madeAlready.append(scope)
            } else {
                found.standing.append(scope)
            }
        }
    }
}

/// A model that is never asked: its answers are the kept ones.
private struct KnownAnswers: LanguageModel {
    let name: String
    let place: String?
    let facts: ModelFacts? = nil
    let tries = 1

    init(_ identity: ModelIdentity) { (name, place) = (identity.name, identity.place) }

    func answer(_ request: ModelRequest) async throws(ModelFailure) -> ModelReply {
        throw ModelFailure(.leftAlone)
    }
}
