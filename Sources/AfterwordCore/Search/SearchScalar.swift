/// A scalar's role in a text that is searched, with its folded letters as bytes.
///
/// Letters are folded as those of the lexicon's words are (`FoldedScalar`). Beside them, digits of
/// all scripts are digits, and marks and invisible characters stand inside a word without being
/// part of it.
struct SearchScalar: Sendable {
    /// What a scalar is.
    enum Role: UInt8, Sendable {
        /// A letter or digit of a script with spaces between words.
        case word
        /// A letter of a script without spaces.
        case unspaced
        case joining
        case gap
        case sentenceEnd
    }

    /// The UTF-8 of the folded letters, the first byte in the lowest bits; at most four bytes.
    let letters: UInt32
    let count: UInt8
    let role: Role

    /// The first scalars, by their values.
    static let first = (0..<FoldedScalar.firstCount).map { SearchScalar(Unicode.Scalar($0)!) }

    init(_ scalar: Unicode.Scalar) {
        let folded = FoldedScalar(scalar)
        switch folded.role {
        case .letters:
            let isUnspaced = unspacedLetters.contains { $0.contains(scalar.value) }
            self.init(isUnspaced ? .unspaced : .word, folded.bytes, folded.count)
        case .joining: self.init(.joining)
        case .sentenceEnd: self.init(.sentenceEnd)
        case .gap: self.init(notALetter: scalar)
        }
    }

    /// A scalar that is no letter: a digit of another script, a mark, or a gap.
    private init(notALetter scalar: Unicode.Scalar) {
        switch scalar.properties.generalCategory {
        case .decimalNumber:
            let digit = UInt32(scalar.properties.numericValue ?? 0)
            self.init(.word, 0x30 + digit, 1)
        case .nonspacingMark, .spacingMark, .enclosingMark, .format: self.init(.joining)
        default: self.init(.gap)
        }
    }

    private init(_ role: Role, _ letters: UInt32 = 0, _ count: UInt8 = 0) {
        (self.role, self.letters, self.count) = (role, letters, count)
    }
}

/// Scripts without spaces between words: Thai, Lao, Myanmar, Khmer, kana, Han.
private let unspacedLetters: [ClosedRange<UInt32>] = [
    0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x19E0...0x19FF, 0x3005...0x3007,
    0x3021...0x3029, 0x3031...0x3035, 0x3038...0x303B, 0x3041...0x30FF, 0x31F0...0x31FF,
    0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA9E0...0xA9FF, 0xAA60...0xAA7F, 0xF900...0xFAFF,
    0xFF66...0xFF9F, 0x1AFF0...0x1B16F, 0x20000...0x3FFFF,
]
