/// A review that vanished and a new one that are one review, edited.
package struct EditPair: Equatable, Sendable {
    /// Indexes among the reviews that vanished, and among the new ones.
    package var vanished: Int
    package var new: Int
    /// Shared weight of words in millionths of the shorter text.
    package var score: Int64
    package var evidence: EditEvidence
}

/// Finds the edited reviews among those of one product that vanished and those that are new.
///
/// Each review is in one pair at most, and the result depends on no order: pairs are taken by
/// evidence, score and identities. Where nothing but texts speaks for a pair, neither of its
/// reviews may be like a third: texts that many customers post are not edits of one another.
///
/// Takes time in proportion to the number of words, not of pairs (`candidatePairs`).
package func pairEdits(vanished: [ComparedReview], new: [ComparedReview]) -> [EditPair] {
    if vanished.isEmpty || new.isEmpty { return [] }
    let names = (nameCounts(vanished), nameCounts(new))
    func isRare(_ name: Text) -> Bool {
        max(names.0[name] ?? 0, names.1[name] ?? 0) <= mostNamesakes
    }
    var texts: (place: Int, text: SimilarText)?
    var found: [EditPair] = []
    for (own, other) in candidatePairs(vanished, new, isRare: isRare) {
        guard let evidence = EditEvidence(vanished[own], new[other], isRare: isRare) else {
            continue
        }
        if texts?.place != own { texts = (own, vanished[own].text) }
        guard let text = texts?.text else { continue }
        let likeness = compareTexts(text, new[other].text)
        let isRedated = vanished[own].isRedated(as: new[other])
        guard evidence.suffices(for: likeness, isRedated: isRedated) else { continue }
        found.append(
            EditPair(vanished: own, new: other, score: likeness.words, evidence: evidence))
    }
    return assigned(found, vanished, new)
}

/// Greatest number of reviews on one side with an author's name that still identifies one.
let mostNamesakes = 3

private func nameCounts(_ reviews: [ComparedReview]) -> [Text: Int] {
    var counts: [Text: Int] = [:]
    for review in reviews { review.authorName.map { counts[$0, default: 0] += 1 } }
    return counts
}

/// The pairs by evidence and score, greatest first, then by identities; without those of a review
/// that is in a greater one, and without those that are ambiguous.
private func assigned(
    _ pairs: [EditPair], _ vanished: [ComparedReview], _ new: [ComparedReview]
) -> [EditPair] {
    let ordered = pairs.sorted { left, right in
        if left.evidence != right.evidence { return left.evidence > right.evidence }
        if left.score != right.score { return left.score > right.score }
        let (own, other) = (vanished[left.vanished].identity, vanished[right.vanished].identity)
        if own != other { return own < other }
        return new[left.new].identity < new[right.new].identity
    }
    var counts = (vanished: [Int: Int](), new: [Int: Int]())
    for pair in pairs {
        counts.vanished[pair.vanished, default: 0] += 1
        counts.new[pair.new, default: 0] += 1
    }
    var taken = (vanished: Set<Int>(), new: Set<Int>())
    return ordered.filter { pair in
        let isAlone = counts.vanished[pair.vanished] == 1 && counts.new[pair.new] == 1
        guard isAlone || pair.evidence > .text, !taken.vanished.contains(pair.vanished),
            !taken.new.contains(pair.new)
        else { return false }
        taken.vanished.insert(pair.vanished)
        taken.new.insert(pair.new)
        return true
    }
}
