/// A theme whose share among new reviews differs from the share before beyond chance.
package struct ThemeShift: Equatable, Sendable {
    package var aspect: Lexicon.Aspect
    /// Distinct readable reviews that complain of it, of those that were there before.
    package var before: Proportion
    /// The same of those that came.
    package var new: Proportion
    /// How likely such a difference is by chance, in billionths.
    package var chance: Int64

    package var isUp: Bool {
        Int128(new.part) * Int128(before.whole) > Int128(before.part) * Int128(new.whole)
    }

    /// Mentions from which on a share is compared, on the side where it is greater.
    package static let fewestMentions: Int64 = 5
}

/// Themes that are up or down, those least likely by chance first.
///
/// The share of the new distinct readable reviews is set against the share before, aspect by aspect, where the greater share
/// has at least five mentions; over all that are compared, one in twenty of those that stand may be wrong. That a theme has more
/// mentions because more reviews came is no rise.
///
/// - Parameters:
///   - before: Reviews that were live before.
///   - new: Those that came. A copy of one that was there is not new.
package func themeShifts(
    before: [ReadReview], new: [ReadReview], lexicon: Lexicon
) -> [ThemeShift] {
    let counts = distinctMentions([before, new], strengths: false, lexicon: lexicon)
    var compared = lexicon.aspects.indices.map { aspect in
        let shares = counts.map { Proportion($0.mentions[aspect], of: $0.readable) }
        return ThemeShift(
            aspect: lexicon.aspects[aspect], before: shares[0], new: shares[1],
            chance: chanceOfDifference(shares[0], shares[1]))
    }
    compared.removeAll { shift in
        (shift.isUp ? shift.new.part : shift.before.part) < ThemeShift.fewestMentions
            || shift.new.whole == 0 || shift.before.whole == 0
    }
    let standing = standingFindings(compared.map(\.chance))
    return zip(compared, standing).filter(\.1).map(\.0).sorted { left, right in
        left.chance != right.chance
            ? left.chance < right.chance : Text(left.aspect.id) < Text(right.aspect.id)
    }
}

/// Distinct readable reviews of a set, and of each aspect those that say it.
package struct DistinctMentions: Equatable, Sendable {
    package var readable: Int64 = 0
    package var mentions: [Int64]
}

/// Counts sets of reviews one after another: what is in an earlier set already is not counted again in a later one. A review
/// says what any of its appearances says.
package func distinctMentions(
    _ sets: [[ReadReview]], strengths: Bool, lexicon: Lexicon
) -> [DistinctMentions] {
    let all = sets.flatMap { $0 }
    let firsts = distinctReviews(
        all.map { ReviewAppearance(review: $0.review, family: $0.family, brand: $0.brand) })
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

/// Themes with the share of distinct readable reviews that say so.
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
    /// With its Wilson interval; nil of nothing.
    package var share: Share? { AfterwordCore.share(part, of: whole) }
}

extension ReadReview {
    /// Whether it has a text in a language that is read.
    package var isReadable: Bool {
        let hasText = review.values.title != nil || review.values.body != nil
        return hasText && !review.values.isUnread(reading)
    }
}
