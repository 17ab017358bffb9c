import AfterwordCore

/// Keys of the few stored rows that decisions need: reviews that differ or vanished.
struct WantedRows: Sendable {
    var reviews: [Int64] = []
    /// The reviews among them whose payloads and history contents are needed too.
    var contents: [Int64] = []
    var raw: [RawQuestion] = []

    var isEmpty: Bool { contents.isEmpty && reviews.isEmpty && raw.isEmpty }

    mutating func add(_ more: WantedRows) {
        reviews += more.reviews
        contents += more.contents
        raw += more.raw
    }

    /// In order of keys, so that neighboring rows are read together.
    mutating func sort() {
        reviews.sort()
        contents.sort()
        raw.sort { $0.reviewKey ?? 0 < $1.reviewKey ?? 0 }
    }
}

/// The stored rows that were looked up for decisions, by their keys. A key that the store does not
/// hold has no row.
struct StoredRows: Sendable {
    /// By review key.
    var reviews: [Int64: StoredReview] = [:]
    /// By raw key.
    var payloads: [Int64: RawPayload] = [:]
    /// Content digests in the history of each review, by review key.
    var contents: [Int64: Set<Digest256>] = [:]
    /// The records that bronze holds, or knows by a receipt.
    var known: [RawIdentity: KnownRecord] = [:]

    init() {}

    /// - Throws: What the store throws.
    init(_ wanted: WantedRows, _ lookUps: any StoreLookUps) throws {
        for review in try lookUps.current(wanted.reviews) { reviews[review.reviewKey] = review }
        let held = wanted.contents.compactMap { reviews[$0]?.rawKey }.sorted()
        for payload in try lookUps.payloads(held) { payloads[payload.rawKey] = payload }
        contents = try lookUps.historyContents(wanted.contents)
        known = try lookUps.known(wanted.raw)
    }
}
