extension PlaceReading {
    mutating func placeRating() {
        let found = best { leaf in
            guard leaf.isScalar, leaf.count * 10 >= count * 3 else { return 0 }
            let score = FieldWords.rating.score(leaf.name)
            guard score > 0 || leaf.isRatingText else { return 0 }
            guard let scale = leaf.scale, leaf.ratingShare(scale: scale) >= 0.9 else { return 0 }
            // What every record has beats what some have, and what differs what is always the same.
            let isSame = count > 2 && leaf.distinct == 1 || leaf.name.path[0].hasPrefix("_score")
            return Double(max(score, 30)) + Double(leaf.count) / Double(count) * 20
                - (isSame ? 45 : 0)
        }
        guard let found, let scale = found.scale else { return placeYesOrNo() }
        take("rating", found, rule(found, scale: scale))
        noteScale(found, scale)
        noteRivals(of: found)
    }

    /// Takes flags, or words and numbers for yes and no, for a rating where there is no other: five
    /// stars or one.
    mutating func placeYesOrNo() {
        let found = best { leaf in
            let words = leaf.name.words
            let isCounted = !words.isDisjoint(with: ["count", "total", "number"])
            guard leaf.isScalar, !isCounted, words.isDisjoint(with: ["not", "down"]) else {
                return 0
            }
            let recommends =
                !words.isDisjoint(with: recommendingWords) || words.isSuperset(of: ["voted", "up"])
            if recommends, leaf.flagShare >= 0.9 || leaf.isOpinion { return 3 }
            if !words.isDisjoint(with: opinionWords), leaf.isOpinion { return 2 }
            let isRating = FieldWords.rating.score(leaf.name) >= 60 && words != ["rated"]
            return isRating && leaf.isFlag && words.isDisjoint(with: ["is", "has"]) ? 1 : 0
        }
        guard let found else { return noteUnreadRating() }
        take("rating", found, found.yesOrNoRule)
        doubts.append("\(found.name.written) is taken for a rating of five stars or one")
    }

    /// Says what can be done about a member that is a rating by its name, and of which no value
    /// can be read.
    mutating func noteUnreadRating() {
        let unread = leaves.first { leaf in
            FieldWords.rating.score(leaf.name) >= 60 && leaf.count * 2 >= count
                && (leaf.isScalar && leaf.distinct <= 30 && leaf.ratingShare(scale: 5) == 0
                    || leaf.isListOfOne)
        }
        guard let unread else { return }
        let name = unread.name.written
        if unread.isListOfOne {
            take(
                "rating", unread,
                .object([("element", .number("0")), ("from", unread.source)]))
            doubts.append("\(name) is a list: its first element is taken for the rating")
            return
        }
        let values = Set(unread.scalars).map { String(decoding: $0.prefix(24), as: UTF8.self) }
        let words = values.sorted().prefix(6).map { "\"\($0)\"" }
        remarks.append(
            "\(name) is no rating that can be read (\(words.joined(separator: ", "))): write what "
                + "each value means: {\"from\": \"\(name)\", \"map\": {\(words[0]): …}}")
    }

    /// Says which other member could be the rating.
    mutating func noteRivals(of rating: LeafProfile) {
        let rival = leaves.first { leaf in
            leaf.name != rating.name && (count < 3 || leaf.distinct > 1)
                && FieldWords.rating.score(leaf.name) >= 50 && leaf.isScalar
                && leaf.count * 2 >= count && leaf.scale != nil
                && leaf.ratingShare(scale: 5) >= 0.9 && leaf.scalars != rating.scalars
                && rules["rating"]?["scale"]?["from"] != leaf.source
        }
        guard let rival else { return }
        remarks.append("\(rival.name.written) could be the rating too")
        doubts.append("\(rating.name.written) or \(rival.name.written) may be the rating")
    }

    func rule(_ leaf: LeafProfile, scale: Int64) -> JSONValue? {
        scale == 5 ? nil : .object([("from", leaf.source), ("scale", JSONValue(scale))])
    }
}

private let recommendingWords: Set<String> = [
    "recommended", "recommend", "recommendation", "liked", "positive", "satisfied", "happy",
    "empfohlen", "recommande", "recomendado", "consigliato",
]

private let opinionWords: Set<String> = [
    "thumb", "like", "vote", "sentiment", "verdict", "opinion", "mood", "feeling", "polarity",
]

extension LeafProfile {
    /// Whether the values say yes or no as ratings do: flags, words such as `up`, or 1 and -1.
    fileprivate var isOpinion: Bool {
        if Set(numbers.keys) == [-100, 100], numbers.values.reduce(0, +) == count { return true }
        return share { !isJSONNumber($0.scalar ?? []) } >= 0.9
            && share { value in
                if case .bool = value { return true }
                guard let bytes = value.scalar, case .success(.some) = readRating(bytes, scale: 5)
                else { return false }
                return true
            } >= 0.9
    }

    /// Whether the values are flags as JSON writes them, or yes and no.
    fileprivate var isFlag: Bool {
        flagShare >= 0.9 && share { !isJSONNumber($0.scalar ?? []) } >= 0.9
    }

    /// Whether the values are lists of one rating each.
    fileprivate var isListOfOne: Bool {
        share { value in
            guard value.elements?.count == 1, let only = value.elements?[0].scalar,
                case .success(.some) = readRating(only, scale: 5)
            else { return false }
            return true
        } >= 0.9
    }

    /// The rule of flags as a rating, with a map of those that are no rating by themselves.
    fileprivate var yesOrNoRule: JSONValue? {
        var map: [(key: String, value: JSONValue)] = []
        for written in Set(scalars).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            if !isJSONNumber(written), case .success(.some) = readRating(written, scale: 5) {
                continue
            }
            let isMinus = writtenMeaning(written) == writtenMeaning([UInt8]("-1".utf8))
            guard isMinus || (try? readFlag(written).get()) != nil else { continue }
            let isYes = (try? readFlag(written).get()) == true
            map.append((String(decoding: written, as: UTF8.self), JSONValue(isYes ? 5 : 1)))
        }
        return map.isEmpty ? nil : .object([("from", source), ("map", .object(map))])
    }
}
