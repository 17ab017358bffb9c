import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordTesting
import Testing

/// How often the gate between models is wrong, counted over a hundred comparisons of each kind.
@Suite struct GateRateTests {
    private static let scopeCount = 24
    private static let comparisons: UInt64 = 100

    private static let parts = [
        "It leaked after two days", "The seam is leaking", "The paint is peeling off",
        "works great", "does not fit at all", "very easy to use", "It broke after a week",
        "good quality and nice to hold", "It smells of chemicals", "The charger gets too hot",
        "looks good on the table", "The zipper is broken already", "arrived late and damaged",
        "Die Flasche ist undicht", "The instructions are useless", "way too small for me",
    ]

    /// One scope, ready to be asked about.
    private struct Asked: Sendable {
        var subject: InsightSubject
        var evidence: Evidence
        var request: ModelRequest

        init(_ seed: UInt64) {
            var random = SplitMix64(seed: seed)
            let reviews = (1...Int(18 + random.draw(below: 12))).map { number in
                let text = (0..<2).map { _ in
                    parts[Int(random.draw(below: UInt64(parts.count)))]
                }.joined(separator: ". ")
                return readReviewForTest(
                    "P\(number % 4)", [1, 1, 2, 2, 3, 4, 5][Int(random.draw(below: 7))],
                    "\(text), as number \(number) says.", number: number)
            }
            subject = InsightSubject(
                scope: .product(Text("P\(seed)")), reviews: reviews, portfolio: Counters(),
                observedAt: ReviewHistory.start, runs: [1: ReviewHistory.start])
            evidence = AfterwordCore.evidence(subject.scope, reviews)
            request = insightRequest(evidence, language: .english, model: "m", lexicon: .first)
        }

        func answer(_ model: FakeModel) async throws -> (ModelAnswer, AnswerScore) {
            let reply = try await model.answer(request)
            let answer = try readAnswer(reply.text, schema: request.schema)
            let insight = composeInsight(
                answer, evidence, of: subject,
                by: InsightTerms(language: .english, model: "m", lexicon: .first))
            return (answer, AnswerScore(answer, insight))
        }
    }

    /// One comparison of a model with an equal one, and with a worse one.
    private struct Trial: Sendable {
        var equal: ModelComparison
        var worse: ModelComparison
        /// The items of the two equal models, and those of them that the other has not.
        var items = Proportion(0, of: 0)

        init(_ asked: [Asked], _ seed: UInt64) async throws {
            var (equal, worse): ([ModelComparison.Entry], [ModelComparison.Entry]) = ([], [])
            for one in asked {
                let (left, a) = try await one.answer(FakeModel(.varied, seed: seed))
                let (right, b) = try await one.answer(FakeModel(.varied, seed: seed + 1_000))
                let (_, c) = try await one.answer(FakeModel(.careless, seed: seed + 2_000))
                equal.append(.init(scope: one.subject.scope, a: a, b: b))
                worse.append(.init(scope: one.subject.scope, a: a, b: c))
                let (l, r) = (left.issues + left.strengths, right.issues + right.strengths)
                items.whole += Int64(l.count + r.count)
                items.part += Int64(l.count { !r.contains($0) } + r.count { !l.contains($0) })
            }
            self.equal = ModelComparison(equal)
            self.worse = ModelComparison(worse)
        }
    }

    private func grounded(
        _ trials: [Trial], _ score: (ModelComparison.Entry) -> AnswerScore?
    ) -> Int64 {
        let claims = trials.flatMap { $0.worse.entries.compactMap { score($0)?.claims } }
        return claims.reduce(0) { $0 + $1.part } * 1_000 / claims.reduce(0) { $0 + $1.whole }
    }

    @Test(
        """
        Equal models that differ in a third of their items: at most 3 false alarms in 100; one \
        with ten more ungrounded quotes in a hundred is found in at least 95 of 100
        """)
    func rates() async throws {
        let asked = (0..<UInt64(Self.scopeCount)).map { Asked(1_000 + $0) }
        let trials = try await withThrowingTaskGroup(of: Trial.self) { group in
            for seed in 0..<Self.comparisons { group.addTask { try await Trial(asked, seed) } }
            return try await group.reduce(into: [Trial]()) { $0.append($1) }
        }
        let differing = trials.reduce(into: Proportion(0, of: 0)) {
            $0.part += $1.items.part
            $0.whole += $1.items.whole
        }
        #expect(differing.part * 100 >= differing.whole * 30, "\(differing)")
        let alarms = trials.count { !$0.equal.faults().isEmpty }
        #expect(alarms <= 3, "\(alarms) false alarms")
        let (a, b) = (grounded(trials, \.a), grounded(trials, \.b))
        #expect((90...110).contains(a - b), "\(a) and \(b) of a thousand are grounded")
        let found = trials.count { trial in
            trial.worse.worse.contains { $0.share == .grounded }
        }
        #expect(found >= 95, "\(found) found")
        let share = differing.part * 100 / differing.whole
        print("Gate: \(share) % differ, \(alarms) false alarms, \(a) and \(b), \(found) found")
    }
}
