/// `content_digest`, version 1: SHA-256 over the byte 01 and the first eleven tracked fields, each
/// absent (00) or present (01) with its length or its 8 bytes.
///
/// A field behind those is added only where it is present, after its number: reviews without it
/// keep the digests that they had before the field was tracked.
func contentDigest1<Held: HeldText>(
    _ values: TrackedValues<Held>, in texts: Held.Texts
) -> Digest256 {
    DigestEncoder.digest { encoder in
        encoder.add(byte: 1)
        encoder.add(optional: values.rating)
        encoder.add(optional: values.title, in: texts)
        encoder.add(optional: values.body, in: texts)
        encoder.add(optional: values.authorName, in: texts)
        encoder.add(optional: values[number: .verified])
        encoder.add(optional: values.helpfulVotes)
        encoder.add(optional: values.variant, in: texts)
        encoder.add(optional: values.country, in: texts)
        encoder.add(optional: values.language, in: texts)
        encoder.add(optional: values.createdAt?.microseconds)
        encoder.add(optional: values.updatedAt?.microseconds)
        for field in TrackedField.behindThoseOf1 where values.isPresent(field) {
            encoder.add(byte: field.rawValue)
            if field.form == .text {
                values[text: field].withBytes(in: texts) { encoder.add($0) }
            } else {
                encoder.add(values[number: field] ?? 0)
            }
        }
    }
}

extension TrackedField {
    /// The fields added after the rules of version 1, which name the first eleven.
    static var behindThoseOf1: FieldsInOrder { FieldsInOrder(behind: .updatedAt) }
}

extension ReviewValues {
    /// `content_digest` by the rules of new runs.
    package var contentDigest: Digest256 { contentDigest(by: .current) }

    /// `content_digest` by the rules of a run.
    package func contentDigest(by rules: DigestRules) -> Digest256 { rules.content(self, in: ()) }
}

extension CleanTexts {
    /// `content_digest` of a row by the rules of new runs.
    package func contentDigest(_ row: CleanRow) -> Digest256 {
        DigestRules.current.content(row.values, in: self)
    }
}
