import Testing

@testable import AfterwordCore

/// Which reviews count as one review above the product level.
@Suite struct DistinctTests {
    private static let long =
        "It leaked after two days and everything in my bag was wet and ruined for good."

    private func appearance(
        _ key: Int64, product: Text = "P1", body: Text?, star: Int64 = 1, author: Text? = nil,
        name: Text? = nil, day: String? = nil, source: Text? = nil, family: Text? = nil,
        brand: Text? = "Lumora", isGlobal: Bool = false, placeholders: Set<Text> = []
    ) -> (key: DistinctKey, within: Scope?) {
        var values = ReviewValues()
        values.body = body
        values.rating = star * 10
        values.authorName = name
        values.createdAt = day.flatMap { Instant(iso8601: $0) }
        let at = day.flatMap { Instant(iso8601: $0) } ?? Instant(seconds: key)
        let times = ReviewTimes(
            createdAt: at, createdOrigin: day == nil ? .mock : .source, updatedAt: at,
            updatedOrigin: .mock)
        let review = StoredReview(
            reviewKey: key, productID: product, reviewID: source ?? Text("c:\(key)"),
            identity: Digest128([UInt8](repeating: UInt8(key), count: 16)),
            kind: source == nil ? .content : .source, version: 1, isLive: true, run: 1,
            observedAt: at, values: values, authorID: author, times: times,
            contentDigest: values.contentDigest,
            payloadDigest: Digest128([UInt8](repeating: 0, count: 16)), rawKey: key)
        var attributes = ProductAttributes()
        attributes[.family] = family
        attributes[.brand] = brand
        let rules = DistinctRules(hasGlobalIDs: isGlobal, placeholders: placeholders)
        return (review.distinctKey(by: rules), attributes.sameTextScope)
    }

    private func groups(_ appearances: (key: DistinctKey, within: Scope?)...) -> [Int] {
        distinctGroups(appearances)
    }

    @Test("One author's text on several variants is one review; another text is another")
    func authors() {
        #expect(
            groups(
                appearance(1, body: "Leaks.", author: "A"),
                appearance(2, product: "P2", body: "Leaks. ", author: "A"),
                appearance(3, product: "P3", body: "Leaks a lot.", author: "A"),
                appearance(4, product: "P2", body: "Leaks.", author: "B")) == [0, 0, 2, 3])
    }

    @Test("A real name and the day it was written stand for an author; 'Amazon Customer' does not")
    func names() {
        let day = "2026-03-02"
        #expect(
            groups(
                appearance(1, body: "Leaks.", name: "Ann Ott", day: day),
                appearance(2, body: "Leaks.", name: "Ann Ott", day: day),
                appearance(3, body: "Leaks.", name: "Ann Ott", day: "2026-03-03"),
                appearance(4, body: "Leaks.", name: "Amazon Customer", day: day),
                appearance(5, body: "Leaks.", name: "Amazon Customer", day: day))
                == [0, 0, 2, 3, 4])
    }

    @Test("A name that the shape calls a placeholder is no author")
    func ownPlaceholders() {
        func named(_ key: Int64, _ placeholders: Set<Text>) -> (key: DistinctKey, within: Scope?) {
            appearance(
                key, body: "Good.", name: "Shop visitor", day: "2026-03-02",
                placeholders: placeholders)
        }
        #expect(groups(named(1, []), named(2, [])) == [0, 0])
        #expect(groups(named(1, ["Shop visitor"]), named(2, ["Shop visitor"])) == [0, 1])
    }

    @Test("Letters are those with the property Alphabetic")
    func letterCounts() throws {
        var random = SplitMix64(seed: 7)
        let beyond = (0..<20_000).map { _ in UInt32(random.draw(below: 0x11_0000)) }
        for value in Array(0..<0x1_0000) + beyond {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let count = String(scalar).lend { letterCount($0, atMost: 9) }
            try #require(count == (scalar.properties.isAlphabetic ? 1 : 0), "U+\(value)")
        }
        #expect("aé 木x!".lend { letterCount($0, atMost: 9) } == 4)
        #expect("aé 木x!".lend { letterCount($0, atMost: 3) } == 3)
    }

    @Test("Without an author the same rating and a long text are one within family or brand")
    func texts() {
        let body = Text(Self.long)
        #expect(
            groups(
                appearance(1, body: body), appearance(2, product: "P2", body: body),
                appearance(3, body: body, star: 2), appearance(4, body: body, brand: "Knokke"),
                appearance(5, body: body, brand: nil),
                appearance(6, body: "Good."), appearance(7, body: "Good."))
                == [0, 0, 2, 3, 4, 5, 6])
        #expect(
            groups(
                appearance(1, body: body, family: "F1"), appearance(2, body: body, family: "F2"),
                appearance(3, body: body, family: "F1", brand: "Other")) == [0, 1, 0])
    }

    @Test("The same id of the source with the same text is one, and links what else is the same")
    func sources() {
        #expect(
            groups(
                appearance(1, body: "Leaks.", source: "R1"),
                appearance(2, body: "Leaks.", author: "A"),
                appearance(3, body: "Leaks.", author: "A", source: "R1"),
                appearance(4, body: "Leaks no more.", source: "R1"),
                appearance(5, body: nil, author: "A", source: "R1")) == [0, 0, 0, 3, 4])
    }

    @Test("Two ids of the source with one long text and no author are two reviews")
    func otherIDs() {
        let body = Text(Self.long)
        #expect(
            groups(
                appearance(1, body: body, source: "R1"),
                appearance(2, product: "P2", body: body, source: "R2"),
                appearance(3, product: "P3", body: body, source: "R1")) == [0, 1, 0])
    }

    @Test("White space does not distinguish texts; letter case does")
    func folding() {
        #expect(
            groups(
                appearance(1, body: "It leaks.", author: "A"),
                appearance(2, body: " It \n leaks.\u{A0}", author: "A"),
                appearance(3, body: "it leaks.", author: "A"),
                appearance(4, body: "\u{3000}It\u{2003}leaks.", author: "A")) == [0, 0, 2, 0])
    }

    @Test("A global id says it alone, even where texts differ or are missing")
    func globalIDs() {
        #expect(
            groups(
                appearance(1, body: "Leaks.", source: "R1", isGlobal: true),
                appearance(2, body: "Leaks, edited.", source: "R1", isGlobal: true),
                appearance(3, body: nil, source: "R1", isGlobal: true),
                appearance(4, body: "Leaks.", source: "R2", isGlobal: true)) == [0, 0, 0, 3])
    }

    @Test(
        "No placeholder in any spelling identifies an author",
        arguments: [
            "Amazon Customer", "AMAZON CUSTOMER", "amazon-kunde", "Client d’Amazon",
            "A Google user",
            "Anónimo", "  ", "Amazonカスタマー",
        ])
    func placeholders(name: String) {
        #expect(
            groups(
                appearance(1, body: "Leaks.", name: Text(name), day: "2026-03-02"),
                appearance(2, body: "Leaks.", name: Text(name), day: "2026-03-02")) == [0, 1])
    }

    @Test("Forty letters make a text long enough; 39 do not, whatever else it holds")
    func letters() {
        let enough = String(repeating: "ä", count: 40)
        let few = String(repeating: "x", count: 39) + " 1234567890 !!!!!"
        #expect(
            groups(
                appearance(1, body: Text(enough)), appearance(2, body: Text(enough)),
                appearance(3, body: Text(few)), appearance(4, body: Text(few))) == [0, 0, 2, 3])
    }

    @Test("What the quick check calls normal is left as it is by normalising")
    func normal() {
        var texts = ["", " ", "a", "a b", "a  b", " a", "a ", "a\nb", "é b", "é  b", "a’ b"]
        for length in 1...40 {
            let plain = String(repeating: "ab ", count: length) + "c"
            texts += [plain, plain + " ", plain + "  d", plain + "\t", plain + "é d"]
            texts.append(String(repeating: "x", count: length) + "  " + plain)
        }
        for text in texts {
            let isNormal = text.lend { isSpaceNormal($0) }
            let normalised = text.lend { normaliseSpace($0) }
            #expect(!isNormal || normalised == Array(text.utf8), "\(text.debugDescription)")
            let isASCII = text.allSatisfy(\.isASCII)
            #expect(!isASCII || isNormal == (normalised == Array(text.utf8)))
        }
    }
}
