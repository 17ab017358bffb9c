package import AfterwordCore

/// Options for making insights.
package struct InsightOptions: Sendable {
    package var language = Language.english
    /// Whether the model is asked even if the answer is cached.
    package var isRefreshing = false
    package var budget = Budget()
    /// The most concurrent requests, and the width of parallel composing.
    package var parallel = 4
    /// Whether the portfolio's themes are counted too, where the history changed since the last
    /// count.
    package var countsThemes = false
    /// The limit on the reviews sent to a model, as `tokenBound` counts.
    package var evidenceTokens = EvidenceLimit.tokens
    /// Whether questions are asked in batches, at their price.
    package var isBatch = false
    /// The most questions of one batch.
    package var batchLimit = QuestionLimit()
    /// The run whose reviews are asked about; nil for the newest.
    package var asOf: Int64?
    /// Whether an insight of the same answer or of later reviews stays also where it was stored
    /// before the reviews were read.
    package var isOnce = false
    /// The most scopes per wave.
    package static let wave = 64

    package init() {}
}

/// The most of one batch: a little less than servers take.
package struct QuestionLimit: Sendable {
    package var questions = 50_000
    package var bytes = 150 << 20

    package init() {}
}

/// The spending limits in nano-dollars; days and months are in UTC.
package struct Budget: Equatable, Sendable {
    package static let nanodollars: Int64 = 1_000_000_000

    /// The period of a limit.
    package enum Span: String, CaseIterable, Sendable {
        case run, day, month
    }

    /// The limit per command; one dollar by default.
    package var run = nanodollars
    package var day = 5 * nanodollars
    package var month = 50 * nanodollars

    package init() {}

    package func ceiling(_ span: Span) -> Int64 {
        switch span {
        case .run: run
        case .day: day
        case .month: month
        }
    }

    /// Whether an amount fits below every limit.
    ///
    /// - Parameters:
    ///   - spent: The amount spent or reserved in a period.
    ///   - onTheWay: The part of `spent` that is reserved by calls that have not ended.
    package func verdict(
        on amount: Int64, spent: (Span) throws -> Int64, onTheWay: (Span) throws -> Int64
    ) rethrows -> BudgetVerdict {
        var verdict = BudgetVerdict.fits
        for span in Span.allCases {
            let before = try spent(span)
            guard saturatingSum(before, amount) > ceiling(span) else { continue }
            let refusal = BudgetRefusal(
                span: span, spent: before, asked: amount, ceiling: ceiling(span))
            let settled = saturatingSum(before, -(try onTheWay(span)))
            guard saturatingSum(settled, amount) <= ceiling(span) else { return .refused(refusal) }
            if case .fits = verdict { verdict = .full(refusal) }
        }
        return verdict
    }
}

/// Whether an amount fits into the budget.
package enum BudgetVerdict: Equatable, Sendable {
    case fits
    /// It may fit when open calls end, because reservations exceed their final cost.
    case full(BudgetRefusal)
    case refused(BudgetRefusal)
}

/// A call that was not made because its reservation would exceed a limit. Amounts in nano-dollars.
package struct BudgetRefusal: Error, Equatable, Sendable {
    package var span: Budget.Span
    package var spent: Int64
    package var asked: Int64
    package var ceiling: Int64
}

/// A call with a reported usage, or a cost at the tier of its answer, above its upper bound.
package struct BeyondBound: Equatable, Sendable {
    package var usage: ModelUsage
    /// Nil where only the most that it can cost is known, as of a question in a batch.
    package var bound: ModelUsage?
    /// Nano-dollars: the booked cost, and the most that one attempt can cost.
    package var cost: Int64
    package var price: Int64
    /// The tier that the answer names; the dearest for an unknown name.
    package var tier: ServiceTier

    /// Whether the counts are those of the question, and the tier that the answer names is dearer
    /// than the one that was asked for.
    package var isOfTier: Bool { bound.map { usage.isWithin($0) } ?? false }
}

/// Progress messages while insights are made.
package enum InsightNotice: Equatable, Sendable {
    /// Open requests, and the age of the oldest one in seconds.
    case waitingForModel(questions: Int, seconds: Int64)
    /// Another program has sent the same requests; their leases may still expire.
    case waitingForAnother(scopes: [ReviewScope])
    /// Reservations of open calls leave no room below a limit.
    case waitingForBudget(BudgetRefusal)
    /// An answer was unusable.
    case unusable(ReviewScope, ModelFailure.Fault, isAskedAgain: Bool)
    case beyondBound(ReviewScope, BeyondBound)
    /// The usage of a call is missing or implausible; the call is booked at the most it can cost.
    case unknownUsage(ReviewScope)
}

/// The clock, waits and messages that the caller provides.
package struct InsightSurroundings: Sendable {
    package var now: @Sendable () -> Instant
    /// Pauses before the next attempt to get a locked store.
    package var pause: @Sendable () async -> Void
    /// The most attempts to get a locked store.
    package var patience = 6_000
    /// Pauses before the next look at another program's call; `waits` is the most such pauses
    /// without progress.
    package var wait: @Sendable () async -> Void
    package var waits = 1_200
    /// Sleeps until leases are to be renewed: a quarter of `callLeaseSeconds`. Returns early when
    /// its task is canceled.
    package var beat: @Sendable () async -> Void = {
        try? await Task.sleep(for: .seconds(callLeaseSeconds / 4))
    }
    package var notice: @Sendable (InsightNotice) -> Void = { _ in }
    /// The id of one command's calls; unique per command.
    package var batch: Int64
    package var progress: @Sendable (_ done: Int, _ of: Int) -> Void

    package init(
        now: @escaping @Sendable () -> Instant, batch: Int64,
        pause: @escaping @Sendable () async -> Void = { await Task.yield() },
        progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) {
        self.now = now
        self.batch = batch
        self.pause = pause
        wait = pause
        self.progress = progress
    }

    /// Runs `body`, which needs a lock of the store, and retries after a pause while another
    /// program holds the lock.
    ///
    /// - Throws: `StoreFault.locked` after `patience` attempts, and any other error of `body`.
    func whenFree<Result>(_ body: () throws -> Result) async throws -> Result {
        for _ in 0..<patience {
            do {
                return try body()
            } catch StoreFault.locked {
                await pause()
            }
        }
        throw StoreFault.locked
    }
}

/// The result for one scope.
package enum InsightOutcome: Equatable, Sendable {
    /// The stored insight stays; its evidence is unchanged.
    case standing(InsightRow)
    case made(InsightRow)
    case notEnough(NotEnoughData)
    case failed(ModelFailure)
    /// Another program's call for the same request did not end in time.
    case stillAsked
    /// A batch asks the same; `collectBatches` takes the answer.
    case inBatch
    /// Not attempted because the run ended before.
    case notTried

    package var row: InsightRow? {
        switch self {
        case .standing(let row), .made(let row): row
        default: nil
        }
    }
}

/// The result of making insights.
package struct InsightReport: Sendable {
    package var outcomes: [(scope: ReviewScope, outcome: InsightOutcome)] = []
    /// The number of requests sent, and of answers taken from the cache.
    package var calls = 0
    package var cacheHits = 0
    /// In nano-dollars.
    package var cost: Int64 = 0
    /// The insight runs that were stored.
    package var runs: [Int64] = []
    package var refusal: BudgetRefusal?
    /// The failure that stopped all further requests.
    package var ending: ModelFailure?
    /// The first call with a usage above its bound; it ended the run.
    package var beyond: BeyondBound?
    /// Whether at least one request has been sent and booked.
    var isProven = false

    package init() {}

    package var made: Int { outcomes.count { if case .made = $0.outcome { true } else { false } } }
    package var standing: Int {
        outcomes.count { if case .standing = $0.outcome { true } else { false } }
    }
    /// Scopes whose request failed.
    package var failures: [(scope: ReviewScope, failure: ModelFailure)] {
        outcomes.compactMap { entry in
            guard case .failed(let failure) = entry.outcome, failure.fault != .leftAlone else {
                return nil
            }
            return (entry.scope, failure)
        }
    }
    /// Scopes whose earlier answers were unusable, so that no request was sent.
    package var leftAlone: [ReviewScope] {
        outcomes.compactMap { entry in
            if case .failed(ModelFailure(.leftAlone)) = entry.outcome { entry.scope } else { nil }
        }
    }
}

/// Why no insights can be made at all.
package enum InsightFault: Error, Equatable, Sendable {
    case noSuchScope(String)
    /// No dump has been loaded yet.
    case noRuns
}
