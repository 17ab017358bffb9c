package import AfterwordCore
package import AfterwordPipeline

/// A store that forwards to another store every call it does not implement itself. For tests.
package protocol ForwardingStore: ReviewStore {
    /// The store that receives the calls.
    var store: any ReviewStore { get }
}

extension ForwardingStore {
    package func load<Result>(
        _ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result
    ) throws -> Result { try store.load(intent, body) }

    package func besideLoad<Result>(
        _ body: ((any StoreLookUps)?) throws -> Result
    ) throws -> Result { try store.besideLoad(body) }

    package func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        try store.read(body)
    }

    package func ledger<Result>(
        _ body: (any LedgerTransaction) throws -> Result
    ) throws -> Result { try store.ledger(body) }

    package var snapshots: any ReadingStore { store.snapshots }
    package var interruption: any Interruption { store.interruption }
    package func auditByQuery() throws -> AuditFinding? { try store.auditByQuery() }

    package func beginAttempt(startedAt instant: Instant, dump: String) throws -> Int64 {
        try store.beginAttempt(startedAt: instant, dump: dump)
    }

    package func failAttempt(_ key: Int64, at instant: Instant, failure: String) throws {
        try store.failAttempt(key, at: instant, failure: failure)
    }
}
