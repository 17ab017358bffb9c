import Testing

@testable import AfterwordCore

/// Which sentence is quoted for what the second reader reads: one that says it by itself.
@Suite("Quotes of what the frozen model reads")
struct QuoteTests {
    private static func aspect(_ id: String) -> Int {
        Lexicon.second.aspects.firstIndex { $0.id == id } ?? -1
    }

    private func step(
        _ id: String, _ sentence: String, isNegative: Bool = true, star: Int? = 1
    ) -> QuoteClarity.Step? {
        var reader = QuoteReader(.second)
        return reader.clarity(
            of: Self.aspect(id), isNegative: isNegative, in: Text(sentence), star: star)?.step
    }

    @Test(
        "A sentence that says the complaint and little else is plain",
        arguments: [
            ("leaks", "It leaks from the lid"), ("breaks_early", "Stopped working after 3 months"),
            ("quality", "Producto de mala calidad"), ("size", "Viel zu klein für Schuhe"),
            ("not_as_listed", "Nicht wie beschrieben"), ("missing_parts", "No screws included"),
            ("does_not_work", "Leider ist diese Nisthilfe nutzlos"), ("rust", "Es rostet schnell"),
            ("coating", "Die Farbe blättert ab"), ("fit", "Does not fit my phone"),
        ])
    func plain(_ id: String, _ sentence: String) {
        #expect(step(id, sentence) == .plain, "\(id): \(sentence)")
    }

    @Test(
        "Praise, a denial, a topic alone and another complaint's sentence are not quoted",
        arguments: [
            ("adhesion", "Die Magnete halten sehr gut"), ("delivery", "Sehr schnelle Lieferung"),
            ("quality", "No puedo decir que sean de mala calidad"), ("protection", "Protección"),
            ("leaks", "It never leaks"), ("quality", "I cannot really say that it is bad quality"),
            ("not_as_listed", "It broke on the first day despite the fancy description"),
            ("size", "Dimension"), ("cleaning", "They are easy to clean, just spray them off"),
            ("coating", "It is light and pretty"),
        ])
    func notQuoted(_ id: String, _ sentence: String) {
        let own = step(id, sentence)
        #expect(own == nil || own == .faint, "\(id): \(sentence)")
    }

    @Test(
        "Praise is quoted where a phrase praises, nothing complains, and the phrase says which",
        arguments: [
            ("leaks", "Wasserdicht und praktisch", true), ("fit", "Passt perfekt", true),
            ("noise", "Très silencieux", true), ("taste", "It tastes great", true),
            ("fit", "It fits perfectly but it does not fit my phone", false),
            ("taste", "Pour le moment le produit semble très bon", false),
            ("temperature", "A quick wash with warm water", false),
            ("performance", "Schnell geliefert", false),
            ("performance", "It could be very powerful", false),
            ("leaks", "It leaks everywhere", false), ("handling", "I am handy with tools", false),
            ("appearance", "Die Sohlen sind schon ziemlich abgelaufen", false),
        ])
    func praise(_ id: String, _ sentence: String, _ isQuoted: Bool) {
        let own = step(id, sentence, isNegative: false, star: 5)
        #expect((own ?? .faint) == (isQuoted ? .plain : .faint), "\(id): \(sentence)")
    }

    @Test("A possibility is quoted behind what happened, a question not at all")
    func possible() {
        #expect(step("size", "It may be too small for the shoes") == .clear)
        var reader = QuoteReader(.second)
        var values = ReviewValues()
        for (body, isQuoted) in [
            ("Too small for shoes.", true), ("Too small for shoes?", false),
            ("Too small for shoes ?!", false), ("Too small for shoes？", false),
        ] {
            values.body = Text(body)
            let mention = Mention(
                aspect: Self.aspect("size"), isNegative: true, field: .body, range: 0..<3,
                sentence: 0..<19)
            #expect(
                (reader.clarity(of: mention, in: values)?.step == .plain) == isQuoted, "\(body)")
        }
    }

    @Test("A danger is always quoted, first where a phrase states it")
    func dangers() {
        var reader = QuoteReader(.second)
        func step(_ hazard: String, _ sentence: String) -> QuoteClarity {
            reader.clarity(
                ofHazard: Lexicon.second.hazards.firstIndex(of: hazard), in: Text(sentence),
                star: 1)
        }
        #expect(step("fire_or_smoke", "The charger caught fire").step == .plain)
        #expect(step("fire_or_smoke", "Fortunately there was no fire").step == .clear)
        #expect(step("fire_or_smoke", "It happened at night").step == .clear)
        #expect(step(Danger.judged, "It happened at night") == .given)
    }

    @Test("A danger's place is the sentence in which a phrase states it, not the heaviest one")
    func dangerPlace() throws {
        var reader = FrozenReader()
        func place(_ title: String, _ body: String) throws -> (String, DangerClass) {
            let texts = (title: Text(title), body: Text(body))
            let reading = reader.read(title: texts.title, body: texts.body, stars: 1)
            let fire = try #require(
                reading.dangers.first { reader.ids[$0.mention.id].name == "fire" })
            let text = fire.mention.field == .title ? texts.title : texts.body
            let said = text.bytes[fire.mention.sentence]
            return (String(decoding: said, as: UTF8.self), fire.dangerClass)
        }
        let smoke = try place("Nur bedingt geeignet", "Gleich das erste ging in Rauch auf. Schade.")
        #expect(smoke == ("Gleich das erste ging in Rauch auf", .happened))
        // Where the heaviest sentence has such a phrase itself, it stays.
        let melted = try place("Melted wires and burning plastic", "We saw flames coming out.")
        #expect(melted == ("Melted wires and burning plastic", .happened))
    }

    @Test("What phrases of the first lexicon read may be quoted, each as well as any other")
    func first() {
        var reader = QuoteReader(.first)
        #expect(reader.clarity(of: 0, isNegative: true, in: "x", star: 1) == .given)
        #expect(reader.clarity(ofHazard: 0, in: "x", star: 1) == .given)
        let mention = Mention(
            aspect: 0, isNegative: true, field: .body, range: 0..<1, sentence: 0..<1)
        #expect(reader.clarity(of: mention, in: ReviewValues()) == .given)
        #expect(quotable([3, 1, 2]) { _ in .given } == [3, 1, 2])
        let steps = [QuoteClarity(step: .clear, strength: 5), .none, .given]
        #expect(quotable(steps) { $0 } == [steps[2], steps[0]])
        let more = steps + [.given, QuoteClarity(step: .plain, strength: 7)]
        #expect(quotable(more) { $0 } == [more[4], .given, .given])
    }

    @Test("An insight quotes the plainest sentences; a theme without one has numbers and no quote")
    func insight() throws {
        let bodies = [
            "I like the colour. The bottle leaks from the lid.", "Undicht, leider.",
            "Bought as a bottle for school, and water started leaking within a week of use.",
            "Protección", "We just wanted to protect the sofa.",
        ]
        let reviews = bodies.enumerated().map { read($0.element, number: $0.offset) }
        let made = insight(of: reviews)
        let leaks = try #require(made.issues.first { $0.aspect == "leaks" })
        #expect(leaks.distinctMentions == 3)
        #expect(leaks.quotes.contains { $0.grounded.text == "The bottle leaks from the lid" })
        #expect(insight(of: Array(reviews.reversed())) == made)
        var shown = QuoteReader(.second)
        for item in made.issues {
            for quote in item.quotes {
                #expect(step(item.aspect, quote.grounded.text).map { $0 > .faint } ?? false)
                // Lists show the same sentence of the review.
                let own = try #require(reviews.first { $0.review.reviewID == quote.reviewID })
                let values = own.review.values
                let said = shown.sentence(
                    of: Self.aspect(item.aspect), isNegative: true, in: values, own.reading)
                let text = try #require(said.map { values.quote($0.field, $0.range) })
                #expect(said?.isClear == true && quote.grounded.text.contains(text))
            }
        }
    }

    @Test("A model's quote proves an aspect where it says so by itself, wherever it stands")
    func proves() {
        var reader = QuoteReader(.second)
        let body = "It leaks from the lid. I would not buy it again. It also leaked on my bag."
        let review = read(body, number: 1)
        func proves(_ text: String) -> Bool {
            guard let quote = try? groundQuote(text, in: review.review.values).get() else {
                return false
            }
            return reader.proves(Self.aspect("leaks"), isNegative: true, quote, of: review)
        }
        #expect(proves("It leaks from the lid") && proves("leaked on my bag"))
        #expect(!proves("I would not buy it again"))
    }

    private func read(_ body: String, number: Int) -> ReadReview {
        var values = ReviewValues()
        (values.body, values.rating) = (Text(body), 10)
        let epoch = Instant(microseconds: 0)
        let review = StoredReview(
            reviewKey: Int64(number), productID: Text("P\(number)"), reviewID: Text("R\(number)"),
            identity: Digest128([UInt8](repeating: UInt8(number), count: 16)), kind: .content,
            version: 1, isLive: true, run: 1, observedAt: epoch, values: values, authorID: nil,
            times: ReviewTimes(
                createdAt: epoch, createdOrigin: .mock, updatedAt: epoch, updatedOrigin: .mock),
            contentDigest: values.contentDigest,
            payloadDigest: Digest128([UInt8](repeating: 0, count: 16)), rawKey: 1)
        return ReadReview(
            review: review, brand: "B", reading: readReview(values, with: .second), isNew: true)
    }

    private func insight(of reviews: [ReadReview]) -> Insight {
        let scope = ReviewScope.scope(.portfolio)
        let subject = InsightSubject(
            scope: scope, reviews: reviews, portfolio: Counters(),
            observedAt: Instant(microseconds: 0), runs: [:])
        let answer = ModelAnswer(
            issues: [], strengths: [], standing: "", recommendations: [], limitations: [])
        return composeInsight(
            answer, evidence(scope, reviews), of: subject,
            by: InsightTerms(language: .english, model: "m", lexicon: .second))
    }
}
