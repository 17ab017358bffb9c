import AfterwordCore
import Testing

/// Comparison of proportions: exact, with equal results on every platform.
@Suite struct ProportionTests {
    /// In billionths, from the complementary error function computed with fifty digits.
    @Test(
        "The p of two proportions is right to a billionth or two",
        arguments: [
            (30, 100, 45, 100, 28_459_737), (31, 1001, 270, 8600, 941_603_732),
            (90, 1001, 270, 8600, 0), (5, 50, 5, 8600, 0), (50, 100, 50, 100, 1_000_000_000),
            (0, 100, 10, 100, 1_176_866), (5, 5, 1, 10, 796_230), (9, 1000, 20, 1000, 39_626_535),
            (100, 100_000_000, 160, 100_000_000, 198_401), (40, 1000, 20, 1000, 8_751_487),
        ] as [(Int64, Int64, Int64, Int64, Int64)])
    func chances(case numbers: (Int64, Int64, Int64, Int64, Int64)) {
        let (a, n, b, m, expected) = numbers
        let found = chanceOfDifference(Proportion(a, of: n), Proportion(b, of: m))
        #expect(abs(found - expected) <= 2)
        #expect(chanceOfDifference(Proportion(b, of: m), Proportion(a, of: n)) == found)
    }

    @Test("What cannot be compared is certain to be chance")
    func nothing() {
        for (left, right) in [
            (Proportion(0, of: 0), Proportion(3, of: 9)),
            (Proportion(0, of: 5), Proportion(0, of: 9)),
            (Proportion(5, of: 5), Proportion(9, of: 9)),
        ] {
            #expect(chanceOfDifference(left, right) == 1_000_000_000)
        }
    }

    @Test("It falls as the difference grows, and the two ways of summing meet")
    func falling() {
        var last: Int64 = .max
        for part in 50...400 as ClosedRange<Int64> {
            let chance = chanceOfDifference(Proportion(50, of: 500), Proportion(part, of: 500))
            #expect(chance <= last)
            last = chance
        }
        #expect(last == 0)
    }

    @Test("Of many findings those stand that one in twenty of may be wrong")
    func many() {
        let millions: Int64 = 1_000_000
        // Thresholds for four findings: 12.5, 25, 37.5 and 50 millions.
        #expect(
            standingFindings([36, 900, 12, 26].map { $0 * millions })
                == [true, false, true, true])
        #expect(standingFindings([13, 26, 38, 51].map { $0 * millions }).allSatisfy { !$0 })
        #expect(standingFindings([50 * millions]) == [true])
        #expect(standingFindings([]).isEmpty)
    }
}
