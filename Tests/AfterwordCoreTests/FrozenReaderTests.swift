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
