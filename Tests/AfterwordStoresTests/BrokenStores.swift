import AfterwordCore
import AfterwordPipeline
import AfterwordTesting

/// A store in memory that breaks one requirement of the contract on purpose.
struct BrokenStore: Sendable, CustomStringConvertible {
    /// Port and number of the requirement, as in `StoreRequirement.description`.
    let requirement: String
    /// What it does wrong.
    let fault: String
    let wrap: @Sendable (MemoryStore) -> any ReviewStore
    var serve: @Sendable () -> (any ReadingStore)? = { nil }

    var description: String { "\(requirement), \(fault)" }

    /// A store whose loads are broken.
    static func load(
        _ requirement: String, _ fault: String,
        _ wrap: @escaping @Sendable (any StoreLoad) -> any StoreLoad
    ) -> BrokenStore {
        BrokenStore(requirement: requirement, fault: fault) { WrappedStore($0, load: wrap) }
    }

    /// A store whose readers are broken.
    static func reader(
        _ requirement: String, _ fault: String,
        _ wrap: @escaping @Sendable (any StoreReader) -> any StoreReader
    ) -> BrokenStore {
        BrokenStore(requirement: requirement, fault: fault) { WrappedStore($0, reader: wrap) }
    }

    /// A store whose ledger is broken.
    static func ledger(
        _ requirement: String, _ fault: String,
        _ wrap: @escaping @Sendable (any LedgerTransaction) -> any LedgerTransaction
    ) -> BrokenStore {
        BrokenStore(requirement: requirement, fault: fault) { WrappedStore($0, ledger: wrap) }
    }

    /// A place of such a store.
    func place() -> any StorePlace { BrokenPlace(wrap(MemoryStore()), serve) }
}

/// `@unchecked Sendable`: one thread at a time, as `MemoryPlace`.
private final class BrokenPlace: StorePlace, @unchecked Sendable {
    private let store: any ReviewStore
    private let serve: @Sendable () -> (any ReadingStore)?

    init(_ store: any ReviewStore, _ serve: @escaping @Sendable () -> (any ReadingStore)?) {
        self.store = store
        self.serve = serve
    }

    func openStore() throws -> any ReviewStore { store }
    func openForServing() throws -> (any ReadingStore)? { serve() }
}

/// Puts a broken load, reader or ledger in front of a store's own.
private final class WrappedStore: ForwardingStore {
    let store: any ReviewStore
    private let wrapLoad: @Sendable (any StoreLoad) -> any StoreLoad
    private let wrapReader: @Sendable (any StoreReader) -> any StoreReader
    private let wrapLedger: @Sendable (any LedgerTransaction) -> any LedgerTransaction

    init(
        _ store: any ReviewStore,
        load: @escaping @Sendable (any StoreLoad) -> any StoreLoad = { $0 },
        reader: @escaping @Sendable (any StoreReader) -> any StoreReader = { $0 },
        ledger: @escaping @Sendable (any LedgerTransaction) -> any LedgerTransaction = { $0 }
    ) {
        (self.store, wrapLoad, wrapReader, wrapLedger) = (store, load, reader, ledger)
    }

    func load<Result>(
        _ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result
    ) throws -> Result { try store.load(intent) { try body(wrapLoad($0)) } }

    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        try store.read { try body(wrapReader($0)) }
    }

    func ledger<Result>(_ body: (any LedgerTransaction) throws -> Result) throws -> Result {
        try store.ledger { try body(wrapLedger($0)) }
    }
}

/// Commits a rehearsal.
final class CommittingRehearsals: ForwardingStore {
    let store: any ReviewStore
    init(_ store: any ReviewStore) { self.store = store }

    func load<Result>(
        _ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result
    ) throws -> Result {
        try store.load(LoadIntent(isRehearsal: false, attempt: intent.attempt), body)
    }
}

/// Commits what a failed load, or a failed ledger transaction, wrote before it failed.
final class CommittingFailures: ForwardingStore {
    let store: any ReviewStore
    init(_ store: any ReviewStore) { self.store = store }

    func load<Result>(
        _ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result
    ) throws -> Result {
        try store.load(intent) { load in Swift.Result { try body(load) } }.get()
    }

    func ledger<Result>(_ body: (any LedgerTransaction) throws -> Result) throws -> Result {
        try store.ledger { ledger in Swift.Result { try body(ledger) } }.get()
    }
}

/// Shows the rows of the load under way to readers and to look-ups beside it.
final class ShowingLoad: ForwardingStore {
    let store: any ReviewStore
    private var current: (any StoreLoad)?
    init(_ store: any ReviewStore) { self.store = store }

    func load<Result>(
        _ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result
    ) throws -> Result {
        try store.load(intent) { load in
            current = load
            defer { current = nil }
            return try body(load)
        }
    }

    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        if let current { return try body(current.reader) }
        return try store.read(body)
    }

    func besideLoad<Result>(_ body: ((any StoreLookUps)?) throws -> Result) throws -> Result {
        try body(current)
    }
}

/// Says of the lock only that something failed.
final class HidingLock: ForwardingStore {
    let store: any ReviewStore
    init(_ store: any ReviewStore) { self.store = store }

    func load<Result>(
        _ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result
    ) throws -> Result {
        do {
            return try store.load(intent, body)
        } catch StoreFault.locked {
            throw StoreFault.failed("busy")
        }
    }
}

/// Reads the newest state at each call of a reader.
final class MovingReads: ForwardingStore {
    let store: any ReviewStore
    init(_ store: any ReviewStore) { self.store = store }

    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        try body(MovingReader(store))
    }
}

private final class MovingReader: ForwardingReader {
    private let store: any ReviewStore
    init(_ store: any ReviewStore) { self.store = store }
    func target() throws -> any StoreReader { try store.read { $0 } }
}

/// Forgets that an attempt failed.
final class ForgettingAttempts: ForwardingStore {
    let store: any ReviewStore
    init(_ store: any ReviewStore) { self.store = store }
    func failAttempt(_ key: Int64, at instant: Instant, failure: String) throws {}
}

/// Finds something wrong in every store.
final class DoubtingAudit: ForwardingStore {
    let store: any ReviewStore
    init(_ store: any ReviewStore) { self.store = store }
    func auditByQuery() throws -> AuditFinding? {
        AuditFinding(run: nil, table: "runs", row: "", what: "doubted")
    }
}

/// Serves an empty store, and says that its file is gone.
struct ServingNothing: ReadingStore {
    let isGone: Bool
    func newestRun() throws -> RunRecord? { nil }
    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        try MemoryStore().read(body)
    }
    func checkIdentity() throws { if isGone { throw StoreFault.unreachable("the file is gone") } }
}
