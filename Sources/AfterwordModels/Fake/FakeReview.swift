import AfterwordCore

/// A review, read from the request.
struct FakeReview: Sendable {
    var id: String
    var version: Int64
    var product: String
    var values: ReviewValues
    var reading: ReviewReading

    /// The reviews of a request, read by a lexicon; nil for a document of another form.
    static func all(in document: String, _ lexicon: Lexicon) -> [FakeReview]? {
        guard let parsed = try? JSONValue(parsing: Array(document.utf8)),
            let reviews = parsed["reviews"]?.elements
        else { return nil }
        var reader = ReviewReader(lexicon, isForOne: true)
        return reviews.map { review in
            var values = ReviewValues()
            values.rating = review["stars"]?.integer.map { $0 * 10 }
            values.title = review["title"]?.text.map { Text($0) }
            values.body = review["text"]?.text.map { Text($0) }
            return FakeReview(
                id: review["id"]?.text ?? "", version: review["version"]?.integer ?? 0,
                product: review["product"]?.text ?? "", values: values,
                reading: reader.read(values))
        }
    }

    func counts(asStrength: Bool) -> Bool {
        guard let star = values.star else { return true }
        return asStrength ? star >= 4 : star <= 3
    }

    /// One mention per aspect: the one in the longest sentence.
    func mentions(ofStrengths isStrength: Bool) -> [Mention] {
        var longest: [Int: Mention] = [:]
        for mention in reading.mentions where mention.isNegative != isStrength {
            let length = min(mention.sentence.count, Self.quoteBytes)
            if length > longest[mention.aspect].map({ min($0.sentence.count, Self.quoteBytes) })
                ?? 0
            {
                longest[mention.aspect] = mention
            }
        }
        return longest.values.sorted { $0.aspect < $1.aspect }
    }

    /// A sentence of the review as a quote. A sentence of more than 280 bytes is cut at word ends,
    /// around `words`.
    func quote(_ field: TrackedField, _ sentence: Range<Int>, around words: Range<Int>) -> String {
        let bytes = (field == .title ? values.title : values.body)?.bytes ?? []
        // A sentence of a word or two says more together with the rest of a short text.
        if sentence.count < Self.shortBytes, bytes.count <= Self.quoteBytes {
            return String(decoding: bytes, as: UTF8.self)
        }
        guard sentence.count > Self.quoteBytes else {
            return String(decoding: bytes[sentence], as: UTF8.self)
        }
        func isEnd(_ index: Int) -> Bool { bytes[index] == 0x20 || bytes[index] == 0x0A }
        var start = max(sentence.lowerBound, words.lowerBound - Self.quoteBytes / 3)
        while start > sentence.lowerBound, !isEnd(start - 1) { start -= 1 }
        var end = min(sentence.upperBound, words.upperBound + Self.quoteBytes / 3)
        while end < sentence.upperBound, !isEnd(end) { end += 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private static let quoteBytes = 280
    private static let shortBytes = 24
}
