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
    /// The places of the present product's scopes.
    private var scopes: [Int] = []
    private var shown: [Appearance] = []
    /// What the present product's reviews say.
    private var said = Said()
    /// For each scope, what reviews say of each of its brands.
    private var brands: [[Text: Said]]

    /// - Parameters:
    ///   - aspects: The number of the reader's aspects.
    ///   - scopes: The number of scopes.
    ///   - expected: About how many reviews there are.
    package init(aspects: Int, scopes: Int = 1, expected: Int = 16) {
        self.aspects = aspects
        sums = Array(repeating: ThemeSums(aspects: aspects), count: scopes)
        brands = Array(repeating: [:], count: scopes)
        repeated = RepeatedKeys(expected: expected)
    }

    /// Notes the key of a live review: the first pass.
    package mutating func find(_ key: DistinctKey) { repeated.find(key) }

    /// Begins a product of the second pass.
    package mutating func begin(_ product: Product) {
        endProduct()
        if products.isEmpty { repeated.close() }
        products.append(product)
        scopes = product.scopes
    }

    /// Counts a live review of the product begun last.
    package mutating func count(_ marks: ReadingMarks, isNew: Bool) {
        for scope in scopes { sums[scope].count(marks, isNew: isNew) }
        if marks.counts(asStrength: false) { said.complaints.formUnion(marks.complaints) }
        if marks.counts(asStrength: true) { said.praise.formUnion(marks.praises) }
        if repeated.holds(marks.key) {
            shown.append(Appearance(marks: marks, product: Int32(products.count - 1)))
        } else {
            let once = DistinctReview(marks)
            for scope in scopes { sums[scope].count(once) }
        }
    }

    /// Counts what is held; call once, at the end.
    package mutating func finish() {
        endProduct()
        var distinct = DistinctGroups(expected: shown.count)
        for own in shown {
            distinct.add(own.marks.key, within: products[Int(own.product)].sameTextScope)
        }
        var once = DistinctInScopes(scopes: sums.count)
        distinct.forEachMember { place, isFirst in
            if isFirst { once.end(&sums) }
            for scope in products[Int(shown[place].product)].scopes {
                once.add(shown[place].marks, to: scope)
            }
        }
        once.end(&sums)
        shown = []
        for (scope, own) in brands.enumerated() {
            for said in own.values {
                said.complaints.forEach { sums[scope].complaints.brands[$0] += 1 }
                said.praise.forEach { sums[scope].praise.brands[$0] += 1 }
            }
        }
        brands = []
    }

    private mutating func endProduct() {
        guard let product = products.last else { return }
        for scope in product.scopes {
            said.complaints.forEach { sums[scope].complaints.products[$0] += 1 }
            said.praise.forEach { sums[scope].praise.products[$0] += 1 }
            if let brand = product.brand, !said.isEmpty {
                brands[scope][brand, default: Said()].formUnion(said)
            }
        }
        said = Said()
    }
}

/// What some reviews say that count.
private struct Said {
    var complaints = AspectSet()
    var praise = AspectSet()

    var isEmpty: Bool { complaints.isEmpty && praise.isEmpty }

    mutating func formUnion(_ other: Said) {
        complaints.formUnion(other.complaints)
        praise.formUnion(other.praise)
    }
}

/// What the appearances of one review say, by the scopes that they count in.
private struct DistinctInScopes {
    private var reviews: [DistinctReview]
    private var touched: [Int] = []

    init(scopes: Int) { reviews = Array(repeating: DistinctReview(), count: scopes) }

    mutating func add(_ marks: ReadingMarks, to scope: Int) {
        if !reviews[scope].isShown { touched.append(scope) }
        reviews[scope].formUnion(marks)
    }

    /// Counts the review in its scopes, and forgets it.
    mutating func end(_ sums: inout [ThemeSums]) {
        for scope in touched {
            sums[scope].count(reviews[scope])
            reviews[scope] = DistinctReview()
        }
        touched.removeAll(keepingCapacity: true)
    }
}

/// What any appearance of one review says.
private struct DistinctReview {
    var complaints = AspectSet()
    var praise = AspectSet()
    /// The same, of appearances that the reader reads.
    var readComplaints = AspectSet()
    var readPraise = AspectSet()
    var isShown = false
    var isReadable = false
    var isRated = false
    var isNegative = false

    init() {}

    init(_ marks: ReadingMarks) { formUnion(marks) }

    mutating func formUnion(_ marks: ReadingMarks) {
        isShown = true
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
        languages.formUnion(aspects, in: marks.languageCode)
    }
}
