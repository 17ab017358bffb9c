/// Numbers of orders, parcels, phones, bank accounts and cards.
///
/// An Amazon order number has groups of 3, 7 and 7 digits (or `D01`, 7 and 7). Seven to fifteen
/// digits with separators are a phone number; more, or a card's groups, are a card or an account. A
/// code of capitals and digits is masked where it is long, or where a word such as "order" or `#`
/// stands before it.
func numbers(_ text: MaskText) -> [MaskSpan] {
    ibans(text.bytes) + codes(text) + digitGroups(text.bytes)
}

private func digitGroups(_ bytes: [UInt8]) -> [MaskSpan] {
    var spans: [MaskSpan] = []
    var start = 0
    while start < bytes.count {
        guard isDigit(bytes[start]) || bytes[start] == 0x2B || bytes[start] == 0x28 else {
            start += 1
            continue
        }
        var end = start
        while end < bytes.count, isDigit(bytes[end]) || " -/.()+".utf8.contains(bytes[end]) {
            end += 1
        }
        let next = end
        while end > start, !isDigit(bytes[end - 1]) { end -= 1 }
        let groups = bytes[start..<end].split { !isDigit($0) }.map(\.count)
        let digits = groups.reduce(0, +)
        let isAlone = start == 0 || !isLetter(bytes[start - 1])
        if groups == [3, 7, 7] {
            spans.append(MaskSpan(kind: "ORDER", range: start..<end))
        } else if isAlone, digits >= 7 {
            let kind = digits > 15 || isAmericanExpress(groups) ? "ACCOUNT" : "PHONE"
            spans.append(MaskSpan(kind: kind, range: start..<end))
        }
        start = max(next, start + 1)
    }
    return spans
}

/// A card of fifteen digits; all others have more.
private func isAmericanExpress(_ groups: [Int]) -> Bool { groups == [4, 6, 5] }

/// IBANs: two capitals, two digits, then eleven to thirty capitals and digits, optionally with
/// single spaces.
private func ibans(_ bytes: [UInt8]) -> [MaskSpan] {
    bytes.indices.compactMap { start in
        guard start + 4 <= bytes.count, isCapital(bytes[start]), isCapital(bytes[start + 1]),
            isDigit(bytes[start + 2]), isDigit(bytes[start + 3]),
            start == 0 || !isLetter(bytes[start - 1]) && !isDigit(bytes[start - 1])
        else { return nil }
        var end = start + 4
        var count = 4
        var digits = 2
        while end < bytes.count, count < 34 {
            let isSpace = bytes[end] == 0x20
            let byte = isSpace && end + 1 < bytes.count ? bytes[end + 1] : bytes[end]
            guard isDigit(byte) || isCapital(byte) && digits < 12 else { break }
            digits += isDigit(byte) ? 1 : 0
            count += 1
            end += isSpace ? 2 : 1
        }
        return count >= 15 && digits >= 10
            ? MaskSpan(kind: "ACCOUNT", range: start..<end) : nil
    }
}

private let orderWords = LanguageFiles.words("masks", "order words")

/// Codes of capitals and digits, with hyphens between them.
private func codes(_ text: MaskText) -> [MaskSpan] {
    let bytes = text.bytes
    var spans: [MaskSpan] = []
    var start = 0
    while start < bytes.count {
        guard isCodePart(bytes[start]) else {
            start += 1
            continue
        }
        var end = start
        while end < bytes.count, isCodePart(bytes[end]) || bytes[end] == 0x2D { end += 1 }
        while bytes[end - 1] == 0x2D { end -= 1 }
        let code = bytes[start..<end]
        let digits = code.count(where: isDigit)
        let isMixed = digits < code.count && code.contains(where: isCapital)
        let isWhole =
            (start == 0 || !isLetter(bytes[start - 1]))
            && (end == bytes.count || !isLetter(bytes[end]))
        let isLong = code.count >= 14 && digits >= 6
        let isNamed = code.count >= 6 && digits >= 3 && isAfterOrderWord(text, start)
        if isMixed, isWhole, isLong || isNamed {
            spans.append(MaskSpan(kind: "ORDER", range: start..<end))
        }
        start = end + 1
    }
    return spans
}

private func isCodePart(_ byte: UInt8) -> Bool { isDigit(byte) || isCapital(byte) }

private func isAfterOrderWord(_ text: MaskText, _ start: Int) -> Bool {
    if start > 0, text.bytes[start - 1] == 0x23 { return true }
    guard let before = text.words.last(where: { $0.range.upperBound <= start }) else {
        return false
    }
    return start - before.range.upperBound <= 3 && orderWords.contains(before.text)
}

/// Whether a byte is an ASCII letter or part of a non-ASCII scalar.
func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte > 0x7F
}
private func isCapital(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
