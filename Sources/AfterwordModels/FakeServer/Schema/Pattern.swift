import AfterwordCore

/// A regular expression, to write texts that match it: literals, classes, groups, alternatives and
/// quantifiers. Look-around and references back are not known.
struct Pattern: Sendable {
    /// A part that stands alone: letters to choose from, or a group.
    private indirect enum Atom: Sendable {
        case letters([ClosedRange<UInt32>])
        case group([[Part]])
    }

    /// An atom and how often it may stand.
    private struct Part: Sendable {
        var atom: Atom
        var least = 1
        /// Nil for any number.
        var most: Int? = 1
    }

    private var choices: [[Part]]

    /// Nil for a pattern with syntax that is not known, or a broken one.
    init?(_ written: String) {
        var reader = Reader(written)
        guard let choices = reader.alternatives(), reader.isAtEnd else { return nil }
        self.choices = choices
    }

    /// The most letters that are written; a pattern that wants more gets a text that is cut.
    static let letterLimit = 50_000

    /// A text that matches, about as short as it can be.
    func text(_ random: inout SplitMix64) -> String {
        var scalars: [Unicode.Scalar] = []
        Self.write(choices, &random, to: &scalars)
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return text
    }

    /// More repetitions of one part than this are not written beyond the least number.
    private static let easyRepeats = 3

    private static func write(
        _ choices: [[Part]], _ random: inout SplitMix64, to text: inout [Unicode.Scalar]
    ) {
        guard !choices.isEmpty else { return }
        for part in choices[Int(random.draw(below: UInt64(choices.count)))] {
            let room = min((part.most ?? Int.max) - part.least, easyRepeats)
            var count = part.least + Int(random.draw(below: UInt64(room + 1)))
            if part.least == 0, part.most == nil, count == 0 { count = 1 }
            for _ in 0..<count {
                guard text.count < letterLimit else { return }
                switch part.atom {
                case .letters(let ranges): text.append(pick(ranges, &random))
                case .group(let inner): write(inner, &random, to: &text)
                }
            }
        }
    }

    private static func pick(
        _ ranges: [ClosedRange<UInt32>], _ random: inout SplitMix64
    ) -> Unicode.Scalar {
        let plain: [ClosedRange<UInt32>] = [0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x21...0x7E]
        for preferred in plain {
            let own = ranges.compactMap { range -> ClosedRange<UInt32>? in
                let low = max(range.lowerBound, preferred.lowerBound)
                let high = min(range.upperBound, preferred.upperBound)
                return low <= high ? low...high : nil
            }
            if let letter = uniform(own, &random) { return letter }
        }
        return uniform(ranges, &random) ?? "?"
    }

    private static func uniform(
        _ ranges: [ClosedRange<UInt32>], _ random: inout SplitMix64
    ) -> Unicode.Scalar? {
        let total = ranges.reduce(0) { $0 + UInt64($1.count) }
        guard total > 0 else { return nil }
        var drawn = random.draw(below: total)
        for range in ranges {
            if drawn < UInt64(range.count) {
                return Unicode.Scalar(range.lowerBound + UInt32(drawn))
            }
            drawn -= UInt64(range.count)
        }
        return nil
    }

    /// Reads the written form.
    private struct Reader {
        private let scalars: [Unicode.Scalar]
        private var index = 0
        private var depth = 0

        init(_ written: String) { scalars = Array(written.unicodeScalars) }

        var isAtEnd: Bool { index == scalars.count }
        private var next: Unicode.Scalar? { isAtEnd ? nil : scalars[index] }

        private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard next == scalar else { return false }
            index += 1
            return true
        }

        mutating func alternatives() -> [[Part]]? {
            depth += 1
            defer { depth -= 1 }
            guard depth <= 50 else { return nil }
            var choices: [[Part]] = []
            repeat {
                guard let sequence = sequence() else { return nil }
                choices.append(sequence)
            } while take("|")
            return choices
        }

        private mutating func sequence() -> [Part]? {
            var parts: [Part] = []
            while let scalar = next, scalar != "|", scalar != ")" {
                if scalar == "^" || scalar == "$" {
                    index += 1
                    continue
                }
                guard let atom = atom() else { return nil }
                var part = Part(atom: atom)
                guard quantify(&part) else { return nil }
                parts.append(part)
            }
            return parts
        }

        private mutating func atom() -> Atom? {
            guard let scalar = next else { return nil }
            index += 1
            switch scalar {
            case "(": return group()
            case "[": return set().map { .letters($0) }
            case ".": return .letters([0x20...0x7E])
            case "\\": return escape().map { .letters($0) }
            case "*", "+", "?": return nil
            default: return .letters([scalar.value...scalar.value])
            }
        }

        private mutating func group() -> Atom? {
            if take("?") {
                if take("<") || take("P") {
                    _ = take("<")
                    // Only a name: (?<name>…); (?<= and (?<! look behind.
                    guard let first = next, first.properties.isAlphabetic || first == "_" else {
                        return nil
                    }
                    while let scalar = next, scalar != ">" { index += 1 }
                    guard take(">") else { return nil }
                } else if !take(":") {
                    return nil
                }
            }
            guard let choices = alternatives(), take(")") else { return nil }
            return .group(choices)
        }

        /// Reads `*`, `+`, `?`, `{2}`, `{2,}`, `{2,5}`, each also with a `?` behind it.
        private mutating func quantify(_ part: inout Part) -> Bool {
            if take("*") {
                (part.least, part.most) = (0, nil)
            } else if take("+") {
                (part.least, part.most) = (1, nil)
            } else if take("?") {
                (part.least, part.most) = (0, 1)
            } else if next == "{" {
                guard let bounds = bounds() else { return false }
                (part.least, part.most) = bounds
            } else {
                return true
            }
            _ = take("?")
            return part.most.map { $0 >= part.least } ?? true
        }

        private mutating func bounds() -> (Int, Int?)? {
            index += 1
            guard let least = number() else { return nil }
            if take("}") { return (least, least) }
            guard take(",") else { return nil }
            if take("}") { return (least, nil) }
            guard let most = number(), take("}") else { return nil }
            return (least, most)
        }

        private mutating func number() -> Int? {
            var digits = ""
            while let scalar = next, ("0"..."9").contains(scalar) {
                digits.unicodeScalars.append(scalar)
                index += 1
            }
            return Int(digits).flatMap { $0 <= 10_000 ? $0 : nil }
        }

        private mutating func set() -> [ClosedRange<UInt32>]? {
            let isNegated = take("^")
            var ranges: [ClosedRange<UInt32>] = []
            while let scalar = next {
                index += 1
                if scalar == "]", !ranges.isEmpty || isNegated {
                    return isNegated ? Self.inverted(ranges) : ranges
                }
                var own = [scalar.value...scalar.value]
                if scalar == "\\" {
                    guard let escaped = escape() else { return nil }
                    own = escaped
                }
                let isOne = own.count == 1 && own[0].count == 1
                if isOne, next == "-", index + 1 < scalars.count, scalars[index + 1] != "]" {
                    index += 1
                    guard let high = upperBound(), own[0].lowerBound <= high else { return nil }
                    own = [own[0].lowerBound...high]
                }
                ranges += own
            }
            return nil
        }

        private mutating func upperBound() -> UInt32? {
            guard let scalar = next else { return nil }
            index += 1
            guard scalar == "\\" else { return scalar.value }
            guard let escaped = escape(), escaped.count == 1, escaped[0].count == 1 else {
                return nil
            }
            return escaped[0].lowerBound
        }

        /// Reads what stands behind a backslash.
        private mutating func escape() -> [ClosedRange<UInt32>]? {
            guard let scalar = next else { return nil }
            index += 1
            let word: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
            let space: [ClosedRange<UInt32>] = [0x20...0x20, 0x09...0x0D]
            switch scalar {
            case "d": return [0x30...0x39]
            case "D": return Self.inverted([0x30...0x39])
            case "w": return word
            case "W": return Self.inverted(word)
            case "s": return space
            case "S": return Self.inverted(space)
            case "n": return [0x0A...0x0A]
            case "r": return [0x0D...0x0D]
            case "t": return [0x09...0x09]
            case "f": return [0x0C...0x0C]
            case "x": return hexadecimal(2)
            case "u": return hexadecimal(4)
            default:
                // \b, \B, references back and classes by property are not known.
                guard !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar) else {
                    return nil
                }
                return [scalar.value...scalar.value]
            }
        }

        private mutating func hexadecimal(_ digits: Int) -> [ClosedRange<UInt32>]? {
            guard index + digits <= scalars.count else { return nil }
            var text = ""
            text.unicodeScalars.append(contentsOf: scalars[index..<index + digits])
            guard let value = UInt32(text, radix: 16) else { return nil }
            index += digits
            return [value...value]
        }

        /// The printable ASCII letters outside the ranges.
        private static func inverted(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
            (0x20...0x7E).filter { letter in !ranges.contains { $0.contains(letter) } }
                .map { $0...$0 }
        }
    }
}
