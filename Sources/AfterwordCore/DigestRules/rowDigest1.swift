/// `row_digest`, version 1: SHA-256(00 ‖ public part ‖ SHA-256(salt ‖ personal part)). With the
/// leading 00 it is a leaf of the run's Merkle tree.
///
/// The personal part holds everything that an erasure removes (texts and the author's name by
/// their content digest), so that an erased row can still be checked by the inner digest.
func rowDigest1<Held: HeldText>(
    _ row: DigestedRow<Held>, in texts: Held.Texts, salt: (inout DigestEncoder) -> Void
) -> Digest256 {
    let personal = DigestEncoder.digest { encoder in
        salt(&encoder)
        row.reviewID.withBytes(in: texts) { encoder.pack($0) }
        encoder.add(raw: row.identity)
        encoder.add(raw: row.content)
        encoder.pack(optional: row.authorID, in: texts)
    }
    return DigestEncoder.digest { encoder in
        encoder.add(byte: 0)
        row.productID.withBytes(in: texts) { encoder.pack($0) }
        encoder.pack(row.version)
        encoder.pack(word: row.operation.word)
        encoder.pack(row.run)
        encoder.pack(row.observedAt.microseconds)
        encoder.pack(row.changedFields.rawValue)
        encoder.pack(publicValuesOf: row, in: texts)
        encoder.add(raw: personal)
    }
}

extension DigestEncoder {
    /// Adds the values that are not personal: those of the first eleven fields, instants last and
    /// with their origins, then each later field that is present, after its number.
    @inline(__always)
    fileprivate mutating func pack<Held: HeldText>(
        publicValuesOf row: DigestedRow<Held>, in texts: Held.Texts
    ) {
        let values = row.values
        pack(optional: values.rating)
        pack(optional: values[number: .verified])
        pack(optional: values.helpfulVotes)
        pack(optional: values.variant, in: texts)
        pack(optional: values.country, in: texts)
        pack(optional: values.language, in: texts)
        pack(row.times.createdAt.microseconds)
        pack(word: row.times.createdOrigin.word)
        pack(row.times.updatedAt.microseconds)
        pack(word: row.times.updatedOrigin.word)
        for field in TrackedField.behindThoseOf1
        where !field.isPersonal && values.isPresent(field) {
            add(byte: field.rawValue)
            if field.form == .text {
                pack(optional: values[text: field], in: texts)
            } else {
                pack(optional: values[number: field])
            }
        }
    }
}
