package import AfterwordCore
package import AfterwordPipeline

/// The production store: one schema of a Postgres database.
///
/// The schema is the first one of the connection's `search_path`. A load holds an advisory lock of
/// that schema, so that a second run on any machine fails with `StoreFault.locked`. Each reader has
/// its own connection and snapshot.
package final class PostgresStore: ReviewStore {
    private let url: String
    /// The connection used by loads, the ledger and attempts.
    private let writer: PostgresConnection
    private let readers: PostgresPool

    /// First half of the advisory lock keys: `AFTW`. The second half is a hash of the schema's
    /// name.
    private static let lockClass = 0x4146_5457

    /// True for a standby, for a database or role set to read only, and for a role without INSERT
    /// on `runs`.
    package let isReadOnly: Bool

    /// Whether the schema is that of this program. Only a rehearsal opens a store without it; its
    /// load then migrates the schema within its own transaction, which no other connection sees.
    private var isCurrent = true

    package init(
        url: String, opening: StoreOpening = .making,
        readers limits: PostgresReaderLimits = PostgresReaderLimits()
    ) throws {
        self.url = url
        readers = PostgresPool(url: url, limits: limits)
        writer = try PostgresConnection(url: url)
        let server = try writer.run(Self.aboutServer).first
        guard try server?.string("encoding") == "UTF8" else {
            throw StoreFault.unreachable("the database's encoding is not UTF8")
        }
        writer.notePooler(try server?.number("process") ?? 0)
        isReadOnly = try server?.flag("is_read_only") ?? false
        if isReadOnly, opening == .making { throw StoreFault.readOnly }
        switch opening {
        case .making: try transaction(writer, "BEGIN") { try migrate() }
        case .existing: try checkSchema()
        case .rehearsing: isCurrent = try hasCurrentSchema()
        }
    }

    private static let aboutServer = """
        SELECT current_setting('server_encoding') AS encoding, pg_backend_pid() AS process,
            pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'
                OR NOT COALESCE(has_table_privilege(to_regclass('runs')::oid, 'INSERT'), true)
                AS is_read_only
        """

    /// Makes an acknowledged commit survive a crash, whatever the database's default is.
    private static let durable = """
        SELECT set_config('synchronous_commit', 'on', true)
        WHERE current_setting('synchronous_commit') = 'off'
        """

    private func isMade() throws -> Bool {
        let found = try writer.run(
            """
            SELECT EXISTS (SELECT FROM pg_tables
                WHERE schemaname = current_schema() AND tablename = 'migrations') AS is_made
            """)
        return try found.first?.flag("is_made") ?? false
    }

    /// The names of the migrations done.
    ///
    /// - Throws: `StoreFault.schemaNewer` where one of them is unknown to this program.
    private func doneMigrations() throws -> Set<String> {
        let done = Set(try writer.run("SELECT name FROM migrations").map { try $0.string("name") })
        guard done.isSubset(of: PostgresSchema.migrations.map(\.name)) else {
            throw StoreFault.schemaNewer
        }
        return done
    }

    private func hasCurrentSchema() throws -> Bool {
        try isMade() && doneMigrations().count == PostgresSchema.migrations.count
    }

    private func checkSchema() throws {
        guard try hasCurrentSchema() else {
            throw StoreFault.unreachable(StoreOpening.notCurrent)
        }
    }

    /// Runs the pending migrations. Must be called inside a transaction, which makes or undoes all
    /// of them.
    private func migrate() throws {
        // One program migrates at a time; the others then find the schema up to date.
        try writer.run(
            "SELECT pg_advisory_xact_lock(\(Self.lockClass + 1), hashtext(current_schema()))")
        if try !isMade() {
            try writer.runAll(#"CREATE TABLE migrations (name TEXT COLLATE "C" PRIMARY KEY)"#)
        }
        let done = try doneMigrations()
        for migration in PostgresSchema.pending(after: done) {
            try writer.runAll(migration.sql)
            try writer.run("INSERT INTO migrations VALUES ($1)", [migration.name])
        }
    }

    package func load<Result>(
        _ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result
    ) throws -> Result {
        if isReadOnly { throw StoreFault.readOnly }
        return try transaction(writer, "BEGIN", commits: !intent.isRehearsal) {
            let lock = try writer.run(
                """
                SELECT pg_try_advisory_xact_lock(\(Self.lockClass), hashtext(current_schema()))
                    AS is_held
                """)
            guard try lock.first?.flag("is_held") == true else { throw StoreFault.locked }
            try writer.run(Self.durable)
            if intent.isRehearsal { try migrate() }
            return try body(PostgresLoad(writer, attempt: intent.attempt))
        }
    }

    package func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        guard isCurrent else { throw StoreFault.unreachable(StoreOpening.notCurrent) }
        return try reading.read(body)
    }

    /// Runs look-ups on a read connection, in its own snapshot. The caller holds the load's lock,
    /// so no other run can commit meanwhile.
    package func besideLoad<Result>(
        _ body: ((any StoreLookUps)?) throws -> Result
    ) throws -> Result {
        try reading.inSnapshot { connection in
            try connection.runAll("SET LOCAL jit = off")
            return try body(PostgresLookUps(connection))
        }
    }

    /// The store's readers, for many threads.
    package var reading: PostgresReadingStore {
        PostgresReadingStore(readers: readers, isReadOnly: isReadOnly)
    }

    package var snapshots: any ReadingStore { reading }

    package func ledger<Result>(
        _ body: (any LedgerTransaction) throws -> Result
    ) throws -> Result {
        if isReadOnly { throw StoreFault.readOnly }
        return try transaction(writer, "BEGIN") {
            try writer.run(Self.durable)
            // The ledger has its own lock, so that a load may run at the same time.
            try writer.run(
                """
                SELECT pg_advisory_xact_lock(\(Self.lockClass + 2), hashtext(current_schema()))
                """)
            return try body(SQLLedger(PostgresLedgerSession(connection: writer)))
        }
    }

    package var interruption: any Interruption { writer.canceller }

    package func auditByQuery() throws -> AuditFinding? {
        try reading.inSnapshot { try auditPostgres($0) }
    }

    /// Runs `body` in a transaction, which is rolled back when `body` throws.
    private func transaction<Result>(
        _ connection: PostgresConnection, _ begin: String, commits: Bool = true,
        _ body: () throws -> Result
    ) throws -> Result {
        try connection.run(begin)
        return try finishing(connection, commits: commits, body)
    }

    private func finishing<Result>(
        _ connection: PostgresConnection, commits: Bool, _ body: () throws -> Result
    ) throws -> Result {
        let result: Result
        do {
            result = try body()
        } catch {
            connection.rollBack()
            throw error
        }
        try connection.run(commits ? "COMMIT" : "ROLLBACK")
        return result
    }

    /// Grants a role of the server read access to the report views, and to nothing else.
    package func grantReader(_ role: String) throws {
        guard let sql = try writer.run(PostgresReports.grantReader, [role]).first?.string("sql")
        else { return }
        try writer.runAll(sql)
    }

    package func beginAttempt(startedAt instant: Instant, dump: String) throws -> Int64 {
        if isReadOnly { throw StoreFault.readOnly }
        let attempt = RunAttempt(startedAt: instant, endedAt: nil, dump: dump, outcome: nil)
        let rows = try writer.run(
            """
            INSERT INTO run_attempts (started_at, dump, row_checksum)
            VALUES ($1::bigint, $2, decode($3, 'hex')) RETURNING attempt
            """, [String(instant.microseconds), dump, attempt.rowChecksum.description])
        return try rows.first?.number("attempt") ?? 0
    }

    /// Uses a new connection where the load's connection was cancelled or is broken.
    package func failAttempt(_ key: Int64, at instant: Instant, failure: String) throws {
        let connection = writer.isUsable ? writer : try PostgresConnection(url: url)
        try endAttempt(key, at: instant, as: .failed(failure), on: connection)
    }

    /// The pending migrations; all of them, without rows, where the schema does not exist.
    package static func pendingMigrations(url: String) throws -> [PendingMigration] {
        let store = try PostgresStore(url: url, opening: .rehearsing)
        let isMade = try store.isMade()
        let done = try isMade ? store.doneMigrations() : []
        return try SchemaMigration.all(of: .postgres).filter { !done.contains($0.name) }
            .map { migration in
                let tables = isMade ? migration.tablesGoneThrough(.postgres) : []
                let rows = try tables.reduce(0) { try $0 + store.rows(of: $1) }
                return PendingMigration(name: migration.name, rows: rows, isCopied: false)
            }
    }

    /// The number of a table's rows; 0 where there is no such table.
    private func rows(of table: String) throws -> Int64 {
        let found = try writer.run(
            """
            SELECT EXISTS (SELECT FROM pg_tables
                WHERE schemaname = current_schema() AND tablename = $1) AS is_made
            """, [table])
        guard try found.first?.flag("is_made") ?? false else { return 0 }
        return try writer.run("SELECT count(*) AS rows FROM \(table)").first?.number("rows") ?? 0
    }
}

/// Reads a Postgres store from many threads. Each read takes a connection from the pool; nothing
/// can be written.
package struct PostgresReadingStore: ReadingStore {
    let readers: PostgresPool
    package let isReadOnly: Bool

    /// A single statement is its own snapshot and needs no transaction.
    package func newestRun() throws -> RunRecord? {
        try readers.lendAsking(Queries.newestRun) { rows in try rows.first?.runRecord }
    }

    package func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        try inSnapshot { try body(SQLReader(PostgresSession(connection: $0))) }
    }

    package func checkHealth() throws {
        try inSnapshot { connection in
            let done = Set(
                try connection.run("SELECT name FROM migrations").map { try $0.string("name") })
            guard done.isSubset(of: PostgresSchema.migrations.map(\.name)) else {
                throw StoreFault.schemaNewer
            }
        }
        try readWhatAnswersBeginWith()
    }

    fileprivate func inSnapshot<Result>(
        _ body: (PostgresConnection) throws -> Result
    ) throws -> Result {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
        return try readers.lend(after: begin) { connection in
            let result: Result
            do {
                result = try body(connection)
            } catch {
                connection.rollBack()
                throw error
            }
            try connection.run("ROLLBACK")
            return result
        }
    }
}

/// Queries on one Postgres snapshot.
struct PostgresSession: SQLSession {
    let connection: PostgresConnection

    func currentPayloads(
        ofProducts keys: ClosedRange<Int64>?, _ take: (CurrentPayload) -> Void
    ) throws {
        // COPY takes no parameters.
        let isWithin = keys.map { keys in
            """
            WHERE review_key BETWEEN \(reviewKeys(ofProduct: keys.lowerBound).lowerBound)
                AND \(reviewKeys(ofProduct: keys.upperBound).upperBound)
            """
        }
        let current = Queries.currentPayloads(from: .currentReviews)
        let question = "\(current) \(isWithin ?? "")"
        try connection.copyMessages(question) { message, isFirst in
            var fields = try PostgresFields(message, hasHeader: isFirst, question)
            while try fields.beginRow() {
                take(try fields.currentPayload())
            }
        }
    }

    func fewRows<Found>(
        _ sql: String, _ values: [SQLValue], _ decode: (any ColumnRow) throws -> Found
    ) throws -> [Found] {
        guard values.isEmpty else { return try rows(sql, values, decode) }
        return try connection.runPrepared(sql, []).map { try decode($0) }
    }

    func rows<Found>(
        _ sql: String, _ values: [SQLValue], _ decode: (any ColumnRow) throws -> Found
    ) throws -> [Found] {
        guard !values.isEmpty else {
            // Queries without values scan whole tables: COPY returns row by row instead of one
            // large result.
            var found: [Found] = []
            try connection.run("SET LOCAL max_parallel_workers_per_gather TO DEFAULT")
            try connection.copy(out: sql) { found.append(try decode($0)) }
            // Plans of queries about one product are cached and must not be parallel.
            try connection.run("SET LOCAL max_parallel_workers_per_gather = 0")
            return found
        }
        // Replace each `?` by `$1`, `$2`… Numbers get a type, because parameters travel as text.
        var numbered = ""
        var place = 0
        for character in sql {
            guard character == "?" else {
                numbered.append(character)
                continue
            }
            switch values[place] {
            case .number: numbered += "$\(place + 1)::bigint"
            case .text: numbered += "$\(place + 1)"
            case .digest: numbered += "$\(place + 1)::bytea"
            }
            place += 1
        }
        let parameters: [String?] = values.map { value in
            switch value {
            case .number(let number): String(number)
            case .text(let text): text
            case .digest(let digest): "\\x\(digest)"
            }
        }
        return try connection.runPrepared(numbered, parameters).map { try decode($0) }
    }
}

/// Queries and single-row writes of one ledger transaction.
private struct PostgresLedgerSession: SQLLedgerSession {
    let connection: PostgresConnection

    func currentPayloads(
        ofProducts keys: ClosedRange<Int64>?, _ take: (CurrentPayload) -> Void
    ) throws {
        try PostgresSession(connection: connection).currentPayloads(ofProducts: keys, take)
    }

    func rows<Found>(
        _ sql: String, _ values: [SQLValue], _ decode: (any ColumnRow) throws -> Found
    ) throws -> [Found] {
        try PostgresSession(connection: connection).rows(sql, values, decode)
    }

    func execute(_ sql: String, _ values: [SQLValue]) throws {
        _ = try rows(sql, values) { _ in }
    }

    func put(_ row: some TableRow, into table: Table) throws {
        let key = table.keyColumns.joined(separator: ", ")
        let statement = PostgresStatement(
            """
            INSERT INTO \(table.name) (\(table.list)) SELECT \(PostgresStatement.selection(table))
            ON CONFLICT (\(key)) DO UPDATE SET \(table.replacing())
            """, PostgresCopy.parameters { row.encode(into: &$0) })
        try connection.pipeline([statement])
    }
}
