extension PlaceReading {
    mutating func placeTimes() {
        for (field, words) in [("created_at", FieldWords.createdAt), ("updated_at", .updatedAt)] {
            let isCreated = field == "created_at"
            let most =
                leaves.filter { wordScore($0, words, isCreated: isCreated) > 0 }
                .map(\.timeCount).max() ?? 0
            let found = best { timeScore($0, words, isCreated: isCreated, most: most) }
            guard let found else { continue }
            let times = found.times
            take(field, found, found.timeRule)
            noteTimes(field, found, times)
        }
        // Feeds give one time only, and call it that of the update.
        if rules["created_at"] == nil, let only = taken["updated_at"], only.name.plain == "updated"
        {
            taken["updated_at"] = nil
            rules["updated_at"] = nil
            take("created_at", only, only.timeRule)
        }
    }

    /// How surely a member's name, or else the form of its values, says that it is a time.
    private func wordScore(_ leaf: LeafProfile, _ words: FieldWords, isCreated: Bool) -> Double {
        guard leaf.isScalar else { return 0 }
        let score = words.score(leaf.name)
        if score > 0 { return Double(score) }
        // A text that reads as a time says so itself, unless its name says otherwise.
        return isCreated && leaf.isText && leaf.name.allWords.isDisjoint(with: words.not) ? 20 : 0
    }

    /// - Parameter most: In how many records a member of these words reads as a time, at most.
    private func timeScore(
        _ leaf: LeafProfile, _ words: FieldWords, isCreated: Bool, most: Double
    ) -> Double {
        let score = wordScore(leaf, words, isCreated: isCreated)
        let times = leaf.times
        guard score > 0, times.share >= 0.9 else { return 0 }
        if score == 20, times.relative * 2 > times.count { return 0 }
        let isZoned = times.isZoned || leaf.name.isUniversal
        // A time with a zone is worth nothing where it is missing.
        let isThere = leaf.timeCount >= most * 0.95
        let zone = !isThere ? 0.0 : leaf.name.isUniversal ? 50 : isZoned ? 15 : 0
        return score + zone + leaf.timeCount / Double(max(count, 1)) * 40
            - Double(times.relative) / Double(max(times.count, 1)) * 50
    }

    mutating func noteTimes(
        _ field: String, _ leaf: LeafProfile, _ times: TimeProfile
    ) {
        let name = leaf.name.written
        if leaf.timeCount < Double(count) * 0.9 {
            remarks.append(
                "\(field): \(name) says a time in \(Int(leaf.timeCount)) of \(count) records")
        }
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
                        + "\(times.count), and nothing decides")
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
    var words: String {
        switch self {
        case .dayFirst: "day first"
        case .monthFirst: "month first"
        case .yearFirst: "year first"
        }
    }
}

extension LeafProfile {
    /// In how many records the member reads as a time, by the share of those looked at.
    fileprivate var timeCount: Double {
        times.noted == 0 ? 0 : Double(count) * Double(times.read) / Double(times.noted)
    }

    /// The rule of a time; numbers since 1970 name their unit.
    var timeRule: JSONValue {
        let times = times
        let unit =
            times.epochMilliseconds * 10 >= times.count * 9
            ? "unix_ms" : times.epochSeconds * 10 >= times.count * 9 ? "unix_s" : nil
        guard let unit, times.count > 0 else { return source }
        return .object([("as", .string(unit)), ("from", source)])
    }
}
