extension PlaceReading {
    mutating func placeTexts() {
        take("body", body)
        take("author_name", authorName)
        let title = best { leaf in
            guard leaf.isText, !leaf.isURL, leaf.meanLength < 300 else { return 0 }
            if isOfProduct(leaf) { return 0 }
            let score = FieldWords.title.score(leaf.name)
            if score == 0, leaf.name.path == ["name"], isSchemaOrg { return 50 }
            return Double(score)
        }
        take("title", title)
    }

    /// The free member that is the text of reviews best.
    var body: LeafProfile? {
        best { leaf in
            guard leaf.isText, !leaf.isURL else { return 0 }
            let score = FieldWords.body.score(leaf.name)
            guard score > 0 || isProseOfUnknownName(leaf) else { return 0 }
            return Double(max(score, 10)) + min(leaf.meanLength, 200) / 2
        }
    }

    /// The free member that names authors best. One that is the same within each product is the
    /// product's own, unless its name speaks of people and there is no other.
    var authorName: LeafProfile? {
        best { leaf in
            guard leaf.isPersonName else { return 0 }
            let score = Double(authorScore(leaf.name))
            guard score > 0, isOfProduct(leaf) else { return score }
            let isNamed = !leaf.name.allWords.isDisjoint(with: FieldWords.authorName.any)
            return isNamed ? score / 100 : 0
        }
    }

    /// Whether a member is the same within each product, as far as products repeat.
    func isOfProduct(_ leaf: LeafProfile) -> Bool {
        taken["product_id"].map(leaf.isFunction) ?? false
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
