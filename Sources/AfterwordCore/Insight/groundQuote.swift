/// A quote found in its review.
package struct GroundedQuote: Equatable, Sendable {
    /// How the quote was found.
    package enum Check: String, Sendable {
        /// Byte for byte.
        case verified
        /// Ignoring case and white space; the source's own text is shown.
        case repaired
    }
    package var check: Check
    package var field: TrackedField
    /// Byte range in the field.
    package var range: Range<Int>
    /// The source's own text in that range.
    package var text: String
}

/// Why a quote is dropped.
package enum QuoteFault: String, CaseIterable, Sendable {
    /// The review is not among those sent, or has another version.
    case unknownReview = "unknown_review"
    /// The review does not contain it.
    case notInReview = "not_in_review"
    /// Too short to mean anything, or too long.
    case length
    /// The aspect is not in the lexicon, and the review's stars contradict the item.
    case againstStars = "against_stars"
    /// It begins or ends inside a word.
    case insideWord = "inside_word"
}

/// Limits of a quote.
package enum QuoteLimit {
    /// A quote must have two words, this many letters, or cover 80 % of the text.
    static let letters = 8
    /// The same for Japanese, which has no spaces.
    static let unspacedLetters = 4
    package static let scalars = 400
}

/// Finds a quote in a review. An exact match in the body or the title comes before one that ignores
/// case and white space; within each, the body comes before the title.
package func groundQuote(
    _ quote: String, in values: ReviewValues
) -> Result<GroundedQuote, QuoteFault> {
    let needle = Array(trimmed(quote).utf8)
    guard !needle.isEmpty, quote.unicodeScalars.count <= QuoteLimit.scalars else {
        return .failure(.length)
    }
    var fault = QuoteFault.notInReview
    for check in [GroundedQuote.Check.verified, .repaired] {
        for (field, text) in [(TrackedField.body, values.body), (.title, values.title)] {
            guard let text else { continue }
            let ranges =
                check == .verified
                ? places(of: needle, in: text.bytes) : foldedPlaces(of: quote, in: text)
            for range in ranges {
                guard isWhole(range, in: text.bytes) else {
                    fault = .insideWord
                    continue
                }
                let found = String(decoding: text.bytes[range], as: UTF8.self)
                guard saysEnough(found) || range.count * 10 >= text.bytes.count * 8 else {
                    return .failure(.length)
                }
                return .success(
                    GroundedQuote(check: check, field: field, range: range, text: found))
            }
        }
    }
    return .failure(fault)
}

extension QuoteFault: Error {}

private func trimmed(_ text: String) -> String {
    let start = text.drop { $0.isWhitespace }
    return String(start.reversed().drop { $0.isWhitespace }.reversed())
}

private func saysEnough(_ text: String) -> Bool {
    let found = words(of: Text(text))
    let letters = text.unicodeScalars.count { $0.properties.isAlphabetic }
    let isUnspaced = languageByLetters(of: Text(text))?.hasSpaces == false
    return found.count > 1
        || letters >= (isUnspaced ? QuoteLimit.unspacedLetters : QuoteLimit.letters)
}

/// Whether a range begins and ends at word boundaries; in scripts without spaces every letter is a
/// boundary.
private func isWhole(_ range: Range<Int>, in bytes: [UInt8]) -> Bool {
    !(isInWord(bytes, before: range.lowerBound) && isInWord(bytes, after: range.lowerBound))
        && !(isInWord(bytes, before: range.upperBound) && isInWord(bytes, after: range.upperBound))
}

private func isInWord(_ bytes: [UInt8], after index: Int) -> Bool {
    guard index < bytes.count else { return false }
    var end = index + 1
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return isWordScalar(bytes[index..<end])
}

private func isInWord(_ bytes: [UInt8], before index: Int) -> Bool {
    guard index > 0 else { return false }
    var start = index - 1
    while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return isWordScalar(bytes[start..<index])
}

/// Whether the scalar is a letter or digit of a script that separates words.
private func isWordScalar(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let scalar = String(decoding: bytes, as: UTF8.self).unicodeScalars.first else {
        return false
    }
    if (0x3040...0x30FF).contains(scalar.value) || scalar.properties.isIdeographic { return false }
    return scalar.properties.isAlphabetic
        || scalar.properties.generalCategory == .decimalNumber
}

private func places(of needle: [UInt8], in bytes: [UInt8]) -> [Range<Int>] {
    guard bytes.count >= needle.count else { return [] }
    return (0...bytes.count - needle.count).compactMap { start in
        bytes[start] == needle[0] && bytes[start...].starts(with: needle)
            ? start..<start + needle.count : nil
    }
}

/// The ranges where the texts are equal ignoring case and runs of white space.
private func foldedPlaces(of quote: String, in text: Text) -> [Range<Int>] {
    let needle = Folded(trimmed(quote))
    let whole = Folded(text.string)
    guard !needle.scalars.isEmpty, whole.scalars.count >= needle.scalars.count else { return [] }
    return (0...whole.scalars.count - needle.scalars.count).compactMap { start in
        guard whole.scalars[start] == needle.scalars[0],
            whole.scalars[start...].starts(with: needle.scalars)
        else { return nil }
        let last = start + needle.scalars.count - 1
        return whole.starts[start]..<whole.ends[last]
    }
}

/// A text in lower case with runs of white space as one space, and the byte range each scalar comes
/// from.
private struct Folded {
    var scalars: [Unicode.Scalar] = []
    var starts: [Int] = []
    var ends: [Int] = []

    init(_ text: String) {
        var offset = 0
        for scalar in text.unicodeScalars {
            let end = offset + UTF8.width(scalar)
            if scalar.properties.isWhitespace {
                if scalars.last != " " {
                    append(" ", offset, end)
                } else {
                    ends[ends.count - 1] = end
                }
            } else {
                for small in scalar.properties.lowercaseMapping.unicodeScalars {
                    append(small, offset, end)
                }
            }
            offset = end
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar, _ start: Int, _ end: Int) {
        scalars.append(scalar)
        starts.append(start)
        ends.append(end)
    }
}
