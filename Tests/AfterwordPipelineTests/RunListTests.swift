import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// Lists of runs, and the words of faults of marks.
@Suite struct RunListTests {
    @Test("Every fault of a mark says what is wrong")
    func faults() {
        let faults: [MarkFault] = [
            .noSuchTheme, .noSuchReview, .noSuchScope, .changed, .unfitText("by"),
            .misplaced("text"), .daysAhead, .unfitCount,
        ]
        #expect(Set(faults.map(\.words)).count == faults.count)
        #expect(MarkFault.unfitText("by").words.hasPrefix("by "))
    }

    @Test("Runs of marks are folded unless asked for; every kind of run has a name")
    func runs() throws {
        let fixture = Fixture()
        let record = """
            [{"PRODUCT_BRAND": "B", "CUSTOMER_REVIEW_RATING": 1, "CHILD_ASIN": "P1",
             "CUSTOMER_REVIEW_DESCRIPTION": "It leaks.", "CUSTOMER_REVIEW_TITLE": "One"}]
            """
        try fixture.load(["a.json": record])
        let mark = NewMark(.open, .theme("leaks", of: .scope(.portfolio)))
        _ = try markWork([mark], by: "Ann", in: fixture.store, now: fixture.clock)
        var runs = try fixture.store.read { try $0.runs() }
        let usual = RunList(runs, .usual)
        #expect(usual.runs.map(\.run) == [1] && usual.folded == 1)
        #expect(RunList(runs, .all).folded == 0 && RunList(runs, .all).runs.count == 2)
        #expect(RunList(runs, .only(.work)).runs.map(\.run) == [2])
        #expect(usual.counts == [.dump: 1, .work: 1])
        #expect(RunFilter(nil) == .usual && RunFilter("all") == .all && RunFilter("x") == nil)
        let origins: [(ObservedOrigin, RunKind)] = [
            (.given, .dump), (.folderName, .dump), (.identicalRun, .dump), (.clock, .dump),
            (.replay, .replay), (.catalog, .catalog), (.insight, .insight),
            (.verdict, .verdict), (.reclean, .reread), (.reread, .reread),
            (.enrichment, .enrichment), (.work, .work), (.prune, .prune),
        ]
        for (origin, kind) in origins {
            runs[0].observedOrigin = origin
            #expect(runs[0].kind == kind && RunFilter(kind.rawValue) == .only(kind))
        }
        #expect(Set(origins.map(\.1)) == Set(RunKind.allCases))
    }
}
