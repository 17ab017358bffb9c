/// A theme whose share among new reviews differs significantly from its share before.
package struct ThemeShift: Equatable, Sendable {
    package var aspect: Lexicon.Aspect
    /// Of the distinct readable reviews before, those that complain about it.
    package var before: Proportion
    /// The same for the new reviews.
    package var new: Proportion
    /// The probability of such a difference by chance, in billionths.
    package var chance: Int64

    package var isUp: Bool {
        Int128(new.part) * Int128(before.whole) > Int128(before.part) * Int128(new.whole)
    }

    /// The fewest mentions on the side with the greater share.
    package static let fewestMentions: Int64 = 5
}

/// Themes that rose or fell, those least likely by chance first.
///
/// For each aspect, the share among new distinct readable reviews is compared with the share
/// before, where the greater share has at least five mentions. At a false discovery rate of 5 %,
/// one in twenty reported shifts may be wrong. More mentions because of more reviews are no rise.
///
/// - Parameters:
///   - before: Reviews that were live before.
///   - new: Reviews that came since. A copy of an earlier one does not count.
package func themeShifts(
    before: [ReadReview], new: [ReadReview], lexicon: Lexicon
) -> [ThemeShift] {
    let counts = distinctMentions([before, new], strengths: false, lexicon: lexicon)
    return themeShifts(before: counts[0], new: counts[1], lexicon: lexicon)
}

/// The same from counts.
package func themeShifts(
    before: DistinctMentions, new: DistinctMentions, lexicon: Lexicon
) -> [ThemeShift] {
    var compared = lexicon.aspects.indices.map { aspect in
        let shares = [before, new].map { Proportion($0.mentions[aspect], of: $0.readable) }
        return ThemeShift(
            aspect: lexicon.aspects[aspect], before: shares[0], new: shares[1],
            chance: chanceOfDifference(shares[0], shares[1]))
    }
    compared.removeAll { shift in
        (shift.isUp ? shift.new.part : shift.before.part) < ThemeShift.fewestMentions
    }
    let standing = standingFindings(compared.map(\.chance))
    return zip(compared, standing).filter(\.1).map(\.0).sorted { left, right in
        left.chance != right.chance
            ? left.chance < right.chance : Text(left.aspect.id) < Text(right.aspect.id)
    }
}

/// The distinct readable reviews of a set, and how many of them mention each aspect.
package struct DistinctMentions: Equatable, Sendable {
    package var readable: Int64 = 0
    package var mentions: [Int64]
}

/// Counts sets of reviews one after another; a review in an earlier set is not counted again in a
/// later one. A review mentions what any of its appearances mentions.
package func distinctMentions(
    _ sets: [[ReadReview]], strengths: Bool, lexicon: Lexicon
) -> [DistinctMentions] {
    let all = sets.flatMap { $0 }
    let firsts = distinctReviews(all)
    var counts: [DistinctMentions] = []
    var place = 0
    var seen: Set<Int> = []
    for set in sets {
        var own = DistinctMentions(mentions: lexicon.aspects.map { _ in 0 })
        var said: Set<[Int]> = []
        let earlier = seen
        for read in set {
            let first = firsts[place]
            place += 1
            guard read.isReadable, !earlier.contains(first) else { continue }
            if seen.insert(first).inserted { own.readable += 1 }
            guard read.counts(asStrength: strengths) else { continue }
            for aspect in read.aspects(negative: !strengths)
            where said.insert([first, aspect]).inserted {
                own.mentions[aspect] += 1
            }
        }
        counts.append(own)
    }
    return counts
}

/// Themes with the share of distinct readable reviews that mention them.
package func sharedThemes(
    _ reviews: [ReadReview], strengths: Bool, lexicon: Lexicon
) -> [Theme] {
    let counted = distinctMentions([reviews], strengths: strengths, lexicon: lexicon)[0]
    return countThemes(reviews, strengths: strengths, lexicon: lexicon).map { theme in
        var theme = theme
        let aspect = lexicon.aspects.firstIndex(of: theme.aspect)
        theme.distinct = aspect.map { Proportion(counted.mentions[$0], of: counted.readable) }
        return theme
    }
}

extension Proportion {
    /// The share with its Wilson interval; nil where `whole` is 0.
    package var share: Share? { AfterwordCore.share(part, of: whole) }
}

extension ReadReview {
    /// Whether the review has a text in a language that the lexicon reads.
    package var isReadable: Bool {
        let hasText = review.values.title != nil || review.values.body != nil
        return hasText && !review.values.isUnread(reading)
    }
}
