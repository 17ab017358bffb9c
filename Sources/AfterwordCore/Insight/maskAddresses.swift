/// Mail addresses: letters and digits around an `@` followed by a host with a dot. The signs may
/// also be written as `(at)` and `(dot)` in any brackets.
func mailAddresses(_ text: MaskText) -> [MaskSpan] {
    let bytes = text.bytes
    var spans: [MaskSpan] = []
    for at in bytes.indices {
        guard let sign = signEnd(bytes, at, of: ["@"], words: bracketedAt) else { continue }
        var start = at
        while start > 0, bytes[start - 1] == 0x20, sign - at > 1 { start -= 1 }
        while start > 0, isMailPart(bytes[start - 1]) { start -= 1 }
        guard start < at, let end = hostEnd(bytes, sign) else { continue }
        spans.append(MaskSpan(kind: "MAIL", range: start..<end))
    }
    return spans
}

/// The end of a host with at least one dot, written as `.` or in brackets; nil for none.
private func hostEnd(_ bytes: [UInt8], _ start: Int) -> Int? {
    var end = start
    var dots = 0
    while end < bytes.count {
        if let next = signEnd(bytes, end, of: [], words: bracketedDot) {
            dots += 1
            end = next
        } else if isMailPart(bytes[end]) {
            dots += bytes[end] == 0x2E ? 1 : 0
            end += 1
        } else if bytes[end] == 0x20, end == start || isBracketDot(bytes, end) {
            end += 1
        } else {
            break
        }
    }
    while end > start, bytes[end - 1] == 0x2E || bytes[end - 1] == 0x20 {
        dots -= bytes[end - 1] == 0x2E ? 1 : 0
        end -= 1
    }
    return dots > 0 ? end : nil
}

/// Whether a dot in brackets stands next to this space.
private func isBracketDot(_ bytes: [UInt8], _ place: Int) -> Bool {
    if signEnd(bytes, place + 1, of: [], words: bracketedDot) != nil { return true }
    return place > 0 && ")]}".utf8.contains(bytes[place - 1])
}

/// The end of one of `signs`, or of one of `words` in brackets, that begins at `place`.
private func signEnd(
    _ bytes: [UInt8], _ place: Int, of signs: [String], words: Set<String>
) -> Int? {
    func holds(_ text: String, at start: Int) -> Bool {
        let wanted = Array(text.utf8)
        guard start + wanted.count <= bytes.count else { return false }
        return zip(bytes[start...], wanted).allSatisfy { $0 == $1 || $0 | 0x20 == $1 }
    }
    guard place < bytes.count else { return nil }
    for sign in signs where holds(sign, at: place) { return place + sign.utf8.count }
    guard "([{".utf8.contains(bytes[place]) else { return nil }
    for word in words where holds(word, at: place + 1) {
        let close = place + 1 + word.utf8.count
        if close < bytes.count, ")]}".utf8.contains(bytes[close]) { return close + 1 }
    }
    return nil
}

/// As written, in lower case: `ät` is not folded.
private let bracketedAt = words("bracketed at")
private let bracketedDot = words("bracketed dot")
private func words(_ name: String) -> Set<String> { LanguageFiles.words("masks", name) }

private func isMailPart(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E, 0x5F, 0x80...: true
    default: false
    }
}

/// Handles (`@name`), and addresses with a scheme or a path.
func profiles(_ text: MaskText) -> [MaskSpan] {
    let bytes = text.bytes
    var spans: [MaskSpan] = []
    var start = 0
    while start < bytes.count {
        var end = start
        while end < bytes.count, !isBreak(bytes[end]) { end += 1 }
        var last = end
        while last > start, ".,;:!?)".utf8.contains(bytes[last - 1]) { last -= 1 }
        var first = start
        while first < last, "(\"'".utf8.contains(bytes[first]) { first += 1 }
        let token = String(decoding: bytes[first..<last], as: UTF8.self)
        if isHandle(token) || isProfile(token) {
            spans.append(MaskSpan(kind: "HANDLE", range: first..<last))
        }
        start = end + 1
    }
    return spans
}

private func isBreak(_ byte: UInt8) -> Bool { byte <= 0x20 }

private func isHandle(_ token: String) -> Bool {
    guard token.first == "@", token.utf8.count > 3 else { return false }
    return token.dropFirst().utf8.allSatisfy { isMailPart($0) && $0 != 0x2B }
}

/// Whether the token has a scheme or is a host with a path, as a person's page has.
private func isProfile(_ token: String) -> Bool {
    if token.contains("://") { return true }
    guard let slash = token.firstIndex(of: "/") else { return false }
    let host = token[..<slash]
    let path = token[slash...].dropFirst()
    return host.contains(".") && holdsLink(String(host)) && !path.isEmpty
}

// MARK: Streets

/// Streets with a house number, with the postcode and town beside them.
func addresses(_ text: MaskText) -> [MaskSpan] {
    var spans: [MaskSpan] = []
    for place in text.words.indices {
        guard let street = street(text, at: place) else { continue }
        spans.append(text.span("ADDRESS", withTown(text, street)))
    }
    return spans + postcodes(text) + prefixedPostcodes(text)
}

/// Endings of street names written as one word.
private let streetEndings = words("street endings")
/// Words before a street's name; the number stands before or after.
private let streetBeginnings = words("street beginnings")
/// Words after a street's name; the number stands first.
private let streetWords = words("street words")

private func street(_ text: MaskText, at place: Int) -> ClosedRange<Int>? {
    let words = text.words
    if text.isCapital(place), streetEndings.contains(where: words[place].text.hasSuffix),
        isStreetName(words[place].text), let number = houseNumber(text, after: place)
    {
        return place...number
    }
    if streetBeginnings.contains(words[place].text) {
        return beginningStreet(text, at: place)
    }
    guard text.isNumber(place), words[place].text.utf8.count <= 5 else { return nil }
    for end in place + 1..<min(place + 5, words.count) {
        guard text.isGap(after: end - 1, of: [" ", ", "]) else { return nil }
        if end > place + 1, streetWords.contains(words[end].text) { return place...end }
        guard text.isCapital(end) else { return nil }
    }
    return nil
}

/// Whether a word with a street ending is long enough to be a name: "Str." alone and "Weg 2" are
/// not.
private func isStreetName(_ word: String) -> Bool {
    streetEndings.contains { word.hasSuffix($0) && word.utf8.count >= $0.utf8.count + 3 }
}

/// The index of a number of at most four digits, optionally with one letter, after `place`.
private func houseNumber(_ text: MaskText, after place: Int) -> Int? {
    let number = place + 1
    guard text.isGap(after: place, of: [" ", ". ", ".", ", "]) else { return nil }
    let word = text.words[number].text
    let digits = word.prefix { $0.isNumber }
    let isNumber = (1...4).contains(digits.count) && word.utf8.count <= digits.count + 1
    return isNumber ? number : nil
}

/// "12 rue de la Paix", "Via Roma 5".
private func beginningStreet(_ text: MaskText, at place: Int) -> ClosedRange<Int>? {
    var end = place
    var hasName = false
    while end - place < 5, text.isGap(after: end, of: [" ", "'", "-"]), !text.isNumber(end + 1) {
        let isLink = streetParticles.contains(text.words[end + 1].text)
        guard text.isCapital(end + 1) || isLink else { break }
        hasName = hasName || text.isCapital(end + 1)
        end += 1
    }
    while end > place, streetParticles.contains(text.words[end].text) { end -= 1 }
    guard hasName else { return nil }
    let isNumbered =
        place > 0 && text.isNumber(place - 1) && text.isGap(after: place - 1, of: [" ", ", "])
    if isNumbered { return place - 1...end }
    guard numberBehind.contains(text.words[place].text), end > place,
        !interfaces.contains(text.words[place + 1].text)
    else { return nil }
    return houseNumber(text, after: end).map { place...$0 }
}

/// Those that may have the number after the name; "place" and others are verbs in English.
private let numberBehind = words("number behind street")
private let streetParticles = words("street particles")

/// Extends a street by a postcode at most four words after it, and the town beside the postcode.
/// After a small word ("in 10115 Berlin") or with six digits, a number is a postcode only when a
/// town follows.
private func withTown(_ text: MaskText, _ street: ClosedRange<Int>) -> ClosedRange<Int> {
    var isLinked = false
    for place in street.upperBound + 1..<min(street.upperBound + 5, text.words.count) {
        guard isTownGap(text, before: place) else { break }
        if isPostcode(text, place) {
            let town = townEnd(text, behind: place)
            let isWhole = town > place || !isLinked && text.words[place].text.utf8.count < 6
            return street.lowerBound...(isWhole ? town : street.upperBound)
        }
        let isLink = townLinks.contains(text.words[place].text)
        guard isLink || text.isCapital(place) else { break }
        isLinked = isLinked || isLink
    }
    return street
}

/// Separators between a street, a postcode and its country: "Weg 5 (Hof), D-10115 Berlin".
private func isTownGap(_ text: MaskText, before place: Int) -> Bool {
    let isBehindCountry = postcodeDigits[text.words[place - 1].text] != nil
    return text.isGap(after: place - 1, of: [" ", ", ", " - ", "\n", ",", " (", ") ", "), "])
        || isBehindCountry && text.isGap(after: place - 1, of: ["-"])
}

/// The index of the last word that belongs to a postcode: the second half of a British one, the
/// town, or the town after the two letters of a Dutch one; the postcode itself where nothing
/// follows.
private func townEnd(_ text: MaskText, behind postcode: Int) -> Int {
    let next = postcode + 1
    guard text.isGap(after: postcode, of: [" "]) else { return postcode }
    if isInwardCode(text, next) { return next }
    guard text.isCapital(next) else { return postcode }
    let letters = text.bytes[text.words[next].range]
    let isDutch =
        text.words[postcode].text.utf8.count == 4 && letters.count == 2
        && letters.allSatisfy { (0x41...0x5A).contains($0) }
    let hasTown = text.isGap(after: next, of: [" ", ", "]) && text.isCapital(next + 1)
    return isDutch && hasTown ? next + 1 : next
}

private func isPostcode(_ text: MaskText, _ place: Int) -> Bool {
    let count = text.words[place].text.utf8.count
    return text.isNumber(place) && (4...6).contains(count) || isOutwardCode(text, place)
}

/// Small words between a street and its postcode.
private let townLinks = words("town links")

/// Folded country codes before a postcode, and its number of digits. A one-letter code with four
/// digits is as often a product name, so it is not used alone.
private let postcodeDigits = Dictionary(
    uniqueKeysWithValues: LanguageFiles.phrases("masks", "postcode digits").map { written in
        let parts = written.split(separator: " ")
        return (String(parts[0]), Int(parts[1]) ?? 0)
    })

/// Postcodes with a country code, without a street: "D-10115 Berlin".
private func prefixedPostcodes(_ text: MaskText) -> [MaskSpan] {
    text.words.indices.dropLast(2).compactMap { place -> MaskSpan? in
        let country = text.words[place].text
        let code = text.words[place + 1].text
        guard postcodeDigits[country] == code.utf8.count, code.utf8.count + country.utf8.count > 5,
            text.isCapital(place), text.isNumber(place + 1), text.isGap(after: place, of: ["-"]),
            text.isGap(after: place + 1, of: [" "]), text.isCapital(place + 2)
        else { return nil }
        return text.span("ADDRESS", place...place + 2)
    }
}

/// British postcodes, without a street: `NW1 6XE`.
private func postcodes(_ text: MaskText) -> [MaskSpan] {
    text.words.indices.dropLast().compactMap { place in
        isOutwardCode(text, place) && isInwardCode(text, place + 1)
            && text.isGap(after: place, of: [" "])
            ? text.span("ADDRESS", place...place + 1) : nil
    }
}

private func isOutwardCode(_ text: MaskText, _ place: Int) -> Bool {
    let code = text.bytes[text.words[place].range]
    guard (2...4).contains(code.count), code.allSatisfy({ isDigit($0) || $0 & 0x20 == 0 }) else {
        return false
    }
    let letters = code.prefix { (0x41...0x5A).contains($0) }
    return (1...2).contains(letters.count)
        && code.dropFirst(letters.count).first.map(isDigit) == true
}

private func isInwardCode(_ text: MaskText, _ place: Int) -> Bool {
    let code = Array(text.bytes[text.words[place].range])
    return code.count == 3 && isDigit(code[0])
        && code[1...].allSatisfy { (0x41...0x5A).contains($0) }
}
