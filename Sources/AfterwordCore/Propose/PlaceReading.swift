/// What a place of records would give as reviews: which member is which field.
struct PlaceReading {
    let place: ReviewPlaces.Place
    let leaves: [LeafProfile]
    /// The rules of fields found in the records, by the field's name in shapes.
    var rules: [String: JSONValue] = [:]
    /// The members taken, by field.
    var taken: [String: LeafProfile] = [:]
    var product: ProductChoice?
    var attributes: [String: JSONValue] = [:]
    /// What keeps a record (`where`) and what says that its review was deleted (`deleted_when`).
    var conditions: [String: JSONValue] = [:]
    var deletions: [String: JSONValue] = [:]
    /// Uncertain points in words, those that a person must decide among them.
    var remarks: [String] = []
    var doubts: [String] = []

    init(_ place: ReviewPlaces.Place, in places: ReviewPlaces) {
        self.place = place
        leaves = leafProfiles(place.records.map(\.members))
        placeRating()
        let search = ProductSearch(place, leaves, in: places)
        noteOuterScale(search.levels)
        product = search.best(without: Set(taken.values.map(\.name)))
        if let found = product?.leaf { taken["product_id"] = found }
        placeTimes()
        placeIDs()
        placeTexts()
        placeCleaning()
        placeRest()
        if product == nil {
            product = search.weak(without: Set(taken.values.map(\.name)))
            product?.isGuess = true
            if let found = product?.leaf { taken["product_id"] = found }
        }
        if let found = product {
            rules["product_id"] = found.source
            doubts += found.doubts
        }
        attributes = productAttributes(self, search)
        placeStates()
    }

    /// The order of day and month that the times allow; nil where none is asked for, or several
    /// are possible.
    var dateOrder: DateOrder? { taken["created_at"]?.times.order.decided }

    /// The number of records looked at.
    var count: Int { place.records.count }

    /// The free member that fits a field best: the greatest score, of equals the first.
    func best(_ score: (LeafProfile) -> Double) -> LeafProfile? {
        let used = Set(taken.values.map(\.name))
        var best: (leaf: LeafProfile, score: Double)?
        for leaf in leaves where !used.contains(leaf.name) {
            let score = score(leaf)
            if score > best?.score ?? 0 { best = (leaf, score) }
        }
        return best?.leaf
    }

    mutating func take(_ field: String, _ leaf: LeafProfile?, _ rule: JSONValue? = nil) {
        guard let leaf else { return }
        taken[field] = leaf
        rules[field] = rule ?? leaf.source
    }
}

extension LeafProfile {
    /// The member as the source of a shape's rule.
    var source: JSONValue { .string(name.written) }
}
