/// A record of a dump in 56 bytes: its identity, its digests and its position. Its values are read
/// again only where they are needed (`Precedence`).
package struct Candidate: Sendable {
    private var digest: Digest128
    package var payload: Digest128
    /// Offset in bytes in its file's stream.
    package var offset: Int64
    /// Index of the file in the dump.
    package var file: Int32
    /// Index of its context in the dump's list of contexts.
    package var context: Int32
    /// Its number among the records of the dump.
    package var number: UInt32 = 0
    /// Length × 16 + is staged × 8 + kind × 2 + is numbered; a record has at most 64 MiB.
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

    /// The record's identity. A numbered identity has its number only after `duplicateGroups`.
    package var identity: Identity {
        let kind: IdentityKind =
            switch packed >> 1 & 3 {
            case 0: .source
            case 1: .author
            default: .content
            }
        return Identity(kind: kind, digest: digest, isNumbered: packed & 1 == 1)
    }

    /// In bytes.
    package var length: Int32 { Int32(packed >> 4) }

    /// Whether its bytes were written to bronze during the scan.
    package var isStaged: Bool {
        get { packed & 8 != 0 }
        set { packed = newValue ? packed | 8 : packed & ~8 }
    }

    /// The candidate with the identity of the `number`-th record of its key.
    func numbered(_ number: Int) -> Candidate {
        var numbered = self
        numbered.digest = identity.numbered(number)
        return numbered
    }

    /// The record as one of the review that is found by its identity too.
    package func belonging(to review: Digest128) -> Candidate {
        var belonging = self
        belonging.digest = review
        return belonging
    }

    /// Order of position: by file, then offset.
    static func liesBefore(_ left: Candidate, _ right: Candidate) -> Bool {
        (left.file, left.offset) < (right.file, right.offset)
    }
}

/// The values that rank the records of one identity.
package struct Precedence: Sendable {
    package var content: Digest256
    /// The source's `updated_at`, else its `created_at`; nil for none.
    package var sourceTime: Instant?
    package var helpfulVotes: Int64

    package init(content: Digest256, sourceTime: Instant?, helpfulVotes: Int64) {
        self.content = content
        self.sourceTime = sourceTime
        self.helpfulVotes = helpfulVotes
    }
}
