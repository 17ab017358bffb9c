/// How much speaks for a place holding reviews, and how much for a list of products or other
/// things.
struct ReviewEvidence {
    /// Signs of reviews less signs of a catalog.
    var score: Int
    /// Signs of a catalog: prices, ranks, counts of ratings.
    var catalogSigns: Int
    /// Whether there are so many of those that the records may be products.
    var isLikeCatalog: Bool { catalogSigns > 2 && catalogSigns * 2 > score + catalogSigns }
    /// Whether a path or a key speaks of reviews.
    var namesReviews: Bool

    init(_ reading: PlaceReading) {
        let path = reading.place.steps.flatMap { step -> [String] in
            if case .key(let key) = step { nameWords(key) } else { [] }
        }
        catalogSigns = ReviewEvidence.catalogSigns(reading)
        let names = reading.leaves.contains { leaf in
            leaf.name.path.count == 1
                && leaf.name.words.contains { reviewWords.contains($0) || $0 == "reviewer" }
                && leaf.name.words.isDisjoint(with: countWords)
                && leaf.name.words.isDisjoint(with: ["link", "url"])
        }
        namesReviews = names || path.contains { reviewWords.contains($0) }
        let weights: KeyValuePairs<String, Int> = [
            "rating": 2, "title": 1, "author_name": 1, "author_id": 1, "created_at": 1,
            "review_id": 1, "verified": 1, "helpful_votes": 1,
        ]
        score = weights.reduce(0) { $0 + (reading.rules[$1.key] == nil ? 0 : $1.value) }
        if let body = reading.taken["body"] {
            // A catalog has descriptions too.
            let isSure = FieldWords.body.score(body.name) > 0 && body.name.plain != "description"
            score += isSure ? 2 : 1
        }
        score += (namesReviews ? 2 : 0) - catalogSigns
    }

    /// Whether the place holds reviews: something was said, of a known product or plainly as a
    /// review.
    func isReviews(_ reading: PlaceReading) -> Bool {
        let (rating, body) = (reading.rules["rating"], reading.taken["body"])
        guard rating != nil || body != nil else { return false }
        // Rows of a catalog, each with a product of its own, may have lists of reviews joined in.
        if isLikeCatalog, reading.count >= 20,
            reading.taken["product_id"]?.distinct == reading.count
        {
            return false
        }
        let isPlain = body.map { $0.name.plain != "description" } ?? false
        let isUnsure = reading.product?.isGuess ?? true
        if isUnsure, score >= 4, isPlain, rating != nil || namesReviews { return true }
        if reading.product == nil { return false }
        if rating == nil {
            // A text of an unknown name may be anything.
            let isNamed = body.map { FieldWords.body.score($0.name) >= 60 } ?? false
            // A row of nothing but a product's id and a text is a review of it.
            let isBare = catalogSigns == 0 && isPlain && reading.taken["product_id"] != nil
            return isNamed && score >= (isBare ? 2 : 3)
                && (isPlain || reading.rules["author_name"] != nil)
        }
        // Numbers of reviews by stars have a rating too.
        let others = reading.rules.keys.filter { !["rating", "product_id"].contains($0) }
        return score >= 2 && (!others.isEmpty || reading.taken["product_id"] != nil)
    }

    private static func catalogSigns(_ reading: PlaceReading) -> Int {
        let used = Set(reading.taken.values.map(\.name))
        let plain = reading.leaves.filter { $0.name.path.count == 1 && !used.contains($0.name) }
        let signs: Set<String> = [
            "price", "currency", "rank", "stock", "availability", "image", "thumbnail", "brand",
            "manufacturer", "feature", "bullet", "dimension", "weight", "discount", "seller",
            "specification", "spec", "category", "breadcrumb", "bestseller", "offer", "license",
            "dependencie", "script", "geometry", "coordinate", "amount", "percent", "percentage",
        ]
        let counted: Set<String> = ["rating", "review", "star"]
        let hasCounts = plain.contains { leaf in
            !leaf.name.words.isDisjoint(with: counted)
                && !leaf.name.words.isDisjoint(with: countWords)
        }
        let found = plain.count { leaf in
            !leaf.name.words.isDisjoint(with: signs)
                && leaf.name.words.isDisjoint(with: ["review", "reviewer"])
        }
        return found + (hasCounts ? 2 : 0)
    }
}

private let countWords: Set<String> = ["count", "total", "number", "num", "average", "avg"]
