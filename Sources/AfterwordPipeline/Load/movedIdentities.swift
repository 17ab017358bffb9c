import AfterwordCore

/// A review whose record was read again.
struct RecleanedReview {
    let review: StoredReview
    /// By what its record identifies it now; nil where that cannot be said.
    private(set) var identity: Identity?
    /// The kind of identity of the shape; nil where the record was not read.
    private(set) var kind: IdentityKind?
    /// Its new version; nil where it stays as it is.
    var change: VersionChange?

    init(_ review: StoredReview, _ read: TodaysShapes.Result) {
        self.review = review
        guard case .record(let record, _, let cleaner) = read else { return }
        (identity, kind) = (cleaner.identity(of: record), cleaner.shape.identityKind)
    }
}

/// What new identities mean for the reviews of a product.
struct MovedIdentities {
    /// The product's kind of identity from now on; nil where it stays.
    var kind: IdentityKind?
    var links: [ReviewLink] = []
    /// Reviews that are the same as another one.
    var closed: [StoredReview] = []
    /// Number of live reviews whose new identity cannot be kept.
    var unmoved: Int64 = 0
}

/// By what the reviews of a product are found from now on. A review keeps its own identity and id;
/// a link leads from the new identity to it. Of several live ones with one identity the one stays
/// that a dump with all of them would make the review, and the others are closed. A deleted review
/// moves where no live one has its new identity, so that it is known when it returns.
///
/// - Parameters:
///   - read: All reviews of the product, deleted ones too. Where the live ones are not all read by
///     shapes of one kind of identity, none moves.
///   - owners: The keys of the product's reviews, deleted ones too, by their own identities.
func movedIdentities(
    _ read: [RecleanedReview], _ owners: [Digest128: Int64], _ run: RunContext
) -> MovedIdentities {
    var moved = MovedIdentities()
    let live = read.filter(\.review.isLive)
    guard let kind = (live.first ?? read.first)?.kind, live.allSatisfy({ $0.kind == kind }) else {
        return moved
    }
    moved.kind = kind
    var groups: [Identity: [RecleanedReview]] = [:]
    for one in read where one.kind == kind {
        guard let identity = one.identity else { continue }
        groups[identity, default: []].append(one)
    }
    for (identity, group) in groups.sorted(by: { $0.key.digest < $1.key.digest }) {
        let ordered = group.sorted(by: RecleanedReview.ranksBefore)
        let live = ordered.filter(\.review.isLive)
        if identity.isNumbered {
            number(live, identity, owners, run, &moved)
        } else {
            join(live.isEmpty ? ordered : live, identity.digest, owners, run, &moved)
        }
    }
    return moved
}

/// Makes one review of several with one identity, in order of rank.
private func join(
    _ ordered: [RecleanedReview], _ identity: Digest128, _ owners: [Digest128: Int64],
    _ run: RunContext, _ moved: inout MovedIdentities
) {
    let stays = ordered.first { $0.review.identity == identity } ?? ordered[0]
    link(stays, to: identity, owners, run, &moved)
    for one in ordered where one.review.isLive && one.review.reviewKey != stays.review.reviewKey {
        moved.closed.append(one.review)
        moved.links.append(
            ReviewLink(
                run: run.run, match: .reclean, from: ReviewLink.End(one.review),
                to: ReviewLink.End(stays.review),
                opened: (stays.version, one.review.identity, nil)))
    }
}

/// Gives reviews with one short text the numbers that a dump gives them: from 0 on. A review that
/// has one keeps it.
private func number(
    _ live: [RecleanedReview], _ identity: Identity, _ owners: [Digest128: Int64],
    _ run: RunContext, _ moved: inout MovedIdentities
) {
    let numbers = live.indices.map { identity.numbered($0) }
    let holders = Set(numbers.map { run.owner(of: $0) })
    var free = numbers.filter { number in
        !live.contains { $0.review.identity == run.owner(of: number) }
    }[...]
    for one in live where !holders.contains(one.review.identity) {
        guard let number = free.popFirst() else { break }
        link(one, to: number, owners, run, &moved)
    }
}

/// Links a review to its new identity, unless it is found by it already.
private func link(
    _ one: RecleanedReview, to identity: Digest128, _ owners: [Digest128: Int64], _ run: RunContext,
    _ moved: inout MovedIdentities
) {
    guard run.owner(of: identity) != one.review.identity else { return }
    guard owners[identity] == nil else {
        if one.review.isLive { moved.unmoved += 1 }
        return
    }
    let end = ReviewLink.End(one.review)
    moved.links.append(
        ReviewLink(
            run: run.run, match: .reclean, from: end, to: end,
            opened: (one.version, identity, nil)))
}

extension RecleanedReview {
    /// Its version after the run.
    fileprivate var version: Int64 { change?.version ?? review.version }
    private var values: ReviewValues { change?.review.values ?? review.values }

    /// Order of what a dump prefers: the latest source time, most helpful votes, then what was
    /// stored last.
    fileprivate static func ranksBefore(_ left: Self, _ right: Self) -> Bool {
        func rank(_ one: Self) -> (Int64, Int64, Int64) {
            (
                one.values.sourceTime?.microseconds ?? .min, one.values.helpfulVotes ?? 0,
                one.review.run
            )
        }
        return rank(left) == rank(right)
            ? left.review.reviewID < right.review.reviewID : rank(left) > rank(right)
    }
}
