import Foundation
import Testing

@testable import AfterwordCore

/// Shows pairs of texts to the matching, each as all that one product lost and gained.
private struct PairTally {
    /// By the length of the shorter text in letters.
    private static let ends = [40, 80, 160, 320, Int.max]
    private var shown = [Int](repeating: 0, count: 5)
    private var found = [Int](repeating: 0, count: 5)

    mutating func show(_ old: String, _ new: String) {
        let (old, new) = (review(old, 1), review(new, 2))
        let length = min(old.text.letterCount, new.text.letterCount)
        let place = Self.ends.firstIndex { length < $0 }!
        shown[place] += 1
        if !pairEdits(vanished: [old], new: [new]).isEmpty { found[place] += 1 }
    }

    /// The share of the pairs that were found, in texts of 40 letters or more.
    var share: Double {
        Double(found.dropFirst().reduce(0, +)) / Double(max(shown.dropFirst().reduce(0, +), 1))
    }
    var foundInShort: Int { found[0] }
    var count: Int { shown.reduce(0, +) }

    /// `name: below 40: 0 of 93, below 80: …`.
    func words(_ name: String) -> String {
        name + ": "
            + Self.ends.indices.map { place in
                let end = Self.ends[place] == .max ? "more" : "below \(Self.ends[place])"
                return "\(end): \(found[place]) of \(shown[place])"
            }.joined(separator: ", ")
    }
}

private func review(
    _ text: String, _ number: UInt64, author: Text? = nil, createdAt: Instant? = nil,
    updatedAt: Instant? = nil
) -> ComparedReview {
    var values = ReviewValues()
    values.body = Text(text)
    values.authorName = author
    values.createdAt = createdAt
    values.updatedAt = updatedAt
    return ComparedReview(
        identity: Digest128(words: (number, 0)), values, authorID: nil,
        placeholders: ["Amazon Customer"])
}

private let long = "The zipper broke on the second day of our holiday, and nobody answers my mails."
private let longer = long + " UPDATE: they sent me a new one after all."

/// Texts of different customers of one product, written by one template each: the vendor's, a
/// voucher's, a fashion's.
private let templates: [[String]] = [
    ["red", "blue", "green", "black"].flatMap { color in
        ["wife", "son", "brother", "neighbor"].map { person in
            "Bought the \(color) one for my \(person) and it arrived within two days. "
                + "Very happy with the quality, would order again."
        }
    },
    ["Hose", "Jacke", "Mütze", "Weste"].flatMap { thing in
        ["Oktober", "Dezember", "Februar"].map { month in
            "Ich habe diese \(thing) im \(month) bestellt und bin äußerst zufrieden damit. "
                + "Die Verarbeitung ist exzellent, klare Kaufempfehlung."
        }
    },
    ["36", "38", "40", "42"].flatMap { size in
        ["Lucía", "Carmen", "Pablo"].map { name in
            "Compré la talla \(size) para \(name) y le queda perfecta. "
                + "El tejido es suave y el envío fue muy rápido."
        }
    },
    ["bleue", "rouge", "verte", "noire"].flatMap { color in
        ["anniversaire", "mariage", "voyage"].map { occasion in
            "J'ai pris la version \(color) pour un \(occasion) et j'en suis ravie. "
                + "Livraison rapide, produit conforme à la description."
        }
    },
    ["青色", "赤色", "緑色", "黒色"].flatMap { color in
        ["誕生日", "結婚式", "卒業式"].map { occasion in
            "\(occasion)の贈り物に\(color)を購入しましたが、とても喜ばれました。品質も良く満足です。"
        }
    },
]

@Suite struct EditedReviewTests {
    @Test("Of edits in five languages at least 90 % are found, each way of editing by itself")
    func recall() {
        var random = SplitMix64(seed: 23)
        for edit in ModelledEdit.allCases {
            for language in ReviewSentences.all {
                var tally = PairTally()
                for _ in 0..<200 {
                    let old = ModelledReview(
                        sentences: language.review(&random), joint: language.joint)
                    guard let new = old.edited(edit, with: language, &random) else { continue }
                    tally.show(old.text, new.text)
                }
                print(tally.words("\(edit.rawValue) \(language.language)"))
                #expect(tally.share >= 0.9, "\(edit) \(language.language)")
                #expect(tally.foundInShort == 0, "short texts need an author")
            }
        }
    }

    @Test("Texts of one template, of different customers, are not edits of one another")
    func templated() {
        var tally = PairTally()
        for texts in templates {
            for (place, text) in texts.enumerated() {
                for other in texts[(place + 1)...] { tally.show(text, other) }
            }
        }
        print(tally.words("templates"))
        #expect(tally.share <= 0.01)
        // Whatever is like several others is nobody's edit.
        let all = templates.flatMap { $0 }.enumerated().map { review($1, UInt64($0)) }
        let old = all.filter { $0.identity.words.0 % 2 == 0 }
        let new = all.filter { $0.identity.words.0 % 2 == 1 }
        #expect(pairEdits(vanished: old, new: new).isEmpty)
    }

    private static let seller = "../shared/data/sellerx/reviews_part_4.json"

    @Test(
        "Near-duplicates and templates of a real dump are told from edits of its texts",
        .enabled(
            if: FileManager.default.fileExists(atPath: seller), "SKIPPED: \(seller) is missing"))
    func real() throws {
        let texts = try sellerTexts()
        let reviews = texts.enumerated().map { review($1, UInt64($0)) }
        var negatives = PairTally()
        for (own, other) in candidatePairs(reviews, reviews, isRare: { _ in false })
        where own < other && compareTexts(reviews[own].text, reviews[other].text).words >= 600_000 {
            negatives.show(texts[own], texts[other])
        }
        var positives = PairTally()
        var random = SplitMix64(seed: 5)
        for text in texts {
            let edits = ModelledEdit.allCases
            let old = ModelledReview(sentences: sentences(of: text))
            let edit = edits[Int(random.draw(below: UInt64(edits.count)))]
            guard let new = old.edited(edit, with: ReviewSentences.all[0], &random) else {
                continue
            }
            positives.show(old.text, new.text)
        }
        print(negatives.words("near-duplicates"))
        print(positives.words("edits of real texts"))
        let (right, wrong) = (positives.share, negatives.share)
        #expect(negatives.count > 300 && positives.count > 5_000)
        #expect(right >= 0.9)
        // In a dump in which edits are as many as near-duplicates.
        #expect(right / (right + wrong) >= 0.99)
    }

    private func sellerTexts() throws -> [String] {
        let text = try String(contentsOfFile: Self.seller, encoding: .utf8)
            .replacing(": NaN", with: ": null")
        let rows = try JSONValue(parsing: Array(text.utf8)).elements ?? []
        var seen: Set<String> = []
        return rows.compactMap { row in
            let words = ["CUSTOMER_REVIEW_TITLE", "CUSTOMER_REVIEW_DESCRIPTION"]
                .compactMap { row[$0]?.text }.joined(separator: ". ")
            return seen.insert(words).inserted ? words : nil
        }
    }

    private func sentences(of text: String) -> [String] {
        text.split(separator: ". ").map { $0 + "." }
    }

    @Test("Pairs are the same in any order, and equal ones go by identity")
    func order() {
        let old = [long, long + " Sad.", "Nice lamp."].enumerated().map {
            review($1, UInt64($0), author: "Ann")
        }
        let new = [longer, longer + " Fine!"].enumerated().map {
            review($1, UInt64(10 + $0), author: "Ann")
        }
        func pairs(_ old: [ComparedReview], _ new: [ComparedReview]) -> [[UInt64]] {
            pairEdits(vanished: old, new: new).map {
                [old[$0.vanished].identity.words.0, new[$0.new].identity.words.0]
            }
        }
        #expect(pairs(old, new).count == 2)
        #expect(pairs(old.reversed(), new.reversed()) == pairs(old, new))
        // Equal in all but their identities: the least go first.
        let twins = (0..<2).map { review(long, UInt64(7 - $0), author: "Ann") }
        #expect(pairs(twins, new.dropLast()) == [[6, 10]])
    }

    @Test("Two candidates that nothing but text tells apart are none")
    func ambiguous() {
        let old = [review(long, 1)]
        #expect(pairEdits(vanished: old, new: [review(longer, 2)]).count == 1)
        #expect(
            pairEdits(vanished: old, new: [review(longer, 2), review(long + " Sad.", 3)]).isEmpty)
    }

    @Test("Another author, an earlier date or an older version is another review")
    func vetoes() throws {
        let day = try #require(Instant(iso8601: "2026-03-02"))
        func isEdit(_ old: ComparedReview, _ new: ComparedReview) -> Bool {
            !pairEdits(vanished: [old], new: [new]).isEmpty
        }
        #expect(!isEdit(review(long, 1, author: "Ann"), review(longer, 2, author: "Bea")))
        #expect(isEdit(review(long, 1, author: "Ann"), review(longer, 2)))
        #expect(
            isEdit(review(long, 1, author: "Ann"), review(longer, 2, author: "Amazon Customer")))
        let later = day.adding(seconds: 5 * 86_400)
        #expect(!isEdit(review(long, 1, createdAt: later), review(longer, 2, createdAt: day)))
        #expect(isEdit(review(long, 1, createdAt: day), review(longer, 2, createdAt: later)))
        #expect(!isEdit(review(long, 1, updatedAt: later), review(longer, 2, updatedAt: day)))
    }

    @Test("Reviews written on different days are one only where nearly all of a text is the same")
    func redated() throws {
        let day = try #require(Instant(iso8601: "2026-07-24T18:24:41Z"))
        let months = day.adding(seconds: 63 * 86_400)
        let shared = "The lid does not close properly and soup leaks into my bag."
        let first =
            "Too small for my hands, had to send it back. I bought the 2 litre one and large is an "
            + "exaggeration. Battery lasts two full days which I did not expect. " + shared
        let second = shared + " Colour is nicer than in the pictures."
        func isEdit(_ old: String, _ new: String, _ author: Text?, _ later: Instant) -> Bool {
            !pairEdits(
                vanished: [review(old, 1, author: author, createdAt: day)],
                new: [review(new, 2, author: author, createdAt: later)]
            ).isEmpty
        }
        #expect(isEdit(first, second, "Zed", day), "one author and time")
        #expect(isEdit(first, second, "Zed", day.adding(seconds: 3600)), "another zone")
        for author in ["Zed", nil] as [Text?] {
            #expect(!isEdit(first, second, author, months))
            // A source that dates an edited review by its edit.
            #expect(isEdit(long, longer, author, months))
            #expect(isEdit(longer, long, author, months))
            #expect(isEdit(long, long, author, months))
        }
        #expect(!isEdit("Nice warm socks.", "Nice warm socks, a hole!", "Zed", months))
    }

    @Test("An author makes up for a short or changed text; a name of many is no author")
    func authors() {
        let (old, new) = ("Nice warm socks.", "Nice warm socks, but now a hole!")
        func pairs(_ count: Int, _ author: Text?) -> [EditPair] {
            pairEdits(
                vanished: (0..<count).map { review(old, UInt64($0), author: author) },
                new: [review(new, 99, author: author)])
        }
        #expect(pairs(1, nil).isEmpty)
        #expect(pairs(1, "Ann").map(\.evidence) == [.author])
        #expect(pairs(mostNamesakes + 1, "Ann").isEmpty)
    }

    @Test("100,000 reviews of one product take seconds, even if all vanished and all are new")
    func many() {
        var random = SplitMix64(seed: 3)
        let bank = (0..<4_000).map { number in
            String(
                (0..<(3 + number % 6)).map { _ in
                    Character(Unicode.Scalar(UInt8(97 + random.draw(below: 26))))
                })
        }
        func text() -> String {
            (0..<30).map { _ in bank[Int(random.draw(below: 4_000))] }.joined(separator: " ")
        }
        let texts = (0..<100_000).map { _ in text() }
        let old = texts.enumerated().map { review($1, UInt64($0)) }
        let new = texts.enumerated().map { place, words in
            review(place % 20 == 0 ? words + " update: broke" : text(), UInt64(200_000 + place))
        }
        var pairs: [EditPair] = []
        let time = processorSeconds { pairs = pairEdits(vanished: old, new: new) }
        #expect(pairs.count == 5_000)
        let same = (0..<100_000).map { review(long, UInt64($0), author: "Customer") }
        let alike = processorSeconds { pairs = pairEdits(vanished: same, new: same) }
        print("all vanished, all new: \(time) s, all alike: \(alike) s")
        #expect(pairs.isEmpty && time < 5 && alike < 5)
    }

    /// Seconds of this thread's own time, whatever else the machine does.
    private func processorSeconds(_ body: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = now()
        body()
        return now() - start
    }
}
