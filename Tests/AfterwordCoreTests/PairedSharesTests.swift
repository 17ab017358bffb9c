import AfterwordCore
import Testing

/// The statistics of `models compare`: exact for few scopes, the same on every machine.
@Suite struct PairedSharesTests {
    private func pairs(_ parts: [(a: Int64, b: Int64)], of whole: Int64 = 10) -> PairedShares {
        PairedShares(
            parts.map { .init(a: Proportion($0.a, of: whole), b: Proportion($0.b, of: whole)) })
    }

    @Test("Where B falls short in all of n scopes, the chance is one in 2ⁿ, rounded up")
    func extreme() {
        for count in 1...14 {
            let all = pairs(Array(repeating: (9, 8), count: count))
            let exchanges = Int64(1) << Int64(count)
            #expect(all.chanceOfShortfall == (1_000_000 + exchanges - 1) / exchanges)
        }
        let many = pairs(Array(repeating: (9, 8), count: 15))
        #expect(many.chanceOfShortfall <= 300, "of 9,999 drawn exchanges hardly one is as far")
    }

    @Test("Equal scopes, none and those that one model has nothing in tell nothing")
    func nothing() {
        #expect(pairs([]).chanceOfShortfall == 1_000_000)
        #expect(pairs([(7, 7), (3, 3)]).chanceOfShortfall == 1_000_000)
        let empty = PairedShares([.init(a: Proportion(1, of: 1), b: Proportion(0, of: 0))])
        #expect(empty.pairs.isEmpty && empty.shares == nil)
    }

    @Test("A chance counted by hand: 3, 2 and −1 in tenths; sums of 4 and more are two of eight")
    func counted() {
        #expect(pairs([(9, 6), (9, 7), (6, 7)]).chanceOfShortfall == 250_000)
        // The better B is, the more of the exchanges are as far.
        #expect(pairs([(6, 9), (7, 9), (7, 6)]).chanceOfShortfall == 875_000)
    }

    @Test("Drawn exchanges come close to counting all of them")
    func drawn() {
        // Fourteen scopes are counted; a fifteenth with a difference of next to nothing is drawn.
        var random = SplitMix64(seed: 8)
        for _ in 0..<8 {
            let parts = (0..<14).map { _ in
                (a: Int64(random.draw(below: 1_000)), b: Int64(random.draw(below: 1_000)))
            }
            let exact = pairs(parts, of: 1_000).chanceOfShortfall
            let more = pairs(parts + [(1, 0)], of: 1_000).chanceOfShortfall
            #expect(abs(exact - more) < 20_000, "\(exact) and \(more)")
        }
    }

    @Test("Of equal models, at most as many are called worse as the chance says")
    func level() {
        var random = SplitMix64(seed: 3)
        var alarms = 0
        for _ in 0..<400 {
            let parts = (0..<12).map { _ in
                (a: Int64(random.draw(below: 11)), b: Int64(random.draw(below: 11)))
            }
            if pairs(parts).chanceOfShortfall <= 50_000 { alarms += 1 }
        }
        #expect((8...32).contains(alarms), "\(alarms) of 400 at 5 %")
    }

    @Test("Shares are those of all scopes together, inside intervals that narrow with scopes")
    func intervals() throws {
        let few = try #require(pairs([(9, 8), (10, 6), (8, 9)]).shares)
        #expect(few.a.value == 900_000 && few.b.value == 766_666)
        #expect(few.difference.value == -133_334)
        #expect(few.b.low == 600_000 && few.b.high == 900_000)
        let parts = Array(repeating: [(a: Int64(9), b: Int64(8)), (10, 6), (8, 9)], count: 30)
        let many = try #require(pairs(parts.flatMap { $0 }).shares)
        #expect(many.difference.high < 0 && many.difference.low > few.difference.low)
        let one = try #require(pairs([(9, 8)]).shares)
        #expect(one.a == Share(value: 900_000, low: 900_000, high: 900_000))
    }

    @Test("Several tests share one chance of an alarm (Holm)")
    func joint() {
        #expect(jointChances([10_000, 3_000, 400_000]) == [20_000, 9_000, 400_000])
        #expect(jointChances([600_000, 500_000]) == [1_000_000, 1_000_000])
        #expect(jointChances([]) == [])
        #expect(ModelComparison.fewestScopes == 9)
        #expect(PairedShares.fewestScopes(toReach: 0) == 20)
        #expect(PairedShares.fewestScopes(toReach: 500_000) == 1)
    }

    private func entry(_ a: (Int64, Int64)?, _ b: (Int64, Int64)?) -> ModelComparison.Entry {
        func score(_ claims: (Int64, Int64)?) -> AnswerScore? {
            claims.map {
                AnswerScore(
                    claims: Proportion($0.0, of: $0.1), themes: Proportion(3, of: 4),
                    aspects: $0.0 == $0.1 ? ["issue leaks", "issue smell"] : ["issue leaks"])
            }
        }
        return ModelComparison.Entry(scope: .product("P"), a: score(a), b: score(b))
    }

    @Test("The gate is shut by a share that falls short, by the bar, and by too few scopes")
    func gate() {
        let worse = ModelComparison(Array(repeating: entry((10, 10), (9, 10)), count: 9))
        #expect(worse.faults() == [.worse(.grounded, chance: 5_862)])
        #expect(worse.findings.map(\.isWorse) == [false, true, false])
        #expect(worse.commonAspects == Proportion(9, of: 18))
        #expect(worse.faults(leastGrounded: 900_000) == worse.faults())
        #expect(
            worse.faults(leastGrounded: 900_001).last == .belowBar(900_000, bar: 900_001))
        let silent = ModelComparison(Array(repeating: entry((10, 10), nil), count: 9))
        #expect(silent.worse.map(\.share) == [.answered])
        #expect(silent.commonAspects == Proportion(0, of: 0))
        #expect(silent.faults(leastGrounded: 1).last == .belowBar(0, bar: 1))
        #expect(silent.findings[1].a == nil)
        let equal = Array(repeating: entry((10, 10), (10, 10)), count: 8)
        #expect(ModelComparison(equal).faults() == [.tooFewScopes(8, least: 9)])
        #expect(ModelComparison(equal).faults(leastScopes: 8) == [])
        // Better is never worse.
        #expect(
            ModelComparison(Array(repeating: entry((9, 10), (10, 10)), count: 20)).faults() == [])
    }

    @Test("Where A answers nothing, or too little, nothing is found and the gate stays shut")
    func silentA() {
        let none = Array(repeating: entry(nil, (1, 10)), count: 24)
        #expect(ModelComparison(none).faults() == [.tooFewScopes(0, least: 9)])
        let some = none + Array(repeating: entry((10, 10), (10, 10)), count: 8)
        #expect(ModelComparison(some).faults() == [.tooFewScopes(8, least: 9)])
        #expect(ModelComparison(some).faults(leastScopes: 8) == [])
    }

    @Test("B answers at least nine in ten of the scopes that A answered, or as many as are asked")
    func unanswered() {
        func comparison(_ silent: Int) -> ModelComparison {
            ModelComparison(
                Array(repeating: entry((10, 10), nil), count: silent)
                    + Array(repeating: entry((10, 10), (10, 10)), count: 24 - silent)
                    + Array(repeating: entry(nil, nil), count: 3))
        }
        // Eight of 24 are not beyond chance when three shares are tested: one in 256, three times.
        #expect(comparison(8).worse.isEmpty)
        #expect(comparison(8).faults() == [.unanswered(666_666, bar: 900_000)])
        #expect(comparison(2).faults() == [])
        #expect(comparison(2).faults(leastAnswered: 916_666) == [])
        #expect(comparison(2).faults(leastAnswered: 916_667).count == 1)
        #expect(comparison(8).faults(leastAnswered: 0) == [])
    }

    @Test("What is dropped adds up by reason, in a fixed order")
    func dropped() {
        var one = DroppedAnswers()
        one.items = 1
        one.quotes = [.length: 2]
        var other = DroppedAnswers()
        other.quotes = [.unknownReview: 1, .length: 1]
        other.prose = [.number: 4]
        one.add(other)
        #expect(
            one.reasons.map(\.reason) == [
                "quote unknown_review", "quote length", "text number",
                "item without a valid quote, or given twice",
            ])
        #expect(one.reasons.map(\.count) == [1, 3, 4, 1])
    }
}
