/// The sums of themes over the live reviews of a scope, of complaints and of praise.
package struct ThemeSums: Equatable, Sendable {
    /// The sums of complaints, or of praise: an entry for each aspect.
    struct Side: Equatable, Sendable {
        var mentions: [Int64]
        var mixed: [Int64]
        var new: [Int64]
        /// Distinct reviews that say so, and those of them with a text that the reader reads.
        var distinct: [Int64]
        var readable: [Int64]
        var products: [Int64]
        var brands: [Int64]
        /// Of the reviews that say so, the sum and the number of ratings.
        var ratingSum: [Int64]
        var ratingCount: [Int64]
        var languages = SaidByLanguage()

        init(aspects: Int) {
            let none = [Int64](repeating: 0, count: aspects)
            (mentions, mixed, new, distinct, readable) = (none, none, none, none, none)
            (products, brands, ratingSum, ratingCount) = (none, none, none, none)
        }
    }

    var complaints: Side
    var praise: Side
    /// The sum and the number of all ratings.
    var ratings: (sum: Int64, count: Int64) = (0, 0)
    /// The distinct reviews with a text that the reader reads.
    package internal(set) var readable: Int64 = 0
    /// The distinct reviews.
    package internal(set) var distinct = DistinctCounts()

    package init(aspects: Int) {
        complaints = Side(aspects: aspects)
        praise = Side(aspects: aspects)
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.complaints == right.complaints && left.praise == right.praise
            && left.ratings == right.ratings && left.readable == right.readable
            && left.distinct == right.distinct
    }

    /// The same where nothing of it is new.
    package var withoutNew: ThemeSums {
        var sums = self
        for place in sums.complaints.new.indices {
            (sums.complaints.new[place], sums.praise.new[place]) = (0, 0)
        }
        return sums
    }

    /// The themes with a mention, as `sharedThemes` returns them.
    package func themes(strengths: Bool, lexicon: Lexicon) -> [Theme] {
        let side = strengths ? praise : complaints
        return lexicon.aspects.indices.filter { side.mentions[$0] > 0 }.map { place in
            var theme = Theme(aspect: lexicon.aspects[place], lexicon: lexicon.version)
            theme.mentions = side.mentions[place]
            theme.distinctMentions = side.distinct[place]
            theme.mixed = side.mixed[place]
            theme.new = side.new[place]
            theme.products = side.products[place]
            theme.brands = side.brands[place]
            for own in side.languages.all where own.said.contains(place) {
                theme.languages.insert(Language(code: own.code).rawValue)
            }
            theme.ratings = (side.ratingSum[place], side.ratingCount[place])
            theme.starImpact = starImpact(of: theme.ratings, in: ratings)
            theme.distinct = Proportion(side.readable[place], of: readable)
            return theme
        }.sorted(by: Theme.ranksBefore)
    }
}

/// What is said in each language, in order of the languages' codes.
struct SaidByLanguage: Equatable, Sendable {
    private(set) var all: [(code: UInt16, said: AspectSet)] = []

    static func == (left: Self, right: Self) -> Bool {
        left.all.elementsEqual(right.all) { $0 == $1 }
    }

    mutating func formUnion(_ said: AspectSet, in code: UInt16) {
        // There are few languages: looking through them is faster than hashing.
        for place in all.indices where all[place].code >= code {
            if all[place].code == code { return all[place].said.formUnion(said) }
            return all.insert((code, said), at: place)
        }
        all.append((code, said))
    }
}
