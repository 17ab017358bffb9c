import AfterwordCore
import AfterwordPipeline
import AfterwordTesting

/// Forgets every batch when it is asked which are open.
final class ForgettingBatches: ForwardingLedger {
    let ledger: any LedgerTransaction
    init(_ ledger: any LedgerTransaction) { self.ledger = ledger }
    func openBatches() throws -> [ModelBatch] { [] }
}

/// Waits for what a batch reserved as it waits for a direct call.
final class WaitingForBatches: ForwardingLedger {
    let ledger: any LedgerTransaction
    init(_ ledger: any LedgerTransaction) { self.ledger = ledger }
    func onTheWay(batch: Int64, at now: Instant) throws -> Int64 {
        try ledger.spent(batch: batch)
    }
}

/// Reads what models read in all reviews, whichever are asked for.
final class AllEnrichments: ForwardingLoad {
    let load: any StoreLoad
    init(_ load: any StoreLoad) { self.load = load }
    var reader: any StoreReader { Reader(load.reader) }

    private final class Reader: ForwardingReader {
        private let reader: any StoreReader
        init(_ reader: any StoreReader) { self.reader = reader }
        func target() throws -> any StoreReader { reader }
        func enrichments(ofReviews keys: [Int64]) throws -> [EnrichmentRow] {
            try reader.enrichments(ofProducts: nil)
        }
    }
}

/// Forgets every message of the outbox.
final class ForgettingMessages: ForwardingLedger {
    let ledger: any LedgerTransaction
    init(_ ledger: any LedgerTransaction) { self.ledger = ledger }
    func put(delivery: DeliveryRow) throws {}
}

/// Forgets what the sources of files say.
final class ForgettingVersions: ForwardingLoad {
    let load: any StoreLoad
    init(_ load: any StoreLoad) { self.load = load }
    func finish(_ run: RunRecord, files: [FileRecord]) throws {
        var files = files
        for place in files.indices { files[place].version = nil }
        try load.finish(run, files: files)
    }
}

/// Keeps marks of reviews, and none of themes.
final class ForgettingWork: ForwardingLoad {
    let load: any StoreLoad
    init(_ load: any StoreLoad) { self.load = load }
    func append(workMarks rows: [WorkMarkRow]) throws {
        try load.append(workMarks: rows.filter { $0.marked != nil })
    }
}

/// Forgets what is accepted.
final class ForgettingTaxonomies: ForwardingLoad {
    let load: any StoreLoad
    init(_ load: any StoreLoad) { self.load = load }
    func append(taxonomies rows: [TaxonomyRow]) throws {}
}
