/// Records that are no reviews: answers that stand beside them, and reviews that were deleted.
extension PlaceReading {
    /// Proposes, in doubt, what leaves answers out and what deletes reviews.
    mutating func placeStates() {
        let used = Set(taken.values.map(\.name))
        for leaf in leaves where leaf.isScalar && !used.contains(leaf.name) {
            if let condition = answerCondition(leaf) {
                conditions[leaf.name.written] = condition
                doubts.append("\(leaf.name.written) marks answers: left out by \"where\"")
            } else if let marks = leaf.deletionMarks {
                delete(by: leaf, marks)
            }
        }
    }

    /// What keeps the records that are no answers, where a member says which are.
    private func answerCondition(_ leaf: LeafProfile) -> JSONValue? {
        if leaf.isPointer {
            // A member that is set in all records is no reference from one to another.
            let set = leaf.present.filter { !isNone($0) }
            guard !set.isEmpty, set.count < count, refersToRecords(set) else { return nil }
            let none = Set(leaf.present.filter(isNone).compactMap(\.scalar))
            let values = none.sorted { $0.lexicographicallyPrecedes($1) }
                .map { JSONValue.string(String(decoding: $0, as: UTF8.self)) }
            return .array([.null] + values)
        }
        guard leaf.isFlagOfStaff, leaf.flagShare >= 0.9 else { return nil }
        let yes = leaf.values(ofFlag: true)
        return yes.isEmpty ? nil : .object([("not", .array(yes))])
    }

    /// Whether values are ids of records, or of records that may be elsewhere: not where few of
    /// many are known.
    private func refersToRecords(_ values: [JSONValue]) -> Bool {
        guard let id = taken["review_id"] else { return true }
        let ids = Set(id.scalars)
        let known = values.count { $0.scalar.map(ids.contains) ?? false }
        return known > 0 || values.count * 2 < count
    }

    private func isNone(_ value: JSONValue) -> Bool {
        value.scalar.map(NoAuthor.isOne) ?? false
    }

    private mutating func delete(by leaf: LeafProfile, _ marks: LeafProfile.DeletionMarks) {
        let name = leaf.name.written
        if rules["review_id"] != nil {
            deletions[name] = marks.deleted
            doubts.append("\(name) says that reviews were deleted: \"deleted_when\"")
        } else {
            conditions[name] = marks.kept
            doubts.append("\(name) says that reviews were deleted: left out by \"where\"")
        }
    }
}

extension LeafProfile {
    /// The values that mark deleted reviews, and those that keep a record.
    fileprivate typealias DeletionMarks = (deleted: JSONValue, kept: JSONValue)

    /// Whether the name is that of a reference to the record that one answers.
    fileprivate var isPointer: Bool {
        let others: Set<String> = ["product", "asin", "sku", "item", "category", "title", "name"]
        guard name.allWords.isDisjoint(with: others) else { return false }
        let words = name.words
        let isParent = words.contains("parent") && name.words.isSubset(of: parentWords)
        let isReply = words.contains("to") && !words.isDisjoint(with: replyWords)
        return (isParent || isReply) && codeShare >= 0.9 && times.share < 0.5
    }

    /// Whether the name asks if a seller or the like wrote the record.
    fileprivate var isFlagOfStaff: Bool {
        let staff: Set<String> = [
            "seller", "admin", "staff", "vendor", "merchant", "developer", "owner", "moderator",
            "employee", "official", "support",
        ]
        let words = name.words
        let isAsked = !words.isDisjoint(with: ["is", "by", "from"])
        let asked = staff.union(replyWords)
        return isAsked && !words.isDisjoint(with: asked)
            && words.isSubset(
                of: asked.union(["is", "by", "from", "shop", "store", "author", "user", "review"]))
    }

    /// The written values that mean yes, or no.
    fileprivate func values(ofFlag flag: Bool) -> [JSONValue] {
        var found: [JSONValue] = []
        for value in present where !found.contains(value) {
            if let bytes = value.scalar, case .success(flag) = readFlag(bytes) {
                found.append(value)
            }
        }
        return found
    }

    /// What marks deleted reviews; nil where the member says nothing of the kind, or of all.
    fileprivate var deletionMarks: DeletionMarks? {
        let removed: Set<String> = ["deleted", "removed", "trashed"]
        if !name.words.isDisjoint(with: removed) {
            guard name.words.isDisjoint(with: ["by", "reason", "image", "photo", "count"]) else {
                return nil
            }
            if flagShare >= 0.9 {
                let yes = values(ofFlag: true)
                return yes.isEmpty || yes.count == distinct && isInAll
                    ? nil : (.array(yes), .object([("not", .array(yes))]))
            }
            let set = present.filter { !($0.scalar.map(NoAuthor.isOne) ?? false) }
            guard times.read > 0, !set.isEmpty, set.count < values.count else { return nil }
            let isZeroed = set.count < count
            let none: JSONValue = .array(isZeroed ? [.null, .number("0")] : [.null])
            return (.object([("not", none)]), none)
        }
        guard !name.words.isDisjoint(with: ["status", "state"]), distinct < 8 else { return nil }
        var gone: [JSONValue] = []
        for value in present where !gone.contains(value) {
            if let text = value.text, removed.union(["trash"]).contains(text.lowercased()) {
                gone.append(value)
            }
        }
        return gone.isEmpty ? nil : (.array(gone), .object([("not", .array(gone))]))
    }
}

private let parentWords: Set<String> = reviewWords.union([
    "parent", "id", "uuid", "ref", "rating", "message", "post",
])
