/// A group of negative reviews in which the lexicon finds no complaint, but which share words.
package struct SentenceCluster: Equatable, Sendable {
    /// One to three words without stop words, in the spelling that most of its reviews use.
    package var label: String
    package var language: Language
    /// The reviews of the group, by index in the clustered list.
    package var members: [Member]

    /// A review of the group and the sentence with the shared words, as a byte range of a field.
    package struct Member: Equatable, Sendable {
        package var index: Int
        package var field: TrackedField
        package var sentence: Range<Int>
    }
}

/// Limits of clustering.
package enum ClusterLimit {
    /// The fewest reviews of a cluster: one in `part` of the reviews without a known complaint, but
    /// at least `support` and never more than `enough`.
    package static let support = 3
    static let part = 25
    static let enough = 6
    package static let clusters = 8
    static let words = 3
    /// How many times as frequent a phrase must be in these reviews as in all others.
    static let lift = 2
}

/// Clusters complaints that the lexicon does not know. It looks for phrases of one to three words
/// without stop words in reviews of up to three stars without a known complaint. A phrase must be
/// in at least `ClusterLimit.support` reviews and at least twice as frequent there as in all other
/// reviews of the language (three times for a single word), which excludes product names. The
/// phrase in the most reviews takes those reviews, then the next phrase takes from the rest.
package func clusterSentences(
    _ reviews: [(values: ReviewValues, reading: ReviewReading)]
) -> [SentenceCluster] {
    let isOther = reviews.map { ($0.values.star ?? 0) >= 4 || !$0.reading.complaints.isEmpty }
    var phrases: [Phrase: [Int: Place]] = [:]
    // Reviews per language: negative ones without a known complaint, and all others.
    var unread: [Language: Int] = [:]
    var others: [Language: Int] = [:]
    for (index, review) in reviews.enumerated() {
        if isOther[index] {
            others[review.reading.language, default: 0] += 1
            continue
        }
        unread[review.reading.language, default: 0] += 1
        for (phrase, place) in placedPhrases(review.values, review.reading.language) {
            phrases[phrase, default: [:]][index] = place
        }
    }
    let support = min(
        max(ClusterLimit.support, unread.values.reduce(0, +) / ClusterLimit.part),
        ClusterLimit.enough)
    phrases = phrases.filter { $0.value.count >= support }
    let elsewhere = counts(
        of: phrases.keys, in: zip(reviews, isOther).lazy.filter(\.1).map(\.0))
    phrases = phrases.filter { phrase, places in
        // Adding one to the others corrects for small samples; a single word needs a higher lift.
        let lift = ClusterLimit.lift + (phrase.words.count == 1 ? 1 : 0)
        return places.count * ((others[phrase.language] ?? 0) + 1)
            >= lift * ((elsewhere[phrase] ?? 0) + 1) * (unread[phrase.language] ?? 0)
    }
    var clusters: [SentenceCluster] = []
    while clusters.count < ClusterLimit.clusters,
        let best = phrases.max(by: { weight($0) < weight($1) }),
        best.value.count >= support
    {
        let members = best.value.sorted { $0.key < $1.key }
        clusters.append(
            SentenceCluster(
                label: commonest(members.map(\.value.written)), language: best.key.language,
                members: members.map {
                    .init(index: $0.key, field: $0.value.field, sentence: $0.value.sentence)
                }))
        for phrase in phrases.keys {
            for (index, _) in members { phrases[phrase]?[index] = nil }
        }
    }
    return clusters
}

private struct Phrase: Hashable {
    var language: Language
    var words: [String]
}

private struct Place {
    var written: String
    var field: TrackedField
    var sentence: Range<Int>
}

/// Ordered by reviews, words and letters; ties by bytes.
private func weight(_ entry: (key: Phrase, value: [Int: Place])) -> (Int, Int, Int, Text) {
    let joined = entry.key.words.joined(separator: " ")
    return (entry.value.count, entry.key.words.count, joined.utf8.count, Text(joined))
}

private func commonest(_ written: [String]) -> String {
    var counts: [String: Int] = [:]
    for text in written { counts[text, default: 0] += 1 }
    let best = counts.max { left, right in
        left.value == right.value
            ? Text(left.key) > Text(right.key) : left.value < right.value
    }
    return best?.key ?? ""
}

/// In how many of some reviews each of some phrases is.
private func counts(
    of phrases: some Collection<Phrase>,
    in reviews: some Sequence<(values: ReviewValues, reading: ReviewReading)>
) -> [Phrase: Int] {
    // Most words begin none of the phrases: nothing more is looked at there.
    var beginnings: [Language: Set<String>] = [:]
    var counts: [Phrase: Int] = [:]
    for phrase in phrases {
        beginnings[phrase.language, default: []].insert(phrase.words[0])
        counts[phrase] = 0
    }
    for review in reviews {
        let language = review.reading.language
        guard let beginnings = beginnings[language] else { continue }
        let found = placedPhrases(review.values, language, beginningWith: beginnings)
        for phrase in found.keys { counts[phrase]? += 1 }
    }
    return counts
}

/// The phrases of a review, each at its first occurrence.
///
/// - Parameter beginnings: The first words of the phrases that are wanted; nil for any.
private func placedPhrases(
    _ values: ReviewValues, _ language: Language, beginningWith beginnings: Set<String>? = nil
) -> [Phrase: Place] {
    var places: [Phrase: Place] = [:]
    for (field, text) in [(TrackedField.title, values.title), (.body, values.body)] {
        guard let text, language.hasSpaces else { continue }
        let found = words(of: text)
        for start in found.indices
        where beginnings?.contains(found[start].text) ?? true && !isStopWord(found[start].text) {
            var group: [String] = []
            for end in start..<min(start + ClusterLimit.words, found.count) {
                guard found[end].sentence == found[start].sentence,
                    !isStopWord(found[end].text)
                else { break }
                group.append(found[end].text)
                let phrase = Phrase(language: language, words: group)
                guard places[phrase] == nil else { continue }
                let range = found[start].range.lowerBound..<found[end].range.upperBound
                places[phrase] = Place(
                    written: String(decoding: text.bytes[range], as: UTF8.self).lowercased(),
                    field: field, sentence: sentence(found, around: start..<end + 1))
            }
        }
    }
    return places
}

/// Whether a word is frequent in some language, a negation, a number, or shorter than three
/// letters.
package func isStopWord(_ word: String) -> Bool {
    word.unicodeScalars.count < 3 || stopWords.contains(word)
        || word.unicodeScalars.allSatisfy { $0.properties.numericType != nil }
}

private let stopWords = Lexicon.first.phrases.negations.values
    .reduce(fillers.union(allFrequentWords)) { $0.union($1) }

/// Words that carry no complaint by themselves: auxiliaries, pronouns, particles, number words, and
/// words found in reviews of any product. Folded.
private let fillers = LanguageFiles.words("language", "fillers")

/// The clusters of the distinct ones among some reviews; members are indices of `reviews`.
package func distinctClusters(
    _ reviews: [ReadReview], _ distinct: DistinctReviews
) -> [SentenceCluster] {
    let chosen = reviews.indices.filter(distinct.isChosen)
    return clusterSentences(chosen.map { (reviews[$0].review.values, reviews[$0].reading) })
        .map { cluster in
            var cluster = cluster
            for place in cluster.members.indices {
                cluster.members[place].index = chosen[cluster.members[place].index]
            }
            return cluster
        }
}
