import AfterwordCore

extension FakeAnswer {
    /// Another answer of equal worth, by chance: leaves out one item in six, and cites other quotes
    /// in another order.
    ///
    /// - Parameter misquotes: How many of a thousand quotes are falsified.
    func varied(
        misquotes: UInt64, _ reviews: [FakeReview], _ random: inout SplitMix64
    ) -> FakeAnswer {
        func vary(_ items: [Item], _ random: inout SplitMix64) -> [Item] {
            var kept: [Item] = []
            for item in items where random.draw(below: 6) > 0 {
                var item = item
                item.quotes.shuffle(using: &random)
                let count = max(1, item.quotes.count - Int(random.draw(below: 4)))
                item.quotes = item.quotes.prefix(count).map { quote in
                    guard random.draw(below: 1_000) < misquotes else { return quote }
                    return falsified(quote, reviews, &random)
                }
                kept.append(item)
            }
            return kept
        }
        var answer = self
        answer.issues = vary(issues, &random)
        answer.strengths = vary(strengths, &random)
        let aspects = Set(answer.issues.map(\.aspect))
        answer.recommendations.removeAll { !aspects.contains($0.aspect) }
        return answer
    }
}
