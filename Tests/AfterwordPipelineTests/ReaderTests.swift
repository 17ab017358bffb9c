import AfterwordCore
import AfterwordTesting
import Testing

@testable import AfterwordPipeline

/// Readers that pass calls on, against the reader behind them.
@Suite struct ReaderTests {
    private final class Forwarding: ForwardingReader {
        private let reader: any StoreReader
        init(_ reader: any StoreReader) { self.reader = reader }
        func target() throws -> any StoreReader { reader }
    }

    /// What a reader answers about products and reviews, to every call.
    private func ofProducts(_ reader: any StoreReader, _ run: Int64) throws -> [String] {
        let products = try reader.products(nil)
        guard let first = products.first?.productID, let last = products.last?.productID else {
            return []
        }
        let (ids, span) = (first...last, RowSpan(first...last))
        let keys = products.map(\.productKey)
        let reviews = try reader.reviews(ofProduct: nil).map(\.reviewKey)
        var found = ["\(products)", "\(reviews)"]
        func add(_ value: some Any) { found.append("\(value)") }
        add(try reader.products(withKeys: Set(keys)).sorted { $0.productID < $1.productID })
        add(try reader.products(after: nil, limit: 3))
        add(try reader.products(after: first, limit: 100))
        add(try reader.productLabels())
        add(try reader.productLabels(asOf: 1))
        add(try reader.rowCounts(ofProducts: ids).sorted { $0.key < $1.key })
        for id in [first, last] {
            add(try reader.reviews(ofProduct: id))
            add(try reader.listedReviews(ofProduct: id, withDeleted: true).count)
            add(try reader.history(ofProduct: id, review: nil))
            add(try reader.cuts(ofProduct: id, rows: 1))
            add(try reader.raw(ofProduct: id))
            add(try reader.productRaw(ofProduct: id))
            add(try reader.months(ofProduct: id))
            add(try reader.attributeHistory(ofProduct: id))
            add(try reader.summaryHistory(ofProduct: id))
            add(try reader.monthHistory(ofProduct: id))
        }
        add(try reader.reviews(withKeys: reviews).map(\.reviewKey).sorted())
        add(try reader.history(ofReviews: reviews))
        add(try reader.reviews(in: span))
        add(try reader.history(in: span))
        add(try reader.raw(in: span))
        add(try reader.productRaw(ofProducts: ids))
        add(try reader.months(ofProducts: ids))
        add(try reader.attributeHistory(ofProducts: ids))
        add(try reader.summaryHistory(ofProducts: ids))
        add(try reader.monthHistory(ofProducts: ids))
        return try found + ofReadings(reader, run)
    }

    private func ofReadings(_ reader: any StoreReader, _ run: Int64) throws -> [String] {
        var found: [String] = []
        func add(_ value: some Any) { found.append("\(value)") }
        add(try reader.changed(after: 0, upTo: run).history)
        add(try Set(reader.firstVersions(after: 0, upTo: run)).map(\.reviewKey).sorted())
        add(try reader.readings(ofProducts: 0...(.max), upTo: run))
        var marks: [String] = []
        try reader.marks(ofProducts: nil, upTo: run) { key, history in
            history.forEachLast { last, earlier in marks.append("\(key) \(last) \(earlier)") }
        }
        add(marks)
        for list in [ReviewList.negatives, .quiet] {
            try reader.listed(list, by: 1, after: 0, upTo: run) { add($0) }
        }
        var payloads: [Int64] = []
        try reader.currentPayloads(ofProducts: nil) { payloads.append($0.reviewKey) }
        add(payloads.sorted())
        return found
    }

    /// What it answers about everything else.
    private func ofStore(_ reader: any StoreReader, _ run: Int64) throws -> [String] {
        var found = ["\(try reader.runs())", "\(String(describing: try reader.newestRun()))"]
        func add(_ value: some Any) { found.append("\(value)") }
        add(try reader.files(ofRun: nil))
        add(try reader.attempts().count)
        add(try reader.shapes())
        add(try reader.rejects())
        add(try reader.rejects(after: nil, limit: 5))
        add(try reader.scopes())
        add(try reader.scopes([.portfolio]))
        add(try reader.scopeHistory())
        add(try reader.scopeHistory(of: .portfolio))
        add(try reader.scopeHistory(.portfolio, after: 0, upTo: run))
        add(try reader.themeSums(of: nil, upTo: run))
        add(try reader.themeSumsHistory())
        add(try reader.hasLists(by: 1))
        add(try reader.searchSegments())
        add(try reader.searchParts(reader.searchSegments().flatMap(\.chunkKeys)).count)
        add(try reader.insights(of: nil))
        add(try reader.insightHistory(of: nil))
        add(try reader.themeRows())
        add(try reader.themeReviewRows())
        add(try reader.verdicts())
        add(try reader.workMarks())
        add(try reader.taxonomies())
        add(try reader.links())
        add(try reader.cachedAnswers().count)
        add(try reader.modelCalls().count)
        add(try reader.modelBatches())
        add(try reader.batchItems())
        add(try reader.deliveries())
        add(try reader.enrichments(ofProducts: nil))
        add(try reader.enrichments(ofReviews: [1]))
        return found
    }

    @Test("A reader that forwards, one of the newest run, and one of all brands answer the same")
    func same() throws {
        var seen = 0
        for seed in UInt64(1)...12 {
            let store = MemoryStore()
            let history = ReviewHistory(seed: seed)
            try history.load(history.steps, into: store)
            try store.read { reader in
                guard let run = try reader.newestRun()?.run else { return }
                let own = try ofProducts(reader, run)
                #expect(try ofProducts(Forwarding(reader), run) == own, "seed \(seed)")
                #expect(
                    try ofStore(Forwarding(reader), run) == ofStore(reader, run), "seed \(seed)")
                #expect(try Forwarding(reader).apiKeys().count == reader.apiKeys().count)
                #expect(try Forwarding(reader).job("none") == nil)
                let past = AsOfReader(reader, run: run)
                #expect(try ofStore(past, run).count == ofStore(reader, run).count)
                let brands = Set(try reader.products(nil).compactMap { $0.dimension[.brand] })
                let limited = ScopedReader(reader, brands: brands)
                let visible = try reader.products(nil).filter { $0.dimension[.brand] != nil }
                #expect(try limited.products(nil) == visible, "seed \(seed)")
                if visible.count == (try reader.products(nil).count) {
                    #expect(try ofProducts(limited, run) == own, "seed \(seed)")
                }
                _ = try ofProducts(limited, run)
                #expect(try ofStore(limited, run).count == ofStore(reader, run).count)
                seen += own.count
            }
        }
        #expect(seen > 100)
    }

    @Test("A store that counts the calls of its loads passes all of them on")
    func counted() throws {
        for seed in UInt64(1)...6 {
            let (store, target) = (MemoryStore(), MemoryStore())
            let history = ReviewHistory(seed: seed)
            let counting = CountingStore(target) { _ in }
            try history.load(history.steps, into: counting)
            try history.load(history.steps, into: store)
            #expect(
                try target.read { try goldenTables($0) } == store.read { try goldenTables($0) })
            let copy = MemoryStore()
            _ = try copyStore(from: store, to: CountingStore(copy) { _ in })
            #expect(try copy.read { try goldenTables($0) } == store.read { try goldenTables($0) })
        }
    }
}
