import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// What people do about themes and reviews, and what it changes.
@Suite struct WorkTests {
    private static let smell = WorkSubject.theme("smell", of: .scope(Scope(kind: .brand, id: "B")))

    /// Two dumps: the second brings a danger, a negative and an edit.
    private func made() throws -> Fixture {
        var fixture = Fixture()
        try next(&fixture, "2026-03-02", [("One", 5, "Fine, I like it.")])
        try next(
            &fixture, "2026-03-09",
            [
                ("One", 5, "Fine, I like it."), ("Two", 1, "It caught fire in the kitchen."),
                ("Three", 1, "The smell is terrible."),
            ])
        return fixture
    }

    private func next(
        _ fixture: inout Fixture, _ day: String, _ reviews: [(String, Int, String)]
    ) throws {
        fixture.options.observedAt = Instant(iso8601: day)
        fixture.clock = Instant(iso8601: day + "T08:00:00Z")!
        let records = reviews.map { title, star, body in
            """
            {"PRODUCT_BRAND": "B", "CUSTOMER_REVIEW_RATING": \(star), "CHILD_ASIN": "P1",
             "CUSTOMER_REVIEW_DESCRIPTION": "\(body)", "CUSTOMER_REVIEW_TITLE": "\(title)"}
            """
        }
        try fixture.load(["a.json": "[" + records.joined(separator: ",") + "]"])
    }

    private func review(_ fixture: Fixture, _ title: Text) throws -> StoredReview {
        try #require(
            try fixture.store.read { try $0.reviews(ofProduct: "P1") }
                .first { $0.values.title == title && $0.isLive })
    }

    private func subject(_ review: StoredReview) -> WorkSubject {
        .review(product: review.productID, id: review.reviewID)
    }

    @discardableResult
    private func mark(
        _ fixture: Fixture, _ marks: NewMark..., by person: Text = "Ann",
        brands: Set<Text>? = nil
    ) throws -> [WorkMarkRow] {
        try markWork(marks, by: person, brands: brands, in: fixture.store, now: fixture.clock)
    }

    private func saying(_ mark: WorkMark, _ subject: WorkSubject, _ text: Text?) -> NewMark {
        var new = NewMark(mark, subject)
        new.text = text
        return new
    }

    private func book(_ fixture: Fixture, asOf run: Int64? = nil) throws -> WorkBook {
        try fixture.store.read { now in
            let reader: any StoreReader = run.map { AsOfReader(now, run: $0) } ?? now
            return WorkBook(try reader.workMarks())
        }
    }

    @Test("Marks of one call are one run; the newest of its kind counts, the past stays")
    func runs() throws {
        let fixture = try made()
        let two = try review(fixture, "Two")
        let rows = try mark(
            fixture, NewMark(.seen, subject(two)), NewMark(.acknowledged, Self.smell),
            saying(.assigned, Self.smell, "Bea"))
        #expect(rows.map(\.place) == [0, 1, 2] && Set(rows.map(\.madeRun)).count == 1)
        #expect(rows[0].marked?.version == two.version && rows[1].marked == nil)
        let run = try #require(try fixture.store.read { try $0.newestRun() })
        #expect(run.run == rows[0].madeRun && run.observedOrigin == .work)
        #expect(run.productsNamed == 0 && run.recordedAt == run.observedAt)
        var fixed = NewMark(.fixed, Self.smell)
        fixed.fixedOn = Instant(iso8601: "2026-03-05")
        try mark(fixture, fixed, saying(.assigned, Self.smell, nil), by: "Bea")
        let now = try #require(try book(fixture).item(Self.smell))
        #expect(now.state == .fixed && now.fixedOn?.day == "2026-03-05" && now.assignee == nil)
        #expect(!now.isOpen && now.marks.count == 4)
        let then = try #require(try book(fixture, asOf: run.run).item(Self.smell))
        #expect(then.state == .acknowledged && then.assignee == "Bea" && then.isOpen)
        #expect(try book(fixture, asOf: run.run - 1).items.isEmpty)
        #expect(try fixture.store.read { try auditStore($0) } == nil)
        #expect(try fixture.store.read { try $0.runs().dumps.all.count } == 2)
    }

    @Test("What changes nothing is not recorded; without a day a fix is of today")
    func nothingChanges() throws {
        let fixture = try made()
        let two = subject(try review(fixture, "Two"))
        try mark(fixture, NewMark(.seen, two), NewMark(.fixed, Self.smell))
        #expect(try book(fixture).item(Self.smell)?.fixedOn?.day == "2026-03-09")
        let runs = try fixture.store.read { try $0.runs().count }
        let again = try mark(
            fixture, NewMark(.seen, two), NewMark(.fixed, Self.smell),
            NewMark(.unseen, subject(review(fixture, "Three"))), saying(.assigned, two, nil))
        #expect(again.isEmpty)
        #expect(try fixture.store.read { try $0.runs().count } == runs)
        // A note is said again, and so is a state with a reason.
        #expect(
            try mark(fixture, saying(.note, two, "x"), saying(.fixed, Self.smell, "again")).count
                == 2)
        #expect(try mark(fixture, saying(.note, two, "x")).count == 1)
        // The same mark twice in one call is one.
        #expect(try mark(fixture, NewMark(.unseen, two), NewMark(.unseen, two)).count == 1)
    }

    @Test("What cannot be marked is refused, and leaves nothing")
    func refused() throws {
        let fixture = try made()
        let two = try review(fixture, "Two")
        let own = subject(two)
        let before = try fixture.store.read { try goldenTables($0) }
        func refused(_ fault: MarkFault, _ mark: NewMark, by person: Text = "Ann") {
            #expect(throws: fault, "\(mark)") {
                try markWork([mark], by: person, in: fixture.store, now: fixture.clock)
            }
        }
        refused(.noSuchReview, NewMark(.seen, .review(product: "P1", id: "nobody's")))
        refused(.noSuchReview, NewMark(.seen, .review(product: "P9", id: two.reviewID)))
        refused(.noSuchTheme, NewMark(.open, .theme("nonsense", of: .scope(.portfolio))))
        refused(.noSuchScope, NewMark(.open, .theme("smell", of: .product("P9"))))
        refused(
            .noSuchScope,
            NewMark(.open, .theme("smell", of: .scope(Scope(kind: .brand, id: "C")))))
        refused(.changed, NewMark(.seen, own, version: two.version + 1))
        refused(.misplaced("mark"), NewMark(.seen, Self.smell))
        refused(.misplaced("text"), saying(.seen, own, "x"))
        refused(.unfitText("text"), NewMark(.note, own))
        refused(.unfitText("text"), saying(.note, own, " "))
        refused(.unfitText("text"), saying(.note, own, "a\u{0}b"))
        refused(.unfitText("text"), saying(.note, own, Text(String(repeating: "x", count: 2_001))))
        refused(.unfitText("by"), NewMark(.open, own), by: " ")
        var day = NewMark(.open, own)
        day.fixedOn = Instant(iso8601: "2026-03-01")
        refused(.misplaced("fixed_on"), day)
        day.mark = .fixed
        day.fixedOn = Instant(iso8601: "2026-03-10")
        refused(.daysAhead, day)
        for count in [0, NewMark.limit + 1] {
            let marks = [NewMark](repeating: NewMark(.open, own), count: count)
            #expect(throws: MarkFault.unfitCount) {
                try markWork(marks, by: "Ann", in: fixture.store, now: fixture.clock)
            }
        }
        #expect(try fixture.store.read { try goldenTables($0) } == before)
    }

    @Test("Who may see some brands marks those, and sees the marks of those")
    func scoped() throws {
        let fixture = try made()
        let own = subject(try review(fixture, "Two"))
        let everywhere = WorkSubject.theme("smell", of: .scope(.portfolio))
        try mark(
            fixture, NewMark(.open, own), NewMark(.open, Self.smell), NewMark(.open, everywhere),
            NewMark(.open, .theme("smell", of: .product("P1"))))
        func seen(_ brand: Text) throws -> Int {
            try fixture.store.read { try ScopedReader($0, brands: [brand]).workMarks().count }
        }
        #expect(try seen("B") == 3)
        #expect(try seen("C") == 0)
        #expect(try fixture.store.read { try ScopedReader($0, owner: "x").workMarks().count } == 0)
        #expect(throws: MarkFault.noSuchScope) {
            try mark(fixture, NewMark(.fixed, everywhere), brands: ["B"])
        }
        for subject in [own, Self.smell] {
            #expect(throws: MarkFault.self) {
                try mark(fixture, NewMark(.fixed, subject), brands: ["C"])
            }
            #expect(try mark(fixture, NewMark(.fixed, subject), brands: ["B"]).count == 1)
        }
    }

    // MARK: The inbox

    private struct Listed: Equatable {
        var titles: [String] = []
        var total = 0
        var all = 0
        var seen = 0
        var dangers = 0
    }

    private func listed(
        _ reader: any StoreReader, since run: Int64?, hiding: Bool = true
    ) throws -> Listed {
        let window =
            try run.map { from in
                DumpWindow(from: from, to: try reader.newestRun()?.run ?? 0)
            } ?? reader.runs().dumps.window()
        let covered = try coveredInbox(
            reader, in: window, of: InboxFilter(leavesOutSeen: hiding), page: Page(size: 99))
        let own = try inbox(
            reader, in: window, of: InboxFilter(leavesOutSeen: hiding), page: Page(size: 99))
        let keys = covered.inbox.entries.map(\.review.reviewKey)
        #expect(own.entries.map(\.review.reviewKey) == keys)
        #expect(covered.listed.values.reduce(0, +) == covered.inbox.total)
        return Listed(
            titles: covered.inbox.entries.map { $0.review.values.title?.string ?? "" },
            total: covered.inbox.total, all: covered.groups.values.reduce(0, +),
            seen: covered.seen.values.reduce(0, +), dangers: covered.inbox.newDangers)
    }

    @Test("The inbox leaves out what was seen, by every way it is read, and counts it")
    func inboxes() throws {
        let fixture = try made()
        let ways: [(String, Int64?)] = [("the newest dump", nil), ("all", 0), ("since 1", 1)]
        func each(_ check: (any StoreReader, Int64?, String) throws -> Void) throws {
            try fixture.store.read { reader in
                for (name, since) in ways {
                    try check(reader, since, name)
                    try check(Walking(reader), since, name + ", walked")
                }
            }
        }
        var before: [String: Listed] = [:]
        try each { reader, since, name in
            let own = try listed(reader, since: since)
            #expect(own.titles.filter { $0 == "Two" }.count == 2, "\(name)")
            #expect(own.seen == 0 && own.total == own.all && own.dangers == 1, "\(name)")
            before[name] = own
        }
        try mark(fixture, NewMark(.seen, subject(review(fixture, "Two"))))
        try each { reader, since, name in
            let own = try listed(reader, since: since)
            var expected = try #require(before[name])
            expected.titles.removeAll { $0 == "Two" }
            (expected.total, expected.seen) = (expected.total - 2, 2)
            #expect(own == expected, "\(name)")
            #expect(try listed(reader, since: since, hiding: false) == before[name], "\(name)")
        }
        try mark(fixture, NewMark(.unseen, subject(review(fixture, "Two"))))
        try each { reader, since, name throws in
            #expect(try listed(reader, since: since) == before[name], "\(name)")
        }
    }

    @Test("What was seen is listed again when it changes; the past stays")
    func changed() throws {
        var fixture = try made()
        let three = try review(fixture, "Three")
        let rows = try mark(fixture, NewMark(.seen, subject(three)))
        #expect(try book(fixture).isSeen(three.reviewKey, since: three.run))
        fixture.options.completeness = .products
        try next(
            &fixture, "2026-03-23",
            [("One", 5, "Fine, I like it."), ("Two", 1, "It caught fire in the kitchen.")])
        let gone = try #require(
            try fixture.store.read { try $0.reviews(withKeys: [three.reviewKey]) }.first)
        #expect(!gone.isLive && gone.run > rows[0].madeRun)
        #expect(try !book(fixture).isSeen(gone.reviewKey, since: gone.run))
        // One that is gone is marked as any other.
        #expect(try mark(fixture, NewMark(.seen, subject(three), version: gone.version)).count == 1)
        #expect(try book(fixture).isSeen(gone.reviewKey, since: gone.run))
        #expect(try book(fixture, asOf: rows[0].madeRun).isSeen(three.reviewKey, since: three.run))
    }

    @Test("Work is listed with the times of its runs, that which was marked last first")
    func list() throws {
        let fixture = try made()
        let two = subject(try review(fixture, "Two"))
        try mark(fixture, saying(.note, two, "called the customer"))
        try mark(fixture, NewMark(.open, Self.smell))
        try mark(fixture, saying(.assigned, two, "Bea"))
        let list = try fixture.store.read { try WorkList($0) }
        #expect(list.items.map(\.item.subject) == [two, Self.smell])
        #expect(list.items[0].marks.map(\.row.mark) == [.note, .assigned])
        #expect(list.items.flatMap(\.marks).allSatisfy { $0.recordedAt != nil })
        for work in list.items {
            #expect(formFault(work.json, as: ListedWork.form.form) == nil)
        }
        #expect(list.items[0].json["review_id"]?.text != nil)
        #expect(list.items[1].json["scope"]?.text == "brand:B")
    }

    @Test("An audit finds a mark whose run is none of marks, and one of no version")
    func audited() throws {
        let fixture = try made()
        let two = subject(try review(fixture, "Two"))
        try mark(fixture, NewMark(.open, Self.smell), NewMark(.seen, two))
        try fixture.store.read { reader in
            for (name, change) in Self.changes {
                let finding = try auditStore(Changing(reader, change))
                #expect(finding?.table == "work_marks", "\(name): \(finding as Any)")
            }
        }
    }

    private static let changes: [(String, @Sendable (inout WorkMarkRow) -> Void)] = [
        ("another run", { $0.madeRun = 1 }),
        ("no version", { $0.marked?.version = 9 }),
    ]

    /// Answers with changed marks.
    private final class Changing: ForwardingReader {
        private let reader: any StoreReader
        private let change: (inout WorkMarkRow) -> Void
        init(_ reader: any StoreReader, _ change: @escaping (inout WorkMarkRow) -> Void) {
            (self.reader, self.change) = (reader, change)
        }
        func target() throws -> any StoreReader { reader }
        func workMarks() throws -> [WorkMarkRow] {
            try reader.workMarks().map { row in
                var row = row
                change(&row)
                return row
            }
        }
    }

    @Test("Work is listed by brand, product, state, person and whether it is open, in words")
    func listed() throws {
        let fixture = try made()
        let two = subject(try review(fixture, "Two"))
        try mark(fixture, NewMark(.seen, two), saying(.assigned, two, "Bea"))
        var fixed = NewMark(.fixed, Self.smell)
        fixed.fixedOn = Instant(iso8601: "2026-03-08")
        try mark(fixture, fixed, saying(.note, Self.smell, "a new foam"))
        try mark(fixture, NewMark(.acknowledged, .theme("smell", of: .scope(.portfolio))))
        func words(_ change: (inout WorkQuery) -> Void) throws -> [String] {
            var query = WorkQuery()
            change(&query)
            return try fixture.store.read { try listedWork($0, query) }
                .map { $0.item.words ?? "–" }
        }
        let all = ["Acknowledged", "Fixed since 2026-03-08", "Bea sees to it"]
        #expect(try words { _ in } == all)
        #expect(try words { $0.brand = "B" } == Array(all.dropFirst()))
        #expect(try words { $0.brand = "C" } == [])
        #expect(try words { $0.product = "P1" } == ["Bea sees to it"])
        #expect(try words { $0.state = .fixed } == ["Fixed since 2026-03-08"])
        #expect(try words { $0.assignee = "Bea" } == ["Bea sees to it"])
        #expect(try words { $0.isOpen = true } == ["Acknowledged", "Bea sees to it"])
        let rows = try fixture.store.read { try $0.workMarks() }
        #expect(
            rows.map(\.words) == [
                "saw it", "gave it to Bea", "calls it fixed since 2026-03-08", "noted",
                "acknowledged it",
            ])
        try mark(fixture, NewMark(.unseen, two), saying(.assigned, two, nil), NewMark(.open, two))
        #expect(
            try fixture.store.read { try $0.workMarks() }.suffix(3).map(\.words) == [
                "wants it read again", "gave it to nobody", "opened it",
            ])
    }
}
