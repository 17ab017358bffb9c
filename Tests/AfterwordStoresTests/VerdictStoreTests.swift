import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// What every store must do for verdicts.
@Suite struct VerdictStoreTests {
    private let history = ReviewHistory(seed: 8)

    /// Adds three verdicts on two reviews and returns them.
    private func made(_ store: any ReviewStore) throws -> [VerdictRow] {
        try history.load(history.steps, into: store)
        let reviews = try store.read { try $0.reviews(ofProduct: nil) }.filter(\.isLive)
        let verdicts: [(Int, Verdict)] = [(0, .isFalse), (1, .real), (0, .real)]
        return try verdicts.map { place, verdict in
            let new = NewVerdict(
                product: reviews[place].productID, review: reviews[place].reviewID,
                verdict: verdict, judgedBy: "Ännë", why: "“looked” at it \\ twice")
            return try judgeReview(new, in: store, now: ReviewHistory.start)
        }
    }

    @Test(
        "Verdicts are kept as given, each a run of its own, and audited",
        arguments: StoreKind.available)
    func kept(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        let rows = try made(store)
        let (kept, runs, finding) = try store.read { reader in
            (try reader.verdicts(), try reader.runs(), try auditStore(reader))
        }
        #expect(kept == rows && finding == nil)
        #expect(Array(runs.suffix(3)).map(\.observedOrigin) == [.verdict, .verdict, .verdict])
        #expect(runs.suffix(3).map(\.run) == rows.map(\.madeRun))
        #expect(runs.suffix(3).allSatisfy { $0.balance.found == 0 && $0.deleted == 0 })
    }

    @Test("As of a run they are those given by then, for ever", arguments: StoreKind.available)
    func past(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        let rows = try made(store)
        for (count, run) in ([rows[0].madeRun - 1] + rows.map(\.madeRun)).enumerated() {
            let then = try store.read { try AsOfReader($0, run: run).verdicts() }
            #expect(then == Array(rows.prefix(count)))
        }
    }

    @Test(
        "A copy has them, and goes on as the original", arguments: StoreKind.available,
        StoreKind.available)
    func copies(one: StoreKind, other: StoreKind) throws {
        let stores = (TemporaryStores(one), TemporaryStores(other))
        let source = try stores.0.make()
        let rows = try made(source)
        let target = try stores.1.make()
        _ = try copyStore(from: source, to: target)
        #expect(try target.read { try $0.verdicts() } == rows)
        #expect(
            try target.read { try goldenTables($0) } == source.read { try goldenTables($0) })
    }

    @Test("What cannot be judged leaves nothing behind", arguments: StoreKind.available)
    func refused(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        try history.load(history.steps, into: store)
        let before = try store.read { try goldenTables($0) }
        let review = try #require(
            try store.read { try $0.reviews(ofProduct: nil) }.first { $0.isLive })
        func judge(_ id: Text, _ by: Text, _ why: Text) throws {
            let new = NewVerdict(
                product: review.productID, review: id, verdict: .real, judgedBy: by, why: why)
            _ = try judgeReview(new, in: store, now: ReviewHistory.start)
        }
        #expect(throws: JudgeFault.noSuchReview) { try judge("nobody's", "Ann", "x") }
        #expect(throws: JudgeFault.unfitText("--by")) { try judge(review.reviewID, " ", "x") }
        #expect(throws: JudgeFault.unfitText("--why")) {
            try judge(review.reviewID, "Ann", "a\u{0}b")
        }
        #expect(throws: JudgeFault.unfitText("--why")) {
            try judge(review.reviewID, "Ann", Text(String(repeating: "x", count: 2_001)))
        }
        #expect(try store.read { try goldenTables($0) } == before)
    }
}
