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
        /// Of the reviews that say so, the sum and the number of ratings.
        var ratingSum: [Int64]
        var ratingCount: [Int64]
        var brands: [Text: AspectSet] = [:]
        var languages: [UInt16: AspectSet] = [:]

        init(aspects: Int) {
            let none = [Int64](repeating: 0, count: aspects)
            (mentions, mixed, new, distinct, readable) = (none, none, none, none, none)
            (products, ratingSum, ratingCount) = (none, none, none)
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

    /// The themes with a mention, as `sharedThemes` returns them.
    package func themes(strengths: Bool, lexicon: Lexicon) -> [Theme] {
        let side = strengths ? praise : complaints
        return lexicon.aspects.indices.filter { side.mentions[$0] > 0 }.map { place in
            var theme = Theme(aspect: lexicon.aspects[place])
            theme.mentions = side.mentions[place]
            theme.distinctMentions = side.distinct[place]
            theme.mixed = side.mixed[place]
            theme.new = side.new[place]
            theme.products = side.products[place]
            theme.brands = Int64(side.brands.values.count { $0.contains(place) })
            for (code, own) in side.languages where own.contains(place) {
                theme.languages.insert(Language(code: code).rawValue)
            }
            theme.ratings = (side.ratingSum[place], side.ratingCount[place])
            theme.starImpact = starImpact(of: theme.ratings, in: ratings)
            theme.distinct = Proportion(side.readable[place], of: readable)
            return theme
        }.sorted(by: Theme.ranksBefore)
    }
}

/// Counts themes over products from the marks of their reviews, for several scopes at once.
///
/// It goes through the keys of all reviews first (`find`), and then through their marks: only the
/// reviews that share a half of their key with another one are held, to be counted once.
package struct ThemeTally: Sendable {
    /// A product, and the places of the scopes in `sums` that it counts in.
    package struct Product: Sendable {
        var brand: Text?
        var sameTextScope: Scope?
        var scopes: [Int]

        package init(_ attributes: ProductAttributes, scopes: [Int]) {
            (brand, sameTextScope) = (attributes[.brand], attributes.sameTextScope)
            self.scopes = scopes
        }
    }

    private struct Appearance {
        var marks: ReadingMarks
        var product: Int32
    }

    package private(set) var sums: [ThemeSums]
    private let aspects: Int
    private var repeated: RepeatedKeys
    private var products: [Product] = []
    private var shown: [Appearance] = []
    /// What the present product's reviews say.
    private var said = (complaints: AspectSet(), praise: AspectSet())

    /// - Parameters:
    ///   - aspects: The number of the reader's aspects.
    ///   - scopes: The number of scopes.
    ///   - expected: About how many reviews there are.
    package init(aspects: Int, scopes: Int = 1, expected: Int = 16) {
        self.aspects = aspects
        sums = Array(repeating: ThemeSums(aspects: aspects), count: scopes)
        repeated = RepeatedKeys(expected: expected)
    }

    /// Notes the key of a live review: the first pass.
    package mutating func find(_ key: DistinctKey) { repeated.find(key) }

    /// Begins a product of the second pass.
    package mutating func begin(_ product: Product) {
        endProduct()
        if products.isEmpty { repeated.close() }
        products.append(product)
    }

    /// Counts a live review of the product begun last.
    package mutating func count(_ marks: ReadingMarks, isNew: Bool) {
        let product = products[products.count - 1]
        for scope in product.scopes { sums[scope].count(marks, isNew: isNew) }
        if marks.counts(asStrength: false) { said.complaints.formUnion(marks.complaints) }
        if marks.counts(asStrength: true) { said.praise.formUnion(marks.praises) }
        if repeated.holds(marks.key) {
            shown.append(Appearance(marks: marks, product: Int32(products.count - 1)))
        } else {
            let once = DistinctReview(marks)
            for scope in product.scopes { sums[scope].count(once) }
        }
    }

    /// Counts what is held; call once, at the end.
    package mutating func finish() {
        endProduct()
        let groups = distinctGroups(
            shown.map { ($0.marks.key, products[Int($0.product)].sameTextScope) })
        var members: [Int: [Int]] = [:]
        for (place, group) in groups.enumerated() { members[group, default: []].append(place) }
        for own in members.values {
            var once: [Int: DistinctReview] = [:]
            for place in own {
                for scope in products[Int(shown[place].product)].scopes {
                    once[scope, default: DistinctReview()].formUnion(shown[place].marks)
                }
            }
            for (scope, review) in once { sums[scope].count(review) }
        }
        shown = []
    }

    private mutating func endProduct() {
        guard let product = products.last else { return }
        for scope in product.scopes { sums[scope].endProduct(said, brand: product.brand) }
        said = (AspectSet(), AspectSet())
    }
}

/// What any appearance of one review says.
private struct DistinctReview {
    var complaints = AspectSet()
    var praise = AspectSet()
    /// The same, of appearances that the reader reads.
    var readComplaints = AspectSet()
    var readPraise = AspectSet()
    var isReadable = false
    var isRated = false
    var isNegative = false

    init() {}

    init(_ marks: ReadingMarks) { formUnion(marks) }

    mutating func formUnion(_ marks: ReadingMarks) {
        let ownComplaints = marks.counts(asStrength: false) ? marks.complaints : AspectSet()
        let ownPraise = marks.counts(asStrength: true) ? marks.praises : AspectSet()
        complaints.formUnion(ownComplaints)
        praise.formUnion(ownPraise)
        if marks.isReadable {
            isReadable = true
            readComplaints.formUnion(ownComplaints)
            readPraise.formUnion(ownPraise)
        }
        guard let star = marks.star else { return }
        isRated = true
        if star <= 2 { isNegative = true }
    }
}

extension ThemeSums {
    /// Counts one appearance of a review.
    fileprivate mutating func count(_ marks: ReadingMarks, isNew: Bool) {
        if let rating = marks.rating {
            ratings.sum += rating
            ratings.count += 1
        }
        if !marks.complaints.isEmpty {
            complaints.count(
                marks.complaints, marks, counts: marks.counts(asStrength: false), isNew: isNew)
        }
        if !marks.praises.isEmpty {
            praise.count(
                marks.praises, marks, counts: marks.counts(asStrength: true), isNew: isNew)
        }
    }

    fileprivate mutating func count(_ review: DistinctReview) {
        distinct.count += 1
        if review.isRated { distinct.rated += 1 }
        if review.isNegative { distinct.negatives += 1 }
        if review.isReadable { readable += 1 }
        review.complaints.forEach { complaints.distinct[$0] += 1 }
        review.praise.forEach { praise.distinct[$0] += 1 }
        review.readComplaints.forEach { complaints.readable[$0] += 1 }
        review.readPraise.forEach { praise.readable[$0] += 1 }
    }

    fileprivate mutating func endProduct(
        _ said: (complaints: AspectSet, praise: AspectSet), brand: Text?
    ) {
        complaints.endProduct(said.complaints, brand)
        praise.endProduct(said.praise, brand)
    }
}

extension ThemeSums.Side {
    fileprivate mutating func count(
        _ aspects: AspectSet, _ marks: ReadingMarks, counts: Bool, isNew: Bool
    ) {
        guard counts else { return aspects.forEach { mixed[$0] += 1 } }
        aspects.forEach { aspect in
            mentions[aspect] += 1
            if isNew { new[aspect] += 1 }
            guard let rating = marks.rating else { return }
            ratingSum[aspect] += rating
            ratingCount[aspect] += 1
        }
        languages[marks.languageCode, default: AspectSet()].formUnion(aspects)
    }

    fileprivate mutating func endProduct(_ said: AspectSet, _ brand: Text?) {
        if said.isEmpty { return }
        said.forEach { products[$0] += 1 }
        if let brand { brands[brand, default: AspectSet()].formUnion(said) }
    }
}
