import AfterwordCore

/// The JSON text of what a model says. Models of other makers write more than asked for: a byte
/// order mark, what they think (`<think>…</think>`) before it, a code fence around it, or words
/// around the only fence.
///
/// - Returns: One object, or the text unchanged where it is not plain which one is meant.
func answerText(_ written: String) -> String {
    let scalars = written.unicodeScalars
    let whole = scalars.first == "\u{FEFF}" ? String(scalars.dropFirst()) : written
    let said = withoutThought(whole)
    if let object = onlyFenced(said) { return object }
    let bare = withoutFence(said)
    return isObject(bare) ? bare : written
}

/// A text without the block of thought that it begins with.
private func withoutThought(_ text: String) -> String {
    let start = text.drop(while: \.isWhitespace)
    guard start.hasPrefix("<think>"), let end = start.firstRange(of: "</think>") else {
        return text
    }
    return String(start[end.upperBound...])
}

/// The object in the only fence of a text; nil where another may be meant.
private func onlyFenced(_ text: String) -> String? {
    let parts = text.split(separator: "```", omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[0].contains("{"), !parts[2].contains("{") else { return nil }
    // Skip the name of the language after the opening fence.
    let inner = String(parts[1].drop { $0.isLetter })
    return isObject(inner) ? inner : nil
}

/// The content of a code fence (```json … ```) that encloses the whole answer; otherwise the text
/// unchanged.
private func withoutFence(_ text: String) -> String {
    var inner = text.drop(while: \.isWhitespace)
    while let last = inner.last, last.isWhitespace { inner.removeLast() }
    guard inner.hasPrefix("```"), inner.hasSuffix("```"), inner.utf8.count > 6 else { return text }
    inner = inner.dropFirst(3).dropLast(3)
    return String(inner.drop { $0.isLetter })
}

private func isObject(_ text: String) -> Bool {
    (try? JSONValue(parsing: Array(text.utf8)))?.members != nil
}
