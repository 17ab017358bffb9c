/// `content_digest`, version 1: SHA-256 over the byte 01 and the tracked fields in the order of
/// `TrackedField`, each absent (00) or present (01) with its length or its 8 bytes.
///
/// A field behind the first eleven is added only where it is present, after its number: reviews
/// without it keep the digests that they had before the field was tracked.
func contentDigest1<Held: HeldText>(
    _ values: TrackedValues<Held>, in texts: Held.Texts
) -> Digest256 {
    DigestEncoder.digest { encoder in
        encoder.add(byte: 1)
        for field in TrackedField.allCases {
            let isPresent = values.isPresent(field)
            if field.isBehindThoseOf1 {
                guard isPresent else { continue }
                encoder.add(byte: field.rawValue)
            } else {
                encoder.add(byte: isPresent ? 1 : 0)
            }
            guard isPresent else { continue }
            if field.form == .text {
                values[text: field].withBytes(in: texts) { encoder.add($0) }
            } else {
                encoder.add(values[number: field] ?? 0)
            }
        }
    }
}

extension TrackedField {
    /// Whether the field was added after the rules of version 1, which give the first eleven their
    /// places.
    var isBehindThoseOf1: Bool { rawValue > TrackedField.updatedAt.rawValue }
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
