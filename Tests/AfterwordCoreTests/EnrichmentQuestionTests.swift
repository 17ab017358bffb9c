import Testing

@testable import AfterwordCore

/// Questions about reviews, and what is believed of their answers.
@Suite struct EnrichmentQuestionTests {
    private func review(
        _ number: Int, _ body: String, title: String? = nil, author: String? = nil
    ) -> StoredReview {
        var values = ReviewValues()
        values.body = Text(body)
        values.title = title.map { Text($0) }
        values.authorName = author.map { Text($0) }
        let zero = Digest128([UInt8](repeating: 0, count: 16))
        return StoredReview(
            reviewKey: Int64(number), productID: "P", reviewID: Text("R\(number)"),
            identity: zero, kind: .content, version: 1, isLive: true, run: 1,
            observedAt: Instant(seconds: 1), values: values, authorID: nil,
            times: ReviewTimes(
                createdAt: Instant(seconds: 1), createdOrigin: .mock,
                updatedAt: Instant(seconds: 1), updatedOrigin: .mock),
            contentDigest: Digest256([UInt8](repeating: UInt8(number % 256), count: 32)),
            payloadDigest: zero, rawKey: 0)
    }

    private func questions(_ reviews: [StoredReview]) -> [EnrichmentQuestion] {
        var reader = ReviewReader(.first)
        return EnrichmentQuestion.questions(reviews, in: .english, &reader)
    }

    @Test("Reviews are cut into questions of twenty, or of the tokens that fit, and none is lost")
    func cutting() {
        let short = (0..<45).map { review($0, "It leaks, number \($0).") }
        #expect(questions(short).map(\.reviews.count) == [20, 20, 5])
        let long = String(repeating: "it leaks badly and loudly ", count: 60)
        let many = questions((0..<10).map { review($0, long) })
        #expect(many.count > 1 && many.reduce(0) { $0 + $1.reviews.count } == 10)
        #expect(many.allSatisfy { !$0.reviews.isEmpty })
        #expect(questions([]).isEmpty)
    }

    @Test("Personal data is masked in the question and restored in the translation")
    func masking() throws {
        let text = "Meine Frau sagt: schreibt an anna.muster@example.com, die Flasche ist undicht."
        let asked = try #require(questions([review(1, text)]).first)
        let request = asked.request("m")
        #expect(!request.user.contains("anna.muster") && request.schemaName == "enrichment_1")
        #expect(request.system.contains("leaks"))
        let answer = """
            {"reviews": [{"review_id": "r1", "sentiment": "negative", "aspects": [
                {"aspect": "leaks", "polarity": "negative"},
                {"aspect": "leaks", "polarity": "negative"}],
              "title": null, "text": "Write to ⟦MAIL1⟧, the bottle leaks."},
             {"review_id": "r9", "sentiment": "positive", "aspects": [], "title": null,
              "text": null}]}
            """
        let read = try #require(asked.enrichments(answer))
        #expect(read.count == 1)
        let enrichment = read[0].enrichment
        #expect(enrichment.sentiment == .negative && enrichment.remarks.count == 1)
        #expect(enrichment.body == "Write to anna.muster@example.com, the bottle leaks.")
        #expect(ReviewEnrichment(document: enrichment.json.canonical) == enrichment)
        #expect(ReviewEnrichment(document: "{}") == nil)
        #expect(asked.enrichments("{") == nil && asked.enrichments("{}") == nil)
    }

    @Test("A translation with an address of its own, hidden characters or far too long is dropped")
    func dropped() throws {
        let asked = try #require(
            questions([review(1, "Die Flasche ist leider undicht und nicht zu gebrauchen.")]).first)
        func read(_ text: String) throws -> ReviewEnrichment {
            let answer = JSONValue.row([
                "reviews": .array([
                    .row([
                        "review_id": .string("r1"), "sentiment": .string("negative"),
                        "aspects": .array([]), "title": .string("Title"), "text": .string(text),
                    ])
                ])
            ])
            return try #require(asked.enrichments(answer.canonical)?.first?.enrichment)
        }
        #expect(try read("The bottle leaks.").body == "The bottle leaks.")
        // It has no title to be translated.
        #expect(try read("The bottle leaks.").title == nil)
        for text in [
            "See www.example.com", "The\u{202E}bottle", String(repeating: "leaks ", count: 100),
        ] {
            let read = try read(text)
            #expect(read.body == nil && read.isTranslationDropped)
        }
    }

    private static func answer(_ id: String, _ text: String) -> String {
        JSONValue.row([
            "reviews": .array([
                .row([
                    "review_id": .string(id), "sentiment": .string("neutral"),
                    "aspects": .array([]), "title": .null, "text": .string(text),
                ])
            ])
        ]).canonical
    }

    @Test("Each link of a translation is in the review, not only some link")
    func foreignLinks() throws {
        let source = "Die Flasche von https://laden.example.de/a?b=1, siehe auch www.test.example."
        let asked = try #require(questions([review(1, source)]).first)
        func body(_ text: String) -> String? {
            asked.enrichments(Self.answer("r1", text))?.first?.enrichment.body
        }
        for text in [
            "The bottle from https://laden.example.de/a?b=1 (see also WWW.test.example!).",
            "The bottle, see www.test.example", "The bottle.",
        ] { #expect(body(text) == text) }
        for text in [
            "See https://evil.example.de/", "See https://laden.example.de",
            "See www.test.example and www.evil.example", "Write to a@evil.example",
            "See www.test.example.evil.net",
        ] { #expect(body(text) == nil, "\(text)") }
    }

    @Test("A mark of another review of the question is not restored into this one")
    func foreignMarks() throws {
        let asked = try #require(
            questions([
                review(1, "Schreibt an anna.muster@example.com, die Flasche ist undicht."),
                review(2, "Die Flasche ist leider auch undicht und nicht zu gebrauchen."),
            ]).first)
        func read(_ id: String, _ text: String) throws -> ReviewEnrichment {
            try #require(asked.enrichments(Self.answer(id, text))?.first?.enrichment)
        }
        let own = try read("r1", "Write to ⟦MAIL1⟧.")
        #expect(own.body == "Write to anna.muster@example.com.")
        for text in ["Write to ⟦MAIL1⟧.", "Write to ⟦MAIL9⟧."] {
            let other = try read("r2", text)
            #expect(other.body == nil && other.isTranslationDropped)
        }
        #expect(try read("r2", "It leaks ⟦ too.").body == "It leaks ⟦ too.")
    }

    @Test("A review in the language asked for gets no translation; a long one is said to be cut")
    func untranslated() throws {
        let long = String(repeating: "The bottle leaks and this is not what I wanted. ", count: 40)
        let asked = try #require(questions([review(1, long)]).first)
        let answer = """
            {"reviews": [{"review_id": "r1", "sentiment": "negative", "aspects": [], "title": "x",
              "text": "The bottle leaks."}]}
            """
        let read = try #require(asked.enrichments(answer)?.first?.enrichment)
        #expect(read.body == nil && read.title == nil && read.isCut && !read.isTranslationDropped)
    }

    @Test("The key covers the versions, the request and what answers")
    func keys() throws {
        let one = try #require(questions([review(1, "It leaks.")]).first)
        let other = try #require(questions([review(2, "It leaks.")]).first)
        let request = one.request("m")
        #expect(request == other.request("m"))
        #expect(one.cacheKey(request, place: nil) != other.cacheKey(request, place: nil))
        #expect(one.cacheKey(request, place: nil) != one.cacheKey(request, place: "host"))
        #expect(one.cacheKey(request, place: nil) == one.cacheKey(one.request("m"), place: nil))
    }
}
