/// Mail addresses with their signs in words: "jane dot doe at gmail dot com", "jane.doe [at] gmx
/// punkt de".
///
/// Shops are spelled this way too ("bought it at amazon dot com"). An address has a sign or a digit
/// before its "at", brackets around the "at", or a mail service after it.
func spokenMailAddresses(_ text: MaskText) -> [MaskSpan] {
    text.words.indices.compactMap { at -> MaskSpan? in
        guard at > 0, atWords.contains(text.words[at].text), isJoined(text, at - 1),
            isJoined(text, at), let end = spokenHostEnd(text, from: at + 1)
        else { return nil }
        let start = spokenLocalBegin(text, to: at - 1)
        let name = text.words[at - 1].text
        let isAddress =
            start.hasSign || name.utf8.contains(where: isDigit) || isBracketed(text, at)
            || mailServices.contains(text.words[at + 1].text) && !pointers.contains(name)
        return isAddress ? text.span("MAIL", start.place...end) : nil
    }
}

/// The index of the last word of a host that ends with a top-level domain, with dots as words or
/// signs; nil for none.
private func spokenHostEnd(_ text: MaskText, from first: Int) -> Int? {
    var last = first
    var end: Int?
    while true {
        let isSpoken = isDotWord(text, last + 1)
        if isSpoken {
            last += 2
        } else if text.isGap(after: last, of: [".", "-"]) {
            last += 1
        } else {
            break
        }
        // "front.It" begins a sentence.
        let isDomain = topLevelDomains.contains(text.words[last].text)
        if isDomain, isSpoken || !text.isCapital(last) { end = last }
    }
    return end
}

/// The index of the first word of the part before the "at", and whether that part contains signs.
private func spokenLocalBegin(_ text: MaskText, to last: Int) -> (place: Int, hasSign: Bool) {
    var place = last
    var hasSign = false
    while place > 0 {
        if isDotWord(text, place - 1) {
            place -= 2
            hasSign = true
        } else if text.isGap(after: place - 1, of: [".", "_", "-"]) {
            hasSign = hasSign || !text.isGap(after: place - 1, of: ["-"])
            place -= 1
        } else {
            break
        }
    }
    return (place, hasSign)
}

/// Whether this is a word for a sign, with a word on either side.
private func isDotWord(_ text: MaskText, _ place: Int) -> Bool {
    place > 0 && place + 1 < text.words.count && dotWords.contains(text.words[place].text)
        && isJoined(text, place - 1) && isJoined(text, place)
}

/// Whether only spaces and brackets separate a word from the next one.
private func isJoined(_ text: MaskText, _ place: Int) -> Bool {
    guard place + 1 < text.words.count else { return false }
    return text.gap(after: place).allSatisfy { " ()[]{}".utf8.contains($0) }
}

private func isBracketed(_ text: MaskText, _ place: Int) -> Bool {
    text.gap(after: place - 1).contains { "([{".utf8.contains($0) }
        && text.gap(after: place).contains { ")]}".utf8.contains($0) }
}

/// Folded, so `at` includes `ät`.
private let atWords = LanguageFiles.words("masks", "spoken at")
private let dotWords = LanguageFiles.words("masks", "spoken dot")
private let mailServices = LanguageFiles.words("masks", "mail services")
/// Words before "at" where the service is a place: "look at outlook dot com".
private let pointers = LanguageFiles.words("masks", "pointers")
