import AfterwordCore
import AfterwordPipeline
import Testing

/// Which run a point in time selects.
@Suite struct AsOfTests {
    /// A run recorded on a day in May and observed on a day in March, which changed something or
    /// not.
    private func run(_ number: Int64, recorded: Int, observed: Int, changed: Bool = true)
        -> RunRecord
    {
        func digest(_ byte: UInt8) -> Digest256 { Digest256([UInt8](repeating: byte, count: 32)) }
        return RunRecord(
            run: number, recordedAt: Instant(iso8601: "2026-05-\(padded(recorded, 2))T08:00:00Z")!,
            observedAt: Instant(iso8601: "2026-03-\(padded(observed, 2))")!, observedOrigin: .given,
            completeness: .none, seed: 0, balance: Balance(), deleted: 0, productsNamed: 0,
            previousDigest: digest(0), historyDigest: digest(changed ? 1 : 0))
    }

    /// The third run loads an older dump late; the fourth changes nothing.
    private var runs: [RunRecord] {
        [
            run(1, recorded: 1, observed: 2), run(2, recorded: 2, observed: 16),
            run(3, recorded: 3, observed: 9), run(4, recorded: 4, observed: 30, changed: false),
            run(5, recorded: 5, observed: 23),
        ]
    }

    @Test(
        "A moment stands for one run",
        arguments: [
            (AsOf.run(3), 3),
            (.recorded(Instant(iso8601: "2026-05-02T08:00:00Z")!), 2),
            (.recorded(Instant(iso8601: "2026-05-03T07:59:59Z")!), 2),
            // On the 9th, only run 1: run 3 was observed by then too, but the run before it was
            // not.
            (.observed(Instant(iso8601: "2026-03-09")!), 1),
            (.observed(Instant(iso8601: "2026-03-16T23:00:00Z")!), 3),
            (.observed(Instant(iso8601: "2026-03-29")!), 5),
            (.observed(Instant(iso8601: "2026-04-01")!), 5),
        ] as [(AsOf, Int64)])
    func resolved(moment: AsOf, expected: Int64) throws {
        #expect(try resolveAsOf(moment, among: runs).run == expected)
    }

    @Test("What cannot be answered is refused by name")
    func refused() {
        let late = Instant(iso8601: "2026-05-05T08:00:00.000001Z")!
        #expect(throws: AsOfFault.noSuchRun(6)) { try resolveAsOf(.run(6), among: runs) }
        #expect(throws: AsOfFault.afterNewestRun(late)) {
            try resolveAsOf(.recorded(late), among: runs)
        }
        #expect(throws: AsOfFault.beforeFirstRun) {
            try resolveAsOf(.recorded(Instant(iso8601: "2026-04-30")!), among: runs)
        }
        #expect(throws: AsOfFault.beforeFirstRun) {
            try resolveAsOf(.observed(Instant(iso8601: "2026-03-01")!), among: runs)
        }
    }
}
