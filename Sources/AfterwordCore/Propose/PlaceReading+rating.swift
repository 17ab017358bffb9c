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
        guard let found, let scale = found.scale else { return placeRecommendation() }
        take("rating", found, rule(found, scale: scale))
        noteScale(found, scale)
        noteRivals(of: found)
    }

    /// Takes a recommendation for a rating where there is no other: yes or no, five stars or one.
    mutating func placeRecommendation() {
        let found = best { leaf in
            let words = leaf.name.words
            let says =
                !words.isDisjoint(with: ["recommended", "recommend", "recommends"])
                || words.isSuperset(of: ["voted", "up"])
            return says && leaf.isScalar && leaf.flagShare >= 0.9 ? 1 : 0
        }
        guard let found else { return }
        take("rating", found)
        doubts.append("\(found.name.written) is taken for a rating of five stars or one")
    }

    /// Says which other member could be the rating.
    mutating func noteRivals(of rating: LeafProfile) {
        let rival = leaves.first { leaf in
            leaf.name != rating.name && (count < 3 || leaf.distinct > 1)
                && FieldWords.rating.score(leaf.name) >= 50 && leaf.isScalar
                && leaf.count * 2 >= count && leaf.scale != nil
                && leaf.ratingShare(scale: 5) >= 0.9 && leaf.scalars != rating.scalars
        }
        guard let rival else { return }
        remarks.append("\(rival.name.written) could be the rating too")
        doubts.append("\(rating.name.written) or \(rival.name.written) may be the rating")
    }

    func rule(_ leaf: LeafProfile, scale: Int64) -> JSONValue? {
        scale == 5 ? nil : .object([("from", leaf.source), ("scale", JSONValue(scale))])
    }

    mutating func noteScale(_ leaf: LeafProfile, _ scale: Int64) {
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
}

extension LeafProfile {
    /// The least usual scale that fits all bare numbers; nil where none does.
    var scale: Int64? { scaleVote.likely }
}
