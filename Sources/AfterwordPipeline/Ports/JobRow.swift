package import AfterwordCore

/// A row of `service_jobs`: work that a request of the service asked for, and what became of it.
///
/// It is what a `202` points to, what a key's quota is counted by, and what a request that is sent
/// again is answered from. The rows belong to one store and are not copied; those of work that
/// ended are removed after a day.
package struct JobRow: Equatable, Sendable {
    /// Where the work stands.
    package enum Status: String, CaseIterable, Sendable {
        case queued
        case running
        case done
        case failed
    }

    /// 32 hexadecimal digits.
    package var job: String
    /// The key's name; empty where no keys are asked for.
    package var askedBy: String
    /// What the client called the request, as a digest; nil where it gave it no name.
    package var idempotency: Digest256?
    /// Over what the request asked for.
    package var request: Digest256
    package var scope: ReviewScope
    package var language: String
    package var status: Status
    package var createdAt: Instant
    package var startedAt: Instant?
    package var endedAt: Instant?
    /// Until then its process is alive; one that is open and older was lost.
    package var leaseUntil: Instant
    /// Whether it reached a model, or may: such jobs are counted against the quota.
    package var isCounted: Bool
    /// The run that made the insight, or in which it stands.
    package var madeRun: Int64?
    /// The kind of problem, and what it says, where it failed.
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

    package var isOpen: Bool { status == .queued || status == .running }

    /// Whether the process that worked on it is gone.
    package func isLost(at now: Instant) -> Bool { isOpen && leaseUntil < now }

    /// Over the row of `service_jobs`.
    package var seal: Digest128 {
        var builder = DigestBuilder(domain: "afterword.seal.job.1")
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

/// Jobs inside one transaction: nobody else changes them meanwhile.
package protocol JobTransaction: AnyObject {
    func job(_ id: String) throws -> JobRow?
    /// The job of a request by the name that its client gave it.
    func job(askedBy: String, idempotency: Digest256) throws -> JobRow?
    /// A job that is open for a scope and language.
    func openJob(scope: ReviewScope, language: String) throws -> JobRow?
    /// When the jobs were created that count against a key's quota, after a moment: the oldest
    /// first.
    func countedJobs(askedBy: String, after instant: Instant) throws -> [Instant]
    /// A job: that of its id is replaced.
    func put(job: JobRow) throws
    /// Removes jobs that ended before a moment, and open ones whose lease ran out before it.
    func removeJobs(before instant: Instant) throws
}

/// Where the jobs of the service are kept.
package protocol JobStore: Sendable {
    /// Whether other processes see the jobs, and `StoreReader.job` reads them.
    var isShared: Bool { get }
    /// One short transaction.
    ///
    /// - Throws: `StoreFault.locked` where another program writes the store.
    func jobs<Result: Sendable>(
        _ body: @escaping @Sendable (any JobTransaction) throws -> Result
    ) async throws -> Result
}

/// Jobs in memory, of a service whose store cannot be written: another process knows nothing of
/// them.
package actor MemoryJobStore: JobStore {
    package nonisolated let isShared = false
    private let rows = MemoryJobs()

    package init() {}

    package func jobs<Result: Sendable>(
        _ body: @escaping @Sendable (any JobTransaction) throws -> Result
    ) async throws -> Result { try body(rows) }
}

/// Jobs by their ids.
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
