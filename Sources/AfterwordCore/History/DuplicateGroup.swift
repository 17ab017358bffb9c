/// The records of one dump that claim to be the same review: groups of equal content.
package struct DuplicateGroup: Sendable {
    /// Records of equal content, in order of file and offset; so of equal source times and votes.
    package struct Variant: Sendable {
        package var candidates: [Candidate]
        /// Nil where nobody disputes it.
        package var content: Digest256?

        /// The one whose bytes are kept: the greatest payload digest.
        package var kept: Candidate {
            candidates.max { $0.payload < $1.payload }!
        }
    }

    package var identity: Digest128
    /// Those that nothing in the dump beats; more than one only where the store must be asked.
    package var finalists: [Variant]
    /// Those that are beaten already.
    package var beaten: [Variant]

    /// The duplicateGroup of a record that nobody disputes.
    package init(of only: Candidate) {
        self.init(
            identity: only.identity.digest,
            finalists: [Variant(candidates: [only], content: nil)], beaten: [])
    }

    fileprivate init(identity: Digest128, finalists: [Variant], beaten: [Variant]) {
        self.identity = identity
        self.finalists = finalists
        self.beaten = beaten
    }
}

/// What a record is to a store, if it is the only one of its identity.
package enum SingleRecord: Sendable {
    /// Its review holds these very bytes already.
    case unchanged
    /// No review has its identity.
    case insert
    case duplicateGroup
}

/// The records of one product, sorted.
package struct SortedRecords: Sendable {
    /// In order of identity, each list.
    package var duplicateGroups: [DuplicateGroup] = []
    package var inserts: [Candidate] = []
    package var unchanged: [Candidate] = []
}

/// Sorts the records of one product into duplicateGroups, in order of identity.
///
/// Short texts are numbered first: the records of one key, by content and payload digest, so that
/// the same five in any order stay the same five.
///
/// - Parameter precedence: Those of a record that others dispute.
/// - Parameter look: What a record is that nobody disputes.
package func duplicateGroups(
    _ candidates: [Candidate], precedence: (Candidate) throws -> Precedence,
    look: (Candidate) -> SingleRecord
) rethrows -> SortedRecords {
    let candidates = try numberShortTexts(candidates, precedence)
    // Their places are put in order, not they: those of a product may be many.
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

/// Small things are put in order: how an identity begins, and whose it is.
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

/// The duplicateGroup of the records of one identity.
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
    // Latest source time wins, absent least; then most helpful votes.
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

private func numberShortTexts(
    _ candidates: [Candidate], _ precedence: (Candidate) throws -> Precedence
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
        for (k, place) in ordered.enumerated() { numbered[place] = candidates[place].numbered(k) }
    }
    return numbered
}

/// The winner among finalists: the one equal to the current version, then one whose content is in
/// that review's history already, then the greatest content digest.
package func winner(
    of duplicateGroup: DuplicateGroup, current: Digest256?, history: Set<Digest256>
) -> DuplicateGroup.Variant {
    if duplicateGroup.finalists.count == 1 { return duplicateGroup.finalists[0] }
    return duplicateGroup.finalists.first { $0.content == current }
        ?? duplicateGroup.finalists.first { $0.content.map(history.contains) == true }
        ?? duplicateGroup.finalists[0]
}
