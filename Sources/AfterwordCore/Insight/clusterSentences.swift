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
    var table = ClusterWords()
    // Reviews per language: negative ones without a known complaint, and all others.
    var unread: [Language: Int] = [:]
    var others: [Language: Int] = [:]
    for (index, review) in reviews.enumerated() {
        let language = review.reading.language
        if isOther[index] {
            others[language, default: 0] += 1
            continue
        }
        unread[language, default: 0] += 1
        table.add(review.values, language, index)
    }
    let support = min(
        max(ClusterLimit.support, unread.values.reduce(0, +) / ClusterLimit.part),
        ClusterLimit.enough)
    var phrases = table.phrases(inAtLeast: support)
    let elsewhere = table.counts(in: zip(reviews, isOther).lazy.filter(\.1).map(\.0))
    phrases.removeAll { phrase in
        // Adding one to the others corrects for small samples; a single word needs a higher lift.
        let lift = ClusterLimit.lift + (phrase.words.count == 1 ? 1 : 0)
        return phrase.occurrences.count * ((others[phrase.language] ?? 0) + 1)
            < lift * (elsewhere[phrase.number] + 1) * (unread[phrase.language] ?? 0)
    }
    var clusters: [SentenceCluster] = []
    while clusters.count < ClusterLimit.clusters, let best = table.heaviest(of: phrases),
        best.occurrences.count >= support
    {
        let members = best.occurrences.map { table.member($0) }
        let written = zip(members, best.occurrences).map { member, occurrence in
            reviews[member.index].values.quote(member.field, table.range(of: occurrence))
                .lowercased()
        }
        clusters.append(
            SentenceCluster(
                label: commonest(written), language: best.language, members: members))
        let taken = Set(members.map(\.index))
        for place in phrases.indices {
            phrases[place].occurrences.removeAll { taken.contains(table.review(of: $0)) }
        }
    }
    return clusters
}

extension ReviewValues {
    /// The text of a byte range that begins and ends at character boundaries, as readings do.
    package func quote(_ field: TrackedField, _ range: Range<Int>) -> String {
        let text = field == .title ? title : body
        return text.map { String(decoding: $0.bytes[range], as: UTF8.self) } ?? ""
    }
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
