import AfterwordCore

/// What is fixed about a run before its first product is decided: its number, its clocks, its
/// options, and the state of the store that it builds on.
struct RunContext: Sendable {
    let options: LoadOptions
    let head: StoreHead
    let observedAt: Instant
    let observedOrigin: ObservedOrigin
    /// The earliest run of the same files with the same `observed_at`; nil for none. This dump then
    /// counts as older wherever a later run covered a product.
    let identicalSince: Int64?
    /// `--dump`, else the label of the earlier run of the same files.
    let dumpLabel: Text?
    /// By what rules the run identifies reviews.
    var identity = IdentityRules.current
    /// What the run reads the texts of reviews with; nil where the store keeps no readings.
    private(set) var lexicon: Lexicon?
    /// Whether the store keeps readings, but no lists of reviews: an earlier program wrote it.
    private(set) var isUnlisted = false
    /// Identities by which reviews without ids are found since they were edited, each with the
    /// review's own.
    var aliases: [Digest128: Digest128] = [:]

    /// The run's number.
    var run: Int64 { head.nextRun }
    /// Whether the run may delete reviews, so that some may move to another product.
    var mayDelete: Bool { options.completeness != .none && !isFirst }
    /// Takes what the run reads texts with, and looks whether the store's lists are to be made.
    mutating func take(lexicon: Lexicon?, _ reader: any StoreReader) throws {
        self.lexicon = lexicon
        guard let lexicon, !isFirst else { return }
        isUnlisted = try !reader.hasLists(by: Int64(lexicon.version))
    }
    /// Takes the further identities of reviews.
    mutating func take(aliases links: [ReviewLink]) {
        for link in links where !link.match.isMovement {
            aliases[link.identity] = link.to.identity
        }
    }

    /// The identity of the review that a record's identity stands for.
    func owner(of identity: Digest128) -> Digest128 { aliases[identity] ?? identity }
    /// Records under the identities of the reviews that theirs stand for.
    func ofReviews(_ candidates: [Candidate]) -> [Candidate] {
        if aliases.isEmpty { return candidates }
        return candidates.map { candidate in
            aliases[candidate.identity.digest].map(candidate.belonging) ?? candidate
        }
    }
    /// The identities that records name: their own, and those of the reviews that their numbers may
    /// stand for.
    func named(by candidates: [Candidate]) -> Set<Digest128> {
        var named = Set(candidates.map(\.identity.digest))
        if aliases.isEmpty { return named }
        let numbered = Dictionary(
            grouping: candidates.map(\.identity).filter(\.isNumbered), by: \.self)
        for (identity, records) in numbered {
            var number = 0
            while let owner = aliases[identity.numbered(number)] {
                named.insert(owner)
                number += 1
            }
            for later in number..<max(number, records.count) {
                named.insert(owner(of: identity.numbered(later)))
            }
        }
        return named
    }
    /// The store holds no product yet, so that nothing needs to be looked up.
    var isFirst: Bool { head.nextProductKey == 1 }
    /// The store was written by a program that made no search index.
    var isUnindexed: Bool { head.nextSegment == 1 && !isFirst }

    /// How this dump's `observed_at` compares with what the store has observed of a product.
    ///
    /// - Parameter state: The product before the run; nil for a new one.
    func order(_ state: ProductState?) -> ObservationOrder {
        let newest = [state?.lastObservedAt, head.lastCompleteAllAt].compactMap { $0 }.max()
        let newestRun = [state?.lastRun, head.lastCompleteAllRun].compactMap { $0 }.max() ?? 0
        let isRepeat = identicalSince.map { newestRun > $0 } ?? false
        let complete = [state?.lastCompleteAt, head.lastCompleteAllAt].compactMap { $0 }.max()
        return ObservationOrder(
            isOlder: isRepeat || newest.map { observedAt < $0 } ?? false,
            isCoveredByLaterComplete: complete.map {
                observedAt < $0 || (isRepeat && observedAt == $0)
            } ?? false)
    }
}
