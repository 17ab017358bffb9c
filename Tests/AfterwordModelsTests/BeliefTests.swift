import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// How far a model is trusted: its words may describe what the program counts, and nothing else.
@Suite struct BeliefTests {
    /// An item in the form that a model writes.
    private static func item(
        _ aspect: String, _ summary: String, _ evidence: [(String, String)]
    ) -> JSONValue {
        .row([
            "aspect": .string(aspect), "summary": .string(summary), "severity": .string("low"),
            "polarity": .string("neutral"),
            "evidence": .array(
                evidence.map { id, quote in
                    .row([
                        "review_id": .string(id), "version": JSONValue(1), "quote": .string(quote),
                        "translation": .null,
                    ])
                }),
        ])
    }

    /// Composes an insight from a model's answer. The review of each quote is found by its text.
    private func insight(
        _ reviews: [ReadReview], issues: [(String, String, [String])] = [],
        strengths: [(String, String, [String])] = [], recommendations: [(String, String)] = [],
        language: Language = .english
    ) throws -> Insight {
        try composed(
            reviews, issues: issues, strengths: strengths, recommendations: recommendations,
            language: language
        ).insight
    }

    /// The same, with the answer.
    private func composed(
        _ reviews: [ReadReview], issues: [(String, String, [String])] = [],
        strengths: [(String, String, [String])] = [], recommendations: [(String, String)] = [],
        language: Language = .english
    ) throws -> (answer: ModelAnswer, insight: Insight) {
        let evidence = evidence(lumora, reviews)
        func evidenceOf(_ quote: String) -> (String, String) {
            let own = evidence.reviews.first { $0.body?.contains(quote) ?? false }
            return (own?.alias ?? "r0", quote)
        }
        func items(_ told: [(String, String, [String])]) -> JSONValue {
            .array(told.map { Self.item($0.0, $0.1, $0.2.map(evidenceOf)) })
        }
        let answer = JSONValue.row([
            "issue_highlights": items(issues), "strengths": items(strengths),
            "historical_standing": .string(""),
            "recommendations": .array(
                recommendations.map {
                    .row([
                        "aspect": .string($0.0), "route": .string("product"),
                        "text": .string($0.1),
                    ])
                }), "limitations": .array([]),
        ])
        let read = try readAnswer(
            answer.canonical, schema: AnswerSchema.document(Lexicon.first))
        let insight = composeInsight(
            read, evidence,
            of: InsightSubject(
                scope: lumora, reviews: reviews, portfolio: Counters(),
                observedAt: ReviewHistory.start, runs: [1: ReviewHistory.start]),
            by: InsightTerms(language: language, model: "m", lexicon: .first))
        return (read, insight)
    }

    private static func read(_ texts: [(Int64?, String)]) -> [ReadReview] {
        texts.enumerated().map { number, entry in
            readReviewForTest("P\(number % 3)", entry.0, entry.1, number: number + 1)
        }
    }

    private let reviews = BeliefTests.read([
        (1, "It broke after a week and that is a shame."),
        (1, "This product did not numb at all, whatever I tried."),
        (2, "The bag is leaking at the seam again."), (1, "It leaked all over my bed last night."),
        (5, "The quality is good and I would take it again."),
        (2, "It does not fit my microwave, sadly enough."),
    ])

    @Test(
        "tick-on-a-quote-that-says-something-else: only what the program reads so proves a theme; the rest stands apart"
    )
    func ticks() throws {
        let insight = try insight(
            reviews,
            issues: [
                (
                    "breaks_early", "Parts give way after a short time of use.",
                    ["It broke after a week", "This product did not numb at all"]
                ), ("leaks", "The bags let water through.", ["This product did not numb at all"]),
            ],
            strengths: [
                ("quality", "Best in the world, people say.", ["This product did not numb at all"])
            ])
        let breaks = try #require(insight.issues.first { $0.aspect == "breaks_early" })
        #expect(breaks.quotes.map(\.grounded.text) == ["It broke after a week"])
        #expect(breaks.filed.map(\.grounded.text) == ["This product did not numb at all"])
        #expect(breaks.isSummaryOfModel && breaks.isNamedByModel)
        // None of the model's quotes supports the theme: the program's own quotes are shown, and
        // the model's summary is not used.
        let leaks = try #require(insight.issues.first { $0.aspect == "leaks" })
        #expect(
            leaks.quotes.count == 2 && leaks.quotes.allSatisfy { $0.grounded.text.contains("leak") }
        )
        #expect(!leaks.isSummaryOfModel && !leaks.isNamedByModel && leaks.filed.count == 1)
        let quality = try #require(insight.strengths.first { $0.aspect == "quality" })
        #expect(quality.quotes.map(\.star) == [5] && quality.filed.map(\.star) == [1])
        #expect(quality.summary == quality.label)
    }

    @Test("A quote filed against the stars of its review is no claim; one that nobody wrote is")
    func claims() throws {
        let (answer, insight) = try composed(
            reviews,
            strengths: [
                (
                    AnswerSchema.other, "Good to have.",
                    ["The quality is good", "It leaked all over my bed", "It never was said"]
                )
            ])
        #expect(insight.dropped.quotes[.againstStars] == 1)
        #expect(AnswerScore(answer, insight).claims == Proportion(1, of: 2))
    }

    @Test("A quote beside the words in a review that says both proves only what it says")
    func besides() throws {
        let both = Self.read([
            (1, "It leaked after two days. The colour is nice though."),
            (1, "It leaked at once."), (3, "Nothing to say about it at all."),
        ])
        let insight = try insight(
            both, issues: [("leaks", "The bags let water through.", ["The colour is nice though"])])
        let leaks = try #require(insight.issues.first { $0.aspect == "leaks" })
        #expect(leaks.filed.map(\.grounded.text) == ["The colour is nice though"])
        #expect(leaks.quotes.count == 2)
    }

    @Test(
        "A wording of the opposite is dropped, in any language, and one that fits is kept",
        arguments: [
            ("Everybody adores the fit of this.", false, true), ("Customers love it.", false, true),
            ("It does not fit many devices.", false, false),
            ("Customers complain of a bad fit.", false, false),
            ("Customers are not happy with the fit.", false, false),
            ("Alle sind begeistert davon.", false, true),
            ("Alle sind von der Passform enttäuscht.", false, false),
            ("Les clients sont très satisfaits.", false, true),
            ("Tutti lo adorano davvero.", false, true),
            ("Todos lo recomiendan mucho.", false, true),
            ("Klanten zijn er tevreden over.", false, true), ("お客様は満足しています。", false, true),
            ("Customers complain that it fails.", true, true),
            ("Kunden klagen darüber.", true, true),
            ("What customers praise: the quality.", true, false),
            ("No complaints about it at all.", true, false), ("It is as it is.", true, false),
        ])
    func opposite(text: String, isStrength: Bool, isOpposite: Bool) {
        #expect(saysTheOpposite(text, isStrength: isStrength, lexicon: .first) == isOpposite)
    }

    @Test(
        "A recommendation that no review carries is dropped; those that are carried say by how many"
    )
    func recommendations() throws {
        let insight = try insight(
            reviews,
            issues: [
                ("fit", "Everybody adores the fit of this.", ["It does not fit my microwave"]),
                ("smell", "There is a smell that people dislike.", ["It leaked all over my bed"]),
            ],
            recommendations: [
                ("fit", "State in the listing which devices it goes into."),
                ("smell", "Recall all units at once and refund everybody."),
                ("coating", "Recall all units at once and refund everybody."),
            ])
        let fit = try #require(insight.issues.first { $0.aspect == "fit" })
        #expect(!fit.isSummaryOfModel && insight.dropped.prose[.opposite] == 1)
        #expect(insight.recommendations.map(\.aspect) == ["fit"])
        #expect(insight.recommendations.map(\.mentions) == [1])
        // A theme that only the model reads comes last and has no verified quote.
        let smell = try #require(insight.issues.last)
        #expect(smell.aspect == "smell" && smell.quotes.isEmpty && smell.filed.count == 1)
        #expect(insight.json["recommendations"]?.elements?.first?["by"]?.text == "model")
    }

    @Test(
        "model-may-leave-out-the-main-complaint: every theme stands, with the program's quotes, and it is said"
    )
    func leftOut() throws {
        for issues in [
            [], [("leaks", "Bags let water through.", ["nobody ever wrote this sentence"])],
        ] as [[(String, String, [String])]] {
            let insight = try insight(reviews, issues: issues)
            let themes = countThemes(reviews, strengths: false, lexicon: .first)
            #expect(insight.issues.map(\.aspect) == themes.map(\.aspect.id))
            let leaks = try #require(insight.issues.first { $0.aspect == "leaks" })
            #expect(leaks.mentions == 2 && leaks.quotes.count == 2 && !leaks.isSummaryOfModel)
            #expect(insight.json["left_out"]?["issues"]?.elements?.first?.text == "leaks")
            #expect(insight.strengths.contains { $0.aspect == "quality" && !$0.quotes.isEmpty })
        }
    }

    @Test(
        "insight-hides-danger: dangers stand first, one review is enough, and no stars make them small"
    )
    func dangers() throws {
        let lumora = Self.read([
            (1, "It leaked after two days and it was wet."),
            (2, "The bag is leaking at the seam."), (5, "Good heat pad and i like it."),
            (5, "Do not buy, it caught fire in the microwave."),
        ])
        let insight = try insight(lumora)
        let fire = try #require(insight.dangers.first)
        #expect(fire.hazard == "fire_or_smoke" && fire.dangerClass == .happened)
        #expect(fire.mentions == 1 && fire.happened == 1 && fire.products == 1)
        #expect(fire.quotes.map(\.grounded.text).first?.contains("caught fire") == true)
        let document = insight.json
        #expect(document["dangers"]?.elements?.first?["severity"]?.text == "high")
        #expect(Insight.isCurrent(document.canonical, dangers: insight.dangers))
        // A change in the dangers makes the insight outdated.
        #expect(!Insight.isCurrent(document.canonical, dangers: []))
    }

    @Test("severity-is-the-stars: the program says how severe an issue is, whatever the model says")
    func severity() throws {
        // The model of these tests says low of everything.
        let leaks = ("leaks", "The bags let water through.", ["It leaked all over my bed"])
        func severity(_ reviews: [ReadReview], _ aspect: String) throws -> Severity? {
            try insight(reviews, issues: [leaks]).issues.first { $0.aspect == aspect }?.severity
        }
        // What makes a product useless, said by fewer than three, named by the model or not.
        #expect(try severity(reviews, "leaks") == .medium)
        #expect(try severity(reviews, "breaks_early") == .medium)
        let more = BeliefTests.read([
            (2, "It leaked after two days and it was wet."),
            (2, "The bag is leaking at the seam again."),
            (3, "It leaked all over my bed last night."),
            (5, "The quality is good and I would take it again."),
        ])
        #expect(try severity(more, "leaks") == .high)
        let strengths = try insight(more).strengths
        #expect(!strengths.isEmpty && strengths.allSatisfy { $0.severity == .low })
    }

    @Test("The program's quotes are the same whatever the order of the reviews")
    func order() throws {
        let documents = try Set(
            [reviews, reviews.reversed()].map {
                try insight($0).json.canonical
            })
        #expect(documents.count == 1)
    }
}
