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
        encoder.pack(row.operation.rawValue)
        encoder.pack(row.run)
        encoder.pack(row.observedAt.microseconds)
        encoder.pack(row.changedFields.rawValue)
        encoder.pack(publicValuesOf: row, in: texts)
        encoder.add(raw: personal)
    }
}

extension DigestEncoder {
    /// Adds a field that is no instant: FF for an absent value, else the packed value.
    fileprivate mutating func pack<Held: HeldText>(
        _ field: TrackedField, of values: TrackedValues<Held>, in texts: Held.Texts
    ) {
        if field.form == .text {
            pack(optional: values[text: field], in: texts)
        } else {
            pack(optional: values[number: field])
        }
    }

    /// Adds the values that are not personal: those of the first eleven fields, instants last and
    /// with their origins, then each later field that is present, after its number.
    fileprivate mutating func pack<Held: HeldText>(
        publicValuesOf row: DigestedRow<Held>, in texts: Held.Texts
    ) {
        for field in TrackedField.allCases
        where !field.isPersonal && field.form != .instant && !field.isBehindThoseOf1 {
            pack(field, of: row.values, in: texts)
        }
        pack(row.times.createdAt.microseconds)
        pack(row.times.createdOrigin.rawValue)
        pack(row.times.updatedAt.microseconds)
        pack(row.times.updatedOrigin.rawValue)
        for field in TrackedField.allCases
        where field.isBehindThoseOf1 && !field.isPersonal && row.values.isPresent(field) {
            add(byte: field.rawValue)
            pack(field, of: row.values, in: texts)
        }
    }
}
