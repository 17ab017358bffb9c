/// A word of a text as the frozen reader cuts it: a byte range, and its place among sentences.
struct FrozenWord: Sendable {
    var facts: WordFacts
    var range: Range<Int>
    var sentence: Int
    /// Whether a clause begins with it.
    var beginsClause: Bool
}

/// Passes the words of a text to `body` in order, at most 20,000.
///
/// - Parameter bytes: Well-formed UTF-8.
@inline(__always)
func cutFrozenWords(
    _ bytes: BorrowedBytes, _ model: FrozenModel, _ memory: inout WordMemory,
    _ body: (FrozenWord) -> Void
) {
    var cutter = FrozenCutter()
    var place = 0
    while place < bytes.count, cutter.wordCount < FrozenCutter.wordLimit {
        let (scalar, width) = scalarOrGap(bytes, at: place)
        let entry = model.letters[scalar]
        switch entry.role {
        case .letter, .unspaced:
            let range = cutter.wordRange(bytes, from: place, entry.role, model.letters)
            let isSpaced = entry.role == .letter
            let facts = memory.facts(bytes, range, isSpaced: isSpaced, model)
            body(cutter.word(facts, range))
            place = range.upperBound
        case .joining, .gap:
            cutter.passGap(bytes, place, scalar)
            place += width
        case .end, .clauseEnd:
            if !cutter.isInNumber(bytes, place, scalar) { cutter.pass(entry.role) }
            place += width
        }
    }
}

/// The scalar at a place, and its length in bytes. An ill-formed byte is a gap.
@inline(__always)
func scalarOrGap(_ bytes: BorrowedBytes, at place: Int) -> (UInt32, Int) {
    let byte = bytes[place]
    if byte < 0x80 { return (UInt32(byte), 1) }
    guard let scalar = decodeScalar(bytes, at: place) else { return (0, 1) }
    return (scalar.value, UTF8.width(scalar))
}

/// Where a text is cut.
private struct FrozenCutter {
    static let wordLimit = 20_000

    private(set) var wordCount = 0
    private var sentence = 0
    private var lastSentence = -1
    private var isClauseOver = true

    /// The bytes of the word that begins at a place: letters of one role, and what joins them.
    @inline(__always)
    func wordRange(
        _ bytes: BorrowedBytes, from start: Int, _ role: LetterRoles.Role, _ letters: LetterRoles
    ) -> Range<Int> {
        var (place, count) = (start, 0)
        while place < bytes.count {
            let (scalar, width) = scalarOrGap(bytes, at: place)
            let own = letters[scalar].role
            if own == role {
                // Runs of letters without spaces are cut; other words are as long as they are.
                if role == .unspaced, count == WordFacts.letterLimit { break }
                count += 1
            } else if own != .joining {
                break
            }
            place += width
        }
        return start..<place
    }

    @inline(__always)
    mutating func word(_ facts: WordFacts, _ range: Range<Int>) -> FrozenWord {
        let isFirst = sentence != lastSentence
        let begins = isFirst || isClauseOver || facts.isSpaced && facts.contrasts
        wordCount += 1
        lastSentence = sentence
        isClauseOver = false
        return FrozenWord(facts: facts, range: range, sentence: sentence, beginsClause: begins)
    }

    /// A hyphen behind a space ends a clause.
    @inline(__always)
    mutating func passGap(_ bytes: BorrowedBytes, _ place: Int, _ scalar: UInt32) {
        if scalar == 0x2D, place > 0, bytes[place - 1] == 0x20 { isClauseOver = true }
    }

    mutating func pass(_ role: LetterRoles.Role) {
        if role == .end { sentence += 1 }
        isClauseOver = true
    }

    /// Whether a mark stands between digits: "3.5".
    func isInNumber(_ bytes: BorrowedBytes, _ place: Int, _ scalar: UInt32) -> Bool {
        guard [0x2E, 0x2C, 0x3A, 0x2F].contains(scalar), place > 0, place + 1 < bytes.count else {
            return false
        }
        return 0x30...0x39 ~= bytes[place - 1] && 0x30...0x39 ~= bytes[place + 1]
    }
}
