/// A text as it is compared with another: its words without case and punctuation, in order. In
/// writing without spaces between words every sign is a word.
struct SimilarText {
    /// A word with what is compared of it.
    struct Word {
        var hash: UInt64
        /// Its lower-case scalars, as a range in `scalars`.
        var range: Range<Int>
        /// How much it says: 1 for a short word or a sign of hiragana, up to 3.
        var weight: Int32
        /// It may be misspelled: two letters or more, no digit.
        var mayBeMisspelled: Bool
        /// How much it says where the other text has another word instead of it.
        var exchangedWeight: Int64 { Int64(range.count > 1 ? max(weight, 2) : weight) }
    }

    private(set) var words: [Word] = []
    private(set) var scalars: [UInt32] = []
    /// The sum of the words' weights.
    private(set) var weight: Int64 = 0

    init(_ texts: [Text?]) {
        var reader = WordReader()
        for text in texts {
            guard let text else { continue }
            for scalar in text.string.unicodeScalars { reader.take(scalar) }
            reader.endWord()
        }
        words = reader.words
        scalars = reader.scalars
        weight = words.reduce(0) { $0 + Int64($1.weight) }
    }

    /// Hashes of all runs of `length` words; of the whole text where it is shorter.
    func runs(of length: Int) -> [UInt64] { wordRuns(words.map(\.hash), of: length) }

    /// Number of letters and digits.
    var letterCount: Int { scalars.count }
}

/// Hashes of all runs of `length` words, in order; of all words where they are fewer.
func wordRuns(_ words: [UInt64], of length: Int) -> [UInt64] {
    guard words.count > length else { return words.isEmpty ? [] : [joined(words[...])] }
    return (0...words.count - length).map { joined(words[$0..<$0 + length]) }
}

private func joined(_ words: ArraySlice<UInt64>) -> UInt64 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    for word in words { hash = mixed(hash ^ word) }
    return hash
}

/// The finishing step of SplitMix64.
@inline(__always)
func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ mixed &>> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed &>> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed &>> 31
}

/// Splits scalars into words.
private struct WordReader {
    var words: [SimilarText.Word] = []
    var scalars: [UInt32] = []
    private var start = 0
    private var hash: UInt64 = 0
    private var hasDigit = false

    mutating func take(_ scalar: Unicode.Scalar) {
        guard let kind = SignKind(scalar) else { return takeOther(scalar) }
        if case .sign(let weight) = kind {
            endWord()
            add(scalar)
            return end(weight: weight)
        }
        if case .digit = kind { hasDigit = true }
        add(scalar)
    }

    /// An apostrophe does not end a word; marks on letters are left out.
    private mutating func takeOther(_ scalar: Unicode.Scalar) {
        let isMark = (0x300...0x36F).contains(scalar.value)
        if isMark || scalar == "'" || scalar == "\u{2019}" { return }
        endWord()
    }

    private mutating func add(_ scalar: Unicode.Scalar) {
        // In capitals it is written so.
        if scalar == "ß" { return [0x73, 0x73].forEach { append($0) } }
        append(lowered(scalar))
    }

    private mutating func append(_ scalar: UInt32) {
        scalars.append(scalar)
        hash = mixed(hash ^ UInt64(scalar) &+ 0x9E37_79B9)
    }

    mutating func endWord() {
        let count = scalars.count - start
        if count > 0 { end(weight: hasDigit ? 3 : count < 4 ? 1 : count < 7 ? 2 : 3) }
    }

    private mutating func end(weight: Int32) {
        words.append(
            SimilarText.Word(
                hash: hash, range: start..<scalars.count, weight: weight,
                mayBeMisspelled: scalars.count - start >= 2 && !hasDigit))
        (start, hash, hasDigit) = (scalars.count, 0, false)
    }
}

/// What a scalar is to a word; nil for one that belongs to none.
private enum SignKind {
    case letter
    case digit
    /// A word by itself, with its weight.
    case sign(Int32)

    init?(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x61...0x7A, 0x41...0x5A: self = .letter
        case 0x30...0x39: self = .digit
        case ..<0x80: return nil
        case 0x3041...0x309F: self = .sign(1)
        case 0x30A1...0x30FE, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF,
            0x20000...0x3FFFF:
            self = .sign(2)
        case 0x0E01...0x0E3A, 0x0E40...0x0E4E, 0x0E80...0x0EFF, 0x1000...0x109F, 0x1780...0x17D3:
            self = .sign(1)
        default:
            if scalar.properties.numericType != nil {
                self = .digit
            } else if scalar.properties.isAlphabetic {
                self = .letter
            } else {
                return nil
            }
        }
    }
}

private func lowered(_ scalar: Unicode.Scalar) -> UInt32 {
    if scalar.value < 0x80 {
        return (0x41...0x5A).contains(scalar.value) ? scalar.value | 0x20 : scalar.value
    }
    guard scalar.properties.changesWhenLowercased else { return scalar.value }
    return scalar.properties.lowercaseMapping.unicodeScalars.first?.value ?? scalar.value
}
