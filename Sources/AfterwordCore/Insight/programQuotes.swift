/// Limits on the quotes that the program chooses.
package enum ProgramQuote {
    /// Quotes per theme or danger.
    package static let limit = 4
    /// So many plain quotes need no others beside them.
    static let enough = 3
    /// The most candidates considered.
    static let looked = 1_000
    /// The same where each is read again.
    static let read = 300
    /// The most sentences of a review that are read again for one that is shown.
    static let sentences = 40
    /// The most complaints of a review among which the one is chosen that it is shown for.
    static let complaints = 4
    /// The target length of a quote in bytes; exceeded only where there is no word boundary to cut
    /// at.
    static let bytes = 280
}

/// A place in a review that proves a theme or a danger.
struct ProvenPlace {
    var read: ReadReview
    var field: TrackedField
    var sentence: Range<Int>
    /// The byte range of the matching words.
    var words: Range<Int>
    /// The first of the appearances of the same review.
    var group: Int?

    /// The sentence.
    var said: Text { Text(read.review.values.quote(field, sentence)) }

    /// The place in a review among others.
    ///
    /// - Parameter index: Of the review in `distinct`.
    func among(_ distinct: DistinctReviews, at index: Int) -> ProvenPlace {
        var place = self
        (place.read.shown, place.group) = (distinct.shown(index), distinct.groups[index])
        return place
    }
}

/// Quotes chosen by the program: the plainest first, then spread over products and languages,
/// independent of the order of the reviews; of a review that is shown several times one.
///
/// - Parameters:
///   - looked: The most candidates considered.
///   - clarity: How clearly a place says what is to be proven; nil where it may not be quoted.
func programQuotes(
    _ places: [ProvenPlace], limit: Int = ProgramQuote.limit, looked: Int = ProgramQuote.looked,
    clarity: (ProvenPlace) -> QuoteClarity?
) -> [Insight.Quote] {
    var groups: Set<Int> = []
    let sorted = places.sorted { left, right in
        let (l, r) = (left.read.review, right.read.review)
        if l.contentDigest != r.contentDigest { return l.contentDigest < r.contentDigest }
        return (l.productID, l.reviewID) < (r.productID, r.reviewID)
    }
    .filter { place in place.group.map { groups.insert($0).inserted } ?? true }
    .prefix(looked)
    .compactMap { place in clarity(place).map { (place: place, clarity: $0) } }
    var texts: [Text: Int] = [:]
    var products: [Text: Int] = [:]
    var languages: [Language: Int] = [:]
    func next<Key>(_ counts: inout [Key: Int], _ key: Key) -> Int {
        counts[key, default: 0] += 1
        return counts[key]!
    }
    let placed = quotable(sorted, \.clarity).enumerated().map { index, own in
        let quote = ownQuote(own.place)
        return (
            quote: quote,
            rank: [
                -own.clarity.step.rawValue, next(&texts, Text(quote.grounded.text)),
                next(&products, own.place.read.review.productID),
                next(&languages, own.place.read.reading.language), index,
            ]
        )
    }
    return placed.sorted { $0.rank.lexicographicallyPrecedes($1.rank) }.prefix(limit)
        .map(\.quote)
}

/// Those that may be quoted, the clearest first; equally clear ones keep their order. Where enough
/// are plain, the others are left out.
package func quotable<Said>(_ said: [Said], _ clarity: (Said) -> QuoteClarity) -> [Said] {
    let sorted = said.enumerated().filter { clarity($0.element).step > .faint }
        .sorted { left, right in
            let (l, r) = (clarity(left.element), clarity(right.element))
            return l == r ? left.offset < right.offset : l > r
        }.map(\.element)
    let plain = sorted.count { clarity($0).step == .plain }
    return plain < ProgramQuote.enough ? sorted : Array(sorted.prefix(plain))
}

private func ownQuote(_ place: ProvenPlace) -> Insight.Quote {
    let review = place.read.review
    let text = (place.field == .title ? review.values.title : review.values.body) ?? ""
    let range = quotedRange(text, place.sentence, around: place.words)
    return Insight.Quote(
        productID: review.productID, reviewID: review.reviewID, version: review.version,
        star: review.values.star, language: place.read.reading.language,
        grounded: GroundedQuote(
            check: .verified, field: place.field, range: range,
            text: String(decoding: text.bytes[range], as: UTF8.self)),
        translation: nil, agrees: true, shown: place.read.shown)
}

/// A sentence, cut to a quote's length at word boundaries. A sentence of fewer than 24 bytes is
/// shown with the whole text where that fits.
private func quotedRange(
    _ text: Text, _ sentence: Range<Int>, around words: Range<Int>
) -> Range<Int> {
    let bytes = text.bytes
    if sentence.count < 24, bytes.count <= ProgramQuote.bytes { return trimmed(bytes) }
    guard sentence.count > ProgramQuote.bytes else { return sentence }
    func isEnd(_ index: Int) -> Bool { bytes[index] == 0x20 || bytes[index] == 0x0A }
    var start = max(sentence.lowerBound, words.lowerBound - ProgramQuote.bytes / 3)
    while start > sentence.lowerBound, !isEnd(start - 1) { start -= 1 }
    var end = min(sentence.upperBound, words.upperBound + ProgramQuote.bytes / 3)
    while end < sentence.upperBound, !isEnd(end) { end += 1 }
    while end > start, isEnd(end - 1) { end -= 1 }
    return start..<end
}

/// The whole text without spaces and line feeds at its ends.
private func trimmed(_ bytes: [UInt8]) -> Range<Int> {
    func isBlank(_ index: Int) -> Bool { bytes[index] == 0x20 || bytes[index] == 0x0A }
    var range = 0..<bytes.count
    while let first = range.first, isBlank(first) { range = range.dropFirst() }
    while let last = range.last, isBlank(last) { range = range.dropLast() }
    return range
}

extension ReadReview {
    /// The place of an aspect; nil where the review does not mention it.
    func place(of aspect: Int, isNegative: Bool) -> ProvenPlace? {
        reading.mention(of: aspect, isNegative: isNegative).map {
            ProvenPlace(read: self, field: $0.field, sentence: $0.sentence, words: $0.range)
        }
    }

    /// Whether the review mentions an aspect in the quoted words, as a complaint or praise, and its
    /// stars agree.
    func says(_ aspect: Int, isNegative: Bool, at place: GroundedQuote) -> Bool {
        counts(asStrength: !isNegative)
            && reading.mentions.contains {
                $0.aspect == aspect && $0.isNegative == isNegative && $0.field == place.field
                    && $0.range.overlaps(place.range)
            }
    }
}

extension ReviewReading {
    /// The mention of an aspect in the longest sentence, the first of equally long ones; nil where
    /// there is none. Longer than a quote is no longer.
    package func mention(of aspect: Int, isNegative: Bool) -> Mention? {
        var longest: Mention?
        for mention in mentions
        where mention.aspect == aspect && mention.isNegative == isNegative {
            let length = min(mention.sentence.count, ProgramQuote.bytes)
            if length > longest.map({ min($0.sentence.count, ProgramQuote.bytes) }) ?? -1 {
                longest = mention
            }
        }
        return longest
    }
}
