import Foundation
import Testing

@testable import AfterwordCore

@Suite("The frozen reader of reviews")
struct FrozenReaderTests {
    /// A line of tools/reader/golden.tsv, which tools/reader/reference.py writes.
    private struct Line {
        var stars: Int?
        var title: Text?
        var body: Text?
        var language: String?
        var scores: [Int]
        var read: Set<String>
    }

    private static func golden() throws -> [Line] {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../tools/reader/golden.tsv").standardizedFileURL
        let text = try String(contentsOf: file, encoding: .utf8)
        return text.split(separator: "\n", omittingEmptySubsequences: true).map { line in
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            func field(_ place: Int) -> Text? {
                let written = parts[place]
                return written == "\\N" ? nil : Text(String(written).replacing("\\n", with: "\n"))
            }
            let stars = Int(parts[0])!
            return Line(
                stars: stars == 0 ? nil : stars, title: field(1), body: field(2),
                language: parts[3] == "?" ? nil : String(parts[3]),
                scores: parts[4].split(separator: " ").map { Int($0)! },
                read: Set(parts[5].split(separator: " ").map { String($0) }))
        }
    }

    @Test("Scores and languages are those of the definition in Python, to the last bit")
    func sameAsDefinition() throws {
        var reader = FrozenReader()
        let lines = try Self.golden()
        #expect(lines.count > 300)
        for line in lines {
            let scores = reader.scores(title: line.title, body: line.body, stars: line.stars)
            #expect(
                Array(scores.prefix(line.scores.count)) == line.scores,
                "\(line.title?.string ?? "-") | \(line.body?.string ?? "-")")
            let reading = reader.read(title: line.title, body: line.body, stars: line.stars)
            #expect(reading.language == line.language, "\(line.body?.string ?? "-")")
            let read =
                reading.aspects.filter(\.isNegative)
                + reading.dangers.filter(\.dangerClass.leads).map(\.mention)
            #expect(
                Set(read.map { reader.ids[$0.id].name }) == line.read,
                "\(line.title?.string ?? "-") | \(line.body?.string ?? "-")")
        }
    }

    @Test("Invented reviews are read as when the model was released, to the last place and weight")
    func inventedReviews() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../tools/reader/invented/reviews").standardizedFileURL
        var reader = FrozenReader()
        for (name, digest) in readings {
            let text = try String(
                contentsOf: folder.appending(path: "\(name).tsv"), encoding: .utf8)
            var own = Digest64()
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
                guard parts.count == 5, let stars = Int(parts[1]) else { continue }
                for stars in [stars, 1, 5] {
                    let (title, body) = (Text(String(parts[3])), Text(String(parts[4])))
                    own.add(reader.read(title: title, body: body, stars: stars))
                    for score in reader.scores(title: title, body: body, stars: stars) {
                        own.add(score)
                    }
                }
            }
            #expect(own.value == digest, "\(name): \(own.value)")
        }
    }

    @Test("A text of more new words than the memory keeps is read like any other")
    func manyWords() {
        func word(_ number: Int) -> String {
            let digits = String(number, radix: 26).map { UInt8(97 + Int(String($0), radix: 26)!) }
            return String(decoding: digits, as: UTF8.self)
        }
        let words = (0..<3000).map { word($0 * 7919 + 700) }
        let text = Text("It broke. " + words.joined(separator: " ") + " and it leaks.")
        var (reader, fresh) = (FrozenReader(), FrozenReader())
        let first = reader.read(title: nil, body: text, stars: 1)
        _ = reader.read(title: nil, body: Text("Broke after a week"), stars: 1)
        #expect(reader.read(title: nil, body: text, stars: 1) == first)
        let known = fresh.read(title: nil, body: Text("Broke after a week"), stars: 1)
        #expect(reader.read(title: nil, body: Text("Broke after a week"), stars: 1) == known)
    }

    @Test("The memory of words grows as they come, and what is read does not depend on it")
    func growingMemory() {
        var (reader, small) = (FrozenReader(), FrozenReader(remembersWords: false))
        let (first, small0) = (reader.memory.room, small.memory.room)
        #expect(first == 2_048)
        for part in 0..<64 {
            let words = (0..<700).map { "w\(String((part * 700 + $0) * 7919, radix: 26))" }
            let body = Text("It broke and leaks. " + words.joined(separator: " "))
            let own = reader.read(title: "Bad quality", body: body, stars: 1)
            #expect(own == small.read(title: "Bad quality", body: body, stars: 1))
            #expect(own == reader.read(title: "Bad quality", body: body, stars: 1))
        }
        #expect(reader.memory.room == 65_536 && small.memory.room == small0)
    }

    @Test("Sums of rows are those of their lanes, whatever fits 8 bits", arguments: [1, 2, 3])
    func rows(_ seed: UInt64) {
        func weight(_ row: Int, _ lane: Int) -> Int16 {
            let hash = (UInt64(row * 48 + lane) &+ seed) &* 0x9E37_79B9_7F4A_7C15
            return Int16(hash >> 55) - 255
        }
        let rows = WeightRows(count: 9, weight)
        var (sum, expected) = (WordWeights(), WordWeights())
        for row in 0..<9 {
            rows.add(UInt32(row), to: &sum)
            #expect(rows.hasRest(UInt32(row)) != 0)
            rows.addRest(UInt32(row), to: &sum)
            for lane in 0..<WeightSum.laneCount {
                expected[lane] += weight(row, lane)
                #expect(rows.weight(UInt32(row), lane) == weight(row, lane))
            }
        }
        #expect(sum == expected)
    }

    @Test("A scaled sum is the product divided by 2^16, rounded down, in 32 bits")
    func scaled() {
        for factor: UInt32 in [0, 1, 3, 65_535, 65_537, 1 << 28] {
            let sum = WeightSum { Int32(truncatingIfNeeded: ($0 - 24) * 89_478_485) }
            let scaled = sum.scaled(by: factor)
            for lane in 0..<WeightSum.laneCount {
                let whole = (Int64(sum[lane]) * Int64(factor)) >> 16
                #expect(scaled[lane] == Int32(truncatingIfNeeded: whole))
            }
        }
    }

    @Test("A reading does not depend on what was read before")
    func independent() throws {
        var reader = FrozenReader()
        for line in try Self.golden().reversed() {
            let known = reader.read(title: line.title, body: line.body, stars: line.stars)
            var fresh = reader
            fresh.memory = WordMemory()
            #expect(fresh.read(title: line.title, body: line.body, stars: line.stars) == known)
        }
    }

    @Test("Places lie within the text, at its characters' boundaries")
    func places() throws {
        var reader = FrozenReader()
        for line in try Self.golden() {
            let reading = reader.read(title: line.title, body: line.body, stars: 1)
            for mention in reading.aspects + reading.dangers.map(\.mention) {
                let text = try #require(mention.field == .title ? line.title : line.body)
                #expect(mention.word.clamped(to: mention.sentence) == mention.word)
                for place in [mention.sentence, mention.word] {
                    #expect(!place.isEmpty && place.upperBound <= text.bytes.count)
                    #expect(String(validating: text.bytes[place], as: UTF8.self) != nil)
                }
            }
        }
    }

    @Test("Texts of nothing, of one letter and of many say what they say")
    func extremes() {
        var reader = FrozenReader()
        #expect(reader.read(title: nil, body: nil, stars: nil) == FrozenReading())
        #expect(reader.read(title: Text(""), body: Text(" \n"), stars: 1) == FrozenReading())
        #expect(reader.read(title: nil, body: Text([0xFF, 0xC3]), stars: 1) == FrozenReading())
        let long = Text(String(repeating: "It broke after two days. ", count: 20_000))
        let reading = reader.read(title: nil, body: long, stars: 1)
        #expect(reading.aspects.contains { reader.model.ids[$0.id].name == "breaks_early" })
        let word = Text(Array(repeating: 0x61, count: 1_000_000))
        #expect(reader.read(title: nil, body: word, stars: 5).dangers.isEmpty)
    }

    @Test("Complaints that negations, contrasts and praise stand beside", arguments: complaints)
    func complaint(_ text: String, _ id: String) {
        var reader = FrozenReader()
        let reading = reader.read(title: nil, body: Text(text), stars: 1)
        let names = reading.aspects.filter { $0.isNegative }.map { reader.model.ids[$0.id].name }
        #expect(names.contains(id), "\(text): \(names)")
    }

    @Test("Denials and praise are no such complaints", arguments: denials)
    func denial(_ text: String, _ id: String) {
        var reader = FrozenReader()
        let reading = reader.read(title: nil, body: Text(text), stars: 5)
        let names = reading.aspects.filter { $0.isNegative }.map { reader.model.ids[$0.id].name }
        #expect(!names.contains(id), "\(text): \(names)")
    }

    @Test("Dangers that happened or are said lead", arguments: dangers)
    func danger(_ text: String, _ kind: String, _ leads: Bool) {
        var reader = FrozenReader()
        let reading = reader.read(title: nil, body: Text(text), stars: leads ? 1 : 5)
        let found = reading.dangers.filter { $0.dangerClass.leads }.map {
            reader.model.ids[$0.mention.id].name
        }
        #expect(found.contains(kind) == leads, "\(text): \(found)")
    }

    @Test("What denies a danger or only looks like it is none, at one star", arguments: harmless)
    func harmlessText(_ text: String, _ kind: String) {
        var reader = FrozenReader()
        let reading = reader.read(title: nil, body: Text(text), stars: 1)
        let found = reading.dangers.filter { $0.dangerClass.leads }.map {
            reader.model.ids[$0.mention.id].name
        }
        #expect(!found.contains(kind), "\(text): \(found)")
    }

    @Test("With five stars a complaint is read where the two strongest pass the gate")
    func gate() {
        var reader = FrozenReader()
        func complaints(_ text: String, _ stars: Int) -> [String] {
            let reading = reader.read(title: nil, body: Text(text), stars: stars)
            return reading.aspects.filter(\.isNegative).map { reader.ids[$0.id].name }
        }
        #expect(complaints("Great, works as it should.", 5).isEmpty)
        let both = "It broke after two days and the seller refused a refund."
        #expect(complaints(both, 5) == complaints(both, 4))
        #expect(complaints(both, 5).contains("breaks_early"))
    }

    @Test("The class of a danger: it happened, is possible, or is only named", arguments: classes)
    func dangerClass(_ text: String, _ expected: String) {
        var reader = FrozenReader()
        let reading = reader.read(title: nil, body: Text(text), stars: 1)
        #expect(reading.dangers.first?.dangerClass.rawValue == expected, "\(text)")
    }

    @Test("Languages of texts of twenty letters and more", arguments: languages)
    func language(_ text: String, _ code: String?) {
        var reader = FrozenReader()
        #expect(reader.language(of: Text(text)) == code)
    }
}

/// What the readings of a file of tools/reader/invented/reviews, at the stars given, one and five,
/// come to.
private let readings: [(String, UInt64)] = [
    ("de", 5_960_094_616_402_788_418),
    ("en", 1_901_463_606_294_599_682),
    ("en-danger", 10_040_694_966_444_800_311),
    ("es", 2_453_442_635_284_934_600),
    ("fr", 8_150_350_770_283_719_976),
    ("it", 1_983_598_023_121_553_580),
    ("ja", 1_228_353_091_429_741_202),
    ("nl", 17_144_798_159_681_576_480),
    ("pt", 13_273_880_410_087_296_189),
    ("sv", 16_289_313_244_324_683_215),
]

/// A digest of numbers and readings by FNV-1a, the same on every machine.
private struct Digest64 {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ number: Int) {
        for shift in stride(from: 0, to: 64, by: 8) {
            value = (value ^ UInt64(UInt8(truncatingIfNeeded: number >> shift))) &* 0x100_0000_01B3
        }
    }

    mutating func add(_ reading: FrozenReading) {
        for byte in (reading.language ?? "?").utf8 { add(Int(byte)) }
        add(reading.aspects.count)
        for mention in reading.aspects { add(mention) }
        for danger in reading.dangers {
            for byte in danger.dangerClass.rawValue.utf8 { add(Int(byte)) }
            add(danger.mention)
        }
    }

    private mutating func add(_ mention: FrozenMention) {
        for number in [mention.id, mention.weight, mention.isNegative ? 1 : 0] { add(number) }
        add(mention.field == .title ? 0 : 1)
        for place in [mention.sentence, mention.word] {
            add(place.lowerBound)
            add(place.upperBound)
        }
    }
}

private let complaints: [(String, String)] = [
    ("Do not buy, it broke after two days.", "breaks_early"),
    ("Would not recommend, broke in a week", "breaks_early"),
    ("I would not buy again, leaked all over my bag.", "leaks"),
    ("Not bad but stinks", "smell"),
    ("Nicht zu empfehlen, kaputt nach zwei Tagen", "breaks_early"),
    ("Die Tasche stinkt nach Chemie", "smell"),
    ("Die Flasche ist undicht", "leaks"),
    ("No la compren, se rompe enseguida", "breaks_early"),
    ("Llegó roto", "transport_damage"),
    ("La taza es muy pequeña", "size"),
    ("Non lo consiglio, si è rotto dopo due giorni", "breaks_early"),
    ("Puzza di plastica", "smell"),
    ("Trop petit, je ne recommande pas", "size"),
    ("Sent le plastique, ça pue", "smell"),
    ("Não funciona de todo", "does_not_work"),
    ("Werkt niet", "does_not_work"),
    ("Gick sönder efter en vecka", "breaks_early"),
    ("すぐに壊れました。", "breaks_early"),
    ("Zepsuł się po miesiącu", "breaks_early"),
]

private let denials: [(String, String)] = [
    ("No smell at all, works great.", "smell"),
    ("Does not leak, easy to clean.", "leaks"),
    ("I hope it lasts.", "breaks_early"),
    ("My old one broke so I bought this.", "breaks_early"),
    ("Riecht nicht, passt perfekt.", "smell"),
    ("Nicht kaputt gegangen, sehr stabil.", "breaks_early"),
    ("Non perde acqua, ottimo.", "leaks"),
    ("Ne fuit pas, très solide.", "leaks"),
    ("No gotea, muy resistente.", "leaks"),
    ("Não vaza, boa qualidade.", "leaks"),
    ("Lekt niet, goede kwaliteit.", "leaks"),
    ("Läcker inte, bra kvalitet.", "leaks"),
]

private let dangers: [(String, String, Bool)] = [
    ("It caught fire in the microwave", "fire", true),
    ("The stand is molding after a week, black fungus on it.", "mould", true),
    ("My daughter got an electric shock.", "shock", true),
    ("I cut my finger badly on it and needed stitches.", "injury", true),
    ("Es ist geschmolzen und hat geraucht.", "fire", true),
    ("Mein Kind hat sich geschnitten", "injury", true),
    ("Prurito e rigonfiamento della mano dopo un giorno.", "skin", true),
    ("Mi hijo se cortó la mano", "injury", true),
    ("The blender smelled burnt and started smoking.", "fire", true),
    ("The plug gets extremely hot.", "fire", true),
    ("Das Netzteil wird sehr heiß und riecht verschmort.", "fire", true),
    ("Le chargeur a fondu et sent le brûlé.", "fire", true),
    ("Ha preso fuoco dopo due minuti.", "fire", true),
    ("Me corté con los bordes.", "injury", true),
    ("I got a blister on my foot.", "skin", true),
    ("Mit Schimmel hatte ich auch keinerlei Probleme.", "mould", false),
    ("Water drains quickly, preventing any mildew.", "mould", false),
    ("No rash, no irritation, lovely.", "skin", false),
]

private let harmless: [(String, String)] = [
    ("My smoke detector works well with it.", "fire"),
    ("Lovely melted cheese every time, just too slow.", "fire"),
    ("Not dangerous at all, no smoke, no burning smell.", "fire"),
    ("Keine scharfen Kanten, aber zu klein.", "injury"),
]

private let classes: [(String, String)] = [
    ("When I plugged it in it caught fire", "A"),
    ("Mi hijo se cortó la mano", "A"),
    ("Mio figlio si è tagliato", "A"),
    ("My daughter got an electric shock.", "A"),
    ("it could catch fire", "B"),
    ("Der Hocker ist umgekippt, gefährlich für Kinder.", "B"),
    ("Mit Schimmel hatte ich auch keinerlei Probleme.", "C"),
    ("Water drains quickly, preventing any mildew.", "C"),
]

private let languages: [(String, String?)] = [
    ("The quality is poor and it broke after two days.", "en"),
    ("Die Qualität ist schlecht und nach zwei Tagen kaputt.", "de"),
    ("La qualità è scarsa, si è rotto dopo due giorni.", "it"),
    ("La qualité est mauvaise, cassé au bout de deux jours.", "fr"),
    ("La calidad es mala y se rompió a los dos días.", "es"),
    ("A qualidade é muito má e não funciona para nada.", "pt"),
    ("De kwaliteit is slecht en het ging na twee dagen kapot.", "nl"),
    ("Kvaliteten är dålig och den gick sönder efter två dagar.", "sv"),
    ("Jakość jest słaba, zepsuł się po dwóch dniach.", "pl"),
    ("Kalitesi çok kötü, iki günde bozuldu.", "tr"),
    ("Качество плохое, сломался через два дня.", "ru"),
    ("品質が悪くてすぐに壊れました。", "ja"),
    ("质量很差，用了两天就坏了。", "zh"),
    ("Irrita un po la pelle come da descrizione e da rendere.", "it"),
    ("As expected, too small, same as picture as well.", "en"),
    ("", nil),
]
