import AfterwordCore

/// A live review whose record was read again.
struct RecleanedReview {
    let review: StoredReview
    /// By what its record identifies it now; nil where that cannot be said.
    private(set) var identity: Identity?
    /// The kind of identity of the shape; nil where the record was not read.
    private(set) var kind: IdentityKind?
    /// Its new version; nil where it stays as it is.
    var change: VersionChange?

    init(review: StoredReview) { self.review = review }

    mutating func take(_ identity: Identity?, _ kind: IdentityKind) {
        (self.identity, self.kind) = (identity, kind)
    }
}

/// What new identities mean for the reviews of a product.
struct MovedIdentities {
    /// The product's kind of identity from now on; nil where it stays.
    var kind: IdentityKind?
    var links: [ReviewLink] = []
    /// Reviews that are the same as another one.
    var closed: [StoredReview] = []
    /// Number of reviews whose new identity cannot be kept.
    var unmoved: Int64 = 0
}

/// By what the reviews of a product are found from now on. A review keeps its own identity and id;
/// a link leads from the new identity to it. Of several with one identity the one that was seen
/// last stays, and the others are closed.
///
/// - Parameters:
///   - read: All live reviews of the product. Where they are not all read by shapes of one kind of
///     identity, none moves.
///   - owners: The keys of the product's reviews, deleted ones too, by their own identities.
func movedIdentities(
    _ read: [RecleanedReview], _ owners: [Digest128: Int64], _ run: RunContext
) -> MovedIdentities {
    var moved = MovedIdentities()
    guard let kind = read.first?.kind, read.allSatisfy({ $0.kind == kind }) else { return moved }
    moved.kind = kind
    var groups: [Digest128: [RecleanedReview]] = [:]
    for one in read {
        guard let identity = one.identity else { continue }
        if identity.isNumbered {
            if one.review.kind != .content { moved.unmoved += 1 }
            continue
        }
        groups[identity.digest, default: []].append(one)
    }
    for (identity, group) in groups.sorted(by: { $0.key < $1.key }) {
        let ordered = group.sorted { left, right in
            (right.review.run, left.review.reviewID) < (left.review.run, right.review.reviewID)
        }
        let stays = ordered.first { $0.review.identity == identity } ?? ordered[0]
        link(stays, to: identity, owners, run, &moved)
        for one in ordered where one.review.reviewKey != stays.review.reviewKey {
            moved.closed.append(one.review)
            moved.links.append(
                ReviewLink(
                    run: run.run, match: .reclean, from: ReviewLink.End(one.review),
                    to: ReviewLink.End(stays.review),
                    opened: (stays.version, one.review.identity, nil)))
        }
    }
    return moved
}

/// Links a review to its new identity, unless it is found by it already.
private func link(
    _ one: RecleanedReview, to identity: Digest128, _ owners: [Digest128: Int64], _ run: RunContext,
    _ moved: inout MovedIdentities
) {
    guard run.owner(of: identity) != one.review.identity else { return }
    guard owners[identity] == nil else {
        moved.unmoved += 1
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
}
