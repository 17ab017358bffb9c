/// A text cut into what is searched: words, and single letters of scripts without spaces. The next
/// text is cut in the same memory.
package struct SearchCut: Sendable {
    /// A word, or a letter of a script without spaces.
    struct Token: Sendable {
        /// Of its folded letters.
        var hash: UInt64
        var start: Int32
        var end: Int32
        /// The number of its sentence, from 0.
        var sentence: Int32
        var isUnspaced: Bool
        /// Whether it follows another letter of a script without spaces, with no gap between them.
        var isJoined: Bool

        var range: Range<Int> { Int(start)..<Int(end) }
    }

    private(set) var tokens: [Token] = []

    package init() {}

    /// Replaces the tokens by those of another text.
    package mutating func cut(_ text: Text) { text.bytes.lend { cut($0) } }

    /// Replaces the tokens by those of another text. Ill-formed UTF-8 is read as U+FFFD, which is a
    /// gap.
    package mutating func cut(_ bytes: BorrowedBytes) {
        precondition(bytes.count <= Int32.max, "a text has places of 32 bits")
        tokens.removeAll(keepingCapacity: true)
        let first = SearchScalar.first
        var word = OpenWord()
        var sentence: Int32 = 0
        var isJoined = false
        var place = 0
        while place < bytes.count {
            let (scalar, length) = searchScalar(bytes, at: place, first)
            switch scalar.role {
            case .word:
                word.add(scalar, at: place)
                isJoined = false
            case .joining: break
            case .unspaced:
                finish(&word, at: place, sentence)
                add(scalar, place..<place + length, sentence, isJoined)
                isJoined = true
            case .gap, .sentenceEnd:
                finish(&word, at: place, sentence)
                isJoined = false
                if scalar.role == .sentenceEnd, endsSentence(bytes, at: place) { sentence += 1 }
            }
            place += length
        }
        finish(&word, at: place, sentence)
    }

    @inline(__always)
    private mutating func finish(_ word: inout OpenWord, at end: Int, _ sentence: Int32) {
        guard word.start >= 0 else { return }
        tokens.append(
            Token(
                hash: word.hash.value, start: Int32(truncatingIfNeeded: word.start),
                end: Int32(truncatingIfNeeded: end), sentence: sentence, isUnspaced: false,
                isJoined: false))
        word = OpenWord()
    }

    @inline(__always)
    private mutating func add(
        _ scalar: SearchScalar, _ range: Range<Int>, _ sentence: Int32, _ isJoined: Bool
    ) {
        var hash = WordHash()
        hash.add(scalar)
        tokens.append(
            Token(
                hash: hash.value, start: Int32(truncatingIfNeeded: range.lowerBound),
                end: Int32(truncatingIfNeeded: range.upperBound), sentence: sentence,
                isUnspaced: true, isJoined: isJoined))
    }
}

/// A word whose end is not read yet.
private struct OpenWord {
    /// The place of its first byte; -1 where no word has begun.
    private(set) var start = -1
    private(set) var hash = WordHash()

    @inline(__always)
    mutating func add(_ scalar: SearchScalar, at place: Int) {
        if start < 0 { start = place }
        hash.add(scalar)
    }
}

/// The scalar that begins at a place, and its length.
@inline(__always)
private func searchScalar(
    _ bytes: BorrowedBytes, at place: Int, _ first: [SearchScalar]
) -> (SearchScalar, length: Int) {
    if bytes[place] < 0x80 { return (first[Int(bytes[place])], 1) }
    guard let scalar = decodeScalar(bytes, at: place) else {
        return (SearchScalar("\u{FFFD}"), 1)
    }
    let known = scalar.value < FoldedScalar.firstCount
    return (known ? first[Int(scalar.value)] : SearchScalar(scalar), UTF8.width(scalar))
}

/// Whether the sign at a place ends a sentence; the point in "3.5" does not.
private func endsSentence(_ bytes: BorrowedBytes, at place: Int) -> Bool {
    guard bytes[place] == UInt8(ascii: "."), place + 1 < bytes.count else { return true }
    return bytes[place + 1] <= 0x20
}

// MARK: Quotes

extension SearchCut {
    /// The byte range of the sentence around some tokens, cut to whole tokens where it is longer
    /// than `limit` bytes; at least the tokens themselves, or the first of them where they are
    /// longer.
    func sentence(around found: Range<Int>, limit: Int) -> Range<Int> {
        var (first, last) = (found.lowerBound, found.lowerBound)
        func fits(_ first: Int, _ last: Int) -> Bool {
            Int(tokens[last].end - tokens[first].start) <= limit
        }
        while last + 1 < found.upperBound, fits(first, last + 1) { last += 1 }
        let number = tokens[first].sentence
        var grows = true
        while grows {
            grows = false
            if first > 0, tokens[first - 1].sentence == number, fits(first - 1, last) {
                first -= 1
                grows = true
            }
            if last + 1 < tokens.count, tokens[last + 1].sentence == number, fits(first, last + 1) {
                last += 1
                grows = true
            }
        }
        return Int(tokens[first].start)..<Int(tokens[last].end)
    }
}
