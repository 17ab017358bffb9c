package import AfterwordCore

/// What became of a batch in one look at it.
package struct CollectedBatch: Sendable {
    /// As the store has it now.
    package var batch: ModelBatch
    /// How many questions the server has done, and how many there are; 0 where it does not say.
    package var done: Int64 = 0
    package var total: Int64 = 0
    /// What the provider says is wrong with its questions.
    package var faults: [String] = []
    /// How many answers were booked now by their outcome, as in `llm_calls`.
    package var booked: [String: Int] = [:]
    /// What these cost, in nano-dollars.
    package var cost: Int64 = 0
    /// Lines of the server's files that name no question of the batch.
    package var strays = 0
    /// Where the server's files are not whole, so that the batch stays open: how many questions
    /// have a readable line, how many the server says (without its counts, how many there are), and
    /// the lines that could not be read.
    package var short: (read: Int64, said: Int64, unreadable: Int64)?
    /// Whether the server shows the key in use neither the batch nor its uploaded questions: it may
    /// have been asked with a key of another project.
    package var isOfAnotherKey = false
    /// Insights or enrichments that were made, and the runs that stored them.
    package var made = 0
    package var runs: [Int64] = []
    /// Scopes that have an insight of later reviews by now.
    package var overtaken: [ReviewScope] = []
    /// Scopes whose insight of the same reviews another model made meanwhile: it stays.
    package var standing: [ReviewScope] = []
    /// Scopes whose insight of the same reviews the same model has by now, as of another program
    /// that collects: it stays.
    package var madeAlready: [ReviewScope] = []
    /// Why nothing more could be done now; the next look goes on.
    package var failure: ModelFailure?
    /// The first answer with a usage above its bound.
    package var beyond: BeyondBound?

    package var isEnded: Bool { batch.endedAt != nil }
    /// Whether it ended, and no answer to any of its questions could be used.
    package var isFruitless: Bool {
        isEnded && made == 0 && !booked.isEmpty && booked["answered"] == nil
    }
}

/// How long a batch that the server does not know is waited for, in seconds, before it is given up:
/// the program that made it may be sending it.
package let unsentBatchSeconds: Int64 = 900

/// How long after it was asked the answers of a batch may be at the server, in seconds: from its
/// end, which comes within a day.
package let batchKeptSeconds: Int64 = batchLeaseSeconds + 86_400

extension ModelBatch {
    /// From when on the batch is given up if the server does not know it.
    package var givenUpAt: Instant { createdAt.adding(seconds: unsentBatchSeconds) }
}

/// Looks at the open batches of a model and takes what is ready: each answer is booked by what was
/// returned, at the prices of batches, and kept; insights and enrichments are made of it by the
/// same checks as of one that was asked for directly. May be called any number of times, and ended
/// at any moment: nothing is booked or stored twice.
///
/// A batch that was made but whose id is not in the store is found by its name. One that is not at
/// the server after `unsentBatchSeconds` costs nothing, and its questions may be asked again,
/// unless they were uploaded with a key that sees other files than the one in use. One whose files
/// are cut or unreadable stays open. One that the server forgot after `batchLeaseSeconds` ends, and
/// what is open of it counts as spent; where the key in use may be of another project, after
/// `batchKeptSeconds`, when no key sees its answers any more.
///
/// - Returns: The batches of this model and place that were open, in order of their numbers.
/// - Throws: `StoreFault`, `InsightFault`.
package func collectBatches(
    in store: any ReviewStore, by model: any BatchModel, surroundings: InsightSurroundings
) async throws -> [CollectedBatch] {
    guard let price = AskingPrice(model, isBatch: true) else { return [] }
    let open = try await surroundings.whenFree { try store.ledger { try $0.openBatches() } }
    let collecting = BatchCollecting(
        store: store, model: model, price: price, surroundings: surroundings)
    var collected: [CollectedBatch] = []
    for batch in open where batch.model == model.name && batch.place == model.place {
        collected.append(try await collecting.collect(batch))
    }
    return collected
}

/// Takes the answers of batches.
private struct BatchCollecting {
    /// How many answers are booked in one transaction.
    private static let bookedAtOnce = 64

    let store: any ReviewStore
    let model: any BatchModel
    let price: AskingPrice
    let surroundings: InsightSurroundings

    func collect(_ batch: ModelBatch) async throws -> CollectedBatch {
        var found = CollectedBatch(batch: batch)
        let server: ServerBatch
        switch await look(for: batch) {
        case .failure(let failure): return try await endWhenHidden(found, failure)
        case .success(nil): return try await giveUpWhenLate(found)
        case .success(let known?): server = known
        }
        (found.done, found.total, found.faults) = (server.done, server.total, server.faults)
        if batch.serverID != server.id || batch.status != server.status {
            (found.batch.serverID, found.batch.status) = (server.id, server.status)
            let changed = found.batch
            try await ledger { try $0.put(batch: changed) }
        }
        guard let end = server.end else { return found }
        let isBooked = try await ledger { try $0.openCalls(ofBatch: batch.number).isEmpty }
        if !isBooked {
            switch await answers(of: server) {
            case .failure(let failure): return try await endWhenLost(found, failure)
            case .success(let answers):
                let items = try await ledger { try $0.items(ofBatch: batch.number) }
                let questions = Set(items.map { batch.questionID($0.line) })
                if !answers.isWhole(server, of: questions), !isForgotten(batch) {
                    let said = server.total > 0 ? server.done : Int64(questions.count)
                    found.short = (answers.read(of: questions), said, answers.unreadable)
                }
                try await book(answers.answers, &found)
            }
        }
        return try await finish(found, end)
    }

    private func ledger<Result: Sendable>(
        _ body: (any LedgerTransaction) throws -> Result
    ) async throws -> Result {
        try await surroundings.whenFree { try store.ledger(body) }
    }

    // MARK: At the server

    /// The batch as its server has it; nil where it has none of that name.
    private func look(for batch: ModelBatch) async -> Result<ServerBatch?, ModelFailure> {
        do throws(ModelFailure) {
            if let id = batch.serverID { return .success(try await model.batch(id)) }
            return .success(try await model.batch(named: batch.name, since: batch.createdAt))
        } catch {
            return .failure(error)
        }
    }

    private func answers(of batch: ServerBatch) async -> Result<BatchAnswers, ModelFailure> {
        do throws(ModelFailure) {
            return .success(try await model.answers(of: batch))
        } catch {
            return .failure(error)
        }
    }

    private func giveUpWhenLate(_ found: CollectedBatch) async throws -> CollectedBatch {
        let now = surroundings.now()
        guard now >= found.batch.givenUpAt else { return found }
        guard let file = found.batch.inputFile else { return try await end(found, .notSent) }
        var found = found
        do throws(ModelFailure) {
            found.isOfAnotherKey = try await !model.hasFile(file)
        } catch {
            found.failure = error
        }
        guard found.failure == nil else { return found }
        guard found.isOfAnotherKey else { return try await end(found, .notSent) }
        guard isForgotten(found.batch) else { return found }
        // Another key may have asked and paid, and no key can show it any more.
        found.isOfAnotherKey = false
        return try await end(found, .completed)
    }

    /// Ends a batch that was at the server and is not shown any more, once its questions count as
    /// lost. Where the key sees the uploaded questions neither, the batch may be another project's.
    private func endWhenHidden(
        _ found: CollectedBatch, _ failure: ModelFailure
    ) async throws -> CollectedBatch {
        guard failure.fault == .notThere, let file = found.batch.inputFile else {
            return try await endWhenLost(found, failure)
        }
        var found = found
        do throws(ModelFailure) {
            found.isOfAnotherKey = try await !model.hasFile(file)
        } catch {
            found.failure = error
            return found
        }
        guard found.isOfAnotherKey else { return try await endWhenLost(found, failure) }
        let age = surroundings.now().microseconds(since: found.batch.createdAt)
        guard age >= batchKeptSeconds * 1_000_000 else { return found }
        found.isOfAnotherKey = false
        return try await end(found, .completed)
    }

    /// Whether the server has forgotten a batch by now, with its files.
    private func isForgotten(_ batch: ModelBatch) -> Bool {
        surroundings.now().microseconds(since: batch.createdAt) >= batchLeaseSeconds * 1_000_000
    }

    /// Ends a batch that the server has no more, once its questions count as lost; with any other
    /// failure the next look goes on.
    private func endWhenLost(
        _ found: CollectedBatch, _ failure: ModelFailure
    ) async throws -> CollectedBatch {
        guard failure.fault == .notThere, isForgotten(found.batch) else {
            var found = found
            found.failure = failure
            return found
        }
        return try await end(found, .completed)
    }

    // MARK: In the store

    private func end(_ found: CollectedBatch, _ end: BatchEnd) async throws -> CollectedBatch {
        var found = found
        let (batch, now) = (found.batch, surroundings.now())
        let (ended, calls) = try await surroundings.whenFree {
            try endBatch(batch, by: end, at: now, in: store)
        }
        found.batch = ended
        for call in calls {
            found.booked[call.outcome ?? "", default: 0] += 1
            found.cost = saturatingSum(found.cost, call.cost ?? 0)
        }
        return found
    }

    /// Books answers, each in the transaction that finds its call open, a part at a time.
    private func book(_ answers: [BatchAnswer], _ found: inout CollectedBatch) async throws {
        let number = found.batch.number
        let items = try await ledger { try $0.items(ofBatch: number) }
        let lines = Dictionary(
            items.map { (found.batch.questionID($0.line), $0) }, uniquingKeysWith: { $1 })
        let own = found.batch.prices.flatMap(AskingPrice.init(written:))
        let question = BookedQuestion(
            purpose: found.batch.purpose, lexicon: try store.read { try $0.lexicon() },
            price: own ?? price)
        let now = surroundings.now()
        for start in stride(from: 0, to: answers.count, by: Self.bookedAtOnce) {
            let part = answers[start..<min(start + Self.bookedAtOnce, answers.count)]
            let settled = try await ledger { ledger in
                var settled: [SettledCall] = []
                for answer in part {
                    guard let item = lines[answer.id],
                        let call = try ledger.openCall(for: item.cacheKey), call.call == item.call
                    else { continue }
                    let ended = question.settled(call, answer.result, at: now)
                    try ledger.end(ended.call)
                    if let kept = ended.answer { try ledger.put(answer: kept) }
                    settled.append(ended)
                }
                return settled
            }
            for ended in settled {
                found.booked[ended.call.outcome ?? "", default: 0] += 1
                found.cost = saturatingSum(found.cost, ended.cost)
                found.beyond = found.beyond ?? ended.beyond
            }
            found.strays += part.count { lines[$0.id] == nil }
        }
    }

    /// Makes what is to be made of the answers, and ends the batch if all of them are there.
    private func finish(_ found: CollectedBatch, _ end: BatchEnd) async throws -> CollectedBatch {
        let number = found.batch.number
        let items = try await ledger { try $0.items(ofBatch: number) }
        var found = found
        switch found.batch.purpose {
        case .insights:
            try await InsightBatch(store, model, surroundings).make(of: items, &found)
        case .enrichment:
            try await EnrichmentBatch(store, model, surroundings).make(of: items, &found)
        }
        return found.short == nil ? try await self.end(found, end) : found
    }
}

/// The question of a batch as it is booked: its text is not needed any more.
struct BookedQuestion: Sendable {
    let purpose: ModelBatch.Purpose
    /// That of the store, whose aspects an insight's question allows; an enrichment's allows those
    /// of the first.
    let lexicon: Lexicon
    let price: AskingPrice

    /// A call ended by its answer; nothing is stored.
    func settled(
        _ call: ModelCall, _ result: Result<ModelReply, ModelFailure>, at now: Instant
    ) -> SettledCall {
        CallEnding(schema: schema, price: price, oneTry: call.reserved, bound: nil)
            .settled(call, result, at: now)
    }

    private var schema: JSONValue {
        switch purpose {
        case .insights: AnswerSchema.document(lexicon)
        case .enrichment: EnrichmentSchema.document(.first)
        }
    }
}
