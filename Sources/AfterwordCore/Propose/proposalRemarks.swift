/// What a person should look at in a proposal, in words.
func remarks(
    _ reading: PlaceReading, _ others: [ReviewPlaces.Place], _ places: ReviewPlaces
) -> [String] {
    var remarks = reading.remarks
    if reading.product == nil { remarks += productRemarks(reading) }
    if reading.rules["review_id"] == nil {
        remarks.append("no review id: reviews are known by author or by their texts")
    }
    if reading.rules["created_at"] == nil {
        remarks.append("no time that can be read: mock times")
    }
    for other in others.prefix(4) {
        remarks.append(
            "\(written(other.steps)) may hold reviews too, \(other.records.count) of them")
    }
    if let state = stateRemark(reading) { remarks.append(state) }
    return remarks + unreadRemarks(reading)
}

/// What can be done about members that are fields by their names, and of which no value can be
/// read.
private func unreadRemarks(_ reading: PlaceReading) -> [String] {
    let fields: KeyValuePairs<String, FieldWords> = [
        "created_at": .createdAt, "verified": .verified, "helpful_votes": .helpfulVotes,
    ]
    let used = Set(reading.taken.values.map(\.name))
    return fields.compactMap { field, words in
        let unread = reading.leaves.first { leaf in
            reading.rules[field] == nil && !used.contains(leaf.name) && leaf.isScalar
                && words.score(leaf.name) >= 80 && leaf.count * 2 >= reading.count
                && leaf.times.read == 0 && leaf.flagShare == 0 && leaf.countShare == 0
        }
        guard let unread, let first = unread.scalars.first else { return nil }
        let written = String(decoding: first.prefix(40), as: UTF8.self)
        let way =
            field == "created_at"
            ? unread.isDayNumbers
                ? "days as a spreadsheet counts them, which a shape cannot read: format the "
                    + "column as a date" : "a shape cannot read it"
            : "write what each value means: {\"from\": \"\(unread.name.written)\", "
                + "\"map\": {\"\(written)\": …}}"
        return "\(unread.name.written) is no \(field) that can be read (\"\(written)\"): \(way)"
    }
}

/// Why no product was found, and what could be written in its place.
private func productRemarks(_ reading: PlaceReading) -> [String] {
    var remarks = [
        "no product found: write its id in the place of \"FILL IN\", or "
            + "\"product_id\": \"NAME\" with the member that holds it; where the name of the file "
            + "is the product: \"product_id\": {\"file\": \"{id}.json\"}"
    ]
    let used = Set(reading.taken.values.map(\.name))
    let repeated = reading.leaves.filter { leaf in
        leaf.isInAll && leaf.isScalar && leaf.distinct > 1 && leaf.distinct * 2 <= reading.count
            && leaf.flagShare < 1 && leaf.times.share < 0.5 && !used.contains(leaf.name)
    }
    if !repeated.isEmpty {
        let names = repeated.prefix(4).map(\.name.written).joined(separator: ", ")
        remarks.append("in all records, and repeated: \(names)")
    }
    // The name of the only list may be a product's name, if other files have other names there.
    let steps = reading.place.steps
    if steps.count == 2, case .everyElement = steps[1] {
        switch steps[0] {
        case .key(let key) where !namesPart(key) && !["items", "content"].contains(key):
            remarks.append(
                "if the list's name \(key) is the product: \"records\": \"{name}.[*]\", "
                    + "\"product_id\": \"@name\"")
        case .everyMember(let name):
            let keys = Set(reading.place.records.compactMap(\.captures.first)).sorted()
            guard !keys.allSatisfy(namesPart), let key = keys.first else { break }
            remarks.append(
                "if the list's name \(key) is the product: \"product_id\": \"@\(name)\"")
        default: break
        }
    }
    return remarks
}

/// A remark on a state of reviews of which some are not shown to the public.
private func stateRemark(_ reading: PlaceReading) -> String? {
    for leaf in reading.leaves where leaf.name.path.count == 1 && leaf.isScalar {
        let words: Set<String> = [
            "status", "state", "approved", "hidden", "deleted", "published", "spam", "moderation",
        ]
        guard leaf.distinct > 1, leaf.distinct < 8, leaf.times.share < 0.5 else { continue }
        let values = Set(leaf.scalars).map { String(decoding: $0.prefix(24), as: UTF8.self) }
        // Replies and questions may stand beside the reviews.
        let isKind =
            !leaf.name.words.isDisjoint(with: ["type", "kind"])
            && values.contains { value in
                nameWords(value).contains { replyWords.contains($0) || $0 == "question" }
            }
        guard isKind || !leaf.name.words.isDisjoint(with: words) else { continue }
        return "\(leaf.name.written) is \(values.sorted().joined(separator: ", ")): "
            + "records of every one are taken"
    }
    return nil
}

/// Doubts about records that are none of a review: totals, and the header of a table once more.
private func oddRecords(_ reading: PlaceReading) -> [String] {
    let said = ["title", "body", "author_name", "author_id", "created_at"]
        .compactMap { reading.taken[$0] }
    let all = reading.place.records.indices
    var doubts: [String] = []
    let bare =
        said.count < 2 ? [] : all.filter { record in said.allSatisfy { $0.values[record] == nil } }
    if !bare.isEmpty, bare.count * 20 <= max(all.count, 20) {
        let product = reading.taken["product_id"]?.values[bare[0]]?.scalar ?? []
        let name = String(decoding: product.prefix(24), as: UTF8.self)
        doubts.append(
            "\(bare.count) of \(all.count) records say nothing but a rating (\"\(name)\")")
    }
    let headers = all.filter { record in
        reading.taken.values.count { $0.values[record]?.text == $0.name.path.last } > 1
    }
    if !headers.isEmpty { doubts.append("\(headers.count) records repeat the header") }
    return doubts
}

extension LeafProfile {
    /// Whether the values are days counted from 1900, as spreadsheets keep dates: 1995 to 2064.
    fileprivate var isDayNumbers: Bool {
        numbers.values.reduce(0, +) == count
            && numbers.keys.allSatisfy { (3_470_000...6_000_000).contains($0) }
    }
}

/// What keeps a proposal from being used as it is; empty where nothing does.
func doubts(
    _ reading: PlaceReading, _ evidence: ReviewEvidence, _ yield: ProposalYield,
    _ others: [ReviewPlaces.Place]
) -> [String] {
    var doubts = reading.doubts
    if reading.product == nil { doubts.append("no product") }
    if reading.rules["rating"] == nil { doubts.append("no rating") }
    if let body = reading.taken["body"] {
        if FieldWords.body.score(body.name) < 60 {
            doubts.append("\(body.name.written) is taken for the text by its length")
        }
    } else {
        doubts.append("no text")
    }
    if let rating = reading.taken["rating"], doubts.isEmpty,
        rating.ratingShare(scale: rating.scale ?? 5) < 1, reading.rules["rating"]?["map"] == nil
    {
        doubts.append("some ratings cannot be read")
    }
    doubts += oddRecords(reading)
    if evidence.isLikeCatalog { doubts.append("the records look like products") }
    if !others.isEmpty { doubts.append("more than one list may hold reviews") }
    if let state = stateRemark(reading) { doubts.append(state) }
    if yield.rejected > 0 {
        doubts.append("\(yield.rejected) of \(yield.records) records cannot be read")
    }
    if yield.records < 2 { doubts.append("only \(yield.records) record") }
    return doubts
}
