import AfterwordCore
import Testing

/// Dumps, windows and moments as defined in DESIGN §16.
@Suite struct DumpWordTests {
    /// A run observed on `day` of March 2026 and recorded on the day of May that equals its number.
    private func run(
        _ number: Int64, _ day: Int, label: Text? = nil, reads: Bool = true
    ) -> DumpRun {
        DumpRun(
            run: number, recordedAt: Instant(iso8601: "2026-05-\(padded(Int(number), 2))T08:00Z")!,
            observedAt: Instant(iso8601: "2026-03-\(padded(day, 2))T10:00Z")!, label: label,
            readsReviews: reads)
    }

    private func names(_ runs: [DumpRun]) -> [[Int64]] { LoadedDumps(runs).all.map(\.runs) }

    @Test("Runs of one day are a dump, and runs of one label; the order is that of observation")
    func grouping() {
        #expect(names([run(1, 2), run(2, 2), run(3, 9)]) == [[1, 2], [3]])
        #expect(
            names([run(1, 2, label: "w1"), run(2, 3, label: "w1"), run(3, 9, label: "w2")])
                == [[1, 2], [3]])
        // Grouping by day applies only to runs without a label.
        #expect(names([run(1, 2), run(2, 2, label: "DE")]) == [[1], [2]])
        // An older dump that is loaded later is sorted by the time it was taken.
        #expect(names([run(1, 2), run(2, 16), run(3, 9)]) == [[1], [3], [2]])
        #expect(names([run(1, 2), run(2, 30, reads: false)]) == [[1]])
        #expect(LoadedDumps([]).newest == nil)
    }

    @Test("A run that read no reviews belongs to the dump loaded last before it, if there is one")
    func placeOfRun() {
        let dumps = LoadedDumps([run(1, 9), run(2, 30, reads: false), run(3, 2), run(4, 9)])
        #expect(dumps.all.map(\.runs) == [[3], [1, 4]])
        #expect((1...4).map { dumps.place(ofRun: $0) } == [1, 1, 0, 1])
        #expect(LoadedDumps([run(1, 2, reads: false), run(2, 2)]).place(ofRun: 1) == nil)
    }

    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var runs: [DumpRun]
        var from: Int64
        var to: Int64
        var dump: [Int64]
        var older: Set<Int64> = []
    }

    private static let newest: [Case] = {
        let make = DumpWordTests()
        let weeks = [make.run(1, 2), make.run(2, 9)]
        return [
            Case(testDescription: "two weeks", runs: weeks, from: 1, to: 2, dump: [2]),
            Case(
                testDescription: "newest-dump-blanked: a catalog, a replay, insights",
                runs: weeks + [make.run(3, 30, reads: false)], from: 1, to: 3, dump: [2]),
            Case(
                testDescription: "newest-dump-blanked: both weeks loaded again",
                runs: weeks + [make.run(3, 2), make.run(4, 9)], from: 1, to: 4, dump: [2, 4],
                older: [3]),
            Case(
                testDescription: "newest-dump-blanked: an older dump",
                runs: [make.run(1, 2), make.run(2, 16), make.run(3, 9)], from: 1, to: 3,
                dump: [2], older: [3]),
            Case(
                testDescription: "newest-dump-blanked: two markets of one day",
                runs: weeks + [make.run(3, 9)], from: 1, to: 3, dump: [2, 3]),
            Case(
                testDescription: "two markets of two days, with a label",
                runs: [
                    make.run(1, 2, label: "w1"), make.run(2, 3, label: "w1"),
                    make.run(3, 9, label: "w2"), make.run(4, 10, label: "w2"),
                ], from: 2, to: 4, dump: [3, 4]),
            Case(
                testDescription: "markets that overtake one another",
                runs: [
                    make.run(1, 2, label: "w1"), make.run(2, 9, label: "w2"),
                    make.run(3, 3, label: "w1"), make.run(4, 10, label: "w2"),
                ], from: 1, to: 4, dump: [2, 4], older: [3]),
            Case(testDescription: "one dump", runs: [make.run(1, 2)], from: 0, to: 1, dump: [1]),
        ]
    }()

    @Test("New is since the dump before the newest", arguments: newest)
    func window(own: Case) throws {
        let window = try LoadedDumps(own.runs).window()
        #expect(window.from == own.from && window.to == own.to && window.olderRuns == own.older)
        #expect(window.dump?.runs == own.dump)
    }

    private var dumps: LoadedDumps {
        LoadedDumps([
            run(1, 2, label: "first"), run(2, 2, reads: false), run(3, 9),
            run(4, 9, reads: false), run(5, 16),
        ])
    }

    @Test(
        "A moment stands for the state of its dump, or for its run",
        arguments: [
            ("last", 5), ("3", 3), ("first", 2), ("2026-03-02", 2), ("2026-03-09", 4),
            ("2026-03-15", 4), ("20260316", 5), ("2026-05-04T07:59Z", 3), ("2026-05-04T08:00Z", 4),
        ])
    func moments(written: String, expected: Int64) throws {
        #expect(try dumps.run(at: #require(Moment(written))) == expected)
    }

    @Test("A dump that was loaded after newer ones has no state to be shown as of")
    func loadedLate() throws {
        let dumps = LoadedDumps([
            run(1, 12, label: "jan"), run(2, 20, label: "feb"), run(3, 15, label: "late"),
        ])
        #expect(throws: AsOfFault.noStateOfItsOwn("late (2026-03-15)")) {
            try dumps.run(at: #require(Moment("late")))
        }
        #expect(try dumps.run(at: #require(Moment("jan"))) == 1)
        let first = LoadedDumps([run(1, 12), run(2, 2, label: "dec")])
        #expect(throws: AsOfFault.noStateOfItsOwn("dec (2026-03-02)")) {
            try first.run(at: #require(Moment("dec")))
        }
    }

    @Test("What stands for nothing is refused by name")
    func refused() throws {
        let none = try #require(Moment("soon"))
        #expect(throws: AsOfFault.unknownMoment("soon", labels: ["first"])) {
            try dumps.run(at: none)
        }
        #expect(throws: AsOfFault.noSuchRun(9)) { try dumps.run(at: #require(Moment("9"))) }
        #expect(throws: AsOfFault.beforeFirstRun) {
            try dumps.run(at: #require(Moment("2026-03-01")))
        }
        #expect(throws: AsOfFault.afterNewestRun(Instant(iso8601: "2026-06-01")!)) {
            try dumps.run(at: #require(Moment("2026-06-01")))
        }
        #expect(AsOfFault.unknownMoment("x", labels: []).words.contains("2026-03-09"))
        #expect(throws: AsOfFault.backwards) {
            try dumps.window(since: Moment("5"), to: Moment("3"))
        }
        #expect(throws: AsOfFault.backwards) {
            try dumps.window(since: Moment("2026-03-16"), to: Moment("first"))
        }
        for written in ["", " 3", "a\nb", String(repeating: "x", count: 101)] {
            #expect(Moment(written) == nil, "\(written)")
        }
        for label in ["", "3", "last", " x", "a\u{1b}b"] {
            #expect(Moment.labelFault(label) != nil, "\(label)")
        }
        #expect(Moment.labelFault("week 10") == nil && Moment.labelFault("2026-03") == nil)
    }

    @Test(
        "A window from a moment to a moment",
        arguments: [
            ("first", nil, 2, 5), ("2026-03-02", "2026-03-09", 2, 4), ("0", "first", 0, 2),
            ("1", nil, 1, 5), (nil, "3", 2, 3), (nil, "2026-03-09", 2, 4), (nil, "first", 0, 2),
            ("2026-01-01", nil, 0, 5), ("last", "last", 4, 5), ("2026-05-03T09:00Z", nil, 3, 5),
        ] as [(String?, String?, Int64, Int64)])
    func windows(since: String?, to: String?, from: Int64, end: Int64) throws {
        let window = try dumps.window(
            since: since.flatMap { Moment($0) }, to: to.flatMap { Moment($0) })
        #expect(window.from == from && window.to == end)
    }

    @Test(
        "past-insight-off-by-one: as of a dump, the insight made before the next dump's first run")
    func insights() {
        #expect([1, 2, 3, 4, 5].map { dumps.insightsEnd(asOf: $0) } == [2, 2, 4, 4, 5])
    }
}
