/// A name in lower case without punctuation, as `TrackedField.usualNames` has them.
func plainName(_ key: String) -> String {
    key.lowercased().filter { $0.isLetter || $0.isNumber }
}

/// The words of a name: `productValuation`, `User_Rating_out_of_5` and `URLId` fall apart where
/// the case changes and at signs. In lower case, plural `s` taken off.
func nameWords(_ key: String) -> [String] {
    var words: [String] = []
    var word = ""
    let characters = Array(key)
    func close() {
        if !word.isEmpty { words.append(singular(word.lowercased())) }
        word = ""
    }
    for (index, character) in characters.enumerated() {
        guard character.isLetter || character.isNumber else {
            close()
            continue
        }
        if let last = word.last {
            let isNext = index + 1 < characters.count && characters[index + 1].isLowercase
            let begins =
                character.isUppercase && (last.isLowercase || last.isUppercase && isNext)
                || character.isNumber != last.isNumber
            if begins { close() }
        }
        word.append(character)
    }
    close()
    return words
}

private func singular(_ word: String) -> String {
    word.count > 3 && word.hasSuffix("s") && !word.hasSuffix("ss") && !word.hasSuffix("us")
        ? String(word.dropLast()) : word
}

/// Whether a key is a code rather than a word: it has a digit, and no lower case letter or no
/// letter at all.
func isCode(_ key: String) -> Bool {
    key.contains(where: \.isNumber)
        && (!key.contains(where: \.isLowercase) || key.filter(\.isNumber).count >= 4)
}

/// Whether a member is an answer to the review it stands in.
func isReplyName(_ key: String) -> Bool {
    let words = nameWords(key)
    return words.contains { replyWords.contains($0) }
}

let replyWords: Set<String> = [
    "reply", "replie", "replied", "response", "respuesta", "antwort", "answer", "risposta",
    "réponse", "resposta",
]

/// The words that name reviews in paths and keys.
let reviewWords: Set<String> = [
    "review", "feedback", "comment", "testimonial", "opinion", "bewertung", "avi", "reseña",
    "recensione", "avaliação", "otzyv", "отзыв",
]

/// Whether a key names a review: not its rating, not a count of reviews.
func namesOneReview(_ key: String) -> Bool {
    let words = nameWords(key)
    let others: Set<String> = [
        "rating", "summary", "statistic", "stat", "count", "aggregate", "average", "score", "link",
        "total", "info", "meta", "histogram", "distribution",
    ]
    return words.contains { reviewWords.contains($0) || $0 == "entry" }
        && !words.contains { others.contains($0) }
}

/// Whether an object looks like a product with something besides: one review may be inside.
func isProductLike(_ members: Members) -> Bool {
    let plain = Set(members.map { plainName($0.key) })
    let signs: Set<String> = [
        "name", "title", "brand", "sku", "asin", "gtin13", "offers", "price", "aggregaterating",
        "productid", "producttitle", "productname", "updated", "generator",
    ]
    return plain.intersection(signs).count >= 2
}

/// Whether an object has a rating or a text of its own, so that answers in it are no reviews.
func isReviewLike(_ members: Members) -> Bool {
    members.contains { member in
        guard member.value.members == nil || plainName(member.key).contains("rating"),
            member.value.elements == nil
        else { return false }
        let name = LeafName([member.key])
        return FieldWords.rating.score(name) > 0 || FieldWords.body.score(name) > 0
    }
}

/// A path of a shape as its document writes it.
func written(_ steps: [PathStep]) -> String {
    var text = ""
    for (index, step) in steps.enumerated() {
        switch step {
        case .key(let key):
            if index > 0 { text += "." }
            text += escapedKey(key)
        case .everyElement:
            if index > 0, case .key = steps[index - 1] {} else if index > 0 { text += "." }
            text += "[*]"
        case .everyMember(let name):
            if index > 0 { text += "." }
            text += "{\(name)}"
        }
    }
    return text
}

/// A key inside a path: what a path would take for a sign of its own has a backslash before it.
func escapedKey(_ key: String, isFirst: Bool = false) -> String {
    var text = key.replacing("\\", with: "\\\\").replacing(".", with: "\\.")
    if text.hasSuffix("[*]") { text = text.dropLast(3) + "\\[*]" }
    if text.hasPrefix("{"), text.hasSuffix("}") { text = "\\" + text }
    if isFirst, text.hasPrefix("@") || text.hasPrefix("^") { text = "\\" + text }
    return text
}
