package import AfterwordCore

/// How insights are made.
package struct InsightOptions: Sendable {
    package var language = Language.english
    /// Asks again where the answer is known.
    package var isRefreshing = false
    package var budget = Budget()
    /// Questions on their way at once; as many threads work on what is computed here.
    package var parallel = 4
    /// Counts themes across the portfolio as well, where a dump came since they were counted.
    package var countsThemes = false
    /// What a model is shown, as `tokenBound` counts it.
    package var evidenceTokens = EvidenceLimit.tokens
    /// Insights of one transaction.
    package static let wave = 64

    package init() {}
}

/// What may be spent, in nano-dollars; days and months are those of UTC.
package struct Budget: Equatable, Sendable {
    package static let nanodollars: Int64 = 1_000_000_000

    package enum Span: String, CaseIterable, Sendable {
        case run, day, month
    }

    /// One dollar a command.
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

    /// Whether so much more fits below every ceiling.
    ///
    /// - Parameters:
    ///   - spent: What is spent or reserved.
    ///   - onTheWay: Of it, what is reserved by calls that have not ended.
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

package enum BudgetVerdict: Equatable, Sendable {
    case fits
    /// Only what is reserved by calls on their way is in its way: when they end, it may fit.
    case full(BudgetRefusal)
    case refused(BudgetRefusal)
}

/// A call that was not made: its reservation would have passed a ceiling. Nano-dollars.
package struct BudgetRefusal: Error, Equatable, Sendable {
    package var span: Budget.Span
    package var spent: Int64
    package var asked: Int64
    package var ceiling: Int64
}

/// A call that says to have used more than it can have.
package struct BeyondBound: Equatable, Sendable {
    package var usage: ModelUsage
    package var bound: ModelUsage
    /// Nano-dollars: what was booked, and the most that one try can cost.
    package var cost: Int64
    package var price: Int64
}

/// What happens while insights are made, for those who wait.
package enum InsightNotice: Equatable, Sendable {
    /// So many questions have no answer yet, the oldest of them for so many seconds.
    case waitingForModel(questions: Int, seconds: Int64)
    /// Another program asks the same; its lease ends then, where it does not renew it.
    case waitingForAnother(scopes: [ReviewScope])
    /// What is reserved by calls on their way leaves no room below a ceiling.
    case waitingForBudget(BudgetRefusal)
    /// An answer could not be used.
    case unusable(ReviewScope, ModelFailure.Fault, isAskedAgain: Bool)
    case beyondBound(ReviewScope, BeyondBound)
    /// What a call used is not said, or cannot be believed: it counts as the most it can cost.
    case unknownUsage(ReviewScope)
}

/// What the shell gives to the making of insights.
package struct InsightSurroundings: Sendable {
    package var now: @Sendable () -> Instant
    /// Waits a little for another program, before the next look.
    package var pause: @Sendable () async -> Void
    /// How often it looks before it gives up.
    package var patience = 6_000
    /// Waits before the next look whether another program's question has ended, and how often it does.
    package var wait: @Sendable () async -> Void
    package var waits = 1_200
    /// Waits until leases are to be renewed: a quarter of `callLeaseSeconds`. Ends when its task is cancelled.
    package var beat: @Sendable () async -> Void = {
        try? await Task.sleep(for: .seconds(callLeaseSeconds / 4))
    }
    package var notice: @Sendable (InsightNotice) -> Void = { _ in }
    /// Names the calls of one command; no two commands have the same.
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

    /// Does something that needs a lock of the store, again after each pause where another program has it.
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

/// What became of a scope.
package enum InsightOutcome: Equatable, Sendable {
    /// It stands as it was made: what it was made of is the same.
    case standing(InsightRow)
    case made(InsightRow)
    case notEnough(NotEnoughData)
    case failed(ModelFailure)
    /// Another program asks the same and did not come to an end.
    case stillAsked
    /// Left out when the run was ended by what came before.
    case notTried

    package var row: InsightRow? {
        switch self {
        case .standing(let row), .made(let row): row
        default: nil
        }
    }
}

/// What making insights came to.
package struct InsightReport: Sendable {
    package var outcomes: [(scope: ReviewScope, outcome: InsightOutcome)] = []
    /// Questions that were asked, and answers that were known.
    package var calls = 0
    package var cacheHits = 0
    /// Nano-dollars.
    package var cost: Int64 = 0
    /// Runs of insights that were made.
    package var runs: [Int64] = []
    package var refusal: BudgetRefusal?
    /// The failure after which nothing more was asked.
    package var ending: ModelFailure?
    /// The first call that says to have used more than it can have; the run ended with it.
    package var beyond: BeyondBound?
    /// A question was asked and booked.
    var isProven = false

    package init() {}

    package var made: Int { outcomes.count { if case .made = $0.outcome { true } else { false } } }
    package var standing: Int {
        outcomes.count { if case .standing = $0.outcome { true } else { false } }
    }
    /// Scopes that were asked about and have no insight.
    package var failures: [(scope: ReviewScope, failure: ModelFailure)] {
        outcomes.compactMap { entry in
            guard case .failed(let failure) = entry.outcome, failure.fault != .leftAlone else {
                return nil
            }
            return (entry.scope, failure)
        }
    }
    /// Scopes whose answers could not be used before: not asked about again.
    package var leftAlone: [ReviewScope] {
        outcomes.compactMap { entry in
            if case .failed(ModelFailure(.leftAlone)) = entry.outcome { entry.scope } else { nil }
        }
    }
}

/// Why insights cannot be made at all.
package enum InsightFault: Error, Equatable, Sendable {
    case noSuchScope(String)
    /// Nothing was loaded yet.
    case noRuns
}
