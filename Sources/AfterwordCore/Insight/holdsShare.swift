/// Whether a text states a share in words none of which is a number alone: "every second bag",
/// "one-third", "a fifth of the buyers", "half say so". ("One in three" already contains a number
/// word.)
func holdsShare(_ found: [Word], in bytes: [UInt8]) -> Bool {
    found.indices.contains { place in
        isEveryNth(found, at: place, in: bytes) || isPart(found, at: place, in: bytes)
    }
}

// MARK: Every second

/// "Every second bag", "jeder dritte Beutel". A word that is also a time, a room or a day ("beeps
/// every second") counts only directly before a counted thing.
private func isEveryNth(_ found: [Word], at place: Int, in bytes: [UInt8]) -> Bool {
    guard place > 0, everyWords.contains(found[place - 1].text),
        found[place - 1].sentence == found[place].sentence,
        !isHyphenated(found, behind: place, in: bytes)
    else { return false }
    let word = found[place].text
    let next = neighbour(found, behind: place, in: bytes)
    if everyOther.contains(found[place - 1].text + " " + word) {
        return isEveryOther(found, at: place, next)
    }
    guard ordinals.contains(word) else { return false }
    if notBefore.contains(next) { return false }
    return !otherMeanings.contains(word) || !next.isEmpty && !smallWords.contains(next)
}

/// "Every other bag leaks", not "better than every other bag".
private func isEveryOther(_ found: [Word], at place: Int, _ next: String) -> Bool {
    guard !next.isEmpty, !makers.contains(next) else { return false }
    guard place > 1, found[place - 2].sentence == found[place].sentence else { return true }
    return !comparisons.contains(found[place - 2].text)
}

/// The word that follows after exactly one space; empty where there is none.
private func neighbour(_ found: [Word], behind place: Int, in bytes: [UInt8]) -> String {
    let end = found[place].range.upperBound
    guard place + 1 < found.count, found[place + 1].range.lowerBound == end + 1, bytes[end] == 0x20
    else { return "" }
    return found[place + 1].text
}

/// Folded words of all languages, as are all words in this file.
private func words(_ name: String) -> Set<String> { LanguageFiles.words("shares", name) }

private let everyWords = words("every")
private let ordinals = words("ordinals")
/// Ordinals that are also a time, a room or a day of the week.
private let otherMeanings = words("other meanings")
/// Words that may follow a time: "every second and", "cada segundo que".
private let smallWords = words("small words")
/// Words that make "third" no share: "third party".
private let notBefore = words("not before")
/// Two words: "every other".
private let everyOther = LanguageFiles.phrases("shares", "every other")
private let comparisons = words("comparisons")
private let makers = words("makers")

// MARK: Parts

/// "A fifth of the buyers", "la tercera parte de", "one-third", "half say". An ordinal before a
/// thing ("a fifth bag") is not a part.
private func isPart(_ found: [Word], at place: Int, in bytes: [UInt8]) -> Bool {
    let word = found[place].text
    let before = place > 0 ? found[place - 1].text : ""
    let next = neighbour(found, behind: place, in: bytes)
    if halves.contains(word) { return behindHalf.contains(next) }
    if hyphenatedOne.contains(before), wholeParts.contains(word),
        isHyphenated(found, behind: place - 1, in: bytes)
    {
        return !isHyphenated(found, behind: place, in: bytes)
    }
    if partWords.contains(next) {
        return partOrdinals.contains(word) && place + 2 < found.count
            && ofWords.contains(found[place + 2].text)
    }
    return smallParts.contains(word) && oneWords.contains(before) && ofWords.contains(next)
}

/// What half of the customers do, or whose half it is; "half empty" describes a single thing.
private let behindHalf = words("behind half")
private let halves = words("half")
private let hyphenatedOne = words("hyphenated one")
private let partWords = words("part")
private let wholeParts = words("whole parts")
private let smallParts = words("small parts")
private let partOrdinals = words("part ordinals")
private let oneWords = words("one")
private let ofWords = words("of")
