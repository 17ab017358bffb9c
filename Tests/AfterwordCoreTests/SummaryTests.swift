import AfterwordCore
import Testing

@Suite struct SummaryTests {
    private func counters(_ stars: [Int64]) -> Counters {
        var counters = Counters()
        for (index, count) in stars.enumerated() {
            for _ in 0..<count {
                var values = ReviewValues()
                values.rating = Int64(index + 1) * 10
                counters.add(values, sign: 1)
            }
        }
        return counters
    }

    @Test(
        "Months come in order, mock times before the source's, and hold what was added less what was removed"
    )
    func months() {
        var random = SplitMix64(seed: 23)
        var delta = SummaryDelta()
        var expected: [MonthKey: Counters] = [:]
        for _ in 0..<500 {
            let at = Instant(microseconds: Int64(random.draw(below: 40)) * 20 * 86_400_000_000)
            let origin: TimeOrigin = random.draw(below: 2) == 0 ? .source : .mock
            let times = ReviewTimes(
                createdAt: at, createdOrigin: origin, updatedAt: at, updatedOrigin: origin)
            var values = ReviewValues()
            values.rating = 10 * (1 + Int64(random.draw(below: 5)))
            let isAdded = random.draw(below: 3) > 0
            if isAdded { delta.add(values, times) } else { delta.remove(values, times) }
            expected[MonthKey(month: at.month, origin: origin), default: Counters()]
                .add(values, sign: isAdded ? 1 : -1)
        }
        let names = delta.months.map { "\($0.key.month) \($0.key.origin.rawValue)" }
        #expect(names == names.sorted() && names.first == "197001 mock")
        #expect(delta.months.count == expected.count)
        #expect(delta.months.allSatisfy { expected[$0.key] == $0.counters })
    }

    /// Existing reviews at 10, 20 and 30. If a new review has the same time as a removed extreme,
    /// or lies further out, no other review has to be read.
    @Test(
        "Review times are read again only where an extreme went and nothing as far out came",
        arguments: [
            (gone: [10], new: [10], loses: false), (gone: [10], new: [5], loses: false),
            (gone: [10], new: [11], loses: true), (gone: [10], new: [], loses: true),
            (gone: [30], new: [30], loses: false), (gone: [30], new: [31], loses: false),
            (gone: [30], new: [29], loses: true), (gone: [20], new: [], loses: false),
            (gone: [10, 30], new: [10], loses: true),
            (gone: [10, 30], new: [10, 40], loses: false),
        ])
    func extremes(gone: [Int64], new: [Int64], loses: Bool) {
        func times(_ instant: Int64) -> ReviewTimes {
            let at = Instant(microseconds: instant)
            return ReviewTimes(
                createdAt: at, createdOrigin: .source, updatedAt: at, updatedOrigin: .source)
        }
        var delta = SummaryDelta()
        for instant in gone { delta.remove(ReviewValues(), times(instant)) }
        for instant in new { delta.add(ReviewValues(), times(instant)) }
        let old = ProductSummary(
            productKey: 1, productID: Text("P"), counters: Counters(),
            firstReviewAt: Instant(microseconds: 10), lastReviewAt: Instant(microseconds: 30),
            lastChangedRun: 1)
        #expect(delta.losesExtreme(of: old) == loses)
        if !loses {
            let summary = delta.applied(to: old, run: 2)
            let left = [10, 20, 30].filter { !gone.contains($0) } + new
            #expect(summary.firstReviewAt?.microseconds == left.min())
            #expect(summary.lastReviewAt?.microseconds == left.max())
        }
    }

    @Test(
        "A star is the rating rounded half up",
        arguments: [
            (10, 1), (14, 1), (15, 2), (24, 2), (25, 3), (34, 3), (35, 4), (45, 5), (50, 5),
        ])
    func star(tenths: Int64, star: Int) {
        var values = ReviewValues()
        values.rating = tenths
        #expect(values.star == star)
    }

    /// By hand: the brand without the product has 20 ratings, 3 of them negative; the portfolio's
    /// share is 15 %. p = (3 + 10·0.15) ∕ 30 = 0.15; impact = 10·(5 − 10·0.15) ∕ 20 = 1.75.
    @Test("Impact is the negatives beyond what the surroundings expect")
    func byHand() {
        let own = counters([5, 0, 0, 0, 5])
        let brand = counters([8, 0, 0, 0, 22])
        let portfolio = counters([15, 0, 0, 0, 85])
        #expect(impact(of: own, within: brand, portfolio: portfolio) == 1_750_000)
    }

    @Test("One bad review weighs less than many, and none weighs nothing")
    func support() {
        let portfolio = counters([100, 50, 70, 120, 660])
        let single = counters([1, 0, 0, 0, 0])
        let many = counters([10, 0, 0, 0, 10])
        let brand = counters([11, 0, 0, 0, 10])
        let one = impact(of: single, within: brand, portfolio: portfolio)
        #expect(one < impact(of: many, within: brand, portfolio: portfolio))
        #expect(one < 100_000)
        #expect(impact(of: Counters(), within: brand, portfolio: portfolio) == 0)
        #expect(impact(of: single, within: single, portfolio: Counters()) == 0)
    }

    /// A brand with one product is compared with the portfolio, not with itself.
    @Test("A brand's only product is not its own measure")
    func onlyProduct() {
        let own = counters([9, 0, 0, 0, 1])
        #expect(
            impact(of: own, within: own, portfolio: counters([15, 0, 0, 0, 85])) == 3_750_000)
    }

    /// Values from an independent computation of Wilson's formula.
    @Test("Shares carry Wilson's 95 % interval")
    func wilson() {
        #expect(share(1, of: 1) == Share(value: 1_000_000, low: 206_549, high: 1_000_000))
        #expect(share(0, of: 10) == Share(value: 0, low: 0, high: 277_533))
        #expect(share(15, of: 100) == Share(value: 150_000, low: 93_060, high: 232_836))
        #expect(share(0, of: 0) == nil)
    }

    @Test("What is added and taken off again leaves nothing")
    func signed() {
        var values = ReviewValues()
        values.rating = 45
        values.verified = true
        values.helpfulVotes = 3
        var counters = Counters()
        counters.add(values, sign: 1)
        #expect(Array(counters.stars) == [0, 0, 0, 0, 1])
        #expect(
            counters.ratingSum == 45 && counters.verifiedCount == 1 && counters.helpfulVotes == 3)
        counters.add(values, sign: -1)
        #expect(counters.isZero)
    }

    @Test("An attribute is the one told at the highest rank, lately, often, then by bytes")
    func attributes() {
        var tally = AttributeTally()
        tally.add("often", rank: .review, sourceTime: nil)
        tally.add("often", rank: .review, sourceTime: nil)
        tally.add("once", rank: .review, sourceTime: nil)
        #expect(tally.chosen?.value == "often")
        tally.add("late", rank: .review, sourceTime: Instant(seconds: 1))
        #expect(tally.chosen?.value == "late")
        tally.add("enclosing", rank: .enclosing, sourceTime: nil)
        #expect(tally.chosen?.value == "enclosing")
        var even = AttributeTally()
        even.add("a", rank: .review, sourceTime: nil)
        even.add("b", rank: .review, sourceTime: nil)
        #expect(even.chosen?.value == "b")
    }

    @Test("An attribute is replaced by the same or a higher rank from a dump not older")
    func replacement() {
        let day = Instant(iso8601: "2026-03-09")!
        let before = day.adding(seconds: -86_400)
        let stored = StoredAttribute(value: "old", rank: .enclosing, observedAt: day)
        func after(_ rank: AttributeRank, _ at: Instant, isOlder: Bool = false) -> Text {
            updatedAttribute(stored, with: ("new", rank), observedAt: at, isOlder: isOlder).value
        }
        #expect(after(.enclosing, day) == "new")
        #expect(after(.catalog, day) == "new")
        #expect(after(.review, day) == "old")
        #expect(after(.enclosing, before) == "old")
        #expect(after(.enclosing, day, isOlder: true) == "old")
    }

    @Test("A product that changes brands takes its sums along")
    func moving() {
        var lumora = ProductAttributes()
        lumora[.brand] = "Lumora"
        var verde = ProductAttributes()
        verde[.brand] = "Verde"
        let sums = counters([1, 0, 0, 0, 2])
        let deltas = scopeDeltas(from: (sums, lumora), to: (sums, verde))
        #expect(deltas[Scope(kind: .brand, id: "Lumora")]?.counters.reviewCount == -3)
        #expect(deltas[Scope(kind: .brand, id: "Lumora")]?.productCount == -1)
        #expect(deltas[Scope(kind: .brand, id: "Verde")]?.counters.reviewCount == 3)
        #expect(deltas[.portfolio] == nil)
    }

    @Test("Rows that differ are told by key and field")
    func differences() {
        let differences = rowDifferences(
            expected: [#"{"product_id":"A","rating":10}"#, #"{"product_id":"B","rating":10}"#],
            actual: [#"{"product_id":"A","rating":20}"#, #"{"product_id":"C","rating":10}"#])
        #expect(
            differences.map(\.key) == [#"product_id="A""#, #"product_id="B""#, #"product_id="C""#])
        #expect(
            differences[0].kind
                == .changed([.init(name: "rating", expected: "10", actual: "20")]))
        #expect(differences[1].kind == .removed && differences[2].kind == .added)
    }
    @Test("A line that is no JSON object, or has no key, is named by its number")
    func unreadableLines() {
        let whole = #"{"product_id":"A","rating":10}"#
        let broken = rowDifferences(expected: [whole, "{\"product"], actual: [whole, "7"])
        #expect(broken.map(\.key) == ["line=2 (no JSON object)"])
        #expect(
            broken.first?.kind
                == .changed([.init(name: "line", expected: #""{\"product""#, actual: "7")]))
        let lost = rowDifferences(expected: ["{", whole], actual: [whole, whole])
        #expect(lost.map(\.key).sorted() == ["line=1 (no JSON object)", #"product_id="A" line=2"#])
        #expect(rowDifferences(expected: [#"{"x":1}"#], actual: []).map(\.key) == ["line=1"])
    }
}
