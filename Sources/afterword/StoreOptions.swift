import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import ArgumentParser
import Foundation

/// Where a store is: a SQLite file, which may be written as sqlite:FILE, or a postgres:// URL.
struct StoreLocation {
    let path: String

    init(path: String) {
        let scheme = ["sqlite://", "sqlite:"].first { path.hasPrefix($0) } ?? ""
        self.path = String(path.dropFirst(scheme.count))
    }

    /// A SQLite file, not a server's address.
    var isFile: Bool { !isPostgres && !path.contains("://") }

    private var isPostgres: Bool {
        ["postgres://", "postgresql://"].contains { path.hasPrefix($0) }
    }

    func openForWriting() throws -> any ReviewStore {
        try checkKind()
        let store: any ReviewStore =
            isPostgres ? try PostgresStore(url: path) : try SQLiteStore(path: path)
        #if DEBUG
            if let call = Settings.current.crashAt {
                return CountingStore(store) { if $0 == call { kill(getpid(), SIGKILL) } }
            }
        #endif
        return store
    }

    /// A store to rehearse on: what is there, one in memory where no file is, or a copy of one that can only be
    /// read, gone with the rehearsal.
    func openForRehearsal() throws -> any ReviewStore {
        try checkKind()
        guard isPostgres || isFileThere else { return try SQLiteStore() }
        let store: any ReviewStore =
            isPostgres
            ? try PostgresStore(url: path, opening: .rehearsing)
            : try SQLiteStore(path: path, opening: .rehearsing)
        guard store.isReadOnly else { return store }
        let copy = try SQLiteStore.temporary()
        _ = try copyStore(from: openForReading(), to: copy)
        return copy
    }

    /// Opens a store that is there.
    func openForReading() throws -> any ReviewStore {
        try checkKind()
        if isPostgres { return try PostgresStore(url: path, opening: .existing) }
        guard isFileThere else {
            throw CommandFault(.store, "no store at \(path); make one with 'afterword run DUMP'")
        }
        return try SQLiteStore(path: path, opening: .existing)
    }

    /// Opens a store that is there for many readers at once.
    func openForServing() throws -> any ReadingStore {
        try checkKind()
        if isPostgres { return try PostgresStore(url: path, opening: .existing).reading }
        guard isFileThere else {
            throw CommandFault(.store, "no store at \(path); make one with 'afterword run DUMP'")
        }
        return try SQLiteStore(path: path, opening: .existing)
    }

    /// Migrations still to be done.
    func pendingMigrations() throws -> [String] {
        try checkKind()
        if isPostgres { return try PostgresStore.pendingMigrations(url: path) }
        return try SQLiteStore.pendingMigrations(path: path)
    }

    /// A file with anything in it: SQLite would make an empty one a database by opening it.
    private var isFileThere: Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.int64Value ?? 0 > 0
    }

    private func checkKind() throws {
        if isFile {
            try refuseIrregular()
            FolderLock.share(path)
        }
        guard isPostgres || !path.contains("://") else {
            // The URL may hold a password: only its beginning is shown.
            let scheme = path.prefix { $0 != ":" }
            throw CommandFault(
                .usage, "a store is a SQLite file or a postgres:// URL, not \(scheme)://…")
        }
    }

    /// To open a pipe waits until somebody writes to it; of a folder SQLite says that the disk is
    /// at fault.
    private func refuseIrregular() throws {
        guard let kind = FileKind.irregular(at: path) else { return }
        throw CommandFault(
            .usage,
            "\(path) is \(kind.words); a store is a SQLite file or a postgres:// URL"
                + (kind == .folder ? ": name a file in it, as \(path)/afterword.sqlite" : ""))
    }
}

/// Which store a command works on.
struct StoreOptions: ParsableArguments {
    @Option(
        help: """
            A SQLite file or a postgres:// URL; AFTERWORD_STORE, else ./afterword.sqlite, when \
            left out.
            """)
    var store: String?

    var location: StoreLocation { StoreLocation(path: store ?? Settings.current.store) }
    func openForWriting() throws -> any ReviewStore { try location.openForWriting() }
    func openForRehearsal() throws -> any ReviewStore { try location.openForRehearsal() }
    func openForReading() throws -> any ReviewStore { try location.openForReading() }
}

/// How an answer is written.
struct OutputOptions: ParsableArguments {
    @Flag(help: "JSON Lines on standard output, whole numbers with their unit in the name.")
    var json = false
}

/// Which part of a list is shown.
struct PageOptions: ParsableArguments {
    @Option(help: "Entries a page.")
    var limit = 20
    @Option(help: "Which page, from 1.")
    var page = 1

    func validate() throws {
        guard (1...100_000).contains(limit), (1...1_000_000_000).contains(page) else {
            throw ValidationError("--limit is 1 to 100,000 and --page 1 to 1,000,000,000")
        }
    }

    var value: Page { Page(number: page, size: limit) }
}

/// Refuses to answer from a store that nothing was loaded into, or dumps alone that hold nothing:
/// zero of everything looks like an all-clear.
func requireLoaded(_ reader: any StoreReader) throws {
    guard try !reader.isLoaded() else { return }
    throw reader is AsOfReader
        ? CommandFault(.usage, "nothing was loaded by then") : CommandFault.nothingLoaded
}

extension CommandFault {
    static let nothingLoaded = CommandFault(
        .usage, "nothing was loaded yet; load a dump with 'afterword run DUMP'")
}

func now() -> Instant {
    Instant(microseconds: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded(.down)))
}
