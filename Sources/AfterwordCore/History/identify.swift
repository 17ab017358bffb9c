/// By what a record is matched with a review. `digest` is final unless `isNumbered`: then records
/// of equal digest get different numbers (`numbered`).
package struct Identity: Hashable, Sendable {
    package var digest: Digest128
    package var kind: IdentityKind
    package var isNumbered: Bool

    package init(kind: IdentityKind, digest: Digest128, isNumbered: Bool) {
        self.kind = kind
        self.digest = digest
        self.isNumbered = isNumbered
    }

    /// The identity of the k-th record of this key in its dump.
    package func numbered(_ k: Int) -> Digest128 {
        var builder = DigestEncoder(domain: "afterword.identity.number.1")
        builder.add(raw: digest)
        builder.add(Int64(k))
        return builder.finish128()
    }
}

/// A title and body of fewer Unicode scalars than this in total do not identify a review.
package let shortTextScalars = 20

/// The identity of a record: (a) its source id, else (b) its author, else (c) its texts. Nil
/// without a product.
///
/// A released rule never changes; a new rule gets a new version in its domain.
///
/// - Parameter placeholders: Author names that stand for no author.
package func identify(
    _ record: CleanedRecord, placeholders: Set<Text>, by rules: IdentityRules = .current
) -> Identity? {
    let rows = CleanRows(record)
    return rows.withTexts(in: .none) { texts in
        texts.identity(rows.rows[0], placeholders: placeholders, by: rules)
    }
}

extension CleanTexts {
    /// The identity of a cleaned row.
    package func identity(
        _ row: CleanRow, placeholders: Set<Text>, by rules: IdentityRules = .current
    ) -> Identity? {
        if row.productID.isAbsent { return nil }
        if row.reviewID.isAbsent {
            return identityByAuthor(row, placeholders, rules) ?? identityByContent(row, rules)
        }
        let digest = identityBySource(product: self[row.productID], review: self[row.reviewID])
        return Identity(kind: .source, digest: digest, isNumbered: false)
    }

    private func identityByAuthor(
        _ row: CleanRow, _ placeholders: Set<Text>, _ rules: IdentityRules
    ) -> Identity? {
        let isNamed =
            !row.writtenDate.isAbsent && isName(row.values.authorName, placeholders, rules)
        guard !row.authorID.isAbsent || isNamed else { return nil }
        let digest = DigestEncoder.digest { encoder in
            encoder.add(domain: rules == .v1 ? "afterword.identity.b1" : "afterword.identity.b2")
            encoder.add(self[row.productID])
            if row.authorID.isAbsent {
                encoder.add(byte: 2)
                add(bare: row.values.authorName, rules, to: &encoder)
                add(dateOf: row, rules, to: &encoder)
            } else {
                encoder.add(byte: 1)
                encoder.add(self[row.authorID])
            }
            add(optionalBare: row.values.variant, rules, to: &encoder)
        }
        return Identity(kind: .author, digest: Digest128(truncating: digest), isNumbered: false)
    }

    /// Adds a name, by later rules without blanks and invisible characters around it.
    private func add(
        bare place: TextPlace, _ rules: IdentityRules, to encoder: inout DigestEncoder
    ) {
        let bytes = self[place]
        if rules == .v1 || !hasBlankEnd(bytes) { return encoder.add(bytes) }
        (readIdentifier(Array(bytes))?.bytes ?? []).lend { encoder.add($0) }
    }

    /// The same of a text that may be absent; one of nothing but blanks is.
    private func add(
        optionalBare place: TextPlace, _ rules: IdentityRules, to encoder: inout DigestEncoder
    ) {
        if place.isAbsent || rules == .v1 || !hasBlankEnd(self[place]) {
            return encoder.add(optional: place, in: self)
        }
        encoder.add(optional: readIdentifier(Array(self[place])))
    }

    /// Whether a text names one author: many share the name of a placeholder.
    private func isName(
        _ name: TextPlace, _ placeholders: Set<Text>, _ rules: IdentityRules
    ) -> Bool {
        if name.isAbsent || rules != .v1 && PlaceholderName.isOne(self[name]) { return false }
        return placeholders.isEmpty || text(name).map(placeholders.contains) == false
    }

    /// Adds the written date of a row that has one: by rules v1 as written, later the moment that
    /// it means, where it can be read.
    private func add(dateOf row: CleanRow, _ rules: IdentityRules, to encoder: inout DigestEncoder)
    {
        guard rules != .v1, let instant = row.writtenInstant else {
            if rules != .v1 { encoder.add(byte: 2) }
            return encoder.add(self[row.writtenDate])
        }
        encoder.add(byte: 1)
        encoder.add(instant.microseconds)
    }

    private func identityByContent(_ row: CleanRow, _ rules: IdentityRules) -> Identity {
        let (title, body) = (bareText(row.values.title), bareText(row.values.body))
        let isShort = scalarCount(title) + scalarCount(body) < shortTextScalars
        let digest = DigestEncoder.digest { encoder in
            encoder.add(domain: rules == .v1 ? "afterword.identity.c1" : "afterword.identity.c2")
            encoder.add(self[row.productID])
            add(optionalBare: row.values.authorName, rules, to: &encoder)
            if rules == .v1 || row.writtenDate.isAbsent {
                encoder.add(optional: row.writtenDate, in: self)
            } else {
                add(dateOf: row, rules, to: &encoder)
            }
            add(title, to: &encoder)
            add(body, to: &encoder)
            if isShort {
                encoder.add(byte: 1)
                encoder.add(optional: row.values.rating)
            }
        }
        return Identity(
            kind: .content, digest: Digest128(truncating: digest), isNumbered: isShort)
    }

    /// A text with its white space normalised.
    private enum BareText {
        case none
        /// Normal as it is.
        case place(TextPlace)
        case made([UInt8])
    }

    private func bareText(_ place: TextPlace) -> BareText {
        if place.isAbsent { return .none }
        if isSpaceNormal(self[place]) { return .place(place) }
        return normaliseSpace(self[place]).map(BareText.made) ?? .none
    }

    private func scalarCount(_ text: BareText) -> Int {
        switch text {
        case .none: 0
        case .place(let place): self[place].count { $0 & 0xC0 != 0x80 }
        case .made(let bytes): bytes.count { $0 & 0xC0 != 0x80 }
        }
    }

    private func add(_ text: BareText, to encoder: inout DigestEncoder) {
        switch text {
        case .none: encoder.add(optional: [UInt8]?.none)
        case .place(let place): encoder.add(optional: place, in: self)
        case .made(let bytes): encoder.add(optional: bytes)
        }
    }
}

/// Whether a text begins or ends with a blank or an invisible character.
private func hasBlankEnd(_ bytes: BorrowedBytes) -> Bool {
    guard let first = bytes.first, let last = bytes.last else { return false }
    if first > 0x20, last > 0x20, first < 0x7F, last < 0x7F { return false }
    var start = bytes.count - 1
    while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return [0, start].contains { place in
        var decoder = UTF8()
        var iterator = bytes.part(place..<bytes.count).makeIterator()
        guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return false }
        return isAround(scalar)
    }
}

private func identityBySource(product: BorrowedBytes, review: BorrowedBytes) -> Digest128 {
    // Keyed with the first 16 bytes of SHA-256("afterword.identity.a2").
    var hash = SipHash128(key: (0x02ab_0138_cd36_2aa2, 0x69ec_34e4_7853_0355))
    hash.add(product)
    hash.add(review)
    hash.add(UInt64(product.count))
    return hash.finish()
}

/// The permanent id of a review, assigned at its first insert: the source's id, else kind, rule
/// version and the identity in hexadecimal digits. A source id that looks like a derived one is
/// escaped.
package func reviewID(
    _ source: Text?, kind: IdentityKind, identity: Digest128, by rules: IdentityRules
) -> Text {
    guard kind == .source, let source else {
        return Text("\(kind.rawValue)\(rules.rawValue):\(identity)")
    }
    let isDerived = source.bytes.lend(looksDerived)
    return isDerived ? Text("a1:" + source.string) : source
}

/// The identity that a review had when its id was assigned (`reviewID`); nil for an id of another
/// form.
package func identityDigest(ofReview id: Text, ofProduct product: Text) -> Digest128? {
    var source = id.bytes[...]
    if id.bytes.lend(looksDerived) {
        let form = Array(id.bytes.prefix(3))
        let told = id.bytes.dropFirst(3)
        switch form {
        case Array("a1:".utf8): source = told
        case Array("b1:".utf8), Array("c1:".utf8), Array("b2:".utf8), Array("c2:".utf8):
            return hexadecimalBytes(told).flatMap { $0.count == 16 ? Digest128($0) : nil }
        default: return nil
        }
    }
    return product.bytes.lend { product in
        Array(source).lend { identityBySource(product: product, review: $0) }
    }
}

/// Whether an id begins with a letter a–c, digits and a colon.
func looksDerived(_ id: BorrowedBytes) -> Bool {
    guard let first = id.first, (0x61...0x63).contains(first) else { return false }
    for index in 1..<id.count {
        if id[index] == 0x3A { return index > 1 }
        guard (0x30...0x39).contains(id[index]) else { return false }
    }
    return false
}

/// The digest of a record's bytes and its context: records of equal digest are equal without
/// cleaning them.
package func payloadDigest(_ payload: RawSpan, context: [UInt8]) -> Digest128 {
    payload.lend { payload in
        context.lend { payloadDigest(payload, context: $0) }
    }
}
