/// Personal names: the run of capitalized words after a title ("Mrs Anna Smith", "Mevr. de Vries"),
/// an introduction ("my name is"), a word for a relative ("my son Liam", "grandma Betty") or a
/// phrase such as "spoke to Anna"; a common first name with the capitalized words after it; a name
/// before さん or 様; the words of the author's name.
func personalNames(_ text: MaskText, author: Text?) -> [MaskSpan] {
    var spans: [MaskSpan] = []
    for place in text.words.indices {
        if isOwnName(text, place, author) {
            spans.append(text.span("NAME", place...place))
        }
        if let first = nameBegin(text, at: place) {
            spans.append(text.span("NAME", first...nameEnd(text, from: first)))
        }
    }
    return spans + honorificNames(text)
}

private func isOwnName(_ text: MaskText, _ place: Int, _ author: Text?) -> Bool {
    guard let author, text.isCapital(place) else { return false }
    let word = text.words[place].text
    return word.utf8.count > 2 && !placeholders.contains(word)
        && words(of: author).contains { $0.text == word }
}

/// The index where a name begins at this word; nil for none.
private func nameBegin(_ text: MaskText, at place: Int) -> Int? {
    let word = text.words[place].text
    if isTitled(text, place) { return place }
    guard text.isCapital(place), !placeholders.contains(word), !text.isNumber(place) else {
        return nil
    }
    if firstNames.contains(word) || isBehindRelative(text, place) { return place }
    for count in 1...3 where place >= count {
        let before = text.words[place - count..<place].map(\.text).joined(separator: " ")
        guard (place - count..<place).allSatisfy({ isPlainGap(text, after: $0) }) else { continue }
        if introductions.contains(before) { return place }
        // German nouns are capitalized too, so a single word is not enough here.
        if weakIntroductions.contains(before), isFollowedByCapital(text, place) { return place }
    }
    return nil
}

private func isPlainGap(_ text: MaskText, after place: Int) -> Bool {
    text.isGap(after: place, of: [" ", ": ", ", ", ". "])
}

private func isFollowedByCapital(_ text: MaskText, _ place: Int) -> Bool {
    text.isGap(after: place, of: [" ", "-"]) && text.isCapital(place + 1)
}

/// Whether a name stands directly after a word for a relative ("grandma", "Onkel", "tía"). In a
/// title with capitals ("Grandma Loves It", "GRANDMA AGREES") a capital letter proves nothing.
private func isBehindRelative(_ text: MaskText, _ place: Int) -> Bool {
    let word = text.words[place].text
    guard place > 0, word.utf8.count > 1, text.isGap(after: place - 1, of: [" "]),
        !plainWords.contains(word), !behindRelatives.contains(word), !relatives.contains(word)
    else { return false }
    let isJoined =
        place > 1 && text.isGap(after: place - 2, of: ["-", " "])
        && joinedRelatives.contains(
            text.words[place - 2].text + " " + text.words[place - 1].text)
    return (isJoined || relatives.contains(text.words[place - 1].text))
        && !(isShouted(text, place - 1) && isShouted(text, place))
}

/// Whether a word is all capitals.
private func isShouted(_ text: MaskText, _ place: Int) -> Bool {
    let bytes = text.bytes[text.words[place].range]
    return bytes.count > 1 && !bytes.contains { (0x61...0x7A).contains($0) }
}

/// Whether a title stands before this word; after titles used for people only, a name may begin in
/// lower case.
private func isTitled(_ text: MaskText, _ place: Int) -> Bool {
    guard place > 0, text.isGap(after: place - 1, of: [" ", ". ", "."]) else { return false }
    let title = text.words[place - 1].text
    let isAbbreviated = !text.isGap(after: place - 1, of: [" "])
    let word = text.words[place].text
    guard !text.isNumber(place), word.utf8.count > 1 else { return false }
    if place > 1, splitTitles.contains(text.words[place - 2].text + " " + title) {
        return text.isCapital(place)
    }
    if dotTitles.contains(title) {
        return isAbbreviated && (text.isCapital(place) || isParticleName(text, place))
            && isTitleBegin(text, place - 1)
    }
    guard titles.contains(title), !titles.contains(word) else { return false }
    return text.isCapital(place) || strictTitles.contains(title) && !plainWords.contains(word)
        || isParticleName(text, place)
}

/// Lower-case particles before a capitalized word: "de Vries", "van der Berg". Not a name: after an
/// article and a German title ("der Herr von der Post"), or after a number ("20 mm de Largo").
private func isParticleName(_ text: MaskText, _ place: Int) -> Bool {
    var next = place
    while next - place < 3, particles.contains(text.words[next].text), !text.isCapital(next),
        text.isGap(after: next, of: [" "])
    {
        next += 1
    }
    guard next > place, text.isCapital(next), !text.isNumber(next),
        !placeholders.contains(text.words[next].text)
    else { return false }
    let title = text.words[place - 1].text
    guard !measureTitles.contains(title) else { return false }
    guard place > 1 else { return true }
    return !text.isNumber(place - 2)
        && !(articleTitles.contains(title) && articles.contains(text.words[place - 2].text))
}

/// "M. Dupont", not "size M. Perfect": the title is a capital and not a size.
private func isTitleBegin(_ text: MaskText, _ place: Int) -> Bool {
    guard text.isCapital(place) else { return false }
    guard place > 0 else { return true }
    return !sizes.contains(text.words[place - 1].text) && !text.isNumber(place - 1)
}

/// The index of the last word of a name: capitalized words in a row, with particles between them.
private func nameEnd(_ text: MaskText, from first: Int) -> Int {
    var end = first
    var next = first
    while next + 1 - first < 5,
        text.isGap(after: next, of: [" ", "-", ". ", "'", "’"]),
        !(text.isGap(after: next, of: [". "]) && text.words[next].range.count > 1)
    {
        next += 1
        let word = text.words[next].text
        if particles.contains(word) { continue }
        guard text.isCapital(next), !placeholders.contains(word), !plainWords.contains(word),
            !text.isNumber(next)
        else { break }
        end = next
    }
    return end
}

/// Names before an honorific such as さん: up to four ideographs or up to ten katakana.
private func honorificNames(_ text: MaskText) -> [MaskSpan] {
    let scalars = Array(String(decoding: text.bytes, as: UTF8.self).unicodeScalars)
    var offsets = [0]
    for scalar in scalars { offsets.append(offsets.last! + UTF8.width(scalar)) }
    var spans: [MaskSpan] = []
    for place in scalars.indices.dropFirst() {
        guard honorifics.contains(where: { scalars[place...].starts(with: $0) }) else { continue }
        let isKatakana = (0x30A1...0x30FC).contains(scalars[place - 1].value)
        var start = place
        while start > 0, place - start < (isKatakana ? 10 : 4),
            isKatakana
                ? (0x30A1...0x30FC).contains(scalars[start - 1].value)
                : scalars[start - 1].properties.isIdeographic
        {
            start -= 1
        }
        let name = String(String.UnicodeScalarView(scalars[start..<place]))
        guard start < place, !roles.contains(where: name.hasSuffix) else { continue }
        spans.append(MaskSpan(kind: "NAME", range: offsets[start]..<offsets[place]))
    }
    return spans
}

private func words(_ name: String) -> Set<String> { LanguageFiles.words("masks", name) }
private func phrases(_ name: String) -> Set<String> { LanguageFiles.phrases("masks", name) }

/// Words of author names that identify nobody, and companies.
private let placeholders = words("placeholders")
/// Words that follow a title or a name but are not names.
private let plainWords = words("no names")
private let particles = words("particles")
/// Titles that also are a measure or a gift, and so are no titles before a particle.
private let measureTitles = words("measure titles")
/// Titles that with an article before them refer to an unnamed person: "der Herr von der Post".
private let articleTitles = words("article titles")
/// Folded words before such a title.
private let articles = words("articles")
/// Folded words for relatives before a name. Words that are as often something else are left out:
/// gran, nan, son, brother, tata, primo.
private let relatives = words("relatives")
/// Two words for a relative: "grand-mère".
private let joinedRelatives = phrases("joined relatives")
/// Words that follow a relative in a title with all words capitalized.
private let behindRelatives = words("behind relatives")
/// Folded titles before a name.
private let titles = words("titles")
/// Titles used only before a name.
private let strictTitles = words("strict titles")
/// Titles that need their point: M. Dupont.
private let dotTitles = words("dotted titles")
/// Titles that are two words: "sig.ra".
private let splitTitles = phrases("split titles")
private let sizes = words("sizes")
private let introductions = phrases("introductions")
/// Introductions that count only before two capitalized words.
private let weakIntroductions = phrases("weak introductions")
private let honorifics = words("honorifics").map { Array($0.unicodeScalars) }
/// Roles, not names, before an honorific.
private let roles = words("roles")

/// Common first names, folded, without those that are ordinary words (Mark, Rose, Will).
private let firstNames = words("first names")
