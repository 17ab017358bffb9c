/// The members of an object, in their order.
typealias Members = [(key: String, value: JSONValue)]

/// The places in some elements where reviews may be: the elements themselves, and the lists and
/// maps of objects in them, through plain objects, to a depth of 8 and at most 64.
struct ReviewPlaces {
    /// An object that holds the way to reviews under one of its keys.
    struct Envelope {
        var members: Members
        /// The key of the way to the reviews.
        var onward: String
        /// The index of the object around it; nil for the outermost.
        var parent: Int?
    }

    /// One object of a place.
    struct Record {
        var members: Members
        /// The index of the nearest object around it; nil for none.
        var envelope: Int?
        /// The keys of the maps around it, the outermost first.
        var captures: [String]
    }

    /// The objects that one path of a shape leads to.
    struct Place {
        var steps: [PathStep]
        var records: [Record] = []
        /// Whether a list or a map was seen there, not just single objects.
        var isList = false
    }

    private(set) var places: [Place] = []
    private(set) var envelopes: [Envelope] = []
    private var indexes: [String: Int] = [:]

    private static let depthLimit = 8
    private static let placeLimit = 64
    /// The most records that are looked at of one place.
    static let recordLimit = 1000

    init(_ elements: [JSONValue]) {
        for element in elements { walk(element, Spot(), isListed: true) }
        for index in places.indices { places[index].spread(Self.recordLimit) }
    }

    /// Where a walk is.
    private struct Spot {
        var steps: [PathStep] = []
        var depth = 0
        var envelope: Int?
        var captures: [String] = []

        func through(_ steps: [PathStep]) -> Spot {
            var spot = self
            spot.steps += steps
            spot.depth += 1
            return spot
        }
    }

    /// - Parameter isListed: Whether the value is an element, or one of a list or a map.
    private mutating func walk(_ value: JSONValue, _ spot: Spot, isListed: Bool) {
        switch value {
        case .array(let elements):
            guard spot.depth < Self.depthLimit else { return }
            let inner = spot.through([.everyElement])
            for element in elements { walk(element, inner, isListed: true) }
        case .object(let members) where !members.isEmpty:
            if isMap(members), spot.depth < Self.depthLimit {
                return walk(map: members, spot)
            }
            note(members, spot, isListed: isListed)
            if spot.depth < Self.depthLimit { walk(inside: members, spot) }
        default: return
        }
    }

    private mutating func walk(map members: Members, _ spot: Spot) {
        let inner = spot.through([.everyMember(name: "key\(spot.captures.count + 1)")])
        for member in members {
            var inner = inner
            inner.captures.append(member.key)
            walk(member.value, inner, isListed: true)
        }
    }

    private mutating func walk(inside members: Members, _ spot: Spot) {
        for (key, value) in members {
            guard value.members?.isEmpty == false || value.elements?.isEmpty == false else {
                continue
            }
            if isReplyName(key), isReviewLike(members) { continue }
            envelopes.append(Envelope(members: members, onward: key, parent: spot.envelope))
            var inner = spot.through([.key(key)])
            inner.envelope = envelopes.count - 1
            let isSingle = value.members != nil && namesOneReview(key) && isProductLike(members)
            if isSingle { inner.steps.append(.everyElement) }
            if let elements = value.elements {
                inner.steps.append(.everyElement)
                for element in elements { walk(element, inner, isListed: true) }
            } else {
                walk(value, inner, isListed: false)
            }
        }
    }

    /// Adds an object where a record may be: an element, one of a list or a map, or a single review
    /// in the place of a list.
    private mutating func note(_ members: Members, _ spot: Spot, isListed: Bool) {
        if let last = spot.steps.last, case .key = last { return }
        let path = written(spot.steps)
        if indexes[path] == nil {
            guard places.count < Self.placeLimit else { return }
            indexes[path] = places.count
            places.append(Place(steps: spot.steps))
        }
        guard let index = indexes[path] else { return }
        places[index].isList = places[index].isList || isListed
        places[index].records.append(
            Record(members: members, envelope: spot.envelope, captures: spot.captures))
    }

    /// The objects around a record, the nearest first.
    func around(_ record: Record) -> [Envelope] {
        var around: [Envelope] = []
        var next = record.envelope
        while let index = next {
            around.append(envelopes[index])
            next = envelopes[index].parent
        }
        return around
    }
}

extension ReviewPlaces.Place {
    /// Keeps at most `limit` records, evenly spread.
    fileprivate mutating func spread(_ limit: Int) {
        let count = records.count
        guard count > limit else { return }
        records = (0..<limit).map { records[$0 * count / limit] }
    }
}

/// Whether an object is a map: its members are records, or lists of records, of one form under
/// keys of their own, and not the parts of an envelope.
func isMap(_ members: Members) -> Bool {
    guard members.allSatisfy({ $0.value.members != nil || $0.value.elements != nil }) else {
        return false
    }
    let forms = members.compactMap { member in form(member.value).map { (member.key, $0) } }
    guard forms.count == members.count else { return false }
    let filled = forms.filter { !$0.1.keys.isEmpty }
    guard let first = filled.first, forms.allSatisfy({ $0.1.isList == first.1.isList }) else {
        return false
    }
    if members.contains(where: { envelopeKeys.contains(plainName($0.key)) }) { return false }
    if members.count == 1 { return isCode(members[0].key) }
    return filled.prefix(8).allSatisfy { isAlike($0.1.keys, first.1.keys) } || holdsMaps(members)
}

/// Whether every member is a map of records of one form under codes: as databases keep the reviews
/// of each product, whose keys no two maps share.
private func holdsMaps(_ members: Members) -> Bool {
    let maps = members.prefix(8).compactMap(\.value.members)
    let records = maps.flatMap { $0.prefix(4) }
    guard maps.count == min(members.count, 8), let first = records.first?.value.members else {
        return false
    }
    let keys = Set(first.map(\.key))
    return keys.count > 1
        && records.allSatisfy { key, value in
            isCode(key) && value.members.map { isAlike(Set($0.map(\.key)), keys) } == true
        }
}

/// The keys of an object, or of the first object of a list; nil for any other value.
private func form(_ value: JSONValue) -> (keys: Set<String>, isList: Bool)? {
    if let members = value.members { return (Set(members.map(\.key)), false) }
    guard let elements = value.elements else { return nil }
    guard let first = elements.first else { return ([], true) }
    guard let members = first.members else { return nil }
    return (Set(members.map(\.key)), true)
}

private func isAlike(_ left: Set<String>, _ right: Set<String>) -> Bool {
    left.intersection(right).count * 2 >= min(left.count, right.count)
}

/// The usual keys of envelopes, which are no keys of a map.
private let envelopeKeys: Set<String> = [
    "data", "included", "reviews", "questions", "answers", "items", "results", "records", "rows",
    "products", "meta", "metadata", "links", "response", "responses", "comments", "ratings",
    "page", "pages", "paging", "pagination", "list", "export", "feed", "entries", "content",
    "feedback", "feedbacks", "errors", "error", "product", "review", "author", "rating", "user",
]
