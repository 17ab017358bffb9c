import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import GRDB

/// A kind of store on which the contract, the laws and most other suites run.
struct StoreKind: Hashable, Sendable, CustomStringConvertible {
    let name: String
    /// Whether its rows outlive the process: each opening is an object of its own.
    let isLasting: Bool
    /// Makes the place of a new store.
    let makePlace: @Sendable () throws -> any StorePlace

    static let memory = StoreKind("memory", isLasting: false) { MemoryPlace() }
    static let sqlite = StoreKind("sqlite") { try TemporaryStore() }
    static let postgres = StoreKind("postgres") { try TemporarySchema() }

    /// All kinds. A new one is a line here, as
    /// `StoreKind("mine") { BackendPlace(MyStore.backend) { "mine:\($0)" } }`.
    private static let all = [
        memory,
        sqlite,
        postgres,
    ]

    init(
        _ name: String, isLasting: Bool = true,
        makePlace: @escaping @Sendable () throws -> any StorePlace
    ) {
        self.name = name
        self.isLasting = isLasting
        self.makePlace = makePlace
    }

    var description: String { name }
    static func == (left: StoreKind, right: StoreKind) -> Bool { left.name == right.name }
    func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// All kinds, Postgres only where a server is named.
    static let available: [StoreKind] = all.filter { kind in
        guard kind == .postgres, TemporarySchema.server == nil else { return true }
        print("SKIPPED on Postgres: AFTERWORD_TEST_POSTGRES names no server (ci/postgres start)")
        return false
    }

    /// The available stores outside the process's memory.
    static let lasting = available.filter(\.isLasting)
    /// Those that hold their tables in SQL, which tests change behind the program's back.
    static let sql = lasting.filter { [.sqlite, .postgres].contains($0) }
}

/// A store in memory: every opening is the same object.
///
/// `@unchecked Sendable`: a test uses it on one thread at a time (`StoreContract` asks for two
/// threads only where two openings are two objects).
final class MemoryPlace: StorePlace, @unchecked Sendable {
    private let store = MemoryStore()
    func openStore() throws -> any ReviewStore { store }
}

/// The place of a store that is named by a URL, as the program opens it.
final class BackendPlace: StorePlace {
    private let backend: StoreBackend
    private let url: String
    private let remove: @Sendable (_ url: String) -> Void

    /// - Parameters:
    ///   - url: The URL of a new store, made of a name that no other store has.
    ///   - remove: Removes what the store of a URL left.
    init(
        _ backend: StoreBackend, url: (_ name: String) -> String,
        remove: @escaping @Sendable (_ url: String) -> Void = { _ in }
    ) {
        self.backend = backend
        self.url = url("t_" + UUID().uuidString.lowercased().replacing("-", with: "_"))
        self.remove = remove
    }

    deinit { remove(url) }

    func openStore() throws -> any ReviewStore { try backend.open(url, .making) }
    func openForServing() throws -> (any ReadingStore)? { try backend.openForServing(url) }
}

/// A column of a store's table.
typealias TableColumn = (table: String, name: String, type: String)

/// The place of a store whose tables a test can change behind the program's back.
protocol SQLPlace: StorePlace {
    /// Runs SQL through another connection; with `withoutRules` also what a CHECK forbids.
    func run(_ sql: String, withoutRules: Bool) throws
    /// Removes the constraints: types, NOT NULL, CHECK and foreign keys. Keys stay.
    func dropRules() throws
    /// The columns of the store's tables.
    func tableColumns() throws -> [TableColumn]
    /// The columns that tell a row of a table apart from all others.
    func rowAddress(_ table: String) -> String
    /// What an INSERT needs before its SELECT to set generated keys.
    var overriding: String { get }
}

/// The stores of one test, all of one kind, deleted together with this object.
final class TemporaryStores {
    private let kind: StoreKind
    private var places: [any StorePlace] = []
    /// Whether the constraints were removed.
    private var isWithoutRules = false

    init(_ kind: StoreKind) { self.kind = kind }

    func make() throws -> any ReviewStore { try makeOpener()() }

    /// A closure that opens the same new store at each call. For the memory store, all calls return
    /// one object.
    func makeOpener() throws -> () throws -> any ReviewStore {
        let place = try kind.makePlace()
        places.append(place)
        return { try place.openStore() }
    }

    /// The place made last.
    private var last: any SQLPlace {
        guard let place = places.last as? any SQLPlace else {
            preconditionFailure("no store with SQL was made")
        }
        return place
    }

    /// Removes the constraints from the store made last.
    ///
    /// - Returns: The store, reopened.
    func withoutRules() throws -> any ReviewStore {
        isWithoutRules = true
        try last.dropRules()
        return try last.openStore()
    }

    /// Runs SQL on the store made last, through another connection.
    func tamper(_ sql: String) throws { try last.run(sql, withoutRules: isWithoutRules) }

    /// The columns of the store's tables: table, name and type.
    func tableColumns() throws -> [TableColumn] { try last.tableColumns() }

    /// Changes one row of a table (the first or the last by its key), or removes it where `value`
    /// is nil; then runs `body` and restores the table. Returns nil where the change fails, for
    /// instance because the schema refuses it.
    func tampered<Result>(
        _ table: String, _ column: String, _ value: String?, isFirst: Bool,
        _ body: () throws -> Result
    ) throws -> Result? {
        let row = last.rowAddress(table)
        let order = "ORDER BY \(row) \(isFirst ? "" : "DESC") LIMIT 1"
        let place = "(\(row)) = (SELECT \(row) FROM \(table) \(order))"
        let change =
            value.map { "UPDATE \(table) SET \"\(column)\" = \($0) WHERE \(place)" }
            ?? "DELETE FROM \(table) WHERE \(place)"
        // Rows with a foreign key to this table are saved and restored too.
        let tables = [table] + (table == "runs" ? ["run_files"] : [])
        for table in tables { try tamper("CREATE TABLE saved_\(table) AS SELECT * FROM \(table)") }
        defer { for table in tables { try? tamper("DROP TABLE saved_\(table)") } }
        do {
            try tamper(change)
        } catch  where Self.isRefusal(error) {
            return nil
        }
        let result = try body()
        for table in tables.reversed() { try tamper("DELETE FROM \(table)") }
        for table in tables {
            try tamper("INSERT INTO \(table) \(last.overriding) SELECT * FROM saved_\(table)")
        }
        return result
    }

    /// The finding of an audit. An unreadable row counts as a finding.
    static func audited(_ store: any ReviewStore) throws -> AuditFinding? {
        do {
            return try store.read { try auditStore($0) } ?? store.auditByQuery()
        } catch StoreFault.unreadable(let table, let column) {
            return AuditFinding(run: nil, table: table, row: column, what: "unreadable")
        } catch StoreFault.digestRulesUnknown(let run, let rules) {
            return AuditFinding(
                run: run, table: "runs", row: "digest_rules \(rules)", what: "unknown")
        } catch StoreFault.readerUnknown(let run, let reader) {
            return AuditFinding(run: run, table: "runs", row: "reader \(reader)", what: "unknown")
        }
    }

    /// Whether the schema refuses a change: a constraint or a type, nothing else.
    private static func isRefusal(_ error: any Error) -> Bool {
        if let error = error as? DatabaseError {
            // A mismatch: the key of a table takes numbers only.
            return [.SQLITE_CONSTRAINT, .SQLITE_MISMATCH].contains(error.resultCode)
        }
        // 428C9: a counted key cannot be set.
        return ["SQLSTATE 22", "SQLSTATE 23", "SQLSTATE 42804", "SQLSTATE 428C9"].contains {
            "\(error)".contains($0)
        }
    }
}
