extension PlaceReading {
    mutating func placeIDs() {
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

    mutating func noteRepeatedID() {
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
    var ownCapture: String? {
        guard case .everyMember(let name)? = place.steps.last else { return nil }
        let keys = place.records.compactMap(\.captures.last)
        let isNumbered = keys.contains("0") || keys.contains("1")
        return isNumbered || Set(keys).count < keys.count ? nil : name
    }

    func missing(_ leaf: LeafProfile) -> Int { count - leaf.count }

    mutating func placeTexts() {
        let body = best { leaf in
            guard leaf.isText, !leaf.isURL else { return 0 }
            let score = FieldWords.body.score(leaf.name)
            guard score > 0 || isProseOfUnknownName(leaf) else { return 0 }
            return Double(max(score, 10)) + min(leaf.meanLength, 200) / 2
        }
        take("body", body)
        let author = best { leaf in leaf.isPersonName ? Double(authorScore(leaf.name)) : 0 }
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

    func authorScore(_ name: LeafName) -> Int {
        let words = FieldWords.authorName
        let isNamed = !name.words.isDisjoint(with: ["name", "nickname", "nick", "username"])
        // `reviewer.displayName` beats a `name` of the record, which may be its own.
        if isNamed, !name.outerWords.isDisjoint(with: words.any),
            name.allWords.isDisjoint(with: words.not)
        {
            return 95
        }
        return words.score(name)
    }

    /// Whether the records are written as schema.org's vocabulary has them, whose `name` of a
    /// review is its title.
    var isSchemaOrg: Bool {
        leaves.contains { $0.name.path == ["reviewBody"] || $0.name.path[0] == "reviewRating" }
    }

    func isProseOfUnknownName(_ leaf: LeafProfile) -> Bool {
        leaf.name.allWords.isDisjoint(with: FieldWords.body.not) && leaf.meanLength >= 25
            && leaf.isProse && leaf.times.share < 0.5
    }
}
