import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordTesting
import Testing

/// Insights of a store whose reviews another reader reads again.
@Suite struct ReaderInsightTests {
    private let surroundings = InsightSurroundings(now: { afterAllDumps }, batch: 1)

    private func make(
        _ store: MemoryStore, _ model: any LanguageModel
    ) async throws -> InsightReport {
        var options = InsightOptions()
        options.countsThemes = true
        return try await makeInsights(
            [lumora], in: store, by: model, options: options, surroundings: surroundings)
    }

    private func reread(_ store: MemoryStore, by lexicon: Lexicon) throws {
        _ = try rereadStore(
            store, by: lexicon, surroundings: LoadSurroundings(now: { afterAllDumps }))
    }

    @Test("The same reviews are asked about anew, by the aspects of the new reader; then it stands")
    func askedAnew() async throws {
        let store = try loadedInsightDumps()
        let model = CountingModel()
        #expect(try await make(store, model).made == 1)
        let first = try store.read { try ($0.insightHistory(of: lumora), $0.themeRows()) }
        try reread(store, by: .second)
        let outlook = try store.read {
            try insightOutlook(
                $0, of: lumora, model: model.identity, options: InsightOptions())
        }
        #expect(outlook == .asks)
        let price = try store.read {
            try priceInsights($0, .top(1), model: model, options: InsightOptions())
        }
        #expect(price.calls == 1 && price.standing == 0)
        let report = try await make(store, model)
        #expect(report.made == 1 && report.calls == 1 && model.questions == 2)
        let (rows, source, themes) = try store.read {
            try ($0.insightHistory(of: lumora), InsightSource($0), $0.themeRows())
        }
        #expect(rows.count == 2 && rows[0] == first.0[0])
        #expect(source.lexicon.version == 2 && !source.themesAreOld)
        // The themes are counted anew, and those of before stay.
        #expect(Array(themes.prefix(first.1.count)) == first.1)
        let counted = countThemes(source.reviews, strengths: false, lexicon: .second)
        #expect(
            themes.dropFirst(first.1.count).filter { !$0.isStrength }.map(\.aspect).sorted()
                == counted.map(\.aspect.id).sorted())
        #expect(try await make(store, model).standing == 1 && model.questions == 2)
        try reread(store, by: .first)
        #expect(try await make(store, model).cacheHits == 1 && model.questions == 2)
    }

    @Test("Two models are compared by the reader of the store")
    func comparison() async throws {
        let store = try loadedInsightDumps()
        try reread(store, by: .second)
        let source = try store.read { try InsightSource($0) }
        let compared = try await compareModels(
            [lumora], of: source, in: store,
            by: (a: CountingModel(isPaid: false), b: FakeModel(.varied)),
            terms: ComparisonTerms(options: InsightOptions(), surroundings: surroundings))
        let scores = (compared.a.trials + compared.b.trials).map { $0.score != nil }
        #expect(scores == [true, true])
    }

    @Test("The simulated model answers by the lexicon whose aspects the schema allows")
    func simulated() async throws {
        let text = "It rusted after two weeks and tastes like metal."
        let reviews = [readReviewForTest("P1", 1, text, number: 1)]
        for (lexicon, says) in [(Lexicon.first, false), (.second, true)] {
            let request = insightRequest(
                evidence(lumora, reviews), language: .english, model: "fake-1", lexicon: lexicon)
            let reply = try await FakeModel().answer(request)
            #expect(reply.text.contains(#""aspect":"rust""#) == says, "\(reply.text)")
            let lying = try await FakeModel(.lying, seed: 3).answer(request)
            for text in [reply.text, lying.text] {
                let answer = try JSONValue(parsing: Array(text.utf8))
                #expect(schemaFault(answer, schema: request.schema) == nil)
            }
        }
    }

    @Test("A merge stands in an insight as one issue, counted by the program, worded by the model")
    func merged() async throws {
        let store = try loadedInsightDumps()
        let model = CountingModel()
        _ = try await make(store, model)
        let before = try store.read { try InsightSource($0).subject(lumora).reviews }
        let themes = countThemes(before, strengths: false, lexicon: .first)
        try #require(themes.count > 1)
        let (one, other) = (themes[0].aspect.id, themes[1].aspect.id)
        let text = """
            taxonomy = 1
            [merge.joined]
            of = ["\(one)", "\(other)"]
            label = "Comes undone"
            severity = "low"
            """
        _ = try acceptTaxonomy(
            Text(text), in: store, surroundings: LoadSurroundings(now: { afterAllDumps }))
        let report = try await make(store, model)
        #expect(report.made == 1 && report.calls == 1 && model.questions == 2)
        let (rows, source) = try store.read {
            try ($0.insightHistory(of: lumora), InsightSource($0))
        }
        let document = try JSONValue(parsing: Array(try #require(rows.last).document.utf8))
        let issues = document["issues"]?.elements ?? []
        let ids = issues.map { $0["aspect"]?.text ?? "" }
        #expect(!ids.contains(one) && !ids.contains(other))
        let joined = try #require(issues.first { $0["aspect"]?.text == "joined" })
        #expect(joined["label"]?.text == "Comes undone" && joined["severity"]?.text == "low")
        #expect(joined["summary_by"]?.text == "model", "\(joined)")
        #expect(joined["summary"]?.text?.contains("Comes undone") == true, "\(joined)")
        let counted = countThemes(
            try source.subject(lumora).reviews, strengths: false, lexicon: source.lexicon)
        let theme = try #require(counted.first { $0.aspect.id == "joined" })
        #expect(joined["distinct_mentions"] == JSONValue(theme.distinctMentions))
        #expect(joined["quotes"]?.elements?.isEmpty == false)
        #expect(try await make(store, model).standing == 1 && model.questions == 2)
    }

    @Test("The simulated model answers within the themes of a taxonomy")
    func withinTaxonomy() async throws {
        let text = "It rusted after two weeks and tastes like metal. It leaks, too."
        let reviews = [readReviewForTest("P1", 1, text, number: 1)]
        let file = "taxonomy = 1\n[merge.wet]\nof = [\"rust\", \"leaks\"]\nlabel = \"Wet\"\n"
        let taxonomy = try Taxonomy(parsing: Array(file.utf8), over: .second)
        let request = insightRequest(
            evidence(lumora, reviews), language: .english, model: "fake-1",
            lexicon: Lexicon.second.with(taxonomy, acceptedBy: 1))
        for behaviour in [FakeModel.Behaviour.honest, .lying, .varied, .gullible] {
            let reply = try await FakeModel(behaviour, seed: 3).answer(request)
            let answer = try JSONValue(parsing: Array(reply.text.utf8))
            #expect(schemaFault(answer, schema: request.schema) == nil, "\(behaviour)")
            #expect(!reply.text.contains(#""aspect":"rust""#))
        }
        let honest = try await FakeModel().answer(request)
        #expect(honest.text.contains(#""aspect":"wet""#), "\(honest.text)")
    }

    @Test("The simulated model words a user's own themes by their labels in the asked language")
    func ownThemes() async throws {
        let file = """
            taxonomy = 1
            [rename.leaks]
            label = { en = "Runs out", de = "Läuft aus" }
            [add.gluten]
            label = { en = "Contains gluten", de = "Enthält Gluten" }
            complaints = { de = ["enthalt* gluten"], ja = ["グルテン入り"] }
            route = "listing"
            """
        let reviews = [
            "Dieses Brot enthält Gluten, und das ist nicht gut.",
            "It leaks from the lid.", "この商品はグルテン入りでした。とても残念です。",
        ].enumerated().map { readReviewForTest("P\($0)", 1, $1, number: $0 + 1) }
        let cases: [(Lexicon, Language, [String])] = [
            (.first, "de", ["Enthält Gluten", "Läuft aus"]),
            (.second, "de", ["Enthält Gluten", "Läuft aus"]),
            (.second, "en", ["Contains gluten", "Runs out"]),
            (.second, "fr", ["Contains gluten"]),
        ]
        for (base, language, words) in cases {
            let taxonomy = try Taxonomy(parsing: Array(file.utf8), over: base)
            let lexicon = base.with(taxonomy, acceptedBy: 7)
            let request = insightRequest(
                evidence(lumora, reviews), language: language, model: "fake-1", lexicon: lexicon)
            let reply = try await FakeModel().answer(request)
            let answer = try JSONValue(parsing: Array(reply.text.utf8))
            let issues = answer["issue_highlights"]?.elements ?? []
            for (aspect, label) in zip(["gluten", "leaks"], words) {
                let issue = issues.first { $0["aspect"]?.text == aspect }
                let summary = issue?["summary"]?.text ?? ""
                #expect(summary.contains(label), "\(language): \(reply.text)")
            }
            let gluten = issues.first { $0["aspect"]?.text == "gluten" }
            #expect(gluten?["evidence"]?.elements?.count == 2, "\(reply.text)")
            let advice = answer["recommendations"]?.elements?.first {
                $0["aspect"]?.text == "gluten"
            }
            #expect(advice?["route"]?.text == "listing")
        }
    }

    @Test("What a question says of a taxonomy is read as the same aspects")
    func question() throws {
        let file = """
            taxonomy = 1
            [rename.leaks]
            strength = "Holds water"
            [merge.wet]
            of = ["rust", "gluten"]
            label = "Wet"
            general = true
            [add.gluten]
            label = "Contains gluten"
            complaints = { en = ["contain* gluten"] }
            [map.noise]
            severity = "low"
            """
        let taxonomy = try Taxonomy(parsing: Array(file.utf8), over: .second)
        let lexicon = Lexicon.second.with(taxonomy, acceptedBy: 7)
        let reviews = [readReviewForTest("P1", 1, "It rusted.", number: 1)]
        func asked(_ lexicon: Lexicon) -> (request: ModelRequest, lexicon: Lexicon) {
            let request = insightRequest(
                evidence(lumora, reviews), language: .english, model: "fake-1", lexicon: lexicon)
            return (request, Lexicon.asked(by: request.schema, request.user))
        }
        #expect(!asked(.second).request.user.contains("taxonomy"))
        #expect(asked(.second).lexicon.version == 2)
        let own = asked(lexicon).lexicon
        #expect(own.aspects.map(\.id) == lexicon.aspects.map(\.id) && own.version == 1_002)
        let wet = own.aspects.first { $0.id == "wet" }
        #expect(wet?.label == "Wet" && wet?.isGeneral == true)
        #expect(own.aspects.first { $0.id == "leaks" }?.strength == "Holds water")
        // A question without a taxonomy is answered by the reader alone.
        let schema = asked(lexicon).request.schema
        for said in [
            "7", #"{"taxonomy":1,"add":{"leaks":{}}}"#, #"{"taxonomy":1,"merge":null}"#,
        ] {
            let document = #"{"task":{"taxonomy":\#(said)},"reviews":[]}"#
            #expect(Lexicon.asked(by: schema, document).version == 2, "\(said)")
        }
    }

    @Test("The simulated model reads a user's own themes in single reviews")
    func enriched() async throws {
        let file = """
            taxonomy = 1
            [add.gluten]
            label = "Contains gluten"
            complaints = { en = ["contain* gluten"] }
            """
        let taxonomy = try Taxonomy(parsing: Array(file.utf8), over: .second)
        let review = readReviewForTest(
            "P1", 1, "It contains gluten, and that is not good.", number: 1
        ).review
        for (lexicon, says) in [
            (Lexicon.second, false), (Lexicon.second.with(taxonomy, acceptedBy: 7), true),
        ] {
            var reader = ReviewReader(lexicon)
            let questions = EnrichmentQuestion.questions([review], in: .english, &reader)
            let question = try #require(questions.first)
            let request = question.request("fake-1", lexicon)
            #expect(request.user.contains("gluten\":{") == says)
            let reply = try await FakeModel().answer(request)
            #expect(reply.text.contains(#""aspect":"gluten""#) == says, "\(reply.text)")
        }
    }
}
