import Testing

@testable import AfterwordCore

/// Clusters and numbered words, against the reference, which compares strings.
@Suite struct ClusterTests {
    /// Words as strings have them: with spellings that are equal, and letters that join.
    private static let spellings = [
        "\u{1F71} \u{3AC} x\u{1F71} x\u{3AC}", "\u{3AC} \u{1F71}", "peel\u{93E} peel peels\u{93E}",
        "Stra\u{DF}e STRASSE don't dont don\u{2019}t 'x' x", "\u{E9}t\u{E9} ete e\u{301}te",
        "sixteenlettersxx sixteenlettersxy seventeenletters1 seventeenletters2 seventeenletters1",
        "", " . ! a.b;c\nd", "\u{212A}elvin kelvin \u{C548}\u{B155} \u{1112}\u{1161}\u{11AB}",
    ]

    private func texts(_ count: Int, seed: UInt64) -> [Text] {
        var reviews = RandomReviews(seed: seed)
        let all = (0..<count).flatMap { _ -> [Text] in
            let values = reviews.next()
            return [values.title, values.body].compactMap(\.self)
        }
        return all + Self.spellings.map { Text($0) } + all.prefix(3)
            + [Text([0x61, 0xFF, 0x62, 0x20, 0xC3, 0xA9]), Text([0x61, 0xC3])]
    }

    @Test("A text is cut into the words of strings, and equal words have one number")
    func numbers() {
        var found = 0
        for seed in [UInt64(1), 2] {
            var numbers = WordNumbers()
            var known: [String: Int32] = [:]
            // Backwards, spellings that only characters tell apart come first.
            let texts = texts(400, seed: seed)
            for text in seed == 1 ? texts : texts.reversed() {
                let words = Reference.words(of: text)
                let unknown = NumberedText(text, &numbers, isAdding: false).words
                #expect(
                    unknown.map(\.number) == words.map { known[$0.text] ?? -1 }, "\(text)")
                for word in words {
                    known[word.text] = known[word.text] ?? Int32(known.count)
                }
                let own = NumberedText(text, &numbers, isAdding: true)
                #expect(own.words.map(\.range) == words.map(\.range), "\(text)")
                #expect(own.words.map { Int($0.sentence) } == words.map(\.sentence), "\(text)")
                #expect(own.words.map(\.number) == words.map { known[$0.text] }, "\(text)")
                found += words.count
            }
            #expect(numbers.texts.count == known.count)
        }
        #expect(found > 2_000)
    }

    @Test("Clusters are those of the reference, in the same order")
    func clusters() {
        var found = 0
        for seed in UInt64(1)...12 {
            var random = SplitMix64(seed: seed)
            var reviews = RandomReviews(seed: seed)
            let bodies = (0..<30).map { _ in reviews.next() }
            // Few texts in many spellings and orders, so that phrases are shared.
            let all = (0..<160).map { _ -> (values: ReviewValues, reading: ReviewReading) in
                func some() -> ReviewValues { bodies[Int(random.draw(below: 30))] }
                var values = some()
                values.title = random.draw(below: 3) == 0 ? some().body : values.title
                let end = Self.spellings[Int(random.draw(below: UInt64(Self.spellings.count)))]
                values.body = Text((values.body?.string ?? "") + " " + end)
                values.rating = Int64(random.draw(below: 5)) * 10 + 10
                let reading = readReview(values, with: .first)
                return (values, reading)
            }
            let own = clusterSentences(all)
            #expect(own == Reference.clusterSentences(all), "seed \(seed)")
            found += own.count
        }
        #expect(found > 30, "\(found) clusters")
    }
}
