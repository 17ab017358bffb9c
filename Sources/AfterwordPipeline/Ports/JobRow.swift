package import AfterwordCore

/// A row of `service_jobs`: work that a request to the service started, and its state.
///
/// A `202` response refers to it, a key's quota counts it, and a repeated request is answered from
/// it. The rows belong to one store and are not copied. Finished jobs are removed after a day.
package struct JobRow: Equatable, Sendable {
    /// The state of a job.
    package enum Status: String, CaseIterable, Sendable {
        case queued
        case running
        case done
        case failed
    }

    /// 32 hexadecimal digits.
    package var job: String
    /// The API key's name; empty where the service needs no keys.
    package var askedBy: String
    /// Digest of the client's idempotency key; nil where it sent none.
    package var idempotency: Digest256?
    /// Digest of what the request asked for.
    package var request: Digest256
    package var scope: ReviewScope
    package var language: String
    package var status: Status
    package var createdAt: Instant
    package var startedAt: Instant?
    package var endedAt: Instant?
    /// Lease of the process that works on it; an open job past its lease is lost.
    package var leaseUntil: Instant
    /// Whether it called a model, or may: such jobs count against the quota.
    package var isCounted: Bool
    /// The run that made the insight, or that already holds it.
    package var madeRun: Int64?
    /// Of a failed job: the kind of problem, and its details.
    package var problem: String?
    package var detail: String?

    package init(
        job: String, askedBy: String, request: Digest256, scope: ReviewScope, language: String,
        createdAt: Instant
    ) {
        self.job = job
        self.askedBy = askedBy
        self.request = request
        self.scope = scope
        self.language = language
        status = .queued
        self.createdAt = createdAt
        leaseUntil = createdAt
        isCounted = false
    }

    /// Queued or running.
    package var isOpen: Bool { status == .queued || status == .running }

    /// Whether the job is open and past its lease: its process is gone.
    package func isLost(at now: Instant) -> Bool { isOpen && leaseUntil < now }

    /// Row checksum of `service_jobs`.
    package var rowChecksum: Digest128 {
        var builder = DigestRules.current.encoder(for: .jobChecksum)
        builder.add(job)
        builder.add(askedBy)
        builder.add(optional: idempotency.map { Text($0.description) })
        builder.add(raw: request)
        builder.add(scope.kind)
        builder.add(scope.id.string)
        builder.add(language)
        builder.add(status.rawValue)
        for instant in [createdAt, startedAt, endedAt, leaseUntil] as [Instant?] {
            builder.add(optional: instant?.microseconds)
        }
        builder.add(Int64(isCounted ? 1 : 0))
        builder.add(optional: madeRun)
        for text in [problem, detail] { builder.add(optional: text.map { Text($0) }) }
        return builder.finish128()
    }
}

/// Access to jobs inside one transaction, isolated from other processes.
package protocol JobTransaction: AnyObject {
    /// The job with this id.
    func job(_ id: String) throws -> JobRow?
    /// The job of a key's request with this idempotency digest.
    func job(askedBy: String, idempotency: Digest256) throws -> JobRow?
    /// An open job for a scope and language.
    func openJob(scope: ReviewScope, language: String) throws -> JobRow?
    /// Creation times, oldest first, of a key's jobs after a moment that count against its quota.
    func countedJobs(askedBy: String, after instant: Instant) throws -> [Instant]
    /// Upserts a job by its id.
    func put(job: JobRow) throws
    /// Removes jobs that ended before a moment, and open ones whose lease ended before it.
    func removeJobs(before instant: Instant) throws
}

/// Where the service keeps its jobs. Many tasks may use it at once.
package protocol JobStore: Sendable {
    /// Whether other processes see the jobs, and `StoreReader.job` reads them.
    var isShared: Bool { get }
    /// Runs `body` in one short transaction.
    ///
    /// - Throws: `StoreFault.locked` where another program writes the store; what `body` throws.
    func jobs<Result: Sendable>(
        _ body: @escaping @Sendable (any JobTransaction) throws -> Result
    ) async throws -> Result
}

/// Jobs in memory, for a service whose store is read-only: other processes do not see them.
package actor MemoryJobStore: JobStore {
    package nonisolated let isShared = false
    private let rows = MemoryJobs()

    package init() {}

    package func jobs<Result: Sendable>(
        _ body: @escaping @Sendable (any JobTransaction) throws -> Result
    ) async throws -> Result { try body(rows) }
}

/// Jobs in memory, by their ids.
package final class MemoryJobs: JobTransaction {
    package var rows: [String: JobRow] = [:]

    package init() {}

    package func job(_ id: String) -> JobRow? { rows[id] }

    package func job(askedBy: String, idempotency: Digest256) -> JobRow? {
        rows.values.first { $0.askedBy == askedBy && $0.idempotency == idempotency }
    }

    package func openJob(scope: ReviewScope, language: String) -> JobRow? {
        rows.values.filter { $0.isOpen && $0.scope == scope && $0.language == language }
            .max { $0.createdAt < $1.createdAt }
    }

    package func countedJobs(askedBy: String, after instant: Instant) -> [Instant] {
        rows.values.filter { $0.isCounted && $0.askedBy == askedBy && $0.createdAt > instant }
            .map(\.createdAt).sorted()
    }

    package func put(job: JobRow) { rows[job.job] = job }

    package func removeJobs(before instant: Instant) {
        rows = rows.filter { !$0.value.isOver(before: instant) }
    }
}

extension JobRow {
    fileprivate func isOver(before instant: Instant) -> Bool {
        (endedAt ?? leaseUntil) < instant
    }
}
