extension PlaceReading {
    mutating func placeRest() {
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

    /// Whether the values may be names of people: no numbers, and no paths.
    var isPersonName: Bool {
        isShortText
            && share { $0.text?.allSatisfy(\.isNumber) == true || $0.text?.contains("/") == true }
                < 0.5
    }

    var isFlatObject: Bool {
        share { $0.members?.allSatisfy { $0.value.scalar != nil } ?? false } >= 0.9
    }

    var elementRule: JSONValue {
        .object([("element", .number("0")), ("from", source)])
    }

    var membersRule: JSONValue {
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
