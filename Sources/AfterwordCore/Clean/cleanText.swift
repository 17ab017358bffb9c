/// Reads a free text by the rules of `readText` and those that its shape adds. References are
/// decoded once, after tags are removed, so that `&lt;b&gt;` stays a text; the page's words are
/// looked for last. An empty text is absent.
func cleanText(_ raw: [UInt8], _ cleaning: TextCleaning) -> [UInt8] {
    var text = cleaning.contains(.escapes) ? decodeEscapes(raw) : raw
    if cleaning.contains(.html) { text = removeMarkup(text) }
    text = readText(text)?.bytes ?? []
    return cleaning.contains(.chrome) ? removeChrome(text) : text
}

/// Whether `cleanText` may make another text than `readText`, judged from the bytes.
func mayNeedCleaning(_ raw: BorrowedBytes, _ cleaning: TextCleaning) -> Bool {
    let backslash = UInt8(ascii: "\\")
    if cleaning.contains(.escapes), raw.firstIndex(of: backslash, or: backslash) < raw.count {
        return true
    }
    switch workNeeded(by: raw) {
    case .rewriting: return true
    case .composing where !isPlainlyComposed(raw): return true
    case .composing, .none: return cleaning.contains(.chrome) && mayHoldChrome(raw)
    }
}

/// A text without escapes that were escaped twice, as programs leave them that write JSON into
/// JSON: `\n`, `\r`, `\t`, `\"`, `\'`, `\/`, `\\` and `\u00e9`.
///
/// A text with a line end of its own, or without `\n`, `\"`, `\/` or `\u00e9`, was not escaped
/// twice and stays as it is; so does a backslash before any other letter.
func decodeEscapes(_ raw: [UInt8]) -> [UInt8] {
    guard !raw.contains(0x0A), isEscapedTwice(raw) else { return raw }
    var escaped: [UInt8] = []
    escaped.reserveCapacity(raw.count)
    var index = 0
    while index < raw.count {
        let length = raw[index] == UInt8(ascii: "\\") ? escapeLength(raw, index) : 0
        // `unescape` takes two backslashes for one that stays.
        if length == 0, raw[index] == UInt8(ascii: "\\") { escaped.append(raw[index]) }
        escaped.append(contentsOf: raw[index..<index + max(length, 1)])
        index += max(length, 1)
    }
    var text: [UInt8] = []
    escaped.withUnsafeBytes { unescape($0, into: &text) }
    return text
}

private func isEscapedTwice(_ raw: [UInt8]) -> Bool {
    for index in raw.indices where raw[index] == UInt8(ascii: "\\") {
        let isTelling =
            index + 1 < raw.count
            && [UInt8(ascii: "n"), UInt8(ascii: "\""), UInt8(ascii: "/"), UInt8(ascii: "u")]
                .contains(raw[index + 1])
        if isTelling, escapeLength(raw, index) > 0 { return true }
    }
    return false
}

/// The length of the escape at a backslash; 0 where none is.
private func escapeLength(_ raw: [UInt8], _ start: Int) -> Int {
    guard start + 1 < raw.count else { return 0 }
    switch raw[start + 1] {
    case UInt8(ascii: "u"):
        let digits = raw[(start + 2)...].prefix(4)
        return digits.count == 4 && digits.allSatisfy { hexadecimalValue($0) != nil } ? 6 : 0
    case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "\""),
        UInt8(ascii: "'"), UInt8(ascii: "/"), UInt8(ascii: "\\"):
        return 2
    default: return 0
    }
}
