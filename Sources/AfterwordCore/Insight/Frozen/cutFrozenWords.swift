/// A word of a review as the frozen reader cuts it: a byte range of its field and its place among
/// clauses, then what is known of it.
struct FrozenWord: Sendable {
    var key: WordKey
    var range: Range<Int32>
    /// Whether a clause begins with it, by the marks before it.
    var beginsClause: Bool
    /// Whether it is of a script with spaces.
    var isSpaced: Bool
    /// The place of its weights in the memory of words.
    var place: Int32 = 0
    var marks = WordMarks()
}

/// Cuts a field into words, at most 20,000, and sentences, and appends both.
///
/// - Parameter bytes: Well-formed UTF-8.
func cutFrozenWords(
    _ bytes: BorrowedBytes, _ field: TrackedField, _ letters: LetterRoles,
    _ words: inout [FrozenWord], _ sentences: inout [FrozenSentence]
) {
    let limit = words.count + FrozenCutter.wordLimit
    var cutter = FrozenCutter()
    var place = 0
    while place < bytes.count, words.count < limit {
        let (scalar, width) = scalarOrGap(bytes, at: place)
        let role = letters.role(of: scalar)
        switch role {
        case .letter, .unspaced:
            let range = cutter.wordRange(bytes, from: place, role, letters)
            if cutter.isSentenceOver {
                sentences.append(FrozenSentence(field: field, range: range, word: words.count))
            } else {
                sentences[sentences.count - 1].take(range)
            }
            words.append(cutter.word(bytes, range, isSpaced: role == .letter))
            place = range.upperBound
        case .joining, .gap:
            cutter.passGap(bytes, place, scalar)
            place += width
        case .end, .clauseEnd:
            if !cutter.isInNumber(bytes, place, scalar) { cutter.pass(role) }
            place += width
        }
    }
}

/// A sentence of the review that is read. The memory of one review serves the next.
struct FrozenSentence: Sendable {
    var field: TrackedField
    /// Its bytes in the field, from its first word to its last.
    var range: Range<Int>
    /// The places of its words among those of the review.
    var words: Range<Int>
    /// The places of what its phrases say, and of the rows of its words' neighbors.
    var says = 0..<0
    var rows = 0..<0

    init(field: TrackedField, range: Range<Int>, word: Int) {
        (self.field, self.range, words) = (field, range, word..<word + 1)
    }

    /// Makes the next word its last.
    @inline(__always)
    fileprivate mutating func take(_ range: Range<Int>) {
        self.range = self.range.lowerBound..<range.upperBound
        words = words.lowerBound..<words.upperBound + 1
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

    private(set) var isSentenceOver = true
    private var isClauseOver = true

    /// The bytes of the word that begins at a place: letters of one role, and what joins them.
    @inline(__always)
    func wordRange(
        _ bytes: BorrowedBytes, from start: Int, _ role: LetterRoles.Role, _ letters: LetterRoles
    ) -> Range<Int> {
        var (place, count) = (start, 0)
        while place < bytes.count {
            let (scalar, width) = scalarOrGap(bytes, at: place)
            let own = letters.role(of: scalar)
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
    mutating func word(
        _ bytes: BorrowedBytes, _ range: Range<Int>, isSpaced: Bool
    ) -> FrozenWord {
        let begins = isSentenceOver || isClauseOver
        (isSentenceOver, isClauseOver) = (false, false)
        let start = Int32(truncatingIfNeeded: range.lowerBound)
        let end = Int32(truncatingIfNeeded: range.upperBound)
        return FrozenWord(
            key: WordKey(bytes, range), range: start..<end, beginsClause: begins,
            isSpaced: isSpaced)
    }

    /// A hyphen behind a space ends a clause.
    @inline(__always)
    mutating func passGap(_ bytes: BorrowedBytes, _ place: Int, _ scalar: UInt32) {
        if scalar == 0x2D, place > 0, bytes[place - 1] == 0x20 { isClauseOver = true }
    }

    @inline(__always)
    mutating func pass(_ role: LetterRoles.Role) {
        if role == .end { isSentenceOver = true }
        isClauseOver = true
    }

    /// Whether a mark stands between digits: "3.5".
    @inline(__always)
    func isInNumber(_ bytes: BorrowedBytes, _ place: Int, _ scalar: UInt32) -> Bool {
        guard scalar == 0x2E || scalar == 0x2C || scalar == 0x3A || scalar == 0x2F, place > 0,
            place + 1 < bytes.count
        else { return false }
        return 0x30...0x39 ~= bytes[place - 1] && 0x30...0x39 ~= bytes[place + 1]
    }
}
