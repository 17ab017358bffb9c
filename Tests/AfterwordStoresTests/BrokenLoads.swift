import AfterwordCore
import AfterwordPipeline
import AfterwordTesting

// Loads, readers and ledgers that each do one thing wrong.

/// Shows a version's text where it is stored twice.
final class TellingLoad: ForwardingLoad {
    let load: any StoreLoad
    init(_ load: any StoreLoad) { self.load = load }
    func append(history rows: [HistoryRow]) throws {
        let stored = Set(try load.reader.history(ofProduct: nil, review: nil).map(\.rowDigest))
        if let row = rows.first(where: { stored.contains($0.rowDigest) }) {
            throw StoreFault.failed("there is one already: \(row.values.body?.string ?? "")")
        }
        try load.append(history: rows)
    }
}

/// Leaves an attempt open that makes no run.
final class LeavingOpen: ForwardingLoad {
    let load: any StoreLoad
    init(_ load: any StoreLoad) { self.load = load }
    func finish(needlessAt instant: Instant) throws {}
}

/// Loses attributes that come alone in their batch.
final class LosingSmallBatches: ForwardingLoad {
    let load: any StoreLoad
    init(_ load: any StoreLoad) { self.load = load }
    func append(attributes rows: [AttributeRow]) throws {
        if rows.count > 1 { try load.append(attributes: rows) }
    }
}

/// Returns empty sums for a scope that is not stored.
final class InventingScopes: ForwardingLoad {
    let load: any StoreLoad
    init(_ load: any StoreLoad) { self.load = load }
    func scopes(_ scopes: [Scope]) throws -> [ScopeSummary] {
        let found = try load.scopes(scopes)
        return found
            + scopes.filter { scope in !found.contains { $0.scope == scope } }
            .map { ScopeSummary(scope: $0) }
    }
}

/// Finds products without regard to case.
final class IgnoringCase: ForwardingLoad {
    let load: any StoreLoad
    init(_ load: any StoreLoad) { self.load = load }
    func products(_ ids: [Text]) throws -> [ProductState] {
        let wanted = Set(ids.map { $0.string.lowercased() })
        return try load.reader.products(nil)
            .filter { wanted.contains($0.productID.string.lowercased()) }
    }
}

/// Returns one id more than a page holds.
final class LongPages: ForwardingLoad {
    let load: any StoreLoad
    init(_ load: any StoreLoad) { self.load = load }
    func productIDs(after id: Text?, limit: Int) throws -> [Text] {
        try load.productIDs(after: id, limit: limit + 1)
    }
}

/// Leaves no review out of the first and last times.
final class CountingAll: ForwardingLoad {
    let load: any StoreLoad
    init(_ load: any StoreLoad) { self.load = load }
    func createdRange(_ wanted: [RangeQuestion]) throws -> [Int64: ClosedRange<Instant>] {
        try load.createdRange(
            wanted.map { RangeQuestion(productKey: $0.productKey, without: []) })
    }
}

/// Calls every reject new.
final class AllNew: ForwardingLoad {
    let load: any StoreLoad
    init(_ load: any StoreLoad) { self.load = load }
    func append(rejects rows: [RejectRow]) throws -> [RejectRow] {
        try load.append(rejects: rows)
        return rows
    }
}

/// Keeps months with nothing left.
final class KeepingEmptyMonths: ForwardingLoad {
    let load: any StoreLoad
    init(_ load: any StoreLoad) { self.load = load }
    func put(months rows: [MonthSummary], run: Int64) throws {
        try load.put(months: rows.filter { !$0.counters.isZero }, run: run)
    }
}

/// Reads the state before the load.
final class ReadingBefore: ForwardingLoad {
    let load: any StoreLoad
    let reader: any StoreReader
    init(_ load: any StoreLoad) {
        self.load = load
        reader = load.reader
    }
}

/// Keeps staged records that are to be deleted.
final class KeepingStaged: ForwardingLoad {
    let load: any StoreLoad
    init(_ load: any StoreLoad) { self.load = load }
    func resolve(staged moves: [StagedMove]) throws {
        try load.resolve(staged: moves.filter { $0.newKey != nil })
    }
}

/// Keeps the bytes of records that are pruned.
final class KeepingBytes: ForwardingLoad {
    let load: any StoreLoad
    init(_ load: any StoreLoad) { self.load = load }
    func prune(raw keys: [Int64], run: Int64) throws {}
}

/// Cuts a body after 64 KiB.
final class CuttingTexts: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func reviews(ofProduct id: Text?) throws -> [StoredReview] {
        try reader.reviews(ofProduct: id).map { review in
            var review = review
            review.values.body = review.values.body.map { Text(String($0.string.prefix(65_536))) }
            return review
        }
    }
}

/// Looks for a review only where its id tells.
final class TrustingIDs: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func history(ofProduct product: Text?, review: Text?) throws -> [HistoryRow] {
        try reader.history(ofProduct: product, review: review).filter { row in
            row.historyKey < firstAppendedKey / 2 || row.historyKey >= 0
        }
    }
}

/// Returns reviews in reverse.
final class ReversedReviews: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func reviews(ofProduct id: Text?) throws -> [StoredReview] {
        try reader.reviews(ofProduct: id).reversed()
    }
}

/// Returns the months of all products for one.
final class AllMonths: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func months(ofProduct id: Text?) throws -> [MonthSummary] {
        try reader.months(ofProduct: nil)
    }
}

/// Lists deleted reviews always.
final class ListingDeleted: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func listedReviews(ofProduct id: Text, withDeleted: Bool) throws -> [ListedReview] {
        try reader.listedReviews(ofProduct: id, withDeleted: true)
    }
}

/// Passes the payloads of all products for a range.
final class AllPayloads: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func currentPayloads(
        ofProducts keys: ClosedRange<Int64>?, _ take: (CurrentPayload) -> Void
    ) throws { try reader.currentPayloads(ofProducts: nil, take) }
}

/// Begins a span of runs one run too early.
final class EarlySpans: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func changed(after from: Int64, upTo to: Int64) throws -> ChangedReviews {
        try reader.changed(after: from - 1, upTo: to)
    }
}

/// Leaves out what moved sums were before.
final class OnlyMoves: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func scopeHistory(
        _ kind: ScopeKind, after from: Int64, upTo to: Int64
    ) throws -> [HistoryOf<ScopeSummary>] {
        try reader.scopeHistory(kind, after: from, upTo: to).filter { $0.run > from }
    }
}

/// Takes the first run for the newest.
final class FirstRun: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func newestRun() throws -> RunRecord? { try reader.runs().first }
}

/// Sorts the scopes that are asked for.
final class SortedScopes: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func scopes(_ wanted: [Scope]) throws -> [ScopeSummary] {
        try reader.scopes(wanted.sorted())
    }
}

/// Adds a call's cost to what it reserved.
final class CountingTwice: ForwardingLedger {
    let ledger: any LedgerTransaction
    init(_ ledger: any LedgerTransaction) { self.ledger = ledger }
    func spent(batch: Int64) throws -> Int64 { try ledger.spent(batch: batch) * 2 }
}

/// Counts money under way without regard to leases.
final class IgnoringLeases: ForwardingLedger {
    let ledger: any LedgerTransaction
    init(_ ledger: any LedgerTransaction) { self.ledger = ledger }
    func onTheWay(batch: Int64, at now: Instant) throws -> Int64 {
        try ledger.spent(batch: batch)
    }
}

/// Finds a job of another client by its name.
final class SharingNames: ForwardingLedger {
    let ledger: any LedgerTransaction
    init(_ ledger: any LedgerTransaction) { self.ledger = ledger }
    func job(askedBy: String, idempotency: Digest256) throws -> JobRow? {
        try ledger.job(askedBy: "crm", idempotency: idempotency)
    }
}

/// Counts all jobs of a key.
final class CountingOldJobs: ForwardingLedger {
    let ledger: any LedgerTransaction
    init(_ ledger: any LedgerTransaction) { self.ledger = ledger }
    func countedJobs(askedBy: String, after instant: Instant) throws -> [Instant] {
        try ledger.countedJobs(askedBy: askedBy, after: Instant(seconds: 0))
    }
}

/// Keeps every job.
final class KeepingJobs: ForwardingLedger {
    let ledger: any LedgerTransaction
    init(_ ledger: any LedgerTransaction) { self.ledger = ledger }
    func removeJobs(before instant: Instant) throws {}
}
