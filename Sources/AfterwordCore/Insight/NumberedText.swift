/// A text cut into the words of `words(of:)`, but with numbers in place of strings: words that are
/// equal have the same number.
struct NumberedText {
    /// A word by its number, with its sentence and its byte range in the text.
    struct Word {
        /// Its number; -1 where it has none.
        var number: Int32
        var sentence: Int32
        var start: Int32
        var end: Int32

        var range: Range<Int> { Int(start)..<Int(end) }
    }

    private(set) var words: [Word] = []

    /// - Parameters:
    ///   - numbers: Gives the words their numbers.
    ///   - isAdding: Whether a word that has no number yet gets one.
    init(_ text: Text, _ numbers: inout WordNumbers, isAdding: Bool) {
        precondition(text.bytes.count <= Int32.max, "a text has places of 32 bits")
        words.reserveCapacity(text.bytes.count / 5)
        if !text.bytes.lend({ cut($0, &numbers, isAdding) }) {
            words.removeAll()
            numbers.dropWord()
            let isCut = Array(text.string.utf8).lend { cut($0, &numbers, isAdding) }
            precondition(isCut, "a repaired text is well-formed")
        }
    }

    /// Returns false where the bytes are ill-formed; the words are then of no use.
    private mutating func cut(
        _ bytes: BorrowedBytes, _ numbers: inout WordNumbers, _ isAdding: Bool
    ) -> Bool {
        var (start, sentence, place) = (-1, Int32(0), 0)
        while place < bytes.count {
            guard let (scalar, length) = numbers.folded(bytes, at: place) else { return false }
            switch scalar.role {
            case .letters:
                if start < 0 { start = place }
                numbers.add(scalar)
            case .joining: break
            case .gap, .sentenceEnd:
                if start >= 0 { finish(start..<place, sentence, &numbers, isAdding) }
                start = -1
                if scalar.role == .sentenceEnd { sentence += 1 }
            }
            place += length
        }
        if start >= 0 { finish(start..<place, sentence, &numbers, isAdding) }
        return true
    }

    private mutating func finish(
        _ range: Range<Int>, _ sentence: Int32, _ numbers: inout WordNumbers, _ isAdding: Bool
    ) {
        words.append(
            Word(
                number: numbers.finish(isAdding: isAdding), sentence: sentence,
                start: Int32(range.lowerBound), end: Int32(range.upperBound)))
    }

    /// The byte range of the sentence around words, from its first word to its last.
    func sentence(around range: Range<Int>) -> Range<Int> {
        let number = words[range.lowerBound].sentence
        var (first, last) = (range.lowerBound, range.upperBound - 1)
        while first > 0, words[first - 1].sentence == number { first -= 1 }
        while last + 1 < words.count, words[last + 1].sentence == number { last += 1 }
        return words[first].range.lowerBound..<words[last].range.upperBound
    }
}

/// Numbers folded words from 0 on, as strings that are equal or not. Strings are made of new words
/// only: most words are short, and are compared by their bytes.
struct WordNumbers {
    /// The words by their numbers.
    private(set) var texts: [String] = []
    /// Words of at most 16 bytes that are compared by bytes.
    private var short: [ShortWord: Int32] = [:]
    /// Longer ones.
    private var long: [Text: Int32] = [:]
    /// All words, once there is one that is compared by characters: it may be another spelling.
    private var byCharacters: [String: Int32]?

    private let firstScalars = FoldedScalar.first
    /// The folded letters of the word under way.
    private var letters: [UInt8] = []
    private var isPlain = true

    private struct ShortWord: Hashable {
        var low: UInt64 = 0
        var high: UInt64 = 0

        /// - Precondition: At most 16 bytes, none of them 0.
        init(_ letters: [UInt8]) {
            for (place, letter) in letters.enumerated() {
                if place < 8 {
                    low |= UInt64(letter) &<< UInt64(place &* 8)
                } else {
                    high |= UInt64(letter) &<< UInt64((place &- 8) &* 8)
                }
            }
        }
    }

    /// The scalar that begins at a place, folded, and its length; nil where the bytes there are
    /// ill-formed.
    @inline(__always)
    fileprivate func folded(
        _ bytes: BorrowedBytes, at place: Int
    ) -> (scalar: FoldedScalar, length: Int)? {
        if bytes[place] < 0x80 { return (firstScalars[Int(bytes[place])], 1) }
        guard let scalar = decodeScalar(bytes, at: place) else { return nil }
        let folded =
            scalar.value < FoldedScalar.firstCount
            ? firstScalars[Int(scalar.value)] : FoldedScalar(scalar)
        return (folded, UTF8.width(scalar))
    }

    @inline(__always)
    fileprivate mutating func add(_ scalar: FoldedScalar) {
        isPlain = isPlain && scalar.isPlain
        var bytes = scalar.bytes
        for _ in 0..<scalar.count {
            letters.append(UInt8(truncatingIfNeeded: bytes))
            bytes >>= 8
        }
    }

    /// Gives up the word under way.
    fileprivate mutating func dropWord() {
        letters.removeAll(keepingCapacity: true)
        isPlain = true
    }

    /// Ends the word under way; -1 where it has no number.
    fileprivate mutating func finish(isAdding: Bool) -> Int32 {
        defer { dropWord() }
        guard isPlain else { return number(isAdding: isAdding) }
        if letters.count <= 16 {
            let word = ShortWord(letters)
            if let known = short[word] { return known }
            let number = number(isAdding: isAdding)
            if number >= 0 { short[word] = number }
            return number
        }
        let word = Text(letters)
        if let known = long[word] { return known }
        let number = number(isAdding: isAdding)
        if number >= 0 { long[word] = number }
        return number
    }

    /// The number of a word that is not known by its bytes.
    private mutating func number(isAdding: Bool) -> Int32 {
        if isPlain, byCharacters == nil, !isAdding { return -1 }
        let text = String(decoding: letters, as: UTF8.self)
        if !isPlain, byCharacters == nil {
            byCharacters = Dictionary(
                uniqueKeysWithValues: texts.enumerated().map { ($1, Int32($0)) })
        }
        if let known = byCharacters?[text] { return known }
        guard isAdding else { return -1 }
        let number = Int32(texts.count)
        texts.append(text)
        byCharacters?[text] = number
        return number
    }
}
