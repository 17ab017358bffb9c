extension PlaceReading {
    mutating func placeTimes() {
        for (field, words) in [("created_at", FieldWords.createdAt), ("updated_at", .updatedAt)] {
            let found = best { leaf in timeScore(leaf, words, isCreated: field == "created_at") }
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

    func timeScore(_ leaf: LeafProfile, _ words: FieldWords, isCreated: Bool) -> Double {
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

    mutating func noteTimes(
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
