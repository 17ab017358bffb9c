/// Reads a rating in tenths of a star, 10–50, converted from a scale of `scale` and rounded half up
/// to the tenth. A text that names its own scale (`8 out of 10`) is read by that one.
///
/// 0 and −1 mean "not rated", as do the usual words for it: nil. The least rating of a scale counts
/// as one star: 1 of 10, half a star of five. A text whose form is not known is a fault; its first
/// number is never taken for the rating.
func readRating(_ raw: [UInt8], scale: Int64) -> Result<Int64?, ReadFault> {
    if isJSONNumber(raw) {
        guard let number = Decimal(firstIn: raw) else {
            return .failure(ReadFault(.unreadableNumber))
        }
        return rating(number, of: scale)
    }
    guard let folded = foldWritten(raw) else { return .failure(ReadFault(.unreadableNumber)) }
    if saysNoValue(folded) { return .success(nil) }
    if let known = ratingWords[folded] { return .success(known) }
    guard let found = RatingText(folded, scale: scale) else {
        return .failure(ReadFault(.unreadableNumber))
    }
    return rating(found.rating, of: found.scale)
}

/// The reason why a value cannot be read.
struct ReadFault: Error, Equatable {
    var reason: RejectReason
    init(_ reason: RejectReason) { self.reason = reason }
}

private func rating(_ number: Decimal, of scale: Int64) -> Result<Int64?, ReadFault> {
    if number.digits == 0 || number.whole == -1 { return .success(nil) }
    guard let tenths = number.scaled(by: 50, over: scale), tenths > 0, tenths <= 50 else {
        return .failure(ReadFault(.ratingOutOfScale))
    }
    if tenths >= 10 { return .success(tenths) }
    // Below one star only the least rating of a scale is meant: 1 and more of a scale above five,
    // half a star of five. A fifth of a star is a rating of another scale.
    let isLeast =
        scale == 5 ? tenths == 5 : scale < 5 || number.scaled(by: 1, over: 1) ?? 0 >= 1
    return isLeast ? .success(10) : .failure(ReadFault(.ratingOutOfScale))
}

/// Flags and words that are ratings by themselves.
private let ratingWords: [String: Int64] = {
    var words: [String: Int64] = [:]
    let good = [
        "true", "yes", "up", "thumbs up", "thumbs_up", "thumbsup", "thumb_up", "👍", "like",
        "liked", "positive", "recommended", "recommend", "😀", "😃", "😍",
    ]
    let bad = [
        "false", "no", "down", "thumbs down", "thumbs_down", "thumbsdown", "thumb_down", "👎",
        "dislike", "disliked", "negative", "not recommended", "not_recommended", "😡", "😠",
    ]
    for word in good { words[word] = 50 }
    for word in bad { words[word] = 10 }
    for word in ["neutral", "mixed", "😐"] { words[word] = 30 }
    return words
}()

/// Whether the bytes are a number as JSON writes it, without anything around it.
func isJSONNumber(_ raw: [UInt8]) -> Bool {
    var index = raw.first == UInt8(ascii: "-") ? 1 : 0
    func digits() -> Bool {
        let start = index
        while index < raw.count, isDigit(raw[index]) { index += 1 }
        return index > start
    }
    guard digits() else { return false }
    if index < raw.count, raw[index] == UInt8(ascii: ".") {
        index += 1
        guard digits() else { return false }
    }
    if index < raw.count, raw[index] | 0x20 == UInt8(ascii: "e") {
        index += 1
        if index < raw.count, raw[index] == UInt8(ascii: "+") || raw[index] == UInt8(ascii: "-") {
            index += 1
        }
        guard digits() else { return false }
    }
    return index == raw.count
}
