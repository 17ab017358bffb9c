/// A record of a dump, small enough to keep all of them: what it is and where it lies. What it holds is read again where somebody
/// disputes it (`Precedence`).
package struct Candidate: Sendable {
    private var digest: Digest128
    package var payload: Digest128
    /// Place of the record in its file.
    package var offset: Int64
    /// Place of the file in name order.
    package var file: Int32
    /// Which of the dump's contexts is the record's.
    package var context: Int32
    /// Its number among the records of the dump.
    package var number: UInt32 = 0
    /// Length × 16 + kept ahead × 8 + kind × 2 + is numbered: a record has at most 64 MiB.
    private var packed: UInt32

    package init(
        identity: Identity, payload: Digest128, file: Int32, offset: Int64, length: Int32,
        context: Int32
    ) {
        digest = identity.digest
        self.payload = payload
        self.offset = offset
        self.file = file
        self.context = context
        let kind: UInt32 =
            switch identity.kind {
            case .source: 0
            case .author: 1
            case .content: 2
            }
        packed = UInt32(length) << 4 | kind << 1 | (identity.isNumbered ? 1 : 0)
    }

    /// What the record is looked up by; of a numbered one, with its number once all are known (`duplicateGroups`).
    package var identity: Identity {
        let kind: IdentityKind =
            switch packed >> 1 & 3 {
            case 0: .source
            case 1: .author
            default: .content
            }
        return Identity(kind: kind, digest: digest, isNumbered: packed & 1 == 1)
    }

    package var length: Int32 { Int32(packed >> 4) }

    /// Whether its bytes went to bronze before anything was decided of it.
    package var isStaged: Bool {
        get { packed & 8 != 0 }
        set { packed = newValue ? packed | 8 : packed & ~8 }
    }

    /// The same with the number that it was given.
    func numbered(_ number: Int) -> Candidate {
        var numbered = self
        numbered.digest = identity.numbered(number)
        return numbered
    }

    static func liesBefore(_ left: Candidate, _ right: Candidate) -> Bool {
        (left.file, left.offset) < (right.file, right.offset)
    }
}

/// What decides between records that claim to be the same review.
package struct Precedence: Sendable {
    package var content: Digest256
    /// `updated_at`, else `created_at`, of the source.
    package var sourceTime: Instant?
    package var helpfulVotes: Int64

    package init(content: Digest256, sourceTime: Instant?, helpfulVotes: Int64) {
        self.content = content
        self.sourceTime = sourceTime
        self.helpfulVotes = helpfulVotes
    }
}
