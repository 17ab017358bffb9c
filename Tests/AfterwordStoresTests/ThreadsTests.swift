import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// The number of threads of a load changes no byte of what is stored.
@Suite struct ThreadsTests {
    @Test("Any number of threads gives the same bytes", arguments: StoreKind.available)
    func sameBytes(kind: StoreKind) throws {
        for history in [ReviewHistory(seed: 3), ReviewHistory(seed: 8), Self.large] {
            var expected: Loaded?
            for threads in [1, 2, 5] {
                let found = try load(history, on: kind, threads: threads)
                #expect(found == expected ?? found, "\(threads) threads, seed \(history.seed)")
                expected = found
            }
        }
    }

    private struct Loaded: Equatable {
        let digests: [String]
        let tables: [String: [String]]
    }

    private func load(
        _ history: ReviewHistory, on kind: StoreKind, threads: Int
    ) throws -> Loaded {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        var loading = HistoryLoading()
        loading.threads = threads
        loading.batchRows = 64
        loading.files = 3
        try history.load(history.steps, into: store, loading)
        return try store.read { reader in
            Loaded(
                digests: try reader.runs().map { "\($0.historyDigest) \($0.ledgerDigest)" },
                tables: try goldenTables(reader))
        }
    }

    /// Two dumps of so many reviews that every stage has parts to share.
    private static let large: ReviewHistory = {
        var history = ReviewHistory(seed: 5)
        let steps = (0..<2).map { step in
            ReviewHistory.Step(
                records: (0..<3000).map { record($0, step: step) },
                observedAt: ReviewHistory.start.adding(seconds: Int64(step) * 604_800),
                completeness: .products)
        }
        history.steps = steps
        return history
    }()

    /// In the second dump every seventh review has another text, and every eleventh is missing.
    private static func record(_ number: Int, step: Int) -> ReviewHistory.RecordText {
        let id = step == 1 && number % 11 == 0 ? number + 10_000 : number
        let body = step == 1 && number % 7 == 0 ? "changed" : "as it was"
        let text = """
            {"product": "P\(id % 40)", "id": "r\(id)", "who": "w\(id)", "variant": "v", \
            "rating": \(1 + id % 5), "title": "t\(id)", "body": "\(body) \(id)"}
            """
        return ReviewHistory.RecordText(text: text, product: "P\(id % 40)")
    }
}
