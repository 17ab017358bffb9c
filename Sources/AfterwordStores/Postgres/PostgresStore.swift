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

    package init(url: String, opening: StoreOpening = .making) throws {
        self.url = url
        writer = try PostgresConnection(url: url)
        let encoding = try writer.run("SHOW server_encoding").first?.string("server_encoding")
        guard encoding == "UTF8" else {
            throw StoreFault.unreachable("the database's encoding is not UTF8")
        }
        switch opening {
        case .making: try transaction(writer, "BEGIN") { try migrate() }
        case .existing: try checkSchema()
        case .rehearsing: break
        }
    }

    private func isMade() throws -> Bool {
        let found = try writer.run(
            """
            SELECT EXISTS (SELECT FROM pg_tables
                WHERE schemaname = current_schema() AND tablename = 'migrations') AS is_made
            """)
        return found.first?.number("is_made") == 1
    }

    /// The migrations that are done; refuses those of a newer program.
    private func doneMigrations() throws -> Set<String> {
        let done = Set(try writer.run("SELECT name FROM migrations").map { $0.string("name") })
        guard done.isSubset(of: PostgresSchema.migrations.map(\.name)) else {
            throw StoreFault.schemaNewer
        }
        return done
    }

    private func checkSchema() throws {
        guard try isMade(), try doneMigrations().count == PostgresSchema.migrations.count else {
            throw StoreFault.unreachable(StoreOpening.notCurrent)
        }
    }

    /// Inside a transaction: with it all of the schema is made, or undone.
    private func migrate() throws {
        // One program at a time; the others find the schema made.
        try writer.run(
            "SELECT pg_advisory_xact_lock(\(Self.lockClass + 1), hashtext(current_schema()))")
        if try !isMade() {
            try writer.runAll(#"CREATE TABLE migrations (name TEXT COLLATE "C" PRIMARY KEY)"#)
        }
        let done = try doneMigrations()
        for migration in PostgresSchema.migrations where !done.contains(migration.name) {
            try writer.runAll(migration.sql)
            try writer.run("INSERT INTO migrations VALUES ($1)", [migration.name])
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
            if intent.isRehearsal { try migrate() }
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
