/// What a place of records would give as reviews: which member is which field.
struct PlaceReading {
    let place: ReviewPlaces.Place
    let leaves: [LeafProfile]
    /// The rules of fields found in the records, by the field's name in shapes.
    private(set) var rules: [String: JSONValue] = [:]
    /// The members taken, by field.
    private(set) var taken: [String: LeafProfile] = [:]
    private(set) var product: ProductChoice?
    private(set) var attributes: [String: JSONValue] = [:]
    /// Uncertain points in words, those that a person must decide among them.
    private(set) var remarks: [String] = []
    private(set) var doubts: [String] = []

    init(_ place: ReviewPlaces.Place, in places: ReviewPlaces) {
        self.place = place
        leaves = leafProfiles(place.records.map(\.members))
        placeRating()
        placeTimes()
        let search = ProductSearch(place, leaves, in: places)
        product = search.best(without: Set(taken.values.map(\.name)))
        if let found = product?.leaf { taken["product_id"] = found }
        placeIDs()
        placeTexts()
        placeRest()
        if product == nil {
            product = search.weak(without: Set(taken.values.map(\.name)))
            if let found = product?.leaf { taken["product_id"] = found }
        }
        if let found = product {
            rules["product_id"] = found.source
            doubts += found.doubts
        }
        attributes = productAttributes(self, search)
    }

    /// The order of day and month that the times allow; nil where none is asked for, or several
    /// are possible.
    var dateOrder: DateOrder? { taken["created_at"]?.times.order.decided }

    /// The number of records looked at.
    var count: Int { place.records.count }

    /// The free member that fits a field best: the greatest score, of equals the first.
    private func best(_ score: (LeafProfile) -> Double) -> LeafProfile? {
        let used = Set(taken.values.map(\.name))
        var best: (leaf: LeafProfile, score: Double)?
        for leaf in leaves where !used.contains(leaf.name) {
            let score = score(leaf)
            if score > best?.score ?? 0 { best = (leaf, score) }
        }
        return best?.leaf
    }

    private mutating func take(_ field: String, _ leaf: LeafProfile?, _ rule: JSONValue? = nil) {
        guard let leaf else { return }
        taken[field] = leaf
        rules[field] = rule ?? leaf.source
    }
}

extension LeafProfile {
    /// The member as the source of a shape's rule.
    var source: JSONValue { .string(name.written) }
}

// MARK: Rating and times

extension PlaceReading {
    private mutating func placeRating() {
        let found = best { leaf in
            guard leaf.isScalar, leaf.count * 10 >= count * 3 else { return 0 }
            let score = FieldWords.rating.score(leaf.name)
            guard score > 0 || leaf.isRatingText else { return 0 }
            guard let scale = leaf.scale, leaf.ratingShare(scale: scale) >= 0.9 else { return 0 }
            // What every record has beats what some have.
            return Double(max(score, 30)) + Double(leaf.count) / Double(count) * 20
        }
        guard let found, let scale = found.scale else { return }
        take("rating", found, rule(found, scale: scale))
        noteScale(found, scale)
    }

    private func rule(_ leaf: LeafProfile, scale: Int64) -> JSONValue? {
        scale == 5 ? nil : .object([("from", leaf.source), ("scale", JSONValue(scale))])
    }

    private mutating func noteScale(_ leaf: LeafProfile, _ scale: Int64) {
        let vote = leaf.scaleVote
        if vote.above > 0 {
            remarks.append(
                "\(leaf.name.written): \(vote.above) of \(vote.rated) ratings are above 5: "
                    + "read on a scale of \(scale)")
            doubts.append("the scale of ratings is taken from a sample")
        }
        // A member beside it may name the scale.
        let beside = leaves.first { other in
            !other.name.words.isDisjoint(with: ["best", "max", "range", "scale"])
                && !other.name.allWords.isDisjoint(with: ["rating", "score", "star", "scale"])
                && other.isScalar && other.scalars.allSatisfy(isJSONNumber)
        }
        guard let beside else { return }
        let scales = Set(beside.scalars.compactMap { Decimal(firstIn: $0)?.scaled(by: 1, over: 1) })
        if scales.count == 1, let only = scales.first, only != scale, only > 0, only <= 1000 {
            rules["rating"] = .object([("from", leaf.source), ("scale", JSONValue(only))])
            remarks.append("\(beside.name.written) says that the best rating is \(only)")
        } else if scales.count > 1 {
            let words = scales.sorted().map(String.init).joined(separator: ", ")
            remarks.append("\(beside.name.written) differs (\(words)): ratings have several scales")
            doubts.append("ratings have several scales")
        }
    }

    private mutating func placeTimes() {
        for (field, words) in [("created_at", FieldWords.createdAt), ("updated_at", .updatedAt)] {
            let found = best { leaf in timeScore(leaf, words, isCreated: field == "created_at") }
            guard let found else { continue }
            let times = found.times
            take(field, found, found.timeRule)
            noteTimes(field, found, times)
        }
    }

    private func timeScore(_ leaf: LeafProfile, _ words: FieldWords, isCreated: Bool) -> Double {
        guard leaf.isScalar else { return 0 }
        var score = Double(words.score(leaf.name))
        if score == 0 {
            // A text that reads as a time says so itself, unless its name says otherwise.
            guard isCreated, leaf.isText, leaf.name.allWords.isDisjoint(with: words.not) else {
                return 0
            }
            score = 20
        }
        let times = leaf.times
        guard times.share >= 0.9 else { return 0 }
        if score == 20, times.relative * 2 > times.count { return 0 }
        let isZoned = times.isZoned || leaf.name.isUniversal
        let share = Double(leaf.count) / Double(max(count, 1))
        return score + (leaf.name.isUniversal ? 50 : isZoned ? 15 : 0) + share * 20
            - Double(times.relative) / Double(max(times.count, 1)) * 50
    }

    private mutating func noteTimes(
        _ field: String, _ leaf: LeafProfile, _ times: TimeProfile
    ) {
        let name = leaf.name.written
        if times.isLocal > 0, !leaf.name.isUniversal {
            remarks.append("\(field) has no zone: read as UTC (\(name))")
        }
        if times.ambiguous > 0 {
            switch times.order.decided {
            case let order?:
                remarks.append(
                    "\(name): the day or the month may come first in \(times.ambiguous) of "
                        + "\(times.count); all together are \(order.words)")
            case nil:
                remarks.append(
                    "\(name): the day or the month may come first in \(times.ambiguous) of "
                        + "\(times.count), and nothing tells")
            }
            if times.order.decided == nil { doubts.append("the order of day and month") }
        }
        if times.relative > 0 {
            remarks.append("\(name) is relative (\"2 days ago\") in \(times.relative) records")
            doubts.append("relative dates")
        }
    }
}

extension DateOrder {
    fileprivate var words: String {
        switch self {
        case .dayFirst: "day first"
        case .monthFirst: "month first"
        case .yearFirst: "year first"
        }
    }
}

extension LeafProfile {
    /// The least usual scale that fits all bare numbers; nil where none does.
    fileprivate var scale: Int64? { scaleVote.likely }

    /// The rule of a time; numbers since 1970 name their unit.
    fileprivate var timeRule: JSONValue {
        let times = times
        let unit =
            times.epochMilliseconds * 10 >= times.count * 9
            ? "unix_ms" : times.epochSeconds * 10 >= times.count * 9 ? "unix_s" : nil
        guard let unit, times.count > 0 else { return source }
        return .object([("as", .string(unit)), ("from", source)])
    }
}

// MARK: Ids and texts

extension PlaceReading {
    private mutating func placeIDs() {
        let found = best { leaf in
            let score = FieldWords.reviewID.score(leaf.name)
            guard score > 0, leaf.isScalar, leaf.isInNearlyAll, leaf.codeShare >= 0.9 else {
                return 0
            }
            // Copies of a record on several pages are few.
            guard leaf.distinct * 100 >= leaf.count * 95 else { return 0 }
            return Double(score)
        }
        if let found {
            take("review_id", found)
            if !found.isInAll {
                doubts.append("\(found.name.written) is missing in \(missing(found)) records")
            }
        } else if let capture = ownCapture {
            rules["review_id"] = .string("@" + capture)
        } else {
            noteRepeatedID()
        }
        take(
            "author_id",
            best { leaf in
                let score = FieldWords.authorID.score(leaf.name)
                return score > 0 && leaf.isScalar && leaf.codeShare >= 0.9 ? Double(score) : 0
            })
    }

    private mutating func noteRepeatedID() {
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
    private var ownCapture: String? {
        guard case .everyMember(let name)? = place.steps.last else { return nil }
        let keys = place.records.compactMap(\.captures.last)
        let isNumbered = keys.contains("0") || keys.contains("1")
        return isNumbered || Set(keys).count < keys.count ? nil : name
    }

    private func missing(_ leaf: LeafProfile) -> Int { count - leaf.count }

    private mutating func placeTexts() {
        let body = best { leaf in
            guard leaf.isText, !leaf.isURL else { return 0 }
            let score = FieldWords.body.score(leaf.name)
            guard score > 0 || isProseOfUnknownName(leaf) else { return 0 }
            return Double(max(score, 10)) + min(leaf.meanLength, 200) / 2
        }
        take("body", body)
        let author = best { leaf in
            Double(FieldWords.authorName.score(leaf.name)) * (leaf.isShortText ? 1 : 0)
        }
        take("author_name", author)
        let title = best { leaf in
            guard leaf.isText, !leaf.isURL, leaf.meanLength < 300 else { return 0 }
            if let product = taken["product_id"], leaf.isFunction(of: product) { return 0 }
            let score = FieldWords.title.score(leaf.name)
            if score == 0, leaf.name.path == ["name"], isSchemaOrg { return 50 }
            return Double(score)
        }
        take("title", title)
    }

    /// Whether the records are written as schema.org's vocabulary has them, whose `name` of a
    /// review is its title.
    private var isSchemaOrg: Bool {
        leaves.contains { $0.name.path == ["reviewBody"] || $0.name.path[0] == "reviewRating" }
    }

    private func isProseOfUnknownName(_ leaf: LeafProfile) -> Bool {
        leaf.name.allWords.isDisjoint(with: FieldWords.body.not) && leaf.meanLength >= 25
            && leaf.isProse && leaf.times.share < 0.5
    }

    private mutating func placeRest() {
        take(
            "verified",
            best { leaf in
                let score = FieldWords.verified.score(leaf.name)
                return score > 0 && leaf.flagShare >= 0.9 ? Double(score) : 0
            })
        let votes = best { leaf in
            let score = FieldWords.helpfulVotes.score(leaf.name)
            return score > 0 && leaf.countShare >= 0.9 ? Double(score) : 0
        }
        let isList = votes?.isListOfCounts ?? false
        take("helpful_votes", votes, isList ? votes?.elementRule : nil)
        let variant = best { leaf in
            let score = FieldWords.variant.score(leaf.name)
            guard score > 0, leaf.isShortText || leaf.isFlatObject && score > 90 else { return 0 }
            let isAround = taken.values.contains { $0.name.path.starts(with: leaf.name.path) }
            if isAround { return 0 }
            return Double(score)
        }
        let isObject = variant?.isFlatObject ?? false
        take("variant", variant, isObject ? variant?.membersRule : nil)
        for (field, words) in [("country", FieldWords.country), ("language", .language)] {
            let found = best { leaf in
                leaf.isShortText && leaf.meanLength < 60 ? Double(words.score(leaf.name)) : 0
            }
            take(field, found)
        }
    }
}

extension LeafProfile {
    /// Whether the values are short texts that are no links, e-mail addresses or flags.
    var isShortText: Bool {
        isText && meanLength <= 150 && !isURL
            && share { $0.text?.contains("@") == true && $0.text?.contains(" ") == false } < 0.5
    }

    fileprivate var isFlatObject: Bool {
        share { $0.members?.allSatisfy { $0.value.scalar != nil } ?? false } >= 0.9
    }

    fileprivate var elementRule: JSONValue {
        .object([("element", .number("0")), ("from", source)])
    }

    fileprivate var membersRule: JSONValue {
        .object([("as", .string("members")), ("from", source)])
    }

    /// Whether each product has one value of this member, with some product in several records: the
    /// member is the product's own.
    func isFunction(of product: LeafProfile) -> Bool {
        var values: [[UInt8]: [UInt8]] = [:]
        var repeats = 0
        for (key, value) in zip(product.values, self.values) {
            guard let key = key?.scalar, let value = value?.scalar else { continue }
            if let known = values[key] {
                if known != value { return false }
                repeats += 1
            }
            values[key] = value
        }
        return repeats >= 2
    }
}
