import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Synchronization
import Testing

/// Loads of whole dumps, and what they report.
@Suite struct LoadTests {
    @Test("Twice the same file in a dump: all of the second are copies")
    func duplicateFile() throws {
        let fixture = Fixture()
        // Includes short texts, which within one file count as two reviews.
        let text = Fixture.array(
            Fixture.reviews("P1", 3)
                + (0..<2).map { _ in
                    #"{"CHILD_ASIN": "P1", "CUSTOMER_REVIEW_RATING": 5, "CUSTOMER_REVIEW_DESCRIPTION": "Ok"}"#
                })
        let report = try fixture.load(["a.json": text, "b.json": text])
        #expect(report.files[0].balance.inserted == 5)
        #expect(report.files[1].balance.copies == 5)
        #expect(try fixture.load(["b.json": text]).run.balance.unchanged == 5)
    }

    @Test("The clock is never behind the run before: recorded times rise by a microsecond at least")
    func recordedAt() throws {
        var fixture = Fixture()
        try fixture.load(["a.json": Fixture.array(Fixture.reviews("P1", 1))])
        fixture.clock = Instant(iso8601: "2020-01-01")!
        let second = try fixture.load(["a.json": Fixture.array(Fixture.reviews("P1", 2))])
        #expect(second.run.recordedAt.description == "2026-03-02T08:00:00.000001Z")
    }

    @Test("When a dump was taken: as given, by its name, as an identical run, else now")
    func observation() throws {
        var fixture = Fixture()
        fixture.options.observedAt = nil
        let text = Fixture.array(Fixture.reviews("P1", 1))
        let named = try fixture.load(["a.json": text], named: "01_2026-02-28T0209Z_abc")
        #expect(named.run.observedOrigin == .folderName)
        #expect(named.run.observedAt.description == "2026-02-28T02:09:00Z")
        let identical = try fixture.load(["b.json": text])
        #expect(identical.run.observedOrigin == .identicalRun)
        #expect(identical.run.observedAt == named.run.observedAt)
        let now = try fixture.load(["c.json": Fixture.array(Fixture.reviews("P1", 2))])
        #expect(now.run.observedOrigin == .clock)
        #expect(now.run.observedAt == fixture.clock)
        let given = try fixture.load(["a.json": text], named: "2026-02-28") {
            $0.observedAt = Instant(iso8601: "2026-01-01")
        }
        #expect(given.run.observedOrigin == .given)
    }

    @Test("A first load before which another run comes in is a later one")
    func notFirst() throws {
        let fixture = Fixture()
        let first = ["a.json": Fixture.array(Fixture.reviews("P1", 3))]
        let second = ["a.json": Fixture.array(Fixture.reviews("P1", 2) + Fixture.reviews("P2", 2))]
        let surroundings = LoadSurroundings(now: { [clock = fixture.clock] in clock })
        func dump(_ files: [String: String]) -> Dump {
            Dump(
                name: "dump",
                files: files.map {
                    DumpFile(name: $0.key, content: .memory(Array($0.value.utf8)))
                })
        }
        // The other run commits after the load has seen an empty store.
        let busy = BusyStore(fixture.store) {
            _ = try loadDump(
                dump(first), into: fixture.store, options: fixture.options,
                surroundings: surroundings)
        }
        let report = try loadDump(
            dump(second), into: busy, options: fixture.options, surroundings: surroundings)
        #expect(report.run.run == 2)
        #expect(report.run.balance.inserted == 2 && report.run.balance.unchanged == 2)
        let plain = Fixture()
        _ = try plain.load(dump: dump(first))
        _ = try plain.load(dump: dump(second))
        let (found, expected) = try (fixture.tables(), plain.tables())
        #expect(found == expected)
        #expect(try fixture.store.read { try auditStore($0) } == nil)
    }

    @Test("A file that is cut while it is loaded is told of, and nothing is stored")
    func cutFile() throws {
        let fixture = Fixture()
        let folder = try TemporaryFolder()
        let text = Fixture.array(Fixture.reviews("P1", 50))
        try folder.write("a.json", text)
        let path = folder.url.appendingPathComponent("a.json").path
        let dump = Dump(name: "dump", files: [DumpFile(name: "a.json", content: .path(path))])
        let surroundings = LoadSurroundings(
            now: { [clock = fixture.clock] in clock },
            progress: { [url = folder.url] progress in
                guard case .reading(let bytes, let total) = progress, bytes == total else { return }
                try? Data(text.utf8.prefix(100)).write(to: url.appendingPathComponent("a.json"))
            })
        #expect(throws: InputFault.changedWhileRead("a.json")) {
            try loadDump(
                dump, into: fixture.store, options: fixture.options, surroundings: surroundings)
        }
        #expect(try fixture.store.read { try $0.runs() }.isEmpty)
    }

    @Test("A plan reports what a run would, and leaves nothing")
    func rehearsal() throws {
        let fixture = Fixture()
        let text = Fixture.array(Fixture.reviews("P1", 3))
        let plan = try fixture.load(["a.json": text]) { $0.isRehearsal = true }
        #expect(try fixture.store.read { try $0.runs() }.isEmpty)
        #expect(try fixture.store.read { try $0.attempts() }.isEmpty)
        let run = try fixture.load(["a.json": text])
        #expect(plan.run == run.run)
        #expect(plan.changes == run.changes)
    }

    @Test("A new price of a product touches its reviews' bytes and versions not at all")
    func productOnly() throws {
        let fixture = Fixture()
        func product(_ price: String) -> String {
            #"[{"product_id": "P", "price": \#(price), "reviews": [{"review_id": "1", "rating": 5, "date": "2026-01-01"}]}]"#
        }
        try fixture.load(["a.json": product("9.90")])
        let report = try fixture.load(["a.json": product("7.90")])
        #expect(report.run.balance.unchanged == 1)
        #expect(try fixture.store.read { try $0.raw(ofProduct: nil).count } == 1)
        #expect(try fixture.store.read { try $0.productRaw(ofProduct: nil).count } == 2)
        let prices = try fixture.store.read { try $0.attributeHistory(ofProduct: nil) }
            .map { $0.attributes[.price] }
        #expect(prices == ["9.90", "7.90"])
    }

    @Test("A product without a list of reviews is kept, and none of its reviews is taken for gone")
    func withoutList() throws {
        let fixture = Fixture()
        func dump(_ p: String) -> String {
            #"[{"product_id": "P", "title": "new"\#(p)}, {"product_id": "Q", "reviews": [{"review_id": "1", "rating": 4}]}]"#
        }
        try fixture.load(["a.json": dump(#", "reviews": [{"review_id": "1", "rating": 5}]"#)])
        for list in ["", #", "reviews": null"#] {
            let report = try fixture.load(["a.json": dump(list)]) { $0.completeness = .products }
            #expect(report.run.deleted == 0 && report.run.balance.found == 1)
            #expect(report.run.productsNamed == 2)
        }
        let report = try fixture.load(["a.json": dump(#", "reviews": []"#)]) {
            $0.completeness = .products
        }
        #expect(report.run.deleted == 1)
        // Without its list of reviews, the product object is the same each time and is stored once.
        #expect(try fixture.store.read { try $0.productRaw(ofProduct: "P").count } == 1)
        #expect(throws: InputFault.noReviews(file: "b.json")) {
            try fixture.load(["b.json": #"[{"product_id": "P", "title": "x"}]"#])
        }
    }

    @Test("The same review in other bytes is unchanged; both bytes are kept, the new ones held")
    func otherBytes() throws {
        let fixture = Fixture()
        let plain = Fixture.review("P", 5, "A text that is long enough")
        try fixture.load(["a.json": Fixture.array([plain])])
        let spaced = plain.replacing("\"CHILD_ASIN\": ", with: "\"rank\": 7, \"CHILD_ASIN\":   ")
        let report = try fixture.load(["a.json": Fixture.array([spaced])])
        #expect(report.run.balance.unchanged == 1)
        let raw = try fixture.store.read { try $0.raw(ofProduct: nil) }
        #expect(raw.count == 2)
        let held = try fixture.store.read { try $0.reviews(ofProduct: "P")[0].payloadDigest }
        #expect(raw.first { $0.record.payload == held }?.run == 2)
        // Then the first bytes again, which are already stored.
        try fixture.load(["a.json": Fixture.array([plain])]) {
            $0.observedAt = Instant(iso8601: "2026-03-10")
        }
        #expect(try fixture.store.read { try $0.raw(ofProduct: nil).count } == 2)
    }

    @Test("A run waits while another holds the store, and counts everything once")
    func waiting() throws {
        let fixture = Fixture()
        let busy = Mutex(3)
        // The first attempts find the store locked: when they lock it, and after all other calls.
        let store = CountingStore(fixture.store) { call in
            let isBusy = busy.withLock { left in
                guard left > 0, call == (left == 1 ? 12 : 1) else { return false }
                left -= 1
                return true
            }
            if isBusy { throw StoreFault.locked }
        }
        let pauses = Mutex(0)
        let dump = Dump(
            name: "dump",
            files: [
                DumpFile(
                    name: "a.json",
                    content: .memory(Array(Fixture.array(Fixture.reviews("P1", 3)).utf8)))
            ])
        let clock = fixture.clock
        let surroundings = LoadSurroundings(
            now: { clock }, pause: { pauses.withLock { $0 += 1 } })
        let report = try loadDump(
            dump, into: store, options: fixture.options, surroundings: surroundings)
        #expect(report.run.balance.inserted == 3 && report.run.run == 1)
        #expect(pauses.withLock { $0 } == 3)
        busy.withLock { $0 = 2 }
        #expect(throws: StoreFault.locked) {
            try loadDump(
                dump, into: store, options: fixture.options,
                surroundings: LoadSurroundings(now: { clock }))
        }
    }

    @Test("A dump older than what is loaded says so, and changes nothing there")
    func older() throws {
        let fixture = Fixture()
        try fixture.load([
            "a.json": Fixture.array([Fixture.review("P", 5, "A text that is long enough")])
        ])
        let before = try fixture.store.read { try $0.reviews(ofProduct: "P") }
        let report = try fixture.load([
            "b.json": Fixture.array([
                Fixture.review("P", 1, "A text that is long enough"), Fixture.review("Q", 1, "new"),
            ])
        ]) { $0.observedAt = Instant(iso8601: "2026-02-01") }
        #expect(report.olderProducts == 1)
        #expect(report.run.balance.late == 1 && report.run.balance.inserted == 1)
        #expect(try fixture.store.read { try $0.reviews(ofProduct: "P") } == before)
    }

    @Test("Months are told from source times; without them the answer says so")
    func months() throws {
        let fixture = Fixture()
        try fixture.load(["a.json": Fixture.array(Fixture.reviews("P1", 3))])
        let mock = try fixture.store.read { try productAnswer($0, "P1") }
        #expect(mock?.months == nil)
        #expect(mock?.json["months"] == .string("no_source_time"))
        try fixture.load([
            "b.json":
                #"[{"product_id": "P2", "reviews": [{"review_id": "1", "rating": 5, "date": "2026-01-31T23:30:00-01:00"}]}]"#
        ])
        let source = try fixture.store.read { try productAnswer($0, "P2") }
        #expect(source?.months?.map(\.key.month) == [202_602])
    }

    @Test("Status tells age by when dumps were taken, and what was tried since")
    func status() throws {
        let fixture = Fixture()
        try fixture.load(["a.json": Fixture.array(Fixture.reviews("P1", 3))])
        #expect(throws: InputFault.self) { try fixture.load(["a.json": "<html>"]) }
        let now = Instant(iso8601: "2026-03-11")!
        let status = try fixture.store.read { try statusAnswer($0, now: now, maxAge: 8 * 86_400) }
        #expect(status.ageSeconds == Int64(9 * 86_400))
        #expect(status.isStale)
        #expect(status.attemptsSince.count == 1)
        let fresh = try fixture.store.read { try statusAnswer($0, now: now, maxAge: 10 * 86_400) }
        #expect(!fresh.isStale)
    }
}

/// A store that another run changes once, after the first read.
private final class BusyStore: ForwardingStore {
    let store: any ReviewStore
    private var change: (() throws -> Void)?

    init(_ store: any ReviewStore, change: @escaping () throws -> Void) {
        self.store = store
        self.change = change
    }

    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        let result = try store.read(body)
        let change = change
        self.change = nil
        try change?()
        return result
    }
}
