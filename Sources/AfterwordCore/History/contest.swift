/// The records of one dump that claim to be the same review: groups of equal content.
package struct Contest: Sendable {
    /// Records of equal content, in order of file and offset; so of equal source times and votes.
    package struct Rival: Sendable {
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
    package var finalists: [Rival]
    /// Those that are beaten already.
    package var beaten: [Rival]

    /// The contest of a record that nobody disputes.
    package init(of only: Candidate) {
        self.init(
            identity: only.identity.digest,
            finalists: [Rival(candidates: [only], content: nil)], beaten: [])
    }

    fileprivate init(identity: Digest128, finalists: [Rival], beaten: [Rival]) {
        self.identity = identity
        self.finalists = finalists
        self.beaten = beaten
    }
}

/// What a record is to a store, if it is the only one of its identity.
package enum SingleRecord: Sendable {
    /// Its review holds these very bytes already.
    case settled
    /// No review has its identity.
    case newcomer
    case contest
}

/// The records of one product, sorted.
package struct SortedRecords: Sendable {
    /// In order of identity, each list.
    package var contests: [Contest] = []
    package var newcomers: [Candidate] = []
    package var settled: [Candidate] = []
}

/// Sorts the records of one product into contests, in order of identity.
///
/// Short texts are numbered first: the records of one key, by content and payload digest, so that
/// the same five in any order stay the same five.
///
/// - Parameter merits: Those of a record that others dispute.
/// - Parameter look: What a record is that nobody disputes.
package func contests(
    _ candidates: [Candidate], merits: (Candidate) throws -> Merits,
    look: (Candidate) -> SingleRecord
) rethrows -> SortedRecords {
    let candidates = try numberShortTexts(candidates, merits)
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
            let rivals = places[start..<end].map { candidates[$0] }
            records.contests.append(try contest(rivals, identity, merits))
        } else {
            switch look(first) {
            case .settled: records.settled.append(first)
            case .newcomer:
                if records.newcomers.isEmpty {
                    records.newcomers.reserveCapacity(places.count - start)
                }
                records.newcomers.append(first)
            case .contest: records.contests.append(Contest(of: first))
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

/// The contest of the records of one identity.
private func contest(
    _ candidates: [Candidate], _ identity: Digest128,
    _ merits: (Candidate) throws -> Merits
) rethrows -> Contest {
    var groups: [Digest256: (candidates: [Candidate], merits: Merits)] = [:]
    for candidate in candidates {
        let own = try merits(candidate)
        groups[own.content, default: ([], own)].candidates.append(candidate)
    }
    let rivals = groups.values.sorted { $0.merits.content > $1.merits.content }
    // Latest source time wins, absent least; then most helpful votes.
    func rank(_ merits: Merits) -> (Int64, Int64) {
        (merits.sourceTime?.microseconds ?? .min, merits.helpfulVotes)
    }
    let best = rivals.map { rank($0.merits) }.max { $0 < $1 }!
    func rival(_ group: (candidates: [Candidate], merits: Merits)) -> Contest.Rival {
        Contest.Rival(
            candidates: group.candidates.sorted(by: Candidate.liesBefore),
            content: group.merits.content)
    }
    return Contest(
        identity: identity, finalists: rivals.filter { rank($0.merits) == best }.map(rival),
        beaten: rivals.filter { rank($0.merits) != best }.map(rival))
}

private func numberShortTexts(
    _ candidates: [Candidate], _ merits: (Candidate) throws -> Merits
) rethrows -> [Candidate] {
    let short = candidates.indices.filter { candidates[$0].identity.isNumbered }
    if short.isEmpty { return candidates }
    var numbered = candidates
    for places in Dictionary(grouping: short, by: { candidates[$0].identity }).values {
        var ordered = places
        if places.count > 1 {
            ordered = try places.map { (place: $0, content: try merits(candidates[$0]).content) }
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
    of contest: Contest, current: Digest256?, history: Set<Digest256>
) -> Contest.Rival {
    if contest.finalists.count == 1 { return contest.finalists[0] }
    return contest.finalists.first { $0.content == current }
        ?? contest.finalists.first { $0.content.map(history.contains) == true }
        ?? contest.finalists[0]
}
