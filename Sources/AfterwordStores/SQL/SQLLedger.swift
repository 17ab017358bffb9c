import AfterwordCore
import AfterwordPipeline

/// Queries and writes within one ledger transaction. Each `?` takes the next value.
protocol SQLLedgerSession: SQLSession {
    /// Runs a statement that returns no rows.
    func execute(_ sql: String, _ values: [SQLValue]) throws
    /// Inserts one row, or updates the row with the same key.
    func put(_ row: some TableRow, into table: Table) throws
}

/// The ledger of model calls, jobs and API keys in an SQL store. Both stores run the same SQL.
final class SQLLedger: LedgerTransaction {
    let session: any SQLLedgerSession

    init(_ session: any SQLLedgerSession) { self.session = session }

    func answer(for key: Digest256) throws -> CachedAnswer? {
        try session.rows(
            "SELECT * FROM product_insights_cache WHERE cache_key = ?", [.text(key.description)]
        ) { try $0.cachedAnswer }.first
    }

    func openCall(for key: Digest256) throws -> ModelCall? {
        try session.rows(
            "SELECT * FROM llm_calls WHERE cache_key = ? AND ended_at IS NULL",
            [.text(key.description)]
        ) { try $0.modelCall }.first
    }

    private func sum(_ condition: String, _ value: Int64) throws -> Int64 {
        try session.rows(
            """
            SELECT CAST(COALESCE(SUM(COALESCE(cost_nanodollars, reserved_nanodollars)), 0) AS BIGINT)
                AS spent FROM llm_calls WHERE \(condition)
            """, [.number(value)]
        ) { try $0.number("spent") }.first ?? 0
    }

    func spent(since instant: Instant) throws -> Int64 {
        try sum("started_at >= ?", instant.microseconds)
    }

    func spent(batch: Int64) throws -> Int64 { try sum("batch = ?", batch) }

    func onTheWay(since instant: Instant, at now: Instant) throws -> Int64 {
        try reserved("started_at >= ?", instant.microseconds, now)
    }

    func onTheWay(batch: Int64, at now: Instant) throws -> Int64 {
        try reserved("batch = ?", batch, now)
    }

    private func reserved(_ condition: String, _ value: Int64, _ now: Instant) throws -> Int64 {
        try session.rows(
            """
            SELECT CAST(COALESCE(SUM(reserved_nanodollars), 0) AS BIGINT) AS open FROM llm_calls
            WHERE \(condition) AND ended_at IS NULL AND llm_batch IS NULL AND lease_until > ?
            """, [.number(value), .number(now.microseconds)]
        ) { try $0.number("open") }.first ?? 0
    }

    func unusableAnswers(for key: Digest256) throws -> Int64 {
        let outcomes = ModelFailure.unusable.map { "'\($0)'" }.joined(separator: ", ")
        return try session.rows(
            """
            SELECT COUNT(*) AS unusable FROM llm_calls
            WHERE cache_key = ? AND outcome IN (\(outcomes))
            """, [.text(key.description)]
        ) { try $0.number("unusable") }.first ?? 0
    }

    func begin(_ call: ModelCall) throws -> Int64 {
        // MAX is NULL where there is no call.
        let last =
            try session.rows(
                "SELECT MAX(call) AS last FROM llm_calls WHERE call > ?", [.number(0)]
            ) { try $0.optionalCount("last") }.first ?? nil
        var call = call
        call.call = (last ?? 0) + 1
        try end(call)
        return call.call
    }

    func end(_ call: ModelCall) throws {
        try session.put(call, into: .modelCalls)
    }

    func put(key: APIKeyRow) throws {
        try session.put(key, into: .apiKeys)
    }

    func put(answer: CachedAnswer) throws {
        try session.put(answer, into: .answers)
    }
}

// MARK: Batches

extension SQLLedger {
    func openBatches() throws -> [ModelBatch] {
        try session.rows(
            "SELECT * FROM llm_batches WHERE ended_at IS NULL ORDER BY llm_batch", []
        ) { try $0.modelBatch }
    }

    func begin(_ batch: ModelBatch) throws -> Int64 {
        let last =
            try session.rows(
                "SELECT MAX(llm_batch) AS last FROM llm_batches WHERE llm_batch > ?", [.number(0)]
            ) { try $0.optionalCount("last") }.first ?? nil
        var batch = batch
        batch.number = (last ?? 0) + 1
        try put(batch: batch)
        return batch.number
    }

    func append(items: [BatchItem]) throws {
        for item in items { try session.put(item, into: .batchItems) }
    }

    func openCalls(ofBatch number: Int64) throws -> [ModelCall] {
        try session.rows(
            "SELECT * FROM llm_calls WHERE llm_batch = ? AND ended_at IS NULL ORDER BY call",
            [.number(number)]
        ) { try $0.modelCall }
    }

    func put(batch: ModelBatch) throws { try session.put(batch, into: .modelBatches) }

    func items(ofBatch number: Int64) throws -> [BatchItem] {
        try session.rows(
            "SELECT * FROM llm_batch_items WHERE llm_batch = ? ORDER BY line", [.number(number)]
        ) { try $0.batchItem }
    }
}

// MARK: Jobs of the service

extension SQLLedger {
    static let jobOfID = "SELECT * FROM service_jobs WHERE job = ?"

    func job(_ id: String) throws -> JobRow? {
        try session.rows(Self.jobOfID, [.text(id)]) { try $0.jobRow }.first
    }

    func job(askedBy: String, idempotency: Digest256) throws -> JobRow? {
        try session.rows(
            "SELECT * FROM service_jobs WHERE asked_by = ? AND idempotency_digest = ?",
            [.text(askedBy), .text(idempotency.description)]
        ) { try $0.jobRow }.first
    }

    func openJob(scope: ReviewScope, language: String) throws -> JobRow? {
        try session.rows(
            """
            SELECT * FROM service_jobs WHERE kind = ? AND id = ? AND language = ?
                AND ended_at IS NULL ORDER BY created_at DESC LIMIT 1
            """, [.text(scope.kind), .text(scope.id.string), .text(language)]
        ) { try $0.jobRow }.first
    }

    func countedJobs(askedBy: String, after instant: Instant) throws -> [Instant] {
        try session.rows(
            """
            SELECT created_at FROM service_jobs
            WHERE asked_by = ? AND is_counted AND created_at > ? ORDER BY created_at
            """, [.text(askedBy), .number(instant.microseconds)]
        ) { try $0.instant("created_at") }
    }

    func put(job: JobRow) throws {
        try session.put(job, into: .jobs)
    }

    func removeJobs(before instant: Instant) throws {
        try session.execute(
            "DELETE FROM service_jobs WHERE COALESCE(ended_at, lease_until) < ?",
            [.number(instant.microseconds)])
    }
}
