/// A mention of an aspect in a review.
package struct Mention: Equatable, Sendable {
    package var aspect: Int
    package var isNegative: Bool
    package var field: TrackedField
    /// The matching words and the sentence around them, as byte ranges of the field.
    package var range: Range<Int>
    package var sentence: Range<Int>
}

/// A mention of danger in a review, for a person to check.
package struct HazardMention: Equatable, Sendable {
    package var hazard: Int
    package var dangerClass: DangerClass
    package var field: TrackedField
    package var range: Range<Int>
    package var sentence: Range<Int>
}

/// What a lexicon finds in a review.
package struct ReviewReading: Equatable, Sendable {
    package var language: Language
    package var mentions: [Mention] = []
    package var hazards: [HazardMention] = []

    /// The aspects complained about, each once.
    package var complaints: Set<Int> { Set(mentions.filter(\.isNegative).map(\.aspect)) }
}

/// Reads a review's texts with a lexicon: phrases of the text's language, or of all languages where
/// that is unknown. A negation up to three words before a phrase inverts the mention. A mention of
/// danger is classified by the words around it; inside a harmless phrase it is dropped.
///
/// For many reviews, a `ReviewReader` does the same without new memory for each.
package func readReview(_ values: ReviewValues, with lexicon: Lexicon) -> ReviewReading {
    var reader = ReviewReader(lexicon, isForOne: true)
    return reader.read(values)
}

/// Keeps only the longest of nested phrases with one meaning: "bad smell" without "smell".
func withoutInner<Found>(
    _ found: [Found], _ key: (Found) -> (meaning: Int, range: Range<Int>)
) -> [Found] {
    guard found.count > 1 else { return found }
    let keys = found.map(key)
    return found.indices.filter { index in
        let own = keys[index]
        return !keys.contains { other in
            other.meaning == own.meaning && other.range.count > own.range.count
                && other.range.lowerBound <= own.range.lowerBound
                && own.range.upperBound <= other.range.upperBound
        }
    }.map { found[$0] }
}

/// Where a phrase stands that looks like a hazard and is none.
typealias HarmlessPlace = (hazard: Int, range: Range<Int>)

/// The mentions that no harmless phrase of the same hazard overlaps.
func without(_ harmless: [HarmlessPlace], _ found: [HazardMention]) -> [HazardMention] {
    guard !harmless.isEmpty else { return found }
    return found.filter { danger in
        !harmless.contains { $0.hazard == danger.hazard && $0.range.overlaps(danger.range) }
    }
}
