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
    if word == "other" { return isEveryOther(found, at: place, next) }
    guard ordinals.contains(word) else { return false }
    if ["party", "parties", "hand"].contains(next) { return false }
    return !otherMeanings.contains(word) || !next.isEmpty && !smallWords.contains(next)
}

/// "Every other bag leaks", not "better than every other bag".
private func isEveryOther(_ found: [Word], at place: Int, _ next: String) -> Bool {
    guard found[place - 1].text == "every", !next.isEmpty, !makers.contains(next) else {
        return false
    }
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

private func list(_ words: String) -> Set<String> {
    Set(words.split { $0 == " " || $0 == "\n" }.map(String.init))
}

/// Folded, as are all words in this file.
private let everyWords = list(
    """
    every each jede jeder jedes jeden jedem chaque cada ogni elke elk iedere ieder
    """)
private let ordinals = list(
    """
    second third fourth fifth sixth seventh eighth ninth tenth twentieth hundredth
    deuxieme troisieme quatrieme cinquieme sixieme dixieme
    segundo segunda tercer tercera tercero cuarto cuarta quinto quinta decimo decima
    secondo seconda terzo terza quarto quarta terceiro terceira
    tweede derde vierde vijfde zesde zevende achtste negende tiende
    """
).union(germanOrdinals)
private let germanOrdinals: [String] = [
    "zweit", "dritt", "viert", "funft", "sechst", "siebt", "acht", "neunt", "zehnt", "zwanzigst",
    "hundertst",
].flatMap { stem in ["e", "en", "er", "es", "em"].map { stem + $0 } }
/// Ordinals that are also a time, a room or a day of the week.
private let otherMeanings = list(
    "second segundo segunda secondo seconda cuarto quarto quarta quinta")
/// Words that may follow a time: "every second and", "cada segundo que".
private let smallWords = list(
    """
    and or but when while it the a an to until till for on in of at by from with that this i you
    they we he she is are was as if so after before counts e ed y o ou que de del di da do na no em
    en el la le lo il se un una uno um uma che non con per por para si sin sem mas pero ma
    """)
private let comparisons = list(
    "than like unlike as with from and or to in on of for by over beats")
private let makers = list("brand brands make maker makers seller company manufacturer one")

// MARK: Parts

/// "A fifth of the buyers", "la tercera parte de", "one-third", "half say". An ordinal before a
/// thing ("a fifth bag") is not a part.
private func isPart(_ found: [Word], at place: Int, in bytes: [UInt8]) -> Bool {
    let word = found[place].text
    let before = place > 0 ? found[place - 1].text : ""
    let next = neighbour(found, behind: place, in: bytes)
    if word == "half" { return behindHalf.contains(next) }
    if before == "one", wholeParts.contains(word),
        isHyphenated(found, behind: place - 1, in: bytes)
    {
        return !isHyphenated(found, behind: place, in: bytes)
    }
    if next == "parte" {
        return partOrdinals.contains(word) && place + 2 < found.count
            && ofWords.contains(found[place + 2].text)
    }
    return smallParts.contains(word) && oneWords.contains(before) && ofWords.contains(next)
}

/// What half of the customers do, or whose half it is; "half empty" describes a single thing.
private let behindHalf = list(
    """
    say said complain complains return returned report reported mention find think are were have
    had want these those their its our my your customers buyers users people reviews reviewers
    """)
private let wholeParts = list("third quarter fifth sixth seventh eighth ninth tenth")
private let smallParts = list(
    """
    fifth sixth seventh eighth ninth tenth hundredth
    cinquieme sixieme septieme huitieme neuvieme dixieme centieme
    quinto sexto septimo octavo noveno decimo sesto settimo ottavo nono setimo oitavo
    vijfde zesde zevende achtste negende tiende
    """)
private let partOrdinals = list(
    "tercera cuarta quinta sexta decima terza quarta terca")
private let oneWords = list("a one un dun une una uno um uma een")
private let ofWords = list(
    "of de des du del dei degli delle della dello di do da dos das van")
