/// By what a review is recognised where it is shown several times: under the variants of a
/// product, on several markets, twice in a dump. 16 bytes in two halves; above a product, reviews
/// that share a half are one.
///
/// 1. `source` is the source's id with the texts; the id alone where the shape says that its ids
///    are global. 0 where there is no such id.
/// 2. `other` is the author's id with the texts; else the author's real name and the day that the
///    source gives, with the texts; else, for reviews without an id of the source, the rating and
///    texts of at least 40 letters, which are one only within a family, or within a brand where
///    the family is unknown (`isOfText`). 0 where there is none of these.
/// 3. Texts are title and body with white space normalised, as in identities; letter case is kept.
///    A review without a text has no halves, except by a global id.
///
/// Two halves, because a review that carries an id and an author is the same as one that shares
/// either. Each half has 64 bits of a keyed hash, so that 10,000,000 reviews have one false
/// pair with a probability of about 1 in 100,000.
package struct DistinctKey: Hashable, Sendable {
    package var source: UInt64
    package var other: UInt64

    /// The key of a review that is the same as no other.
    package static let none = DistinctKey(source: 0, other: 0)

    package init(source: UInt64, other: UInt64) {
        self.source = source
        self.other = other
    }

    /// Whether `other` is of rating and texts, and so holds within a family or brand.
    package var isOfText: Bool { other & 1 == 1 }

    /// The fewest letters at which equal texts are assumed to have one author.
    static let fewestLetters = 40

    fileprivate static func half(_ hash: inout SipHash128, isOfText: Bool = false) -> UInt64 {
        let half = hash.finish().hashBits & ~1 | (isOfText ? 1 : 0)
        return half == 0 ? 2 : half
    }
}

/// What a shape says about which of its reviews are one.
package struct DistinctRules: Equatable, Sendable {
    /// An id of a review is the same review under any product.
    package var hasGlobalIDs: Bool
    /// Author names that many people share.
    package var placeholders: Set<Text>

    package init(hasGlobalIDs: Bool = false, placeholders: Set<Text> = []) {
        (self.hasGlobalIDs, self.placeholders) = (hasGlobalIDs, placeholders)
    }
}

extension Shape {
    /// Without the placeholders that all shapes have (`PlaceholderName`).
    package var distinctRules: DistinctRules {
        DistinctRules(
            hasGlobalIDs: hasGlobalIDs,
            placeholders: placeholders.filter { !$0.bytes.lend(PlaceholderName.isOne) })
    }
}

/// What a half of a key is made of, and what its hash begins with.
private enum DistinctPart: UInt64 {
    case source = 1
    case globalSource, author, name, text
}

/// Keyed with the first 16 bytes of SHA-256("afterword.distinct.1").
private let distinctHash = SipHash128(key: (0xa1ab_073b_123d_a01b, 0x7314_1ce4_2071_4759))

extension CleanTexts {
    /// The key of a cleaned row.
    ///
    /// - Parameters:
    ///   - kind: How the review is identified; only an id of the source (`source`) is one.
    ///   - rules: What the shape of the row says.
    package func distinctKey(
        _ row: CleanRow, kind: IdentityKind, by rules: DistinctRules
    ) -> DistinctKey {
        let isSource = kind == .source
        let texts = hashOfTexts(row)
        var key = DistinctKey.none
        if isSource, rules.hasGlobalIDs {
            key.source = sourceHalf(row, .globalSource, nil)
        } else if isSource, let texts {
            key.source = sourceHalf(row, .source, texts)
        }
        guard let texts else { return key }
        var hash = distinctHash
        let name = row.values.authorName
        if !row.authorID.isAbsent {
            add(.author, row.authorID, texts, to: &hash)
            key.other = DistinctKey.half(&hash)
        } else if let written = row.values.createdAt, isRealName(name, rules) {
            add(.name, name, texts, to: &hash)
            hash.add(UInt64(bitPattern: written.startOfDay.microseconds))
            key.other = DistinctKey.half(&hash)
        } else if !isSource, !isRealName(name, rules), hasManyLetters(row) {
            hash.add(DistinctPart.text.rawValue)
            hash.add(texts.0)
            hash.add(texts.1)
            hash.add(UInt64(bitPattern: row.values.rating ?? 0))
            key.other = DistinctKey.half(&hash, isOfText: true)
        }
        return key
    }

    private func sourceHalf(
        _ row: CleanRow, _ part: DistinctPart, _ texts: (UInt64, UInt64)?
    ) -> UInt64 {
        var hash = distinctHash
        add(part, row.reviewID, texts, to: &hash)
        return DistinctKey.half(&hash)
    }

    private func add(
        _ part: DistinctPart, _ place: TextPlace, _ texts: (UInt64, UInt64)?,
        to hash: inout SipHash128
    ) {
        hash.add(part.rawValue)
        if let texts {
            hash.add(texts.0)
            hash.add(texts.1)
        }
        hash.add(UInt64(place.count))
        hash.add(self[place])
    }

    /// The hash of title and body with white space normalised; nil where neither says anything.
    private func hashOfTexts(_ row: CleanRow) -> (UInt64, UInt64)? {
        var hash = distinctHash
        let hasTitle = addNormalised(row.values.title, to: &hash)
        let hasBody = addNormalised(row.values.body, to: &hash)
        guard hasTitle || hasBody else { return nil }
        let digest = hash.finish()
        return (digest.words.0, digest.words.1)
    }

    /// Adds a text with its length.
    ///
    /// - Returns: Whether anything is left of the text.
    private func addNormalised(_ place: TextPlace, to hash: inout SipHash128) -> Bool {
        func add(_ bytes: BorrowedBytes) -> Bool {
            hash.add(UInt64(bytes.count))
            hash.add(bytes)
            return bytes.count > 0
        }
        if place.isAbsent { return add(.none) }
        let bytes = self[place]
        if isSpaceNormal(bytes) { return add(bytes) }
        return (normaliseSpace(bytes) ?? []).lend(add)
    }

    private func isRealName(_ place: TextPlace, _ rules: DistinctRules) -> Bool {
        if place.isAbsent || PlaceholderName.isOne(self[place]) { return false }
        return rules.placeholders.isEmpty
            || text(place).map(rules.placeholders.contains) == false
    }

    private func hasManyLetters(_ row: CleanRow) -> Bool {
        var left = DistinctKey.fewestLetters
        for place in [row.values.title, row.values.body] where !place.isAbsent && left > 0 {
            left -= letterCount(self[place], atMost: left)
        }
        return left <= 0
    }
}

/// How many letters a text has, counted up to a limit: scalars with Unicode's property
/// `Alphabetic`.
func letterCount(_ bytes: BorrowedBytes, atMost limit: Int) -> Int {
    var (count, index) = (0, 0)
    while count < limit, index < bytes.count {
        let byte = bytes[index]
        if byte < 0x80 {
            if isASCIILetter(byte) { count &+= 1 }
            index &+= 1
            continue
        }
        // A text is valid UTF-8: the lead byte says how long its scalar is.
        let length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
        guard index &+ length <= bytes.count else { return count }
        if isLetter(bytes.part(index..<index &+ length)) { count &+= 1 }
        index &+= length
    }
    return count
}

@inline(__always)
private func isASCIILetter(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return lower >= 0x61 && lower <= 0x7A
}

/// Whether one scalar beyond ASCII is a letter. Looking a property up takes as long as forty
/// letters of ASCII: the blocks that hold nothing but letters need none.
private func isLetter(_ bytes: BorrowedBytes) -> Bool {
    switch (bytes[0], bytes[1]) {
    // U+00C0...U+02BF but × and ÷, U+0400...U+047F
    case (0xC3, 0x97), (0xC3, 0xB7): return false
    case (0xC3, _), (0xC4...0xC9, _), (0xCA, _), (0xD0...0xD1, _): return true
    // U+4E00...U+9FFF, but those from U+9FC0 on
    case (0xE4, 0xB8...0xBF), (0xE5...0xE8, _), (0xE9, 0x80...0xBE): return true
    // U+AC00...U+D6FF
    case (0xEB...0xEC, _), (0xEA, 0xB0...0xBF), (0xED, 0x80...0x9B): return true
    default: break
    }
    var iterator = bytes.makeIterator()
    var decoder = UTF8()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return false }
    return scalar.properties.isAlphabetic
}

extension StoredReview {
    /// The review's key, computed from its current values.
    package func distinctKey(by rules: DistinctRules = DistinctRules()) -> DistinctKey {
        var rows = CleanRows()
        let row = rows.distinctRow(of: self)
        return rows.withTexts(in: .none) { $0.distinctKey(row, kind: kind, by: rules) }
    }
}

extension CleanRows {
    /// A row with what a key is made of, its texts copied.
    fileprivate mutating func distinctRow(of review: StoredReview) -> CleanRow {
        func make(_ text: Text?) -> TextPlace { text.map { self.make($0.bytes) } ?? .absent }
        var row = CleanRow()
        row.reviewID = make(review.reviewID)
        row.authorID = make(review.authorID)
        row.values = review.values.mapTexts(make)
        return row
    }
}
