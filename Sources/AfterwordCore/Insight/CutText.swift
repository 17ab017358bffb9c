/// A text cut into the words of `words(of:)`, but with forms in place of strings. The next text is
/// cut in the same memory.
struct CutText {
    /// A word: its form, its byte range and its sentence.
    struct Word {
        var form: Vocabulary.Form
        var sentence: Int32
        var start: Int32
        var end: Int32

        var range: Range<Int> { Int(start)..<Int(end) }
    }

    private(set) var words: [Word] = []
    /// Whether the text holds scalars of three or more bytes.
    private(set) var hasLongScalars = false

    /// Replaces the words by those of another text.
    mutating func cut(_ text: Text, _ table: ReadingTable) {
        precondition(text.bytes.count <= Int32.max, "a text has places of 32 bits")
        if !text.bytes.lend({ cut($0, table) }) {
            let isCut = Array(text.string.utf8).lend { cut($0, table) }
            precondition(isCut, "a repaired text is well-formed")
        }
    }

    /// Returns false where the bytes are ill-formed; the words are then of no use.
    private mutating func cut(_ bytes: BorrowedBytes, _ table: ReadingTable) -> Bool {
        words.removeAll(keepingCapacity: true)
        hasLongScalars = false
        var word = OpenWord()
        var sentence: Int32 = 0
        var place = 0
        while place < bytes.count {
            place += word.addLetters(bytes, from: place, table)
            guard place < bytes.count else { break }
            guard let (scalar, length) = foldedScalar(bytes, at: place, table) else {
                return false
            }
            hasLongScalars = hasLongScalars || length > 2
            switch scalar.role {
            case .letters: word.add(scalar, at: place, table.vocabulary.trie)
            case .joining: break
            case .gap, .sentenceEnd:
                finish(&word, at: place, sentence, bytes, table.vocabulary)
                if scalar.role == .sentenceEnd { sentence += 1 }
            }
            place += length
        }
        finish(&word, at: place, sentence, bytes, table.vocabulary)
        return true
    }

    @inline(__always)
    private mutating func finish(
        _ word: inout OpenWord, at end: Int, _ sentence: Int32, _ bytes: BorrowedBytes,
        _ vocabulary: Vocabulary
    ) {
        guard word.start >= 0 else { return }
        words.append(
            Word(
                form: word.form(vocabulary, bytes, end), sentence: sentence,
                start: Int32(truncatingIfNeeded: word.start), end: Int32(truncatingIfNeeded: end)))
        word = OpenWord()
    }
}

/// A word whose end is not read yet.
private struct OpenWord {
    /// The place of its first byte; -1 where no word has begun.
    private(set) var start = -1
    /// How far the trie has its letters.
    private var state = ByteTrie.root
    /// Whether it has letters behind that state.
    private var isLeft = false
    /// Whether all its letters are compared by bytes.
    private var isPlain = true

    /// Adds the letters and digits of one byte from a place on; returns their number.
    @inline(__always)
    mutating func addLetters(
        _ bytes: BorrowedBytes, from start: Int, _ table: ReadingTable
    ) -> Int {
        var place = start
        while !isLeft, place < bytes.count {
            let letter = table.letters[Int(bytes[place])]
            guard letter != 0 else { break }
            let next = table.vocabulary.trie.next(state, letter)
            if next == ByteTrie.root { isLeft = true } else { state = next }
            place += 1
        }
        if isLeft {
            while place < bytes.count, table.letters[Int(bytes[place])] != 0 { place += 1 }
        }
        if self.start < 0, place > start { self.start = start }
        return place - start
    }

    /// Adds the letters of any scalar.
    @inline(__always)
    mutating func add(_ scalar: FoldedScalar, at place: Int, _ trie: ByteTrie) {
        if start < 0 { start = place }
        isPlain = isPlain && scalar.isPlain
        var bytes = scalar.bytes
        var count = scalar.count
        while count > 0, !isLeft {
            let next = trie.next(state, UInt8(truncatingIfNeeded: bytes))
            if next == ByteTrie.root { isLeft = true } else { state = next }
            bytes >>= 8
            count -= 1
        }
    }

    @inline(__always)
    func form(
        _ vocabulary: Vocabulary, _ bytes: BorrowedBytes, _ end: Int
    ) -> Vocabulary.Form {
        guard isPlain || vocabulary.isStrange(state) else {
            return ownForm(vocabulary, bytes, end)
        }
        return isLeft ? vocabulary.form(leaving: state) : vocabulary.form(endingIn: state)
    }

    /// The form of a word that must be compared by characters.
    @inline(never)
    private func ownForm(
        _ vocabulary: Vocabulary, _ bytes: BorrowedBytes, _ end: Int
    ) -> Vocabulary.Form {
        let text = words(of: Text(Array(bytes.part(start..<end))))[0].text
        return vocabulary.form(of: text)
    }
}

/// The scalar that begins at a place, and its length; nil where the bytes there are ill-formed.
@inline(__always)
private func foldedScalar(
    _ bytes: BorrowedBytes, at place: Int, _ table: ReadingTable
) -> (FoldedScalar, length: Int)? {
    if bytes[place] < 0x80 { return (table.firstScalars[Int(bytes[place])], 1) }
    guard let scalar = decodeScalar(bytes, at: place) else { return nil }
    let folded =
        scalar.value < FoldedScalar.firstCount
        ? table.firstScalars[Int(scalar.value)] : FoldedScalar(scalar)
    return (folded, UTF8.width(scalar))
}

/// The scalar of several bytes that begins at an index; nil where the bytes there are ill-formed
/// UTF-8.
func decodeScalar(_ bytes: BorrowedBytes, at index: Int) -> Unicode.Scalar? {
    let lead = bytes[index]
    let length = (~lead).leadingZeroBitCount
    guard 2...4 ~= length, index + length <= bytes.count else { return nil }
    var value = UInt32(lead) & 0x7F >> UInt32(length)
    for offset in 1..<length {
        let next = bytes[index + offset]
        guard next & 0xC0 == 0x80 else { return nil }
        value = value << 6 | UInt32(next & 0x3F)
    }
    guard let scalar = Unicode.Scalar(value), UTF8.width(scalar) == length else { return nil }
    return scalar
}
