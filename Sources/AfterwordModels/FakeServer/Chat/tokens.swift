/// Cuts a text into pieces about as the vocabulary o200k_base does: a word with the space before
/// it, long words in parts, three digits, runs of punctuation. The pieces joined are the text.
///
/// Not the real vocabulary: counts are within about a fifth of the real ones for English, and never
/// above `tokenBound`.
func tokenEnds(_ text: [UInt8], _ piece: (Int) -> Bool) {
    var index = 0
    while index < text.count {
        index = tokenEnd(text, index)
        if !piece(index) { return }
    }
}

/// About how many tokens a text has.
func tokenCount(_ text: String) -> Int {
    var text = text
    return text.withUTF8 { bytes in
        var count = 0
        var index = 0
        while index < bytes.count {
            index = tokenEnd(bytes, index)
            count += 1
        }
        return count
    }
}

/// The pieces of a text, as texts.
func tokenPieces(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    var pieces: [String] = []
    var start = 0
    tokenEnds(bytes) { end in
        pieces.append(String(decoding: bytes[start..<end], as: UTF8.self))
        start = end
        return true
    }
    return pieces
}

private enum Letter {
    case space, digit, ascii, foreign, mark

    init(_ byte: UInt8) {
        switch byte {
        case 0x41...0x5A, 0x61...0x7A: self = .ascii
        case 0x30...0x39: self = .digit
        case 0x20, 0x09, 0x0A, 0x0D: self = .space
        case 0x80...: self = .foreign
        default: self = .mark
        }
    }
}

/// The end of the piece that begins at `start`.
private func tokenEnd(
    _ text: some RandomAccessCollection<UInt8>, _ start: Int
) -> Int {
    func at(_ index: Int) -> UInt8 { text[text.index(text.startIndex, offsetBy: index)] }
    func run(_ from: Int, upTo limit: Int, _ holds: (Letter) -> Bool) -> Int {
        var index = from
        while index < text.count, index - from < limit, holds(Letter(at(index))) { index += 1 }
        // No scalar is cut apart.
        while index < text.count, index > from, at(index) & 0xC0 == 0x80 { index += 1 }
        return index
    }
    var first = start
    if at(start) == 0x20, start + 1 < text.count,
        [.ascii, .foreign].contains(Letter(at(start + 1)))
    {
        first = start + 1
    }
    switch Letter(at(first)) {
    case .ascii: return run(first, upTo: 8) { $0 == .ascii }
    case .foreign: return run(first, upTo: 5) { $0 == .foreign }
    case .digit: return run(first, upTo: 3) { $0 == .digit }
    case .mark: return run(first, upTo: 3) { $0 == .mark }
    case .space:
        let end = run(first, upTo: 80) { $0 == .space }
        // The last space goes with the word behind it.
        let isBeforeWord = end < text.count && end - first > 1 && at(end - 1) == 0x20
        return isBeforeWord ? end - 1 : end
    }
}
