import AfterwordCore

/// A question for a batch, and what it asks about.
package struct BatchEntry: Sendable {
    package var question: ModelQuestion
    /// Canonical JSON, by which the answer is used later.
    package var subject: String
}

/// What became of questions that were to be asked in batches.
package struct BatchReport: Sendable {
    /// As they were left.
    package var batches: [ModelBatch] = []
    /// How many questions they hold, and the most that these can cost in nano-dollars.
    package var asked = 0
    package var reserved: Int64 = 0
    /// Questions whose answers are kept already.
    package var known = 0
    /// What these are about.
    var knownScopes: [ReviewScope] = []
    /// Insights or enrichments that were made of kept answers, and the runs that stored them.
    package var made = 0
    package var runs: [Int64] = []
    /// Questions that another batch, or another program, asks already.
    package var pending = 0
    /// Questions whose earlier answers were unusable.
    package var leftAlone = 0
    /// The refusal that kept questions from being asked.
    package var refusal: BudgetRefusal?
    /// The failure that ended the asking.
    package var failure: ModelFailure?

    package init() {}

    var isEnded: Bool { refusal != nil || failure != nil }
}

/// Asks questions in batches. Each batch is in the store, with what it asks and what that may cost,
/// before anything is sent; whatever ends the program afterwards, `collectBatches` goes on from
/// there.
struct BatchAsking {
    let model: any BatchModel
    let price: AskingPrice
    let purpose: ModelBatch.Purpose
    let options: InsightOptions
    let surroundings: InsightSurroundings
    var report = BatchReport()
    private var open: [BatchEntry] = []
    private var bytes = 0

    init(
        _ model: any BatchModel, _ price: AskingPrice, for purpose: ModelBatch.Purpose,
        _ options: InsightOptions, _ surroundings: InsightSurroundings
    ) {
        self.model = model
        self.price = price
        self.purpose = purpose
        self.options = options
        self.surroundings = surroundings
    }

    /// Adds a question, and sends the questions before it where there is no room for it beside
    /// them.
    mutating func add(_ entry: BatchEntry, _ store: any ReviewStore) async throws {
        // The canonical form quotes the texts as the line of the file does.
        let size = entry.question.request.canonical.utf8.count + 2_048
        if open.count >= options.batchLimit.questions || bytes + size > options.batchLimit.bytes {
            try await send(store)
        }
        open.append(entry)
        bytes += size
    }

    /// Sends the questions that were added.
    mutating func send(_ store: any ReviewStore) async throws {
        let entries = open
        (open, bytes) = ([], 0)
        guard !entries.isEmpty, !report.isEnded else { return }
        let name = "\(surroundings.batchName)-\(report.batches.count + 1)"
        var batch = ModelBatch(
            name: name, purpose: purpose, command: surroundings.batch, by: model.identity,
            createdAt: surroundings.now())
        batch.prices = price.written
        let before = report
        let new = batch
        guard
            let reserved = try await surroundings.whenFree({ try reserve(entries, new, in: store) })
        else { return }
        batch = reserved.batch
        report.batches.append(batch)
        do throws(ModelFailure) {
            batch.inputFile = try await model.upload(reserved.questions, named: name)
        } catch {
            return try await giveUp(batch, error, store, before)
        }
        guard try await keep(batch, store) else {
            report.failure = ModelFailure(.batchEnded(.notSent))
            return
        }
        do throws(ModelFailure) {
            let made = try await model.createBatch(ofFile: batch.inputFile ?? "", named: name)
            (batch.serverID, batch.status) = (made.id, made.status)
        } catch {
            // It may be there: `collectBatches` looks for it.
            if error.unknownTries > 0 {
                report.failure = error
                return
            }
            return try await giveUp(batch, error, store, before)
        }
        if try await !keep(batch, store) { try await reopen(batch, reserved.calls, store) }
    }

    /// A batch as it was reserved.
    private struct Reserved {
        var batch: ModelBatch
        var questions: [BatchQuestion] = []
        var calls: [ModelCall] = []
    }

    /// Reserves questions and stores their batch, in one transaction.
    ///
    /// - Returns: Nil where nothing is to be asked.
    private mutating func reserve(
        _ entries: [BatchEntry], _ batch: ModelBatch, in store: any ReviewStore
    ) throws -> Reserved? {
        var (report, made) = (report, Reserved(batch: batch))
        var items: [BatchItem] = []
        do {
            try store.ledger { ledger in
                made.batch.number = try ledger.begin(batch)
                var booking = CallBooking(
                    options: options, command: batch.command, now: batch.createdAt)
                booking.modelBatch = made.batch.number
                var room = BudgetRoom(ledger, command: batch.command, now: batch.createdAt)
                let asked = try askedVersions(ledger)
                for entry in entries where report.refusal == nil {
                    if asked?.holdAny(of: entry.subject) == true {
                        report.pending += 1
                        continue
                    }
                    let granted = try book(entry, booking, ledger, &room, &report)
                    guard let (call, request) = granted else { continue }
                    let line = Int64(items.count + 1)
                    items.append(
                        BatchItem(
                            batch: made.batch.number, line: line, call: call.call,
                            cacheKey: call.cacheKey, subject: entry.subject))
                    made.questions.append(
                        BatchQuestion(id: batch.questionID(line), request: request))
                    made.calls.append(call)
                }
                // An empty batch is not begun: the transaction is undone.
                guard !items.isEmpty else { throw NothingAsked() }
                try ledger.append(items: items)
            }
        } catch is NothingAsked {
            self.report = report
            return nil
        }
        report.asked += items.count
        self.report = report
        return made
    }

    private struct NothingAsked: Error {}

    /// The versions that other batches ask about by now; nil for questions about scopes, which have
    /// keys of their own.
    private func askedVersions(_ ledger: any LedgerTransaction) throws -> AskedVersions? {
        guard purpose == .enrichment else { return nil }
        let others = try ledger.openBatches().filter { $0.purpose == .enrichment }
        let items = try others.flatMap { try ledger.items(ofBatch: $0.number) }
        return AskedVersions(items, options.language)
    }

    /// Reserves one question; nil where it is not asked.
    private func book(
        _ entry: BatchEntry, _ booking: CallBooking, _ ledger: any LedgerTransaction,
        _ room: inout BudgetRoom, _ report: inout BatchReport
    ) throws -> (ModelCall, ModelRequest)? {
        var question = PaidQuestion(entry.question, price, isAgain: false)
        while true {
            switch try booking.reserve(question, ledger, &room) {
            case .askAgain:
                question = PaidQuestion(entry.question, price, isAgain: true)
                continue
            case .granted(let call):
                report.reserved = saturatingSum(report.reserved, call.reserved)
                return (call, question.request)
            case .cached:
                report.known += 1
                report.knownScopes.append(entry.question.scope)
            case .inFlight, .inBatch: report.pending += 1
            case .leftAlone: report.leftAlone += 1
            case .full(let refusal), .refused(let refusal): report.refusal = refusal
            }
            return nil
        }
    }

    /// Stores a batch as it is now.
    ///
    /// - Returns: False where another program gave it up meanwhile.
    private mutating func keep(_ batch: ModelBatch, _ store: any ReviewStore) async throws -> Bool {
        let isOpen = try await surroundings.whenFree {
            try store.ledger { ledger in
                let isOpen = try ledger.openBatches().contains { $0.number == batch.number }
                if isOpen { try ledger.put(batch: batch) }
                return isOpen
            }
        }
        report.batches[report.batches.count - 1] = batch
        return isOpen
    }

    /// Opens a batch again that another program gave up before the server took it: its answers are
    /// billed. A question that was asked again meanwhile counts here as the most it can cost. A
    /// batch that a collector found by its name, and ended, stays ended.
    private mutating func reopen(
        _ batch: ModelBatch, _ calls: [ModelCall], _ store: any ReviewStore
    ) async throws {
        let stored = try await surroundings.whenFree {
            try store.read { reader in
                try reader.modelBatches().first { $0.number == batch.number }
            }
        }
        guard let stored, stored.status == ModelFailure(.batchEnded(.notSent)).outcome else {
            report.batches[report.batches.count - 1] = stored ?? batch
            return
        }
        let now = surroundings.now()
        try await surroundings.whenFree {
            try store.ledger { ledger in
                try ledger.put(batch: batch)
                for begun in calls {
                    var call = begun
                    if let open = try ledger.openCall(for: call.cacheKey), open.call != call.call {
                        call.endedAt = now
                        call.outcome = ModelFailure(.batchEnded(.completed)).outcome
                        call.cost = call.reserved
                    }
                    try ledger.end(call)
                }
            }
        }
    }

    /// Ends a batch that is certain not to be at the server; its questions cost nothing.
    private mutating func giveUp(
        _ batch: ModelBatch, _ failure: ModelFailure, _ store: any ReviewStore,
        _ before: BatchReport
    ) async throws {
        let now = surroundings.now()
        let ended = try await surroundings.whenFree {
            try endBatch(batch, by: .notSent, at: now, in: store).batch
        }
        report.batches[report.batches.count - 1] = ended
        (report.asked, report.reserved) = (before.asked, before.reserved)
        report.failure = failure
    }
}

/// Ends a batch, and those of its calls that are still open.
///
/// - Parameter end: How it ended. A question without an answer costs nothing, except in a batch
///   that was completed: there it counts as the most it can cost.
/// - Returns: The batch and the calls that were open, as stored. A batch that another program ended
///   stays as it is.
func endBatch(
    _ batch: ModelBatch, by end: BatchEnd, at now: Instant, in store: any ModelLedger
) throws -> (batch: ModelBatch, calls: [ModelCall]) {
    var ended = batch
    var calls: [ModelCall] = []
    ended.endedAt = now
    if end == .notSent { ended.status = ModelFailure(.batchEnded(end)).outcome }
    try store.ledger { ledger in
        for call in try ledger.openCalls(ofBatch: batch.number) {
            var call = call
            call.endedAt = now
            call.outcome = ModelFailure(.batchEnded(end)).outcome
            call.cost = end == .completed ? call.reserved : 0
            try ledger.end(call)
            calls.append(call)
        }
        if try ledger.openBatches().contains(where: { $0.number == batch.number }) {
            try ledger.put(batch: ended)
        }
    }
    return (ended, calls)
}

extension ModelBatch {
    /// The id of a line's question at the server.
    func questionID(_ line: Int64) -> String { "\(name)-\(line)" }
}

extension InsightSurroundings {
    /// A name for the batches of this command.
    fileprivate var batchName: String {
        "afterword-" + String(UInt64(bitPattern: batch), radix: 16)
    }
}
