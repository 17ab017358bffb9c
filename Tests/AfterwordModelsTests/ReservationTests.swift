import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// What is reserved for a question, against whatever a server may count of it.
@Suite struct ReservationTests {
    @Test("Cached input that is dearer than input is what is reserved for")
    func cached() throws {
        var facts = try #require(ModelFacts.named("gpt-6-luna"))
        (facts.input, facts.cachedInput, facts.cacheWrite) = (100, 100_000, nil)
        let bound = someRequest().usageBound
        let expect = bound.input * 100_000 + bound.output * facts.output
        #expect(facts.price(of: someRequest(), PriceTerms()) == expect)
        facts.cachedInput = 10
        let plain = bound.input * 100 + bound.output * facts.output
        #expect(facts.price(of: someRequest(), PriceTerms()) == plain)
    }

    @Test("No usage within a question's bound costs more than is reserved, at any prices")
    func random() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("reservations: seed \(seed)")
        var random = SplitMix64(seed: seed)
        func below(_ most: Int64) -> Int64 { Int64.random(in: 0...most, using: &random) }
        let request = someRequest()
        let bound = request.usageBound
        for _ in 0..<500 {
            var facts = try #require(ModelFacts.named("gpt-6-luna"))
            (facts.input, facts.cachedInput, facts.output) = (below(9), below(9), below(9))
            facts.cacheWrite = below(1) == 0 ? nil : below(9)
            for tier in ServiceTier.allCases {
                facts.tiers[tier] = below(3) == 0 ? nil : below(10_000)
            }
            facts.longInput?.above = 1 + below(2 * bound.input)
            facts.longInput?.input = 1_000 + below(9_000)
            facts.longInput?.output = 1_000 + below(9_000)
            let asked: ServiceTier = [.standard, .flex, .batch, .priority][Int(below(3))]
            let terms = PriceTerms(tier: asked, isRegional: below(1) == 0)
            let reserved = facts.price(of: request, terms)
            var usage = ModelUsage(
                input: below(bound.input), cachedInput: 0, output: below(bound.output))
            usage.cachedInput = below(usage.input)
            usage.cacheWrite = below(1) == 0 ? nil : below(usage.input - usage.cachedInput)
            // The tier that was asked for; flex may be refused.
            let answered: [ServiceTier] = asked == .flex ? [.flex, .standard] : [asked]
            for tier in answered {
                let cost = facts.cost(usage, PriceTerms(tier: tier, isRegional: terms.isRegional))
                #expect(cost <= reserved, "seed \(seed): \(facts), \(usage), \(tier)")
            }
        }
    }
}
