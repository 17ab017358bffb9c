import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import ArgumentParser
import Foundation

/// The location of a store: a SQLite file, optionally written as `sqlite:FILE`, or the URL of
/// another kind of store.
struct StoreLocation {
    /// The kinds of stores that are named by a URL: a new one is named here.
    private static let backends = [
        PostgresStore.backend
    ]

    private let written: WrittenStore
    /// The kind of the URL's store; nil for a file.
    private let backend: StoreBackend?

    init(path: String) {
        let written = WrittenStore(path)
        self.written = written
        backend = Self.backends.first { backend in
            backend.prefixes.contains { written.location.hasPrefix($0) }
        }
    }

    /// The file's path, or the URL.
    var path: String { written.location }

    /// Whether this is a SQLite file rather than a URL.
    var isFile: Bool { backend == nil && written.isFile }

    /// The URL of a store of a server.
    ///
    /// - Throws: `CommandFault` for a file.
    func serverURL() throws -> String {
        try checkKind()
        guard backend != nil else {
            throw CommandFault(.usage, "it is the postgres:// URL of a server that is needed here")
        }
        return path
    }

    /// Opens the store for writing, creating and migrating it if necessary.
    func openForWriting() throws -> any ReviewStore {
        try checkKind()
        let store: any ReviewStore = try backend?.open(path, .making) ?? SQLiteStore(path: path)
        #if DEBUG
            let settings = Settings.current
            if settings.crashAt != nil || settings.crashAtLedger != nil {
                return CountingStore(store) {
                    if $0 == settings.crashAt { kill(getpid(), SIGKILL) }
                } onLedger: {
                    if $0 == settings.crashAtLedger { kill(getpid(), SIGKILL) }
                }
            }
        #endif
        return store
    }

    /// Opens an existing store for writing; it is not made.
    ///
    /// - Throws: `CommandFault` where there is none.
    func openExistingForWriting() throws -> any ReviewStore {
        if backend == nil {
            guard !isFile || isFileThere else { throw missing }
        } else {
            _ = try openForReading()
        }
        return try openForWriting()
    }

    private var missing: CommandFault {
        CommandFault(.store, "no store at \(written.inMessage); make one with 'afterword run DUMP'")
    }

    /// Opens the store to book a question that is asked for no run. It is neither made nor
    /// migrated: nil where there is none of this program's schema, or none that can be written.
    func openForBooking() throws -> (any ReviewStore)? {
        guard backend != nil || isFileThere, try pendingMigrations().isEmpty else { return nil }
        let store = try openForWriting()
        return store.isReadOnly ? nil : store
    }

    /// Opens a store for a load that is rolled back: the existing store, an in-memory store if no
    /// file exists, or a temporary copy if the store can only be read.
    func openForRehearsal() throws -> any ReviewStore {
        try checkKind()
        guard backend != nil || isFileThere else { return try SQLiteStore() }
        let store: any ReviewStore =
            try backend?.open(path, .rehearsing) ?? SQLiteStore(path: path, opening: .rehearsing)
        guard store.isReadOnly else { return store }
        let copy = try SQLiteStore.temporary()
        _ = try copyStore(from: openForReading(), to: copy)
        return copy
    }

    /// Opens an existing store, without creating or migrating it.
    func openForReading() throws -> any ReviewStore {
        try checkKind()
        return try backend?.open(path, .existing) ?? existingFile()
    }

    /// Opens a store to restore a backup into it.
    func openForRestore() throws -> any ReviewStore {
        try checkKind()
        if isFile, !isFileThere { SQLiteStore.makePrivate(emptyFile: path) }
        return try openForWriting()
    }

    /// Opens an existing store to back it up: a SQLite file whatever its schema.
    func openForBackup() throws -> any ReviewStore {
        try checkKind()
        guard backend == nil, isFileThere else { return try openForReading() }
        return try SQLiteStore.forBackup(path: path)
    }

    /// Opens an existing store for many concurrent readers.
    func openForServing() throws -> any ReadingStore {
        try checkKind()
        return try backend?.openForServing(path) ?? existingFile()
    }

    private func existingFile() throws -> SQLiteStore {
        guard isFileThere else { throw missing }
        return try SQLiteStore(path: path, opening: .existing)
    }

    /// The migrations that the store still needs.
    func pendingMigrations() throws -> [PendingMigration] {
        try checkKind()
        return try backend?.pendingMigrations(path) ?? SQLiteStore.pendingMigrations(path: path)
    }

    /// Whether a non-empty file exists: opening an empty file would turn it into a database.
    private var isFileThere: Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.int64Value ?? 0 > 0
    }

    private func checkKind() throws {
        if isFile {
            try refuseIrregular()
            FolderLock.share(path)
        }
        guard backend != nil || isFile else {
            throw CommandFault(
                .usage, "a store is a SQLite file or a postgres:// URL, not " + otherForm)
        }
    }

    /// What is given in place of a file or a known URL. It may hold a password: only a scheme is
    /// shown of it.
    private var otherForm: String {
        switch written.form {
        case .address(let scheme): "\(scheme)://…"
        case .keywords:
            "keywords of a connection (host=… user=…): write postgres://USER@HOST/DATABASE"
        case .file, .unknown: "an address of another form: write postgres://USER@HOST/DATABASE"
        }
    }

    /// Refuses paths that are not regular files: opening a pipe would block until another process
    /// writes to it, and for a folder SQLite reports a misleading disk error.
    private func refuseIrregular() throws {
        guard let kind = FileKind.irregular(at: path) else { return }
        let name = written.inMessage
        throw CommandFault(
            .usage,
            "\(name) is \(kind.words); a store is a SQLite file or a postgres:// URL"
                + (kind == .folder ? ": name a file in it, as \(name)/afterword.sqlite" : ""))
    }
}

/// Arguments that name a store.
///
/// No group of options holds another one: in debug builds the parser checks a group anew for each
/// group around it, which multiplies the time that a command takes to start by four a level. A
/// group with options of another one among its own declares them itself, with the other's `help`.
protocol StoreArguments: ParsableArguments {
    /// The file or the URL; nil for that of the settings.
    var store: String? { get }
}

extension StoreArguments {
    var location: StoreLocation { StoreLocation(path: store ?? Settings.current.store) }
    func openForWriting() throws -> any ReviewStore { try location.openForWriting() }
    func openForRehearsal() throws -> any ReviewStore { try location.openForRehearsal() }
    func openForReading() throws -> any ReviewStore { try location.openForReading() }
}

/// The store that a command works on.
struct StoreOptions: StoreArguments {
    static let help: ArgumentHelp = """
        A SQLite file or a postgres:// URL; AFTERWORD_STORE, else ./afterword.sqlite, when left out.
        """

    @Option(help: StoreOptions.help)
    var store: String?
}

/// The number of threads that a load uses.
struct ThreadOptions: ParsableArguments {
    static let help: ArgumentHelp =
        "Threads that share a load's work; AFTERWORD_THREADS, else one a core, when left out."

    @Option(help: ThreadOptions.help)
    var threads: Int?

    func validate() throws { try Self.check(threads) }

    /// - Throws: `ValidationError` for a number of threads that is none.
    static func check(_ threads: Int?) throws {
        if let threads, !Settings.threadCounts.contains(threads) {
            throw ValidationError("--threads is a whole number of threads, 1 to 1,000")
        }
    }

    /// The number given, or that of the environment; nil for one a core.
    var value: Int? { threads ?? Settings.current.threads }
}

/// The output format of a command.
struct OutputOptions: ParsableArguments {
    static let help: ArgumentHelp =
        "JSON Lines on standard output, whole numbers with their unit in the name."

    @Flag(help: OutputOptions.help)
    var json = false
}

/// The part of a list to show.
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

    /// The page as a value.
    var value: Page { Page(number: page, size: limit) }
}

/// Throws for a store without reviews: zero counts would look like an all-clear.
func requireLoaded(_ reader: any StoreReader) throws {
    guard try !reader.isLoaded() else { return }
    throw reader is AsOfReader
        ? CommandFault(.usage, "nothing was loaded by then") : CommandFault.nothingLoaded
}

extension CommandFault {
    static let nothingLoaded = CommandFault(
        .usage, "nothing was loaded yet; load a dump with 'afterword run DUMP'")
}

/// The current time from the system clock, in whole microseconds.
func now() -> Instant {
    Instant(microseconds: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded(.down)))
}
