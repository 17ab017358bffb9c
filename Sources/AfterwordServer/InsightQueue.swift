import AfterwordCore
import AfterwordPipeline

/// Has insights made, each at most once at a time, and keeps a job for each request that waits for one.
///
/// 1. A job is in the store before its work begins, and ends there with what came of it.
/// 2. Only what reaches a model is counted against a key's quota.
/// 3. As long as the process lives it renews the leases of its jobs; a job whose lease ran out is lost.
actor InsightQueue {
    struct Order: Hashable, Sendable {
        var scope: ReviewScope
        var language: Language
    }

    /// A request for an insight.
    struct Request: Sendable {
        var order: Order
        var askedBy: String
        /// What the client calls the request; nil where it gives it no name.
        var idempotency: Digest256?

        /// Over what is asked for: a name that is used again has to ask for the same.
        var digest: Digest256 {
            var builder = DigestBuilder(domain: "afterword.job.request.1")
            builder.add(order.scope.kind)
            builder.add(order.scope.id.string)
            builder.add(order.language.rawValue)
            return builder.finish()
        }
    }

    /// What came of the work.
    enum End: Sendable {
        case insight(InsightRow)
        case problem(Problem)
    }

    /// A job that was begun, or was there already.
    struct Begun: Sendable {
        var job: JobRow
        /// The work, where it is this process's.
        var work: Task<End, Never>?
        var quota: Quota?
    }

    /// What a key may still ask for.
    struct Quota: Equatable, Sendable {
        static let seconds: Int64 = 3_600

        var limit: Int
        var remaining: Int
        /// Seconds until one more is free.
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

    /// Work under way, for an orderly end.
    var underWay: [Task<End, Never>] { open.values.map(\.work) }

    /// Whether a job's work is under way in this process.
    func isAlive(_ job: String) -> Bool {
        open.values.contains { $0.jobs.contains { $0.job == job } }
    }

    /// The job of a request that was sent before under the same name; nil for a new one.
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

    /// Keeps what a named request came to without any work.
    func record(_ end: End, of request: Request) async throws {
        guard request.idempotency != nil else { return }
        var job = newJob(request)
        finish(&job, end)
        job.isCounted = false
        let row = job
        try await jobs.jobs { try $0.put(job: row) }
    }

    /// Begins the work, or joins what is under way for the same.
    ///
    /// - Parameter asks: Whether it reaches a model.
    func begin(_ request: Request, asks: Bool) async throws -> Begun {
        if let begun = joined(request) { return begun }
        guard open.count < limits.openInsights else {
            throw Problem(.busy, "too many insights are being made", retryAfter: 10)
        }
        var job = newJob(request)
        // Work that is under way already asks no second time.
        job.isCounted = asks && open[request.order] == nil
        let (row, limit) = (job, limits.insightsPerHour)
        let quota = try await jobs.jobs { jobs in
            try Self.enter(row, within: limit, jobs)
        }
        // Somebody may have begun the same meanwhile.
        if let flight = open[request.order] {
            open[request.order]?.jobs.append(job)
            return Begun(job: job, work: flight.work, quota: quota)
        }
        let order = request.order
        let work = Task { await self.carryOut(order) }
        open[order] = Flight(work: work, jobs: [job])
        return Begun(job: job, work: work, quota: quota)
    }

    /// A key's own job for the same, where the request has no name that has to be kept.
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

    /// Enters a job, where the quota allows it.
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
            // Of an error that nobody foresaw only the type is known to hold no data.
            let problem = Problem(.internalError, "see the log", cause: "\(type(of: error))")
            return (.problem(problem), true)
        }
    }

    /// What an outcome is to a client, and whether a model was asked.
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

    /// Changes the jobs of an order, and renews their leases.
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

    /// Writes jobs. Where the store cannot be written, a later renewal writes what this could not; an end that cannot be
    /// written reads as lost.
    private func keep(_ rows: [JobRow]) async {
        _ = try? await jobs.jobs { jobs in
            for row in rows { try jobs.put(job: row) }
        }
    }

    /// How long a process may be silent before its jobs are lost.
    static let leaseSeconds: Int64 = 120
    /// How long a job is kept after its end, and the name of a request with it.
    static let keptSeconds: Int64 = 86_400
}

extension UInt64 {
    fileprivate var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
