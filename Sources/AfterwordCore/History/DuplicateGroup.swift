/// The records of one dump with the same identity, grouped by equal content.
package struct DuplicateGroup: Sendable {
    /// Records of equal content, in order of file and offset. They have equal source times and
    /// votes.
    package struct Variant: Sendable {
        package var candidates: [Candidate]
        /// Nil where the group has one record only, which is not read for it.
        package var content: Digest256?

        /// The record whose bytes are stored: the one with the greatest payload digest.
        package var kept: Candidate {
            candidates.max { $0.payload < $1.payload }!
        }
    }

    package var identity: Digest128
    /// Variants of the highest rank; where there are several, the stored review decides (`winner`).
    package var finalists: [Variant]
    /// Variants of a lower rank.
    package var beaten: [Variant]

    /// The group of a single record.
    package init(of only: Candidate) {
        self.init(
            identity: only.identity.digest,
            finalists: [Variant(candidates: [only], content: nil)], beaten: [])
    }

    /// The group as records of the review that is found by its identity too.
    package func belonging(to review: Digest128) -> DuplicateGroup {
        func moved(_ variants: [Variant]) -> [Variant] {
            variants.map { variant in
                var variant = variant
                variant.candidates = variant.candidates.map { $0.belonging(to: review) }
                return variant
            }
        }
        return DuplicateGroup(
            identity: review, finalists: moved(finalists), beaten: moved(beaten))
    }

    fileprivate init(identity: Digest128, finalists: [Variant], beaten: [Variant]) {
        self.identity = identity
        self.finalists = finalists
        self.beaten = beaten
    }
}

/// What a record is to the store, where it is the only one of its identity.
package enum SingleRecord: Sendable {
    /// Its live review holds the same bytes.
    case unchanged
    /// No review has its identity: it is a new review.
    case insert
    /// It has to be compared with a stored review.
    case duplicateGroup
}

/// The records of one product, sorted; each list is in order of identity.
package struct SortedRecords: Sendable {
    /// Records to compare with stored reviews or with each other.
    package var duplicateGroups: [DuplicateGroup] = []
    /// New reviews, one record each.
    package var inserts: [Candidate] = []
    /// Records whose live reviews hold the same bytes.
    package var unchanged: [Candidate] = []
}

/// Sorts the records of one product by identity, and groups those of equal identity.
///
/// Short texts are numbered first: records of one key get numbers in order of content and payload
/// digest, so that the same five records get the same identities in any order.
///
/// - Parameter owner: The identity of the review that a numbered identity stands for.
/// - Parameter precedence: The rank of a record; called only for records that share an identity.
/// - Parameter look: Classifies a record that is the only one of its identity.
package func duplicateGroups(
    _ candidates: [Candidate], owner: (Digest128) -> Digest128 = { $0 },
    precedence: (Candidate) throws -> Precedence, look: (Candidate) -> SingleRecord
) rethrows -> SortedRecords {
    let candidates = try numberShortTexts(candidates, owner, precedence)
    // Sorts indexes instead of records: a product may have very many.
    let places = placesByIdentity(candidates)
    var records = SortedRecords()
    var start = 0
    while start < places.count {
        let first = candidates[places[start]]
        let identity = first.identity.digest
        var end = start + 1
        while end < places.count, candidates[places[end]].identity.digest == identity { end += 1 }
        if end > start + 1 {
            let variants = places[start..<end].map { candidates[$0] }
            records.duplicateGroups.append(try duplicateGroup(variants, identity, precedence))
        } else {
            switch look(first) {
            case .unchanged: records.unchanged.append(first)
            case .insert:
                if records.inserts.isEmpty {
                    records.inserts.reserveCapacity(places.count - start)
                }
                records.inserts.append(first)
            case .duplicateGroup: records.duplicateGroups.append(DuplicateGroup(of: first))
            }
        }
        start = end
    }
    return records
}

/// The indexes of the candidates in order of identity. Compares the first 8 bytes of an identity
/// first.
private func placesByIdentity(_ candidates: [Candidate]) -> [Int] {
    var places = candidates.indices.map { place in
        (head: candidates[place].identity.digest.words.0, place: place)
    }
    places.sort { left, right in
        if left.head != right.head { return left.head < right.head }
        return candidates[left.place].identity.digest < candidates[right.place].identity.digest
    }
    return places.map(\.place)
}

/// The group of the records of one identity.
private func duplicateGroup(
    _ candidates: [Candidate], _ identity: Digest128,
    _ precedence: (Candidate) throws -> Precedence
) rethrows -> DuplicateGroup {
    var groups: [Digest256: (candidates: [Candidate], precedence: Precedence)] = [:]
    for candidate in candidates {
        let own = try precedence(candidate)
        groups[own.content, default: ([], own)].candidates.append(candidate)
    }
    let variants = groups.values.sorted { $0.precedence.content > $1.precedence.content }
    // The latest source time ranks highest, an absent one lowest; then most helpful votes.
    func rank(_ precedence: Precedence) -> (Int64, Int64) {
        (precedence.sourceTime?.microseconds ?? .min, precedence.helpfulVotes)
    }
    let best = variants.map { rank($0.precedence) }.max { $0 < $1 }!
    func variant(_ group: (candidates: [Candidate], precedence: Precedence))
        -> DuplicateGroup.Variant
    {
        DuplicateGroup.Variant(
            candidates: group.candidates.sorted(by: Candidate.liesBefore),
            content: group.precedence.content)
    }
    return DuplicateGroup(
        identity: identity, finalists: variants.filter { rank($0.precedence) == best }.map(variant),
        beaten: variants.filter { rank($0.precedence) != best }.map(variant))
}

/// Gives numbered identities their numbers.
private func numberShortTexts(
    _ candidates: [Candidate], _ owner: (Digest128) -> Digest128,
    _ precedence: (Candidate) throws -> Precedence
) rethrows -> [Candidate] {
    let short = candidates.indices.filter { candidates[$0].identity.isNumbered }
    if short.isEmpty { return candidates }
    var numbered = candidates
    for places in Dictionary(grouping: short, by: { candidates[$0].identity }).values {
        var ordered = places
        if places.count > 1 {
            ordered = try places.map {
                (place: $0, content: try precedence(candidates[$0]).content)
            }
            .sorted {
                ($0.content, candidates[$0.place].payload)
                    < ($1.content, candidates[$1.place].payload)
            }
            .map(\.place)
        }
        for (k, place) in ordered.enumerated() {
            let own = candidates[place].numbered(k)
            numbered[place] = own.belonging(to: owner(own.identity.digest))
        }
    }
    return numbered
}

/// The winner among the finalists: the one equal to the current version, else one whose content is
/// in that review's history, else the one with the greatest content digest.
///
/// - Parameter current: Content digest of the live review; nil for none.
/// - Parameter history: Content digests of all of the review's versions and late rows.
package func winner(
    of duplicateGroup: DuplicateGroup, current: Digest256?, history: Set<Digest256>
) -> DuplicateGroup.Variant {
    if duplicateGroup.finalists.count == 1 { return duplicateGroup.finalists[0] }
    return duplicateGroup.finalists.first { $0.content == current }
        ?? duplicateGroup.finalists.first { $0.content.map(history.contains) == true }
        ?? duplicateGroup.finalists[0]
}
