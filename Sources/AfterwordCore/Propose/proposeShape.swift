/// A shape guessed from the names and the values of members, for a person to check.
package struct ShapeProposal: Sendable {
    /// The shape as a document. Where no product was found its id is the text `FILL IN`.
    package var document: JSONValue
    /// Members of the reviews that were given to no field.
    package var unplaced: [String]
    /// What a person should look at, in words.
    package var remarks: [String]
    /// What is not beyond doubt, in words; empty where everything is.
    package var doubts: [String]
    /// What the shape reads of the sample.
    package var yield: ProposalYield

    /// Whether a product was found.
    package var hasProduct: Bool
    /// The order of day and month that the sample's dates allow.
    private(set) var dateOrder: DateOrder?

    /// Whether product, rating and text are placed beyond doubt, so that the shape can be used as
    /// it is.
    package var isCertain: Bool { doubts.isEmpty }

    /// What the shape reads of other elements.
    ///
    /// - Throws: `ShapeFault` where the document was changed and is none.
    package func yield(of elements: [JSONValue]) throws(ShapeFault) -> ProposalYield {
        ProposalYield(
            try Shape(parsing: Array(document.canonical.utf8)), elements, dateOrder: dateOrder)
    }

    /// The text that stands in the place of a product's id that was not found.
    package static let fillIn = "FILL IN"
}

/// Proposes a shape for elements of an unknown container, by the names of their members and by what
/// the values read as.
///
/// Without a product the proposal holds `ShapeProposal.fillIn` in its place.
///
/// - Throws: `ShapeFault` naming what is missing: any rating or text, or reviews altogether.
package func proposeShape(
    for elements: [JSONValue], named name: String
) throws(ShapeFault) -> ShapeProposal {
    let places = ReviewPlaces(elements)
    guard !places.places.isEmpty else {
        throw ShapeFault(description: "it holds no JSON object")
    }
    let rated = places.places.map { place in
        let reading = PlaceReading(place, in: places)
        return (reading: reading, evidence: ReviewEvidence(reading))
    }
    let reviews = rated.filter { $0.evidence.isReviews($0.reading) }
    guard let best = reviews.max(by: { isLess($0, $1) }) else {
        throw refusal(rated.map(\.reading))
    }
    let document = document(best.reading, named: name)
    // The proposed document must parse.
    let shape = try Shape(parsing: Array(document.canonical.utf8))
    let yield = ProposalYield(shape, spread(elements), dateOrder: best.reading.dateOrder)
    var proposal = ShapeProposal(
        document: document, unplaced: unplaced(best.reading), remarks: [], doubts: [],
        yield: yield, hasProduct: best.reading.product != nil,
        dateOrder: best.reading.dateOrder)
    let steps = best.reading.place.steps
    let others = reviews.map(\.reading.place).filter { other in
        !steps.starts(with: other.steps) && !other.steps.starts(with: steps)
    }
    proposal.remarks = remarks(best.reading, others, places)
    proposal.doubts = doubts(best.reading, best.evidence, yield, others)
    return proposal
}

/// At most 2,000 elements, evenly spread.
private func spread(_ elements: [JSONValue]) -> [JSONValue] {
    let count = elements.count
    return count <= 2000 ? elements : (0..<2000).map { elements[$0 * count / 2000] }
}

private typealias Rated = (reading: PlaceReading, evidence: ReviewEvidence)

/// Whether a place is less likely that of the reviews: by its evidence, its product, its number of
/// fields and of records, and by the length of its path.
private func isLess(_ left: Rated, _ right: Rated) -> Bool {
    func weight(_ rated: Rated) -> (Int, Int, Int, Int) {
        let reading = rated.reading
        let score = rated.evidence.score + (reading.product == nil ? 0 : 3)
        return (score, reading.rules.count, reading.count, -reading.place.steps.count)
    }
    return weight(left) < weight(right)
}

private func refusal(_ readings: [PlaceReading]) -> ShapeFault {
    let hasProducts = readings.contains { $0.product != nil && $0.rules["rating"] != nil }
    if hasProducts { return ShapeFault(description: "it holds products and no reviews") }
    let most = readings.max { $0.leaves.count < $1.leaves.count }
    let names = most?.leaves.filter { $0.name.path.count == 1 }.map(\.name.written).sorted() ?? []
    return ShapeFault(
        description: "nothing looks like a review's rating or text among "
            + names.prefix(20).joined(separator: ", "))
}

private func document(_ reading: PlaceReading, named name: String) -> JSONValue {
    var fields = reading.rules
    if fields["product_id"] == nil {
        fields["product_id"] = .object([("value", .string(ShapeProposal.fillIn))])
    }
    var document: [String: JSONValue] = [
        "shape": .string(name), "version": .number("1"), "fields": .object(sorted(fields)),
    ]
    let path = written(reading.place.steps)
    if !path.isEmpty { document["records"] = .string(path) }
    if !reading.conditions.isEmpty { document["where"] = .object(sorted(reading.conditions)) }
    if !reading.deletions.isEmpty {
        document["deleted_when"] = .object(sorted(reading.deletions))
    }
    if !reading.attributes.isEmpty { document["product"] = .object(sorted(reading.attributes)) }
    return .object(sorted(document))
}

private func sorted(_ members: [String: JSONValue]) -> Members {
    members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
}

/// The members of the records that no rule reads, without the parts of those that one does.
private func unplaced(_ reading: PlaceReading) -> [String] {
    let rules = Array(reading.rules.values) + Array(reading.attributes.values)
    let sources =
        rules.map { $0.text ?? $0["from"]?.text } + rules.map { $0["scale"]?["from"]?.text }
    let used = Set(sources.compactMap(\.self))
        .union(reading.conditions.keys).union(reading.deletions.keys)
    let free = reading.leaves.filter { leaf in
        !used.contains(leaf.name.written)
            && !leaf.name.path.indices.contains { end in
                used.contains(LeafName(Array(leaf.name.path[...end])).written)
            }
    }
    // An object is named by what is in it.
    let names = free.filter { leaf in leaf.present.contains { $0.members == nil } }
    return names.map(\.name.written).sorted()
}

/// Whether an object says something as a review does, by a text or as one person's rating: it is
/// no product then, though it names one.
package func saysReview(_ element: JSONValue) -> Bool {
    let members = element.members ?? []
    let texts = members.contains { key, value in
        let name = LeafName([key])
        return value.text?.isEmpty == false && name.plain != "description"
            && FieldWords.body.score(name) >= 60
    }
    if texts { return true }
    let names = members.map { LeafName([$0.key]) }
    func has(_ words: FieldWords) -> Bool { names.contains { words.score($0) >= 60 } }
    if members.count == 2, let rating = members.first(where: { isRating($0.key) }) {
        // A product's mean rating is hardly ever a whole number of stars.
        return rating.value.scalar.map { isJSONNumber($0) && !$0.contains(UInt8(ascii: ".")) }
            ?? false
    }
    let namesReview = names.contains { name in
        FieldWords.reviewID.score(name) >= 60 && name.plain != "id"
    }
    return has(.rating) && (namesReview || has(.authorName) && has(.createdAt))
}

private func isRating(_ key: String) -> Bool { FieldWords.rating.score(LeafName([key])) >= 60 }
