import Foundation
import Testing

@testable import AfterwordCore

/// The reader of reviews finds in every text what the reference finds, which compares strings.
///
/// `AFTERWORD_READINGS=N` generated reviews (default 1,000), `AFTERWORD_READING_SEED=S`; from
/// 40,000 on, all texts of the real dumps too, otherwise a part of them. A failure prints its text.
@Suite("Reader of reviews")
struct ReviewReaderTests {
    private static func setting(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    private static let count = setting("AFTERWORD_READINGS") ?? 1_000

    private func check(_ values: ReviewValues, _ reader: inout ReviewReader, _ origin: String) {
        let (own, reference) = (reader.read(values), Reference.readReview(values, with: .first))
        guard own != reference else { return }
        let texts = [values.title, values.body].map { $0?.string.debugDescription ?? "none" }
        Issue.record("\(origin): \(texts), \(values.star ?? 0): \(own) is not \(reference)")
    }

    @Test("Generated reviews of phrases, cues and letters of all kinds are read the same")
    func generated() {
        let (count, seed) = (Self.count, UInt64(Self.setting("AFTERWORD_READING_SEED") ?? 1))
        print("reader of reviews: \(count) generated reviews, seed \(seed)")
        var reviews = RandomReviews(seed: seed)
        var reader = ReviewReader(.first)
        var found: [Language: Int] = [:]
        var (mentions, dangers) = (0, 0)
        for place in 0..<count {
            let values = reviews.next()
            check(values, &reader, "seed \(seed), review \(place)")
            let reading = reader.read(values)
            found[reading.language, default: 0] += 1
            mentions += reading.mentions.count
            dangers += reading.hazards.count
        }
        #expect(found.count == Language.allCases.count, "reviews of every language: \(found)")
        #expect(mentions > count / 2 && dangers > count / 10, "\(mentions), \(dangers)")
    }

    private static let folders = ["../shared/data", "../shared/labels"]

    @Test(
        "The texts of real dumps are read the same",
        .enabled(
            if: folders.allSatisfy { FileManager.default.fileExists(atPath: $0) },
            "SKIPPED: a folder of \(folders) is missing"))
    func real() throws {
        var reader = ReviewReader(.first)
        var (texts, read, last) = (0, 0, Text(""))
        let step = max(1, 40_000 / Self.count)
        let stars = [10, 20, 30, 40, 50, nil] as [Int64?]
        for folder in Self.folders {
            for path in try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() {
                guard let file = FileManager.default.contents(atPath: "\(folder)/\(path)") else {
                    continue
                }
                for text in writtenTexts(of: Array(file)) {
                    texts += 1
                    guard texts % step == 0 else { continue }
                    var values = ReviewValues()
                    (values.title, values.body) = (last.bytes.count < 100 ? last : nil, text)
                    values.rating = stars[read % stars.count]
                    check(values, &reader, path)
                    (last, read) = (text, read + 1)
                }
            }
        }
        print("reader of reviews: \(read) of \(texts) texts of real dumps")
        #expect(read > 1_000)
    }

    /// What stands between quotation marks or line ends in a file, each once; well-formed.
    private func writtenTexts(of file: [UInt8]) -> [Text] {
        var texts: Set<Text> = []
        var (start, isOpen, place) = (0, false, 0)
        while place < file.count {
            switch file[place] {
            case UInt8(ascii: "\\") where isOpen: place += 1
            case UInt8(ascii: "\""):
                if isOpen {
                    var bytes: [UInt8] = []
                    file[start..<place].withUnsafeBytes { unescape($0, into: &bytes) }
                    texts.insert(Text(Text(bytes).string))
                }
                (start, isOpen) = (place + 1, !isOpen)
            case 0x0A:
                texts.insert(Text(Text(Array(file[start..<place])).string))
                (start, isOpen) = (place + 1, false)
            default: break
            }
            place += 1
        }
        return texts.sorted()
    }

    /// Longer than needed, a surrogate, beyond the last scalar, cut, without a beginning.
    private static let illFormed: [[UInt8]] = [
        [0xC0, 0xAF], [0xC1, 0x81], [0xE0, 0x80, 0xAF], [0xF0, 0x80, 0x80, 0xAF],
        [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
        [0xE3, 0x82], [0xF0, 0x9F, 0x98], [0x80],
    ]

    @Test("Ill-formed text is read as its repaired form")
    func illFormed() {
        var random = SplitMix64(seed: 3)
        var reader = ReviewReader(.first)
        let good = Array("It leaked. Größe 日本 does not fit 😀 at all".utf8)
        for round in 0..<2_000 {
            var bytes = good
            let place = Int(random.draw(below: UInt64(bytes.count)))
            if round % 2 == 0 {
                bytes[place] = UInt8(random.draw(below: 256))
            } else {
                bytes.insert(
                    contentsOf: Self.illFormed[round / 2 % Self.illFormed.count], at: place)
            }
            var values = ReviewValues()
            values.body = Text(bytes)
            check(values, &reader, "round \(round), \(bytes)")
        }
    }

    // MARK: Words

    /// All scalars but those of planes without characters.
    private static let scalars = [0...0x3_FFFF, 0xE_0000...0xE_0FFF, 0x10_FF00...0x10_FFFF]
        .joined().compactMap { Unicode.Scalar(UInt32($0)) }

    @Test("Every scalar is folded as the reference folds it")
    func scalars() {
        for scalar in Self.scalars {
            let value = scalar.value
            let role = ScalarRole(scalar)
            let short = FoldedScalar(scalar)
            if short != FoldedScalar(role) { Issue.record("\(value): \(short)") }
            let folded = Reference.fold(scalar)
            if case .letters(let letters) = role {
                if letters != folded { Issue.record("\(value): \(letters)") }
                // What `Vocabulary.isStrange` relies on.
                let isASCII = letters.utf8.allSatisfy { $0 < 0x80 }
                let spelt = letters.decomposedStringWithCanonicalMapping.unicodeScalars
                if !isASCII, spelt.count == 1, spelt.allSatisfy(\.isASCII) {
                    Issue.record("\(value) is another spelling of \(spelt)")
                }
            } else if folded != nil {
                Issue.record("\(value): \(role)")
            }
        }
    }

    /// What makes strings of such letters equal exactly if their bytes are: each is one character
    /// beside any other, and composed. (Whatever joins a letter with the one before it or after it
    /// joins it with "a" too, or with its like.)
    @Test("Letters that are compared by bytes are characters of their own with one spelling")
    func plainLetters() {
        var count = 0
        for scalar in Self.scalars {
            let value = scalar.value
            let letter = String(scalar)
            guard isComparedByBytes(letter) else { continue }
            count += 1
            let neighbours = ["a" + letter, letter + "a", letter + letter]
            if neighbours.contains(where: { $0.count != 2 }) { Issue.record("\(value) joins") }
            if !letter.precomposedStringWithCanonicalMapping.utf8.elementsEqual(letter.utf8) {
                Issue.record("\(value) is not composed")
            }
        }
        #expect(count > 40_000)
    }

    /// A known word with another spelling would need comparison by characters in plain words too.
    @Test("The lexicon's words are composed")
    func composed() {
        for text in Lexicon.first.table.vocabulary.texts {
            #expect(text.precomposedStringWithCanonicalMapping.utf8.elementsEqual(text.utf8))
        }
    }

    @Test("A word has the form that its string has")
    func forms() {
        let vocabulary = Lexicon.first.table.vocabulary
        var cut = CutText()
        for text in vocabulary.texts {
            for word in [text, text + "x", String(text.dropLast()), text + "日", "x" + text]
            where !word.isEmpty {
                cut.cut(Text(word), Lexicon.first.table)
                #expect(cut.words.map(\.form) == [vocabulary.form(of: word)], "\(word)")
            }
        }
    }

    @Test("A known beginning that a mark joins is none, as in strings")
    func marks() {
        let vocabulary = Lexicon.first.table.vocabulary
        for stem in ["peel", "flak"] {
            let form = vocabulary.form(of: stem + "s")
            #expect(form != Vocabulary.unknown)
            var cut = CutText()
            // A spacing vowel sign is a letter and belongs to the character before it.
            cut.cut(Text("\(stem)\u{93E} \(stem)s\u{93E}"), Lexicon.first.table)
            #expect(cut.words.map(\.form) == [Vocabulary.unknown, form])
        }
    }
}
