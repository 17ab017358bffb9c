/// The pairs of reviews worth comparing: those that share runs of three words that few others have,
/// and those of one author. At most four for each review that vanished, and in their order.
///
/// - Parameter isRare: Whether few of the reviews bear an author's name.
func candidatePairs(
    _ vanished: [ComparedReview], _ new: [ComparedReview], isRare: (Text) -> Bool
) -> [(vanished: Int, new: Int)] {
    var shared = sharedRuns(wordRuns(of: vanished), wordRuns(of: new))
    shared.sort()
    var pairs: [(vanished: Int, new: Int)] = []
    var byAuthor = authorPairs(vanished, new, isRare: isRare)
    var start = 0
    for own in vanished.indices {
        var partners: [(new: Int, count: Int)] = []
        while start < shared.count, shared[start].high == own {
            let other = shared[start].low
            if partners.last?.new == other {
                partners[partners.count - 1].count += 1
            } else {
                partners.append((other, 1))
            }
            start += 1
        }
        partners.sort { left, right in
            left.count == right.count
                ? new[left.new].identity < new[right.new].identity : left.count > right.count
        }
        var chosen = partners.prefix(mostPartners).map(\.new)
        for other in byAuthor.removeValue(forKey: own) ?? [] where !chosen.contains(other) {
            chosen.append(other)
        }
        pairs += chosen.map { (own, $0) }
    }
    return pairs
}

/// Greatest number of reviews that one is compared with for its texts.
private let mostPartners = 4

/// Greatest number of pairs of reviews that one run of words brings together.
private let mostSharing = 16

/// Two numbers, the higher one below 2⁴⁰ and the lower one below 2²⁴, in order of both.
private struct Packed: Comparable {
    let bits: UInt64

    init(_ high: UInt64, _ low: Int) { bits = high << 24 | UInt64(low) }

    var high: Int { Int(bits >> 24) }
    var low: Int { Int(bits & 0xFF_FFFF) }

    static func < (left: Packed, right: Packed) -> Bool { left.bits < right.bits }
}

/// Runs of three words, each with the index of its review, in order of the runs; each run counts
/// once for a review.
private func wordRuns(of reviews: [ComparedReview]) -> [Packed] {
    var runs: [Packed] = []
    for (place, review) in reviews.enumerated() {
        for run in review.text.runs(of: 3) { runs.append(Packed(run >> 24, place)) }
    }
    runs.sort()
    var count = 0
    for run in runs where count == 0 || runs[count - 1] != run {
        runs[count] = run
        count += 1
    }
    runs.removeLast(runs.count - count)
    return runs
}

/// The pairs of reviews that share a run, once for each run that few have.
private func sharedRuns(_ left: [Packed], _ right: [Packed]) -> [Packed] {
    var pairs: [Packed] = []
    var (own, other) = (0, 0)
    while own < left.count, other < right.count {
        if left[own].high < right[other].high {
            own += 1
        } else if left[own].high > right[other].high {
            other += 1
        } else {
            let (mine, theirs) = (end(of: own, in: left), end(of: other, in: right))
            if (mine - own) * (theirs - other) <= mostSharing {
                for l in left[own..<mine] {
                    for r in right[other..<theirs] { pairs.append(Packed(UInt64(l.low), r.low)) }
                }
            }
            (own, other) = (mine, theirs)
        }
    }
    return pairs
}

/// The index after the last element with the same run.
private func end(of start: Int, in runs: [Packed]) -> Int {
    var end = start + 1
    while end < runs.count, runs[end].high == runs[start].high { end += 1 }
    return end
}

/// For each review that vanished, the new ones of its author.
private func authorPairs(
    _ vanished: [ComparedReview], _ new: [ComparedReview], isRare: (Text) -> Bool
) -> [Int: [Int]] {
    func author(_ review: ComparedReview) -> Text? {
        review.authorID ?? review.authorName.flatMap { isRare($0) ? $0 : nil }
    }
    var places: [Text: [Int]] = [:]
    for (place, review) in new.enumerated() {
        author(review).map { places[$0, default: []].append(place) }
    }
    var pairs: [Int: [Int]] = [:]
    for (place, review) in vanished.enumerated() {
        pairs[place] = author(review).flatMap { places[$0] }?.prefix(mostPartners).map(\.self)
    }
    return pairs
}
