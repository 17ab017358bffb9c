package import AfterwordCore
package import AfterwordPipeline

/// The production store: a schema of one Postgres database.
///
/// The schema is the first of the connection's `search_path`; one store is one schema. A load holds an
/// advisory lock of that schema, so that a second run anywhere fails clearly; readers are
/// snapshots of their own.
package final class PostgresStore: ReviewStore {
    private let url: String
    /// The connection of loads and attempts.
    private let writer: PostgresConnection

    /// First half of the advisory locks' keys: `AFTW`. The second is the schema's.
    private static let lockClass = 0x4146_5457

    /// Connects, and brings the schema up to this program's; made where it is not there.
    package init(url: String) throws {
        self.url = url
        writer = try PostgresConnection(url: url)
        let encoding = try writer.run("SHOW server_encoding").first?.string("server_encoding")
        guard encoding == "UTF8" else {
            throw StoreFault.unreachable("the database's encoding is not UTF8")
        }
        try migrate()
    }

    private func migrate() throws {
        try transaction(writer, "BEGIN") {
            // One program at a time; the others find the schema made.
            try writer.run(
                "SELECT pg_advisory_xact_lock(\(Self.lockClass + 1), hashtext(current_schema()))")
            try writer.runAll(
                """
                CREATE TABLE IF NOT EXISTS migrations (name TEXT COLLATE "C" PRIMARY KEY)
                """)
            let done = Set(
                try writer.run("SELECT name FROM migrations").map { $0.string("name") })
            let known = PostgresSchema.migrations
            guard done.isSubset(of: known.map(\.name)) else { throw StoreFault.schemaNewer }
            for migration in known where !done.contains(migration.name) {
                try writer.runAll(migration.sql)
                try writer.run("INSERT INTO migrations VALUES ($1)", [migration.name])
            }
        }
    }

    package func load<Result>(
        _ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result
    ) throws -> Result {
        try transaction(writer, "BEGIN", commits: !intent.isRehearsal) {
            let lock = try writer.run(
                """
                SELECT pg_try_advisory_xact_lock(\(Self.lockClass), hashtext(current_schema()))
                    AS is_held
                """)
            guard lock.first?.number("is_held") == 1 else { throw StoreFault.locked }
            return try body(PostgresLoad(writer, attempt: intent.attempt))
        }
    }

    package func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        let connection = try PostgresConnection(url: url)
        return try transaction(
            connection, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY", commits: false
        ) {
            try body(SQLReader(PostgresSession(connection: connection)))
        }
    }

    /// Runs `body` in a transaction, which ends as undone when it throws.
    private func transaction<Result>(
        _ connection: PostgresConnection, _ begin: String, commits: Bool = true,
        _ body: () throws -> Result
    ) throws -> Result {
        try connection.run(begin)
        let result: Result
        do {
            result = try body()
        } catch {
            // What failed is told; a connection that is gone has undone its work already.
            _ = try? connection.run("ROLLBACK")
            throw error
        }
        try connection.run(commits ? "COMMIT" : "ROLLBACK")
        return result
    }

    /// Lets a role of the server read the views for analysts, and nothing else.
    package func grantReader(_ role: String) throws {
        guard let sql = try writer.run(PostgresSchema.grantReader, [role]).first?.string("sql")
        else { return }
        try writer.runAll(sql)
    }

    package func beginAttempt(startedAt instant: Instant, dump: String) throws -> Int64 {
        let rows = try writer.run(
            "INSERT INTO run_attempts (started_at, dump) VALUES ($1::bigint, $2) RETURNING attempt",
            [String(instant.microseconds), dump])
        return rows.first?.number("attempt") ?? 0
    }

    package func failAttempt(_ key: Int64, at instant: Instant, failure: String) throws {
        try writer.run(
            """
            UPDATE run_attempts SET ended_at = $1::bigint, failure = $2 WHERE attempt = $3::bigint
            """, [String(instant.microseconds), failure, String(key)])
    }
}

/// Questions to one Postgres snapshot.
private struct PostgresSession: SQLSession {
    let connection: PostgresConnection

    func rows<Found>(
        _ sql: String, _ values: [SQLValue], _ decode: (any ColumnRow) -> Found
    ) throws -> [Found] {
        // `?` in turn is `$1`, `$2` …; a number says its type, since parameters travel as text.
        var numbered = ""
        var place = 0
        for character in sql {
            guard character == "?" else {
                numbered.append(character)
                continue
            }
            if case .number = values[place] {
                numbered += "$\(place + 1)::bigint"
            } else {
                numbered += "$\(place + 1)"
            }
            place += 1
        }
        let parameters: [String?] = values.map { value in
            switch value {
            case .number(let number): String(number)
            case .text(let text): text
            }
        }
        return try connection.run(numbered, parameters).map { decode($0) }
    }
}
