/// What identifies reviews and their authors: by names, and by what the values do over all records.
extension PlaceReading {
    mutating func placeIDs() {
        let found = best { reviewIDScore($0) }
        if let found, namesReview(found.name) {
            take("review_id", found)
            if !found.isInAll {
                doubts.append("\(found.name.written) is missing in \(missing(found)) records")
            }
        } else if let capture = ownCapture {
            rules["review_id"] = .string("@" + capture)
        }
        let authors = placeAuthorID()
        guard rules["review_id"] == nil else { return }
        guard let found else {
            noteRepeatedID()
            return noteRepeated(authors)
        }
        // Where authors distinguish the reviews, an id of another name is only said.
        let name = found.name.written
        guard authors?.isRepeated ?? true else {
            return remarks.append("\(name) could be the id of reviews: no two records share one")
        }
        take("review_id", found)
        doubts.append("\(name) is taken for the id of reviews: no two records share one")
    }

    private func reviewIDScore(_ leaf: LeafProfile) -> Double {
        // Copies of a record on several pages are few.
        guard leaf.isScalar, leaf.isInNearlyAll, leaf.codeShare >= 0.9,
            leaf.distinct * 100 >= leaf.count * 95
        else { return 0 }
        let words = FieldWords.reviewID
        let score = words.score(leaf.name)
        if score > 0 { return Double(score) }
        // `id_product_comment`, and any other id of which each record has one of its own.
        guard count > 1, leaf.isInAll, leaf.distinct == count, leaf.name.path.count == 1,
            !leaf.name.words.isDisjoint(with: ["id", "uuid", "guid"])
        else { return 0 }
        if namesReview(leaf.name) {
            let others = words.not.subtracting(["product", "item", "listing", "shop", "number"])
            return leaf.name.words.isDisjoint(with: others) ? 20 : 0
        }
        let others = words.not.union(subjects).union(otherIDs)
        return leaf.name.words.count > 1 && leaf.name.words.isDisjoint(with: others) ? 5 : 0
    }

    /// Whether a name speaks of reviews, or is a usual one of their ids.
    private func namesReview(_ name: LeafName) -> Bool {
        FieldWords.reviewID.score(name) > 0
            || !name.allWords.isDisjoint(with: reviewWords.union(FieldWords.reviewID.any))
    }

    /// Takes the id of authors, in which what stands for no author is absent.
    private mutating func placeAuthorID() -> AuthorIDUse? {
        let (names, body) = (authorName, body)
        func score(_ leaf: LeafProfile) -> Int {
            guard leaf.isScalar, leaf.codeShare >= 0.9 else { return 0 }
            return FieldWords.authorID.score(leaf.name)
        }
        func uses(_ leaf: LeafProfile) -> AuthorIDUse {
            AuthorIDUse(leaf, names: names, texts: body, products: taken["product_id"])
        }
        let found = best { score($0) > 0 && uses($0).isAuthor ? Double(score($0)) : 0 }
        guard let found else {
            noteNoAuthorID(score)
            return nil
        }
        let use = uses(found)
        let none = use.nobody.sorted { $0.lexicographicallyPrecedes($1) }
            .map { JSONValue.string(String(decoding: $0, as: UTF8.self)) }
        let rule = JSONValue.object([("absent", .array(none)), ("from", found.source)])
        take("author_id", found, none.isEmpty ? nil : rule)
        return use
    }

    /// Doubts authors who wrote about one product several times, where nothing else separates their
    /// reviews apart.
    private mutating func noteRepeated(_ authors: AuthorIDUse?) {
        guard let authors, authors.isRepeated, let leaf = taken["author_id"] else { return }
        doubts.append(
            "\(leaf.name.written): \(authors.count - authors.pairs.count) of \(authors.count) "
                + "reviews have an author who wrote about it before, and no id of their own"
        )
    }

    private mutating func noteNoAuthorID(_ score: (LeafProfile) -> Int) {
        let refused = leaves.first { score($0) >= 60 && $0.count * 2 >= count && count >= 8 }
        guard let refused, !taken.values.contains(where: { $0.name == refused.name }) else {
            return
        }
        remarks.append(
            "\(refused.name.written) is no id of an author: \(refused.distinct) values in "
                + "\(count) records")
    }

    mutating func noteRepeatedID() {
        let repeated = leaves.first { leaf in
            FieldWords.reviewID.score(leaf.name) >= 90 && leaf.isScalar && leaf.count > 0
                && taken["product_id"]?.name != leaf.name
        }
        guard let repeated else { return }
        remarks.append(
            "\(repeated.name.written) is no id of a review: \(repeated.distinct) values in "
                + "\(count) records")
    }

    /// The captured key of the map whose members are the records, where it is an id: not a row's
    /// number.
    var ownCapture: String? {
        guard case .everyMember(let name)? = place.steps.last else { return nil }
        let keys = place.records.compactMap(\.captures.last)
        let isNumbered = keys.contains("0") || keys.contains("1")
        return isNumbered || Set(keys).count < keys.count ? nil : name
    }

    func missing(_ leaf: LeafProfile) -> Int { count - leaf.count }
}

/// What the values of a member do that may be the id of authors. Copies of a review count once.
private struct AuthorIDUse {
    /// The reviews with an author.
    var count = 0
    /// Authors with the products that they wrote about.
    var pairs: Set<[[UInt8]]> = []
    /// Values that stand for nobody: known ones, and those with three names or more.
    var nobody: Set<[UInt8]> = []
    /// The names of each author.
    private var names: [[UInt8]: Set<[UInt8]>] = [:]
    /// Whether most reviews have an author of several names.
    private var isDisputed = false

    init(_ ids: LeafProfile, names: LeafProfile?, texts: LeafProfile?, products: LeafProfile?) {
        var seen: Set<[[UInt8]]> = []
        var reviews: [(author: [UInt8], product: [UInt8])] = []
        for record in ids.values.indices {
            guard let id = ids.values[record]?.scalar else { continue }
            let text = texts?.values[record]?.scalar ?? Array(String(record).utf8)
            guard seen.insert([id, text]).inserted else { continue }
            reviews.append((id, products?.values[record]?.scalar ?? []))
            let name = names?.values[record]?.scalar
            self.names[id, default: []].formUnion(name.map { [$0] } ?? [])
        }
        nobody = Set(self.names.filter { NoAuthor.isOne($0.key) || $0.value.count > 2 }.keys)
        let named = reviews.filter { !nobody.contains($0.author) }
        let known = reviews.filter { !NoAuthor.isOne($0.author) }
        let disputed = known.count { self.names[$0.author, default: []].count > 1 }
        isDisputed = disputed * 2 > known.count
        count = named.count
        pairs = Set(named.map { [$0.author, $0.product] })
    }

    /// Whether the values can be authors: of eight reviews or more at least half have one of their
    /// own, or hardly an author comes back within a product; and few have several names.
    var isAuthor: Bool {
        let authors = names.count - nobody.count
        if count == 0 || isDisputed { return false }
        if count < 8 { return count < 3 || authors > 1 }
        return authors * 2 >= count || authors >= 8 && pairs.count * 10 >= count * 9
    }

    /// Whether more than one review in twenty is a further one of its author about its product.
    var isRepeated: Bool {
        let further = count - pairs.count
        return further > 1 && further * 20 > count
    }
}

/// Words of ids that are not those of reviews.
private let otherIDs: Set<String> = [
    "store", "site", "session", "job", "request", "batch", "thread", "member", "buyer", "account",
    "person", "page", "device", "tenant", "client", "variant", "crawl", "run", "import", "export",
    "visitor", "invoice", "cart", "purchase", "reply", "marketplace", "campaign", "language",
]
