import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import GRDB

/// A SQLite file of one test, gone when the test is done with it.
final class TemporaryStore {
    let path: String
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appendingPathComponent("afterword.sqlite").path
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func open() throws -> SQLiteStore { try SQLiteStore(path: path) }
}

/// A Postgres schema of one test on the server that `AFTERWORD_TEST_POSTGRES` names, gone when the
/// test is done with it.
final class TemporarySchema {
    /// The server of `ci/postgres start`.
    static let server = ProcessInfo.processInfo.environment["AFTERWORD_TEST_POSTGRES"]

    let url: String
    private let name: String
    private let server: String

    init() throws {
        guard let server = Self.server else { throw StoreFault.unreachable("no server to test on") }
        self.server = server
        name = "t_" + UUID().uuidString.lowercased().replacing("-", with: "_")
        url = server + "&options=-csearch_path%3D" + name
        try PostgresConnection(url: server).runAll("CREATE SCHEMA \(name)")
    }

    var reportSchema: String { name + "_report" }

    deinit {
        try? PostgresConnection(url: server).runAll(
            "DROP SCHEMA IF EXISTS \(name) CASCADE; DROP SCHEMA IF EXISTS \(reportSchema) CASCADE")
    }

    func open() throws -> PostgresStore { try PostgresStore(url: url) }
}

/// The stores that every contract and law is checked on; Postgres where a server is named.
enum StoreKind: String, CaseIterable, Sendable {
    case memory
    case sqlite
    case postgres

    /// Those that live outside the process.
    static let lasting: [StoreKind] = available.filter { $0 != .memory }

    static let available: [StoreKind] = allCases.filter { kind in
        guard kind == .postgres, TemporarySchema.server == nil else { return true }
        print("SKIPPED on Postgres: AFTERWORD_TEST_POSTGRES names no server (ci/postgres start)")
        return false
    }
}

/// Stores of one test, all of one kind, gone with this object.
final class TemporaryStores {
    private let kind: StoreKind
    private var files: [TemporaryStore] = []
    private var schemas: [TemporarySchema] = []

    init(_ kind: StoreKind) { self.kind = kind }

    func make() throws -> any ReviewStore { try makeOpener()() }

    /// Runs SQL on the store made last, behind its back.
    func tamper(_ sql: String) throws {
        switch kind {
        case .memory: preconditionFailure("the memory store has no SQL")
        case .sqlite:
            guard let path = files.last?.path else { return }
            try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
        case .postgres:
            guard let url = schemas.last?.url else { return }
            try PostgresConnection(url: url).runAll(sql)
        }
    }

    /// Opens one new store as often as it is called; the memory store is one handle only.
    func makeOpener() throws -> () throws -> any ReviewStore {
        switch kind {
        case .memory:
            let store = MemoryStore()
            return { store }
        case .sqlite:
            let file = try TemporaryStore()
            files.append(file)
            return { try file.open() }
        case .postgres:
            let schema = try TemporarySchema()
            schemas.append(schema)
            return { try schema.open() }
        }
    }
}
