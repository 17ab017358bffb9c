/// The name of a member of a record, as keys from the record on, and its words.
struct LeafName: Hashable {
    let path: [String]
    /// The last key that says something, without punctuation: `rating` of `rating.value`.
    let plain: String
    /// All keys as one: `authorname` of `author.name`.
    let joined: String
    /// The words of that key.
    let words: Set<String>
    /// The words of the keys before it, without those of wrappers (`attributes`).
    let outerWords: Set<String>

    init(_ path: [String]) {
        self.path = path
        var keys = path
        while keys.count > 1, let last = keys.last, isValueKey(last, in: keys[keys.count - 2]) {
            keys.removeLast()
        }
        let last = withoutNumber(keys.last ?? "")
        var outer = keys.dropLast()[...]
        // What lies in an object that is a review is the review's, not that of the objects around.
        if let review = keys.lastIndex(where: isReviewKey) {
            outer = keys[(review + 1)...].dropLast()
        }
        outer.removeAll { wrapperKeys.contains(plainName($0)) }
        // Flattened exports write the way into a key: `review.rating`.
        let written = last.split(separator: ".").map(String.init)
        plain = plainName(written.last ?? last)
        joined = (outer + [last]).map(plainName).joined()
        words = Set(nameWords(last))
        outerWords = Set(outer.flatMap(nameWords))
    }

    var allWords: Set<String> { words.union(outerWords) }

    /// The member as a path of a shape inside the record.
    var written: String {
        path.enumerated().map { escapedKey($1, isFirst: $0 == 0) }.joined(separator: ".")
    }

    /// The key without its ending `_gmt` or `_utc`, and whether it had one.
    var isUniversal: Bool { !words.isDisjoint(with: ["gmt", "utc"]) }
}

/// A key without the number that sets it apart from another column of its name: `title (2)`.
private func withoutNumber(_ key: String) -> String {
    guard key.last == ")", let open = key.lastIndex(of: "("), open > key.startIndex else {
        return key
    }
    let number = key[open...].dropFirst().dropLast()
    guard !number.isEmpty, number.allSatisfy(\.isNumber) else { return key }
    return String(key[..<open].reversed().drop(while: { $0 == " " }).reversed())
}

/// Whether a key is that of an object which is a review: `review`, `customer_review`.
private func isReviewKey(_ key: String) -> Bool {
    let words = Set(nameWords(key))
    return !words.isDisjoint(with: reviewWords)
        && words.isSubset(of: reviewWords.union(["customer", "user", "data", "product", "node"]))
}

/// Whether a key only holds the value of the key before it: `rating.value`, `title.label`. In a
/// wrapper a text is a text, not the wrapper's value.
private func isValueKey(_ key: String, in outer: String) -> Bool {
    let plain = plainName(key)
    if ["text", "content", "date"].contains(plain) {
        return !wrapperKeys.contains(plainName(outer))
    }
    return valueKeys.contains(plain)
}

private let valueKeys: Set<String> = [
    "value", "label", "t", "oid", "numberlong", "raw", "displayvalue", "originaltext", "plaintext",
    "rendered", "numberint", "numberdouble", "numberdecimal",
]

/// Keys of plain objects around the members of a record.
private let wrapperKeys: Set<String> = [
    "attributes", "fields", "data", "review", "node", "properties", "values", "source", "snippet",
    "json", "item", "customerreview", "reviewdata", "content", "result", "doc", "document",
]
