import AfterwordCore
import AfterwordPipeline
import Logging

/// Makes insights, at most one at a time for each order (scope and language), and keeps one job row
/// for each request that waits for an insight.
///
/// 1. A job row is stored before its work begins and holds the outcome when the work ends.
/// 2. Only requests that reach a model count against a key's quota.
/// 3. While the process runs it renews the leases of its jobs, every quarter of `leaseSeconds`. A
///    job whose lease has run out is lost.
actor InsightQueue {
    /// What to make an insight of, and in which language.
    struct Order: Hashable, Sendable {
        var scope: ReviewScope
        var language: Language
    }

    /// A client's request for an insight.
    struct Request: Sendable {
        var order: Order
        var askedBy: String
        /// Digest of the client's `Idempotency-Key`; nil when the client sent none.
        var idempotency: Digest256?

        /// Digest of the order. A repeated `Idempotency-Key` must come with the same digest.
        var digest: Digest256 {
            var builder = DigestEncoder(domain: "afterword.job.request.1")
            builder.add(order.scope.kind)
            builder.add(order.scope.id.string)
            builder.add(order.language.rawValue)
            return builder.finish()
        }
    }

    /// The outcome of the work.
    enum End: Sendable {
        case insight(InsightRow)
        case problem(Problem)
    }

    /// A job that was started now or already existed.
    struct Begun: Sendable {
        var job: JobRow
        /// The running work, if it runs in this process.
        var work: Task<End, Never>?
        var quota: Quota?
    }

    /// The quota of a key: questions to a model within a sliding hour.
    struct Quota: Equatable, Sendable {
        static let seconds: Int64 = 3_600

        var limit: Int
        var remaining: Int
        /// Seconds until another question is allowed.
        var seconds: Int64
    }

    private struct Flight {
        var work: Task<End, Never>
        var jobs: [JobRow]
    }

    private let make: InsightMaker
    private let jobs: any JobStore
    private let limits: ServiceLimits
    private let now: @Sendable () -> Instant
    private let logger = Logger(label: "afterword.insights")
    private var open: [Order: Flight] = [:]
    private var running = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(
        _ make: @escaping InsightMaker, jobs: any JobStore, limits: ServiceLimits,
        now: @escaping @Sendable () -> Instant
    ) {
        self.make = make
        self.jobs = jobs
        self.limits = limits
        self.now = now
    }

    /// Waits for running and waiting work, at most `patience`; what is not done then goes on.
    func finish(within patience: Duration) async {
        let underWay = open.values.map(\.work)
        // Running out of patience is no fault here: the jobs that remain read as lost later.
        try? await firstOf(patience) { answer in
            Task {
                for task in underWay { _ = await task.value }
                answer(.success(()))
            }
        }
    }

    /// Whether this process is running a job's work.
    func isAlive(_ job: String) -> Bool {
        open.values.contains { $0.jobs.contains { $0.job == job } }
    }

    /// The stored job of an earlier request with the same idempotency key; nil for a new request.
    /// Also removes jobs that ended, or whose lease ran out, more than `keptSeconds` ago.
    ///
    /// - Throws: `Problem` of kind `idempotencyKeyReused` when the earlier request had another
    ///   order.
    func known(_ request: Request) async throws -> Begun? {
        guard let name = request.idempotency else { return nil }
        let oldest = now().adding(seconds: -Self.keptSeconds)
        let found = try await jobs.jobs { jobs in
            try jobs.removeJobs(before: oldest)
            return try jobs.job(askedBy: request.askedBy, idempotency: name)
        }
        guard let found else { return nil }
        guard found.request == request.digest else {
            throw Problem(.idempotencyKeyReused, "Idempotency-Key: was used for another request")
        }
        return Begun(job: found, work: open[request.order]?.work)
    }

    /// Stores the outcome of a request that needed no work, if the request has an idempotency key.
    func record(_ end: End, of request: Request) async throws {
        guard request.idempotency != nil else { return }
        var job = newJob(request)
        finish(&job, end)
        job.isCounted = false
        let row = job
        try await jobs.jobs { try $0.put(job: row) }
    }

    /// Starts the work, or joins running work for the same order.
    ///
    /// - Parameter asks: Whether the work reaches a model, and so counts against the quota.
    /// - Throws: `Problem` of kind `busy` when `openInsights` orders are open, `tooManyRequests`
    ///   when the key's quota is used up, `StoreFault` when the job cannot be stored.
    func begin(_ request: Request, asks: Bool) async throws -> Begun {
        if let begun = joined(request) { return begun }
        guard open.count < limits.openInsights else {
            throw Problem(.busy, "too many insights are being made", retryAfter: 10)
        }
        var job = newJob(request)
        // Joining running work asks the model no second time.
        job.isCounted = asks && open[request.order] == nil
        let (row, limit) = (job, limits.insightsPerHour)
        let quota = try await jobs.jobs { jobs in
            try Self.enter(row, within: limit, jobs)
        }
        // Another request may have started the same order during the await.
        if let flight = open[request.order] {
            open[request.order]?.jobs.append(job)
            return Begun(job: job, work: flight.work, quota: quota)
        }
        let order = request.order
        let work = Task { await self.carryOut(order) }
        open[order] = Flight(work: work, jobs: [job])
        return Begun(job: job, work: work, quota: quota)
    }

    /// The same key's open job for the order. Used only for requests without an idempotency key,
    /// because each of those keys needs a job row of its own.
    private func joined(_ request: Request) -> Begun? {
        guard request.idempotency == nil, let flight = open[request.order],
            let own = flight.jobs.first(where: { $0.askedBy == request.askedBy })
        else { return nil }
        return Begun(job: own, work: flight.work)
    }

    private func newJob(_ request: Request) -> JobRow {
        var job = JobRow(
            job: UInt64.random(in: 0...UInt64.max).hexadecimal
                + UInt64.random(in: 0...UInt64.max).hexadecimal,
            askedBy: request.askedBy, request: request.digest, scope: request.order.scope,
            language: request.order.language.rawValue, createdAt: now())
        job.idempotency = request.idempotency
        job.leaseUntil = job.createdAt.adding(seconds: Self.leaseSeconds)
        return job
    }

    /// Stores a job if the key's quota allows it.
    ///
    /// - Returns: The quota after this job.
    private static func enter(
        _ job: JobRow, within limit: Int, _ jobs: any JobTransaction
    ) throws -> Quota {
        try jobs.removeJobs(before: job.createdAt.adding(seconds: -keptSeconds))
        let counted = try jobs.countedJobs(
            askedBy: job.askedBy, after: job.createdAt.adding(seconds: -Quota.seconds))
        let used = counted.count + (job.isCounted ? 1 : 0)
        let oldest = counted.first ?? job.createdAt
        let free = oldest.adding(seconds: Quota.seconds)
        let left = max(1, (free.microseconds - job.createdAt.microseconds + 999_999) / 1_000_000)
        guard used <= limit else {
            throw Problem(
                .tooManyRequests, "\(several(limit, "question")) to a model in an hour",
                retryAfter: left)
        }
        try jobs.put(job: job)
        return Quota(limit: limit, remaining: limit - used, seconds: left)
    }

    // MARK: Work

    private func carryOut(_ order: Order) async -> End {
        if running < limits.insightsAtOnce {
            running += 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
        await update(order) { job, now in
            job.status = .running
            job.startedAt = now
        }
        let beat = Task {
            // A cancelled sleep ends the renewals.
            while (try? await Task.sleep(for: .seconds(Self.leaseSeconds / 4))) != nil {
                await self.update(order) { _, _ in }
            }
        }
        let (end, isAsked) = await result(order)
        beat.cancel()
        if waiting.isEmpty { running -= 1 } else { waiting.removeFirst().resume() }
        let flight = open.removeValue(forKey: order)
        await keep(
            (flight?.jobs ?? []).map { job in
                var job = job
                finish(&job, end)
                if !isAsked { job.isCounted = false }
                return job
            })
        return end
    }

    private func result(_ order: Order) async -> (End, isAsked: Bool) {
        do {
            return Self.end(try await make(order.scope, order.language))
        } catch let fault as StoreFault {
            return (.problem(fault.problem), true)
        } catch let problem as Problem {
            return (.problem(problem), true)
        } catch {
            return (.problem(Problem(unexpected: error)), true)
        }
    }

    /// The outcome as a client sees it, and whether a model was asked.
    static func end(_ outcome: InsightOutcome) -> (End, isAsked: Bool) {
        switch outcome {
        case .standing(let row): (.insight(row), false)
        case .made(let row): (.insight(row), true)
        case .notEnough(let data):
            (
                .problem(
                    Problem(
                        .notEnoughData,
                        "\(data.reviews) of at least "
                            + "\(several(data.threshold, "review")) with a text")), false
            )
        case .failed(let failure): (.problem(Problem(.modelFailed, failure.outcome)), true)
        case .stillAsked:
            (.problem(Problem(.modelFailed, "another program asks the same")), false)
        case .inBatch: (.problem(Problem(.modelFailed, "a batch asks the same")), false)
        case .notTried: (.problem(Problem(.budgetSpent, "no question was asked")), false)
        }
    }

    private func finish(_ job: inout JobRow, _ end: End) {
        job.endedAt = now()
        switch end {
        case .insight(let row): (job.status, job.madeRun) = (.done, row.madeRun)
        case .problem(let problem):
            job.status = .failed
            (job.problem, job.detail) = (problem.kind.rawValue, problem.detail)
        }
    }

    /// Changes all jobs of an order and renews their leases.
    private func update(
        _ order: Order, _ change: (inout JobRow, Instant) -> Void
    ) async {
        guard var flight = open[order] else { return }
        let now = now()
        for index in flight.jobs.indices {
            change(&flight.jobs[index], now)
            flight.jobs[index].leaseUntil = now.adding(seconds: Self.leaseSeconds)
        }
        open[order]?.jobs = flight.jobs
        await keep(flight.jobs)
    }

    /// Writes job rows. A store error is logged and ends no work: the next renewal writes the same
    /// rows again. If the final write fails, the job reads as lost once its lease has run out.
    private func keep(_ rows: [JobRow]) async {
        do {
            try await jobs.jobs { jobs in
                for row in rows { try jobs.put(job: row) }
            }
        } catch {
            let cause = (error as? StoreFault)?.cause ?? "\(type(of: error))"
            logger.error(
                "jobs could not be written",
                metadata: ["jobs": "\(rows.count)", "cause": "\(cause)"])
        }
    }

    /// Seconds for which a lease is valid; a process that does not renew it for that long loses the
    /// job.
    static let leaseSeconds: Int64 = 120
    /// Seconds for which a job and its idempotency key are kept after the job has ended.
    static let keptSeconds: Int64 = 86_400
}

extension UInt64 {
    fileprivate var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
