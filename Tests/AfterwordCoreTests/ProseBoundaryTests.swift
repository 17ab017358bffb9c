import Testing

@testable import AfterwordCore

/// Where a model's own words end: links, numbers, shares, names with digits, translations.
@Suite struct ProseBoundaryTests {
    @Test(
        "A host has two letters behind its dot, and a letter or digit before it",
        arguments: [
            ("It leaks...badly", false), ("It leaks.badly", true), ("It leaks .badly", false),
            ("It leaks.b", false), ("It leaks.ba", true), ("See evil.x-y", true),
            ("See evil.x_y", false), ("Seal2.de", true),
            ("(wrong).this", false),
            ("It has USB.This is weak", false), ("It has USB.It is weak", false),
            ("Look at EVIL.Com for it", true), ("Look at evil.Com for it", false),
            ("Look at evil.COM for it", true), ("Look at evil.IT for it", true),
            ("See www.x", true), ("See WWW.X", true), ("a://b", true), ("a@b", true),
            ("It leaks, e.g. here", false), ("It leaks,e.g.here", false),
            ("It leaks, meg.here", true),
        ])
    func links(text: String, holds: Bool) {
        #expect(holdsLink(text) == holds, "\(text)")
    }

    @Test(
        "A number word at the end of a text is a number; a second at its end is a time",
        arguments: [
            ("They broke in two", true), ("They broke in two-", true),
            ("It beeps every second", false), ("It beeps every second and stops", false),
            ("It beeps every second bag", true), ("Every other", false), ("Every other bag", true),
            ("Every bag of it", false),
            ("Use USB-3 with it", false), ("Use the fi 6 of it", true), ("Use hi fi 6 of it", true),
            ("It has a two-tone lid", false), ("It has a two-x3 lid", true),
            ("Use USB-C 3.0 with it", false), ("Use USB C 3.0 with it", false),
            ("Use USB 34 with it", false), ("Use USB 345 with it", true),
        ])
    func numbers(text: String, holds: Bool) {
        #expect(holdsNumber(text, in: [.english], besides: []) == holds, "\(text)")
    }

    @Test("A shown name with digits is joined by a space or a hyphen")
    func shownNames() {
        for (text, holds) in [
            ("The iPhone 15 leaks", false), ("The iPhone-15 leaks", false),
            ("The iPhone/15 leaks", true), ("The iPhone  15 leaks", true),
            ("The iPhone 16 leaks", true),
        ] {
            #expect(holdsNumber(text, in: [.english], besides: ["iphone 15"]) == holds, "\(text)")
        }
    }

    @Test("Names with digits are short codes in capitals, and products with a version")
    func names() {
        #expect(versionedNames("The R1 and P2 and X3, S4 and RX5") == ["S4", "RX5"])
        #expect(versionedNames("ABC123 ABCD12 AB1234 AB 12 1AB aB1 A-1") == ["ABC123"])
        #expect(versionedNames("My iPhone 15 and iPhone-16") == ["iphone 15", "iphone 16"])
        #expect(versionedNames("My iPhone 155, iPhone  15, Phone 15, iPhone").isEmpty)
    }

    /// An insight about one review, which the model quotes and translates.
    private func insight(_ body: String, translations: [String]) -> Insight {
        let epoch = Instant(microseconds: 0)
        var values = ReviewValues()
        values.body = Text(body)
        values.rating = 10
        let stored = StoredReview(
            reviewKey: 1, productID: "P", reviewID: "R",
            identity: Digest128(
                [UInt8](
                    repeating: 1, count: 16)), kind: .source, version: 1, isLive: true, run: 1,
            observedAt: epoch, values: values, authorID: nil,
            times: ReviewTimes(
                createdAt: epoch, createdOrigin: .mock, updatedAt: epoch, updatedOrigin: .mock),
            contentDigest: values.contentDigest,
            payloadDigest: Digest128([UInt8](repeating: 0, count: 16)), rawKey: 1)
        let read = ReadReview(
            review: stored, brand: nil, reading: readReview(values, with: .first), isNew: false)
        let items = translations.map { translation in
            ModelAnswer.Item(
                aspect: "leaks", summary: "The bags let water through.", severity: .high,
                evidence: [
                    ModelAnswer.Quote(
                        review: "r1", version: 1, quote: body, translation: translation)
                ])
        }
        return composeInsight(
            ModelAnswer(
                issues: items, strengths: [], standing: "It has been so for long.",
                recommendations: [],
                limitations: []),
            evidence(.product("P"), [read]),
            of: InsightSubject(
                scope: .product("P"), reviews: [read], portfolio: Counters(), observedAt: epoch,
                runs: [:]),
            by: InsightTerms(language: .english, model: "m", lexicon: .first))
    }

    @Test(
        "A translation has the digits of its quote and no others, and no link; a drop counts",
        arguments: [
            ("It leaked after 3 days", "Es leckte nach 3 Tagen", nil),
            ("It leaked after 3 days", "Es leckte nach ３ Tagen", nil),
            ("It leaked after 3 days", "Es leckte nach 4 Tagen", .number),
            ("It leaked after some days", "Es leckte nach 3 Tagen", .number),
            ("It leaked after 3 days", "Es leckte: www.example.org", .link),
            ("It leaked after 3 days", "Leckt", nil), ("It leaked after 3 days", "", .empty),
            ("It leaked after 3 days", "It leaked after 3 days", nil),
            ("It leaked after some days", "It leaked after some days", nil),
        ] as [(String, String, ProseFault?)])
    func translations(quote: String, translation: String, fault: ProseFault?) throws {
        let insight = insight(quote, translations: [translation])
        let shown = try #require(insight.issues.first?.quotes.first)
        #expect(shown.translation == (fault == nil ? translation : nil))
        #expect(insight.dropped.prose[fault ?? .sign] == (fault == nil ? nil : 1))
    }

    @Test("Each translation that is dropped counts")
    func dropped() {
        let faulty = insight(
            "It leaked after 3 days", translations: ["Nach 4 Tagen", "Nach 5 Tagen"])
        #expect(faulty.dropped.prose[.number] == 2 && faulty.dropped.items == 1)
    }
}
