/// A record of a dump, small enough to keep all of them: what it is, what it holds, where it lies.
package struct Candidate: Sendable {
    /// What the record is looked up by; of a numbered one, with its number once all are known (`contests`).
    package var identity: Identity
    package var content: Digest256
    package var payload: Digest128
    // In an order that leaves few gaps: there is one of these for every record of a dump.
    /// `updated_at`, else `created_at`, of the source.
    package var sourceTime: Instant?
    /// Place of the file in name order, and of the record in it.
    package var file: Int32
    package var offset: Int64
    package var helpfulVotes: Int64
    package var length: Int32
    /// Which of the dump's contexts is the record's.
    package var context: Int32

    package init(
        identity: Identity, content: Digest256, payload: Digest128, sourceTime: Instant?,
        helpfulVotes: Int64, file: Int32, offset: Int64, length: Int32, context: Int32
    ) {
        self.identity = identity
        self.content = content
        self.payload = payload
        self.sourceTime = sourceTime
        self.helpfulVotes = helpfulVotes
        self.file = file
        self.offset = offset
        self.length = length
        self.context = context
    }
}
