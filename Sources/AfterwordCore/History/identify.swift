/// What a record is known by. `digest` is final unless `isNumbered`: then records of one digest are
/// told apart by number (`numbered`).
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
        var builder = DigestBuilder(domain: "afterword.identity.number.1")
        builder.add(raw: digest)
        builder.add(Int64(k))
        return builder.finish128()
    }
}

/// Title and body of fewer Unicode scalars than this do not identify a review by themselves.
package let shortTextScalars = 20

/// The identity of a record: (a) its source id, else (b) its author, else (c) its texts.
///
/// Nil without a product. A released rule never changes: a better one gets a new version in its
/// domain.
package func identify(_ record: CleanedRecord, placeholders: Set<Text>) -> Identity? {
    guard let product = record.productID else { return nil }
    if let id = record.reviewID {
        var builder = DigestBuilder(domain: "afterword.identity.a1")
        builder.add(product)
        builder.add(id)
        return Identity(kind: .source, digest: builder.finish128(), isNumbered: false)
    }
    return identifyByAuthor(record, product, placeholders)
        ?? identifyByContent(record, product, placeholders)
}

private func identifyByAuthor(
    _ record: CleanedRecord, _ product: Text, _ placeholders: Set<Text>
) -> Identity? {
    var builder = DigestBuilder(domain: "afterword.identity.b1")
    builder.add(product)
    if let author = record.authorID {
        builder.add(byte: 1)
        builder.add(author)
    } else if let name = record.values.authorName, !placeholders.contains(name),
        let date = record.writtenDate
    {
        builder.add(byte: 2)
        builder.add(name)
        builder.add(date)
    } else {
        return nil
    }
    builder.add(optional: record.values.variant)
    return Identity(kind: .author, digest: builder.finish128(), isNumbered: false)
}

private func identifyByContent(
    _ record: CleanedRecord, _ product: Text, _ placeholders: Set<Text>
) -> Identity {
    let title = normaliseSpace(record.values.title)
    let body = normaliseSpace(record.values.body)
    let scalars = [title, body].reduce(0) { $0 + scalarCount($1) }
    var builder = DigestBuilder(
        domain: "afterword.identity.c1",
        reserving: 256 + (title?.bytes.count ?? 0) + (body?.bytes.count ?? 0))
    builder.add(product)
    builder.add(optional: record.values.authorName)
    builder.add(optional: record.writtenDate)
    builder.add(optional: title)
    builder.add(optional: body)
    let isShort = scalars < shortTextScalars
    if isShort {
        builder.add(byte: 1)
        builder.add(optional: record.values.rating)
    }
    return Identity(kind: .content, digest: builder.finish128(), isNumbered: isShort)
}

private func scalarCount(_ text: Text?) -> Int {
    text?.bytes.count { $0 & 0xC0 != 0x80 } ?? 0
}

/// The review's id, given once at its first insert: the source's own, else kind, rule version and
/// the identity's digits. A source id that looks like a derived one is escaped.
package func reviewID(_ source: Text?, kind: IdentityKind, identity: Digest128) -> Text {
    guard kind == .source, let source else {
        return Text("\(kind.rawValue)1:\(identity)")
    }
    return looksDerived(source) ? Text("a1:" + source.string) : source
}

/// A letter a–c, digits, a colon.
private func looksDerived(_ id: Text) -> Bool {
    guard let first = id.bytes.first, (0x61...0x63).contains(first),
        let colon = id.bytes.firstIndex(of: 0x3A), colon > 1
    else { return false }
    return id.bytes[1..<colon].allSatisfy { (0x30...0x39).contains($0) }
}

/// The digest of a record's bytes and its context: equal digests need no cleaning to be known as
/// equal.
package func payloadDigest(_ payload: RawSpan, context: [UInt8]) -> Digest128 {
    var builder = DigestBuilder(
        domain: "afterword.payload.1", reserving: payload.byteCount + context.count + 64)
    builder.add(payload)
    builder.add(context)
    return builder.finish128()
}
