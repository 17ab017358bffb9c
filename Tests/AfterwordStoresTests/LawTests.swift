import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import Testing

/// All seven laws over random histories, on every store, in batches of 1, 7 and 16,384 rows.
///
/// `AFTERWORD_LAWS=N` checks N histories instead of 50 in memory and 20 on a disk or server,
/// `AFTERWORD_LAW_SEED=S` begins at seed S.
@Suite struct LawTests {
    static func count(_ kind: StoreKind) -> UInt64 {
        setting("AFTERWORD_LAWS") ?? (kind.isLasting ? 20 : 50)
    }
    static let first = setting("AFTERWORD_LAW_SEED") ?? 1
    /// Histories of at most this many records are also checked in batches of 1 and 7 rows.
    static let smallRecords = 80

    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    @Test("Every law holds over random histories", arguments: StoreKind.available, Laws.names)
    func lawHolds(kind: StoreKind, law: String) async throws {
        try await checkAll(law, kind, Self.count(kind)) { ReviewHistory(seed: $0) }
    }

    @Test(
        "Every law holds where another reader reads the texts again between two dumps",
        arguments: StoreKind.available, Laws.names)
    func lawHoldsWhereReadAgain(kind: StoreKind, law: String) async throws {
        try await checkAll(law, kind, max(Self.count(kind) / 4, 1)) {
            ReviewHistory(seed: $0).readAgain
        }
    }

    private func checkAll(
        _ law: String, _ kind: StoreKind, _ count: UInt64, _ make: (UInt64) -> ReviewHistory
    ) async throws {
        for seed in Self.first..<Self.first + count {
            // The tests share two threads: those that wait for an answer get theirs in between.
            await Task.yield()
            let history = make(seed)
            let records = history.steps.reduce(0) { $0 + $1.records.count }
            for rows in records <= Self.smallRecords ? [1, 7, 16_384] : [16_384] {
                guard let failure = try check(law, history, kind, rows) else { continue }
                let smallest = shrink(history) { smaller in
                    (try? check(law, smaller, kind, rows)) ?? nil != nil
                }
                let shrunk = try check(law, smallest, kind, rows) ?? failure
                Issue.record(
                    "law \(law) on \(kind), batches of \(rows), seed \(seed): \(shrunk)\n\(smallest)"
                )
                return
            }
        }
    }

    private func check(
        _ law: String, _ history: ReviewHistory, _ kind: StoreKind, _ rows: Int
    ) throws -> String? {
        let stores = TemporaryStores(kind)
        return try Laws(history, batchRows: rows) {
            try stores.make()
        }.check(law)
    }
}
