import Foundation
import Testing

@testable import AfterwordCore

/// The languages' files: their form, and that what was released stays.
@Suite("Language files")
struct LanguageFilesTests {
    private let readMe = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources/CAfterwordData/data/lexicon1/README.md").standardizedFileURL

    /// The names that the table of `README.md` explains, as `section/name`.
    private func explained() throws -> Set<String> {
        var names: Set<String> = []
        var section = ""
        for line in try String(contentsOf: readMe, encoding: .utf8).split(separator: "\n") {
            let cells = line.split(separator: "|").map { cell in
                cell.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }
                    .map { String($0.element) }
            }
            guard line.hasPrefix("|"), cells.count == 4 else { continue }
            section = cells[0].first ?? section
            names.formUnion(cells[1].map { "\(section)/\($0)" })
        }
        return names
    }

    @Test("Every name in a language's file is one that README.md explains")
    func names() throws {
        let explained = try explained()
        #expect(explained.count > 80)
        var used: Set<String> = []
        for file in LanguageFiles.all + [LanguageFiles.any] {
            for section in file.names {
                let kind = section.split(separator: " ")[0]
                let title = ["aspect", "hazard"].contains(kind) ? "\(kind) …" : section
                for value in file.values(in: section) {
                    let own = value.key.split(separator: " ").dropLast().map(String.init) + ["WORD"]
                    let names = [value.key, own.joined(separator: " ")].map { "\(title)/\($0)" }
                    #expect(!explained.isDisjoint(with: names), "\(section): \(value.key)")
                    used.formUnion(names)
                }
            }
        }
        #expect(explained.subtracting(used) == [], "explained, but in no file")
    }

    @Test("Aspects and hazards of a language's file are those of aspects.txt")
    func sections() {
        let known = Set(
            Lexicon.first.aspects.map { "aspect \($0.id)" }
                + Lexicon.first.hazards.map { "hazard \($0)" }
                + [
                    "language", "opposites", "around hazards", "numbers", "shares", "links",
                    "masks", "simulated model",
                ])
        for language in Language.known {
            let names = language.file.names
            #expect(Set(names).isSubset(of: known), "\(language.rawValue)")
            #expect(Set(names).count == names.count, "\(language.rawValue) has a section twice")
        }
    }

    /// A new language adds phrases of its own, so those of each language are digested apart. A
    /// changed digest is a changed lexicon: it needs a new version.
    @Test("The phrases of the first lexicon are those that were released")
    func released() {
        let released = [
            "en": "c6cea2b2302f1c7c", "de": "d1f62ae4670d0554",
            "it": "73d0cb7784d23e0f", "fr": "957e7033d55c6592",
            "es": "679c8fc94e92f4c9", "nl": "70ce3a3ef04ae816",
            "pt": "c263943b39a5c5fd", "ja": "29e20f24355fd98a",
        ]
        for (code, digest) in released {
            #expect(phrases(Language(stringLiteral: code)) == digest, "\(code)")
        }
    }

    /// SHA-256 of its phrases, a line each with what it means, in byte order: the first 8 bytes.
    private func phrases(_ language: Language) -> String {
        let lexicon = Lexicon.first
        var lines = (lexicon.phrases.negations[language] ?? []).map { "negations \($0)" }
        for entry in lexicon.phrases.entries.values.joined() where entry.language == language {
            let written = entry.phrase.parts.map(notation).joined(separator: " ")
            lines.append("\(name(entry.meaning)) \(written)")
        }
        for entry in lexicon.phrases.unspaced where entry.language == language {
            lines.append("\(name(entry.meaning)) \(String(decoding: entry.phrase, as: UTF8.self))")
        }
        lines.sort { Text($0) < Text($1) }
        var builder = DigestEncoder()
        builder.add(raw: Array(lines.joined(separator: "\n").utf8))
        return hexadecimal(Array(builder.finish().bytes.prefix(8)))
    }

    private func notation(_ part: Lexicon.Phrase.Part) -> String {
        switch part {
        case .word(let word): word
        case .stem(let stem): stem + "*"
        case .gap: ".."
        }
    }

    private func name(_ meaning: Lexicon.Meaning) -> String {
        let lexicon = Lexicon.first
        return switch meaning {
        case .aspect(let place, let isNegative):
            lexicon.aspects[place].id + (isNegative ? " negative" : " positive")
        case .hazard(let place, let sense): lexicon.hazards[place] + " " + sense.rawValue
        case .harmless(let place): lexicon.hazards[place] + " but"
        }
    }
}
