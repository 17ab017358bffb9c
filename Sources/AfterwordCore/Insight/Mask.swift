/// Replaces personal data in review texts by marks before they are sent to a model. Marks and
/// values are one to one, so that a quote maps back to its text. Author fields are never sent at
/// all.
///
/// Masked are names (`NAME`), mail addresses (`MAIL`), handles and profiles (`HANDLE`), phone and
/// other long numbers (`PHONE`), orders and parcels (`ORDER`), accounts and cards (`ACCOUNT`),
/// streets and postcodes (`ADDRESS`). `docs/insights.md` lists what is not found.
package struct Mask: Sendable {
    /// The brackets of marks. They are replaced in the texts, so that no text can be mistaken for a
    /// mark.
    package static let brackets: (Character, Character) = ("⟦", "⟧")

    private var marks: [String: String] = [:]
    private var values: [String: String] = [:]
    private var counts: [String: Int] = [:]

    package init() {}

    /// How many distinct values were masked.
    package var count: Int { values.count }

    /// The text with its personal data replaced by marks.
    package mutating func masking(_ text: String, author: Text?) -> String {
        var masked = text
        if masked.contains(where: { $0 == Self.brackets.0 || $0 == Self.brackets.1 }) {
            masked = String(masked.map { $0 == "⟦" ? "[" : $0 == "⟧" ? "]" : $0 })
        }
        let text = MaskText(masked)
        var spans = mailAddresses(text) + profiles(text) + addresses(text) + numbers(text)
        spans += spokenMailAddresses(text) + namedHandles(text)
        spans += personalNames(text, author: author)
        // Of two spans that begin at the same byte, the longer one is used.
        spans.sort {
            ($0.range.lowerBound, -$0.range.count) < ($1.range.lowerBound, -$1.range.count)
        }
        let utf8 = Array(masked.utf8)
        var bytes: [UInt8] = []
        var end = 0
        for span in spans where span.range.lowerBound >= end {
            bytes += utf8[end..<span.range.lowerBound]
            bytes += mark(span.kind, String(decoding: utf8[span.range], as: UTF8.self)).utf8
            end = span.range.upperBound
        }
        bytes += utf8[end...]
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text with its marks replaced by the original values; unknown marks stay.
    package func unmasking(_ text: String) -> String {
        guard text.contains(Self.brackets.0) else { return text }
        var parts = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "⟦"), let close = rest[open...].firstIndex(of: "⟧") {
            parts += rest[..<open]
            let mark = String(rest[open...close])
            parts += values[mark] ?? mark
            rest = rest[rest.index(after: close)...]
        }
        return parts + rest
    }

    /// The marks in a text, whether known or not.
    static func marks(in text: String) -> [String] {
        var marks: [String] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: brackets.0),
            let close = rest[open...].firstIndex(of: brackets.1)
        {
            marks.append(String(rest[open...close]))
            rest = rest[rest.index(after: close)...]
        }
        return marks
    }

    private mutating func mark(_ kind: String, _ value: String) -> String {
        if let known = marks[kind + value] { return known }
        counts[kind, default: 0] += 1
        let mark = "⟦\(kind)\(counts[kind]!)⟧"
        marks[kind + value] = mark
        values[mark] = value
        return mark
    }
}

/// A span of a text to be masked.
struct MaskSpan {
    var kind: String
    /// Byte range in the text.
    var range: Range<Int>
}

/// A text with its bytes and its words.
struct MaskText {
    let bytes: [UInt8]
    let words: [Word]

    init(_ text: String) {
        bytes = Array(text.utf8)
        words = AfterwordCore.words(of: Text(text))
    }

    /// The bytes between a word and the next one, which there is.
    func gap(after place: Int) -> ArraySlice<UInt8> {
        bytes[words[place].range.upperBound..<words[place + 1].range.lowerBound]
    }

    func isGap(after place: Int, of allowed: Set<String>) -> Bool {
        place + 1 < words.count
            && allowed.contains(String(decoding: gap(after: place), as: UTF8.self))
    }

    /// Whether a word begins with an upper-case letter.
    func isCapital(_ place: Int) -> Bool {
        let range = words[place].range
        let text = String(decoding: bytes[range], as: UTF8.self)
        return text.unicodeScalars.first?.properties.isUppercase ?? false
    }

    func isNumber(_ place: Int) -> Bool {
        words[place].text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    func span(_ kind: String, _ places: ClosedRange<Int>) -> MaskSpan {
        MaskSpan(
            kind: kind,
            range: words[places.lowerBound].range
                .lowerBound..<words[places.upperBound].range
                .upperBound)
    }
}
