extension PlaceReading {
    mutating func placeTimes() {
        for (field, words) in [("created_at", FieldWords.createdAt), ("updated_at", .updatedAt)] {
            let isCreated = field == "created_at"
            let most =
                leaves.filter { wordScore($0, words, isCreated: isCreated) > 0 }
                .map(\.timeCount).max() ?? 0
            let first = best { leaf in
                // What is the same within each product is the product's.
                let isOwn = leaf.distinct == 1 || !isOfProduct(leaf)
                let score = timeScore(leaf, words, isCreated: isCreated, most: most)
                return isOwn ? score : isCreated ? score / 100 : 0
            }
            guard let first else { continue }
            let found = isCreated ? ownTime(first) : first
            // All rows of a table that was written at once have the time of that.
            if let created = taken["created_at"], found.isOneMoment, !created.isOneMoment {
                continue
            }
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

    /// The time of the review instead of that of a crawl or of a database's row: of two that say
    /// other days the one whose name speaks of the review, or else the one that varies.
    private mutating func ownTime(_ found: LeafProfile) -> LeafProfile {
        if found.saysWriting { return found }
        let others = leaves.filter { leaf in
            leaf.name != found.name && leaf.timeCount >= found.timeCount * 0.95
                && wordScore(leaf, .createdAt, isCreated: true) > 0 && leaf.times.share >= 0.9
                && leaf.times.relative * 2 <= leaf.times.count && leaf.isElsewhere(than: found)
                && !isOfProduct(leaf)
        }
        let named = others.first(where: \.saysWriting)
        let isCrawl = count >= 8 && found.isOneMoment
        if let own = named ?? (isCrawl ? others.first { !$0.isOneMoment } : nil) {
            if !isCrawl, !found.isLater(than: own) {
                doubts.append(
                    "\(own.name.written) or \(found.name.written) may be the time of the review")
            }
            return own
        }
        let rival = others.first { FieldWords.createdAt.score($0.name) >= 60 }
        if let rival, !isCrawl {
            remarks.append("\(rival.name.written) could be the time of the review too")
        }
        if isCrawl, count >= 8, found.times.isTimed {
            remarks.append(
                "all times of \(found.name.written) are within an hour, as those of a crawl")
        }
        return found
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
            noteFewWitnesses(name, times)
        }
        if times.relative > 0 {
            remarks.append("\(name) is relative (\"2 days ago\") in \(times.relative) records")
            doubts.append("relative dates")
        }
    }
}

extension PlaceReading {
    /// Doubts an order that one date decides, or a few of many: they may be mistakes.
    private mutating func noteFewWitnesses(_ name: String, _ times: TimeProfile) {
        let isFew =
            times.witnesses == 1 && times.ambiguous >= 4
            || times.witnesses * 20 < times.ambiguous + times.witnesses
        guard isFew, times.order.decided != nil else { return }
        doubts.append(
            "the order of day and month: only \(times.witnesses) of \(times.count) dates of "
                + "\(name) \(times.witnesses == 1 ? "decides" : "decide") it")
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
    /// Whether the name says that a review was written then.
    fileprivate var saysWriting: Bool {
        let words = reviewWords.union([
            "posted", "submitted", "submission", "submit", "reviewed", "written",
        ])
        return !name.words.isDisjoint(with: words)
    }

    /// Whether all times, three or more, lie within an hour.
    fileprivate var isOneMoment: Bool {
        let known = instants.compactMap(\.self)
        guard known.count > 2, let first = known.min(), let last = known.max() else { return false }
        return last <= first.adding(seconds: 3600)
    }

    /// Whether most times are of other days than those of another member.
    fileprivate func isElsewhere(than other: LeafProfile) -> Bool {
        let pairs = zip(instants, other.instants).compactMap { own, other -> Bool? in
            guard let own, let other else { return nil }
            return abs(own.microseconds - other.microseconds) >= 2 * 86_400_000_000
        }
        return !pairs.isEmpty && pairs.count(where: \.self) * 5 > pairs.count
    }

    /// Whether every time is later than all of another member.
    fileprivate func isLater(than other: LeafProfile) -> Bool {
        let earliest = instants.compactMap(\.self).min()
        let latest = other.instants.compactMap(\.self).max()
        guard let earliest, let latest else { return false }
        return earliest >= latest
    }

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
