/// A scalar's role in a text that is cut into words, with its folded letters as bytes: `ScalarRole`
/// in a form that needs no memory of its own.
struct FoldedScalar: Equatable, Sendable {
    /// The cases of `ScalarRole`.
    enum Role: UInt8, Sendable { case letters, joining, gap, sentenceEnd }

    /// The UTF-8 of the letters, the first byte in the lowest bits; at most four bytes.
    let bytes: UInt32
    let count: UInt8
    let role: Role
    /// Whether the letters are compared by bytes, which `isComparedByBytes(_:)` explains.
    let isPlain: Bool

    /// The number of scalars in `first`: alphabets and, at the end, punctuation.
    static let firstCount: UInt32 = 0x2070
    /// The first scalars, by their values. Folding a scalar takes longer than cutting a word.
    static let first = (0..<firstCount).map { FoldedScalar(Unicode.Scalar($0)!) }

    /// Letters without case are decided by their range, which is several times faster than by their
    /// properties.
    init(_ scalar: Unicode.Scalar) {
        if ownLetters.contains(where: { $0.contains(scalar.value) }) {
            self.init(UTF8.encode(scalar)!, isPlain: true)
        } else {
            self.init(ScalarRole(scalar))
        }
    }

    init(_ role: ScalarRole) {
        switch role {
        case .letters(let folded):
            self.init(folded.utf8, isPlain: isComparedByBytes(folded))
        case .joining: self.init(Role.joining)
        case .gap: self.init(Role.gap)
        case .sentenceEnd: self.init(Role.sentenceEnd)
        }
    }

    private init(_ role: Role) {
        (self.role, isPlain, bytes, count) = (role, true, 0, 0)
    }

    private init(_ letters: some Collection<UInt8>, isPlain: Bool) {
        precondition(letters.count <= 4, "a folded scalar has at most four bytes")
        (role, self.isPlain, count) = (.letters, isPlain, UInt8(letters.count))
        bytes = letters.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// Letters without case of three bytes in UTF-8: kana, ideographs, Hangul syllables. Folded, each
/// is itself.
private let ownLetters: [ClosedRange<UInt32>] = [
    0x3005...0x3006, 0x3041...0x3096, 0x30A1...0x30FA, 0x30FC...0x30FE, 0x3400...0x4DBF,
    0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xFF66...0xFF9D,
]

/// Folded letters that are each a character of their own beside any others, and that have one
/// spelling: Latin, Greek, Cyrillic, Hebrew, Arabic and those of `ownLetters`.
private let plainLetters: [ClosedRange<UInt32>] =
    [
        0x30...0x39, 0x61...0x7A, 0xAA...0xAA, 0xB5...0xB5, 0xBA...0xBA, 0xDF...0xF6,
        0xF8...0x2AF, 0x390...0x390, 0x3AC...0x3CE, 0x430...0x481, 0x48A...0x52F, 0x561...0x586,
        0x5D0...0x5EA, 0x620...0x64A, 0x671...0x6D3, 0x1E00...0x1EFF,
    ] + ownLetters

/// Whether strings of such letters are equal exactly if their bytes are, and begin with another
/// exactly if their bytes do. `String` compares whole characters in any spelling, so that does not
/// hold for marks that join the letter before them, nor for letters with two spellings.
func isComparedByBytes(_ folded: String) -> Bool {
    folded.unicodeScalars.allSatisfy { scalar in
        plainLetters.contains { $0.contains(scalar.value) }
    }
}
