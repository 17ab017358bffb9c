/// What is said about the scale of ratings: by a member beside the rating, or by values that no
/// scale of five has.
extension PlaceReading {
    mutating func noteScale(_ leaf: LeafProfile, _ scale: Int64) {
        if noteStatedScale(leaf) || noteYesOrNo(leaf) { return }
        let name = leaf.name.written
        let vote = leaf.scaleVote
        if vote.above > 0 {
            remarks.append(
                "\(name): \(vote.above) of \(vote.rated) ratings are above 5: "
                    + "read on a scale of \(scale)")
            doubts.append("the scale of ratings is taken from a sample")
        } else if scale < 5 {
            remarks.append("\(name): no rating is above 1: read on a scale of \(scale)")
            doubts.append("the scale of ratings is taken from a sample")
        } else if leaf.beginsAtZero {
            let greatest = (leaf.numbers.keys.max() ?? 0) / 100
            let map = (0...greatest).map { "\"\($0)\": \($0 + 1)" }.joined(separator: ", ")
            remarks.append(
                "\(name) is 0 to \(greatest), never 5: 0 is read as no rating; if it is the "
                    + "least one: \"map\": {\(map)}")
            doubts.append("\(name) may count from 0")
        }
    }

    /// Takes a member that names the scale, where there is one and it says other than five.
    private mutating func noteStatedScale(_ rating: LeafProfile) -> Bool {
        guard let beside = leaves.first(where: { statesScale($0, of: rating) }) else {
            return false
        }
        let scales = beside.numbers.keys.sorted().map { $0 / 100 }
        guard scales != [5] else { return rating.scaleVote.above == 0 }
        let name = beside.name.written
        rules["rating"] = .object([
            ("from", rating.source), ("scale", .object([("from", beside.source)])),
        ])
        let words = scales.map(String.init).joined(separator: ", ")
        remarks.append("\(name) says that the best rating is \(words)")
        let lacking = zip(rating.values, beside.values).count { $0 != nil && $1 == nil }
        if lacking > 0 {
            doubts.append("\(name) names the scale, and is missing in \(lacking) records")
        } else if !namesRating(beside.name) {
            doubts.append("\(name) is taken for the scale of ratings")
        }
        return true
    }

    /// Whether a member names the scale of a rating: by its name, with one of few whole numbers
    /// that no rating beside it is above.
    private func statesScale(_ leaf: LeafProfile, of rating: LeafProfile) -> Bool {
        guard leaf.name != rating.name, isScaleName(leaf.name, besides: rating.name),
            leaf.count * 2 >= rating.count || namesRating(leaf.name), leaf.numbers.count <= 6,
            leaf.numbers.values.reduce(0, +) == leaf.count,
            leaf.numbers.keys.allSatisfy({ $0 % 100 == 0 && (200...100_000).contains($0) })
        else { return false }
        return zip(rating.values, leaf.values).allSatisfy { rating, scale in
            guard let rating = rating.flatMap(hundredths), let scale = scale.flatMap(hundredths)
            else { return true }
            return rating <= scale
        }
    }

    /// Takes the scale that the objects around the records name, where no record names one.
    mutating func noteOuterScale(_ levels: [ProductSearch.Level]) {
        guard let rating = taken["rating"], rules["rating"] == rating.source,
            let greatest = rating.numbers.keys.max()
        else { return }
        for (index, level) in levels.enumerated() {
            let found = level.leaves.first { leaf in
                isScaleName(leaf.name, besides: rating.name) && namesRating(leaf.name)
                    && leaf.isInAll && leaf.numbers.values.reduce(0, +) == leaf.count
                    && leaf.numbers.keys.allSatisfy { scale in
                        scale % 100 == 0 && (200...100_000).contains(scale) && scale >= greatest
                    }
            }
            guard let found, Set(found.numbers.keys) != [500] else { continue }
            let source = String(repeating: "^", count: index + 1) + found.name.written
            rules["rating"] = .object([
                ("from", rating.source), ("scale", .object([("from", .string(source))])),
            ])
            doubts.append("\(source) is taken for the scale of ratings")
            return
        }
    }

    private func isScaleName(_ name: LeafName, besides rating: LeafName) -> Bool {
        // In one object with the rating, as in `rating.value` and `rating.max`, no word of the
        // rating is needed.
        let isBeside =
            name.path.count > 1 && name.path.dropLast() == rating.path.dropLast()
            && rating.path.count > 1
        let words = isBeside ? name.words : name.allWords
        let isTotal = words.contains("total") && words.contains("star")
        return (!words.isDisjoint(with: scaleWords) || isTotal || words == ["of"])
            && words.isSubset(of: scaleWords.union(ratingWords).union(["total"]))
            && (isTotal || !words.contains("total"))
    }

    private func namesRating(_ name: LeafName) -> Bool {
        !name.allWords.isDisjoint(with: ratingWords.subtracting(["value", "of"]))
            || name.words.isSuperset(of: ["out", "of"]) || name.plain == "outof"
    }

    /// Takes a rating that is only 1 or -1, or only 1 or 0, for yes and no.
    private mutating func noteYesOrNo(_ leaf: LeafProfile) -> Bool {
        guard let (yes, no) = leaf.yesAndNo else { return false }
        let name = leaf.name.written
        doubts.append("\(name) is only \(yes) or \(no), which fits no scale of five")
        // Of a few records 0 may be the ratings that were not given.
        if no == "0", leaf.count < 8 {
            remarks.append(
                "\(name) is only \(yes) or \(no): 0 is read as no rating; if it is yes and no: "
                    + "\"map\": {\"\(yes)\": 5, \"\(no)\": 1}")
            return leaf.scaleVote.above == 0
        }
        let map = [(key: no, value: JSONValue(1)), (key: yes, value: JSONValue(5))]
        rules["rating"] = .object([("from", leaf.source), ("map", .object(map))])
        remarks.append(
            "\(name) is only \(yes) or \(no): taken for yes and no by \"map\"; leave the map out "
                + "if \(yes) is stars of a scale")
        return true
    }
}

private let scaleWords: Set<String> = [
    "best", "max", "maximum", "range", "scale", "out", "outof", "highest", "possible",
    "denominator", "base", "maxi", "upper", "bound",
]

private let ratingWords: Set<String> = [
    "rating", "score", "star", "review", "value", "of", "point", "mark", "grade", "rate",
]

/// A bare number in hundredths; nil for anything else.
private func hundredths(_ value: JSONValue) -> Int64? {
    guard let bytes = value.scalar, isJSONNumber(bytes) else { return nil }
    return Decimal(firstIn: bytes)?.scaled(by: 100, over: 1)
}

extension LeafProfile {
    /// The least usual scale that fits all bare numbers; nil where none does. Parts of one, as 0.4,
    /// have the scale of one.
    var scale: Int64? {
        let isParts =
            numbers.keys.allSatisfy { (0...100).contains($0) }
            && numbers.keys.contains { $0 % 100 != 0 && $0 != 50 }
        return isParts ? 1 : scaleVote.likely
    }

    /// Whether all ratings are whole numbers below five, with zeros among them in no small number:
    /// the zeros may be the least rating.
    fileprivate var beginsAtZero: Bool {
        let zeros = numbers[0] ?? 0
        let greatest = numbers.keys.max() ?? 0
        return zeros > 1 && zeros * 10 >= count && (200...400).contains(greatest)
            && numbers.keys.allSatisfy { $0 % 100 == 0 && $0 >= 0 }
            && numbers.values.reduce(0, +) == count
    }

    /// The values of yes and of no, where there are no others: 1 and -1 or 0, or 0 and the best of
    /// ten or of a hundred. Between -1 and 1 stands what is neither.
    fileprivate var yesAndNo: (yes: String, no: String)? {
        guard numbers.count > 1, numbers.values.reduce(0, +) == count,
            let greatest = numbers.keys.max(), [100, 1000, 10_000].contains(greatest)
        else { return nil }
        switch numbers.keys.filter({ $0 < greatest }).sorted() {
        case [-100], [-100, 0]: return greatest == 100 ? ("1", "-1") : nil
        case [0]: return ("\(greatest / 100)", "0")
        default: return nil
        }
    }
}
