import AfterwordCore
import Foundation
import Testing

/// Compares the scanner with Foundation's JSONSerialization: both must accept the same documents
/// and read the same values.
///
/// `AFTERWORD_FUZZ_SECONDS=N` (default 2), `AFTERWORD_FUZZ_SEED=S`. A failure prints its seed and
/// document.
@Suite struct JSONFuzzTests {
    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    @Test("Whole documents and their values, valid and damaged")
    func differential() throws {
        var seed = Self.setting("AFTERWORD_FUZZ_SEED") ?? 1
        let end = Date(timeIntervalSinceNow: Double(Self.setting("AFTERWORD_FUZZ_SECONDS") ?? 2))
        var (taken, refused) = (0, 0)
        repeat {
            var documents = RandomJSON(seed: seed)
            for _ in 0..<200 {
                let document = documents.next()
                let isTaken = try compare(document, seed: seed)
                if isTaken { taken += 1 } else { refused += 1 }
            }
            seed += 1
        } while Date() < end
        print(
            "JSON fuzz: \(taken) documents taken, \(refused) refused by both, seeds up to \(seed)")
        #expect(taken > 100 && refused > 100)
    }

    /// A title extracted by a shape must equal what Foundation reads, composed, with LF for line
    /// ends and U+FFFD for NUL.
    @Test("Field values, as a shape extracts them")
    func fields() throws {
        let cleaner = RecordCleaner(.builtIn("customer-reviews"))
        for seed in 1...300 as ClosedRange<UInt64> {
            var documents = RandomJSON(seed: seed)
            for _ in 0..<10 {
                let (other, title) = (documents.literal(), documents.literal())
                let json =
                    #"{"a\u0062": \#(other), "CHILD_ASIN": "P", "CUSTOMER_REVIEW_TITLE": \#(title)}"#
                let object = try #require(
                    try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
                let read = try #require(object["CUSTOMER_REVIEW_TITLE"] as? String)
                let scalars = read.replacing("\r\n", with: "\n").unicodeScalars
                    .map { $0 == "\r" ? "\n" : $0 == "\0" ? "\u{FFFD}" : $0 }
                let expected = String(String.UnicodeScalarView(scalars))
                    .precomposedStringWithCanonicalMapping
                let cleaned = cleaner.clean(payload: Array(json.utf8), context: [])
                let ours = cleaned.values.title?.bytes ?? []
                #expect(ours == Array(expected.utf8), "seed \(seed): \(json)")
            }
        }
    }

    /// Returns whether both parsers accepted the document.
    private func compare(_ bytes: [UInt8], seed: UInt64) throws -> Bool {
        let ours = try? JSONValue(parsing: bytes)
        let theirs = try? JSONSerialization.jsonObject(
            with: Data(bytes), options: [.fragmentsAllowed])
        let text = String(decoding: bytes, as: UTF8.self)
        if KnownDifference.all.contains(where: { $0.applies(bytes, text) }) { return ours != nil }
        guard (ours == nil) == (theirs == nil) else {
            Issue.record(
                "seed \(seed): we \(ours == nil ? "refuse" : "take"), Foundation does not: \(text.debugDescription)"
            )
            return false
        }
        if let ours, let theirs {
            #expect(isSame(ours, theirs), "seed \(seed): other values in \(text)")
        }
        return ours != nil
    }

    private func isSame(_ ours: JSONValue, _ theirs: Any) -> Bool {
        switch ours {
        case .null: return theirs is NSNull
        case .bool(let flag): return theirs as? Bool == flag
        case .number(let digits):
            guard let number = theirs as? NSNumber else { return false }
            guard let double = Double(digits) else { return false }
            return number.doubleValue == double || number.stringValue == digits
                || abs(number.doubleValue - double) <= abs(double) * 1e-15
        case .string(let text): return theirs as? String == text
        case .array(let elements):
            guard let others = theirs as? [Any], others.count == elements.count else {
                return false
            }
            return zip(elements, others).allSatisfy { isSame($0, $1) }
        case .object(let members):
            guard let others = theirs as? [String: Any] else { return false }
            // The last of repeated keys counts.
            var last: [String: JSONValue] = [:]
            for member in members { last[member.key] = member.value }
            return last.count == others.count
                && last.allSatisfy { key, value in others[key].map { isSame(value, $0) } ?? false }
        }
    }
}

/// Intended differences from Foundation, each with a name.
private struct KnownDifference: Sendable {
    var applies: @Sendable ([UInt8], String) -> Bool

    static let all = [
        // A lone escaped surrogate: the scanner reads U+FFFD (RFC 8259 §8.2 leaves this open);
        // Foundation refuses it.
        KnownDifference { _, text in hasLoneSurrogate(text) },
        // A comma before a closing bracket: the scanner refuses it (RFC 8259); Foundation accepts
        // it.
        KnownDifference { _, text in hasTrailingComma(text) },
        // A number beyond Double: the scanner keeps its digits; Foundation refuses or rounds it.
        KnownDifference { _, text in hasHugeNumber(text) },
        // A document that begins with NUL or a byte order mark: Foundation decodes it in another
        // encoding.
        KnownDifference { bytes, _ in
            bytes.prefix(4).contains(0) || bytes.starts(with: [0xEF, 0xBB, 0xBF])
                || bytes.starts(with: [0xFF]) || bytes.starts(with: [0xFE])
        },
    ]

    /// Whether a high surrogate escape has no low one after it, or a low one no high one before it.
    private static func hasLoneSurrogate(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        var index = 0
        var high = false
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
                if high { return true }
                index += 1
                continue
            }
            let unit =
                bytes[index + 1] == UInt8(ascii: "u")
                ? UInt16(
                    String(decoding: bytes[index...].dropFirst(2).prefix(4), as: UTF8.self),
                    radix: 16)
                : nil
            let isLow = unit.map { (0xDC00...0xDFFF).contains($0) } ?? false
            if isLow != high { return true }
            high = unit.map { (0xD800...0xDBFF).contains($0) } ?? false
            index += unit == nil ? 2 : 6
        }
        return high
    }

    /// Whether a comma precedes a closing bracket, ignoring white space.
    private static func hasTrailingComma(_ text: String) -> Bool {
        let dense = text.filter { !" \n\r\t".contains($0) && $0 != "\r\n" }
        return dense.contains(",}") || dense.contains(",]")
    }

    private static func hasHugeNumber(_ text: String) -> Bool {
        var digits = 0
        for character in text.utf8 {
            digits = (0x30...0x39).contains(character) ? digits + 1 : 0
            if digits > 17 { return true }
        }
        for exponent in text.lowercased().split(separator: "e").dropFirst() {
            let number = exponent.drop { "+-".contains($0) }.prefix { $0.isNumber }
            if number.count > 2 { return true }
        }
        return false
    }
}

/// Random documents, most of them valid and some damaged in a few bytes.
private struct RandomJSON {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func next() -> [UInt8] {
        var text = ""
        value(0, &text)
        var bytes = Array(text.utf8)
        guard random.draw(below: 2) == 0, !bytes.isEmpty else { return bytes }
        let alphabet =
            Array(#"{}[]:,"\u0129eE+-. truefalsn/"#.utf8) + [0xC3, 0xA9, 0x80, 0x0A, 0, 0x1F]
        for _ in 0...random.draw(below: 3) where !bytes.isEmpty {
            let place = Int(random.draw(below: UInt64(bytes.count)))
            let byte = alphabet[Int(random.draw(below: UInt64(alphabet.count)))]
            switch random.draw(below: 4) {
            case 0: bytes[place] = byte
            case 1: bytes.insert(byte, at: place)
            case 2: bytes.remove(at: place)
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }

    /// A string literal without characters of HTML markup.
    mutating func literal() -> String {
        var text = ""
        string(&text)
        return text
    }

    private mutating func space() -> String {
        ["", "", "", " ", "\n", "\t \r\n"][Int(random.draw(below: 6))]
    }

    private mutating func value(_ depth: Int, _ text: inout String) {
        text += space()
        switch random.draw(below: depth > 4 ? 5 : 8) {
        case 0: text += ["null", "true", "false"][Int(random.draw(below: 3))]
        case 1, 2: number(&text)
        case 3, 4: string(&text)
        case 5:
            text += "["
            for index in 0..<random.draw(below: 5) {
                if index > 0 { text += "," }
                value(depth + 1, &text)
            }
            text += space() + "]"
        default:
            text += "{"
            for index in 0..<random.draw(below: 5) {
                if index > 0 { text += "," }
                text += space()
                string(&text)
                text += space() + ":"
                value(depth + 1, &text)
            }
            text += space() + "}"
        }
        text += space()
    }

    private mutating func number(_ text: inout String) {
        if random.draw(below: 3) == 0 { text += "-" }
        text += String(random.draw(below: [1, 10, 1_000_000][Int(random.draw(below: 3))]))
        if random.draw(below: 3) == 0 { text += "." + String(random.draw(below: 100_000)) }
        if random.draw(below: 4) == 0 {
            text +=
                ["e", "E", "e+", "E-"][Int(random.draw(below: 4))]
                + String(random.draw(below: 30))
        }
    }

    private mutating func string(_ text: inout String) {
        text += "\""
        for _ in 0..<random.draw(below: 12) {
            switch random.draw(below: 8) {
            case 0:
                text += ["\\n", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\r", "\\t"].randomElement(
                    using: &random)!
            case 1: text += "\\u" + hex(Int(random.draw(below: 0xD800)))
            case 2: text += "\\ud83d\\ude0" + String(random.draw(below: 10))
            case 3:
                text += ["é", "日", "😀", "\u{7F}", "\u{2028}", "ß"].randomElement(using: &random)!
            default: text += ["a", "Z", " ", "0", "{", ",", "]"].randomElement(using: &random)!
            }
        }
        text += "\""
    }

    private func hex(_ unit: Int) -> String {
        let digits = String(unit, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
