/// The records of one dump that claim to be the same review: groups of equal content.
package struct Contest: Sendable {
    /// Records of equal content, in order of file and offset; so of equal source times and votes.
    package struct Rival: Sendable {
        package var candidates: [Candidate]
        package var content: Digest256 { candidates[0].content }

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
}

/// Sorts the records of one product into contests, in order of identity.
///
/// Short texts are numbered first: the records of one key, by content and payload digest, so that
/// the same five in any order stay the same five.
///
/// - Parameter isSettled: Whether nothing has to be decided of a record, if it is the only one of its identity: such records
///   are no contests, and returned by themselves in the same order.
package func contests(
    _ candidates: [Candidate], isSettled: (Candidate) -> Bool = { _ in false }
) -> (contests: [Contest], settled: [Candidate]) {
    let sorted = numberShortTexts(candidates).sorted { $0.identity.digest < $1.identity.digest }
    var contests: [Contest] = []
    var settled: [Candidate] = []
    var start = 0
    while start < sorted.count {
        let identity = sorted[start].identity.digest
        var end = start + 1
        while end < sorted.count, sorted[end].identity.digest == identity { end += 1 }
        if end == start + 1, isSettled(sorted[start]) {
            settled.append(sorted[start])
        } else {
            contests.append(contest(sorted[start..<end], identity))
        }
        start = end
    }
    return (contests, settled)
}

/// The contest of the records of one identity.
private func contest(_ candidates: ArraySlice<Candidate>, _ identity: Digest128) -> Contest {
    // Nearly always there is one.
    if candidates.count == 1, let only = candidates.first {
        return Contest(
            identity: identity, finalists: [Contest.Rival(candidates: [only])], beaten: [])
    }
    let rivals = Dictionary(grouping: candidates, by: \.content).values
        .map { group in Contest.Rival(candidates: group.sorted(by: liesBefore)) }
        .sorted { $0.content > $1.content }
    return split(rivals, identity)
}

private func liesBefore(_ left: Candidate, _ right: Candidate) -> Bool {
    (left.file, left.offset) < (right.file, right.offset)
}

private func numberShortTexts(_ candidates: [Candidate]) -> [Candidate] {
    let short = candidates.indices.filter { candidates[$0].identity.isNumbered }
    if short.isEmpty { return candidates }
    var numbered = candidates
    for (identity, places) in Dictionary(grouping: short, by: { candidates[$0].identity }) {
        let ordered = places.sorted { left, right in
            let (l, r) = (candidates[left], candidates[right])
            return (l.content, l.payload) < (r.content, r.payload)
        }
        for (k, place) in ordered.enumerated() {
            numbered[place].identity.digest = identity.numbered(k)
        }
    }
    return numbered
}

/// Latest source time wins, absent least; then most helpful votes.
private func split(_ rivals: [Contest.Rival], _ identity: Digest128) -> Contest {
    func rank(_ rival: Contest.Rival) -> (Int64, Int64) {
        let candidate = rival.candidates[0]
        return (candidate.sourceTime?.microseconds ?? .min, candidate.helpfulVotes)
    }
    let best = rivals.map(rank).max { $0 < $1 }!
    return Contest(
        identity: identity, finalists: rivals.filter { rank($0) == best },
        beaten: rivals.filter { rank($0) != best })
}

/// The winner among finalists: the one equal to the current version, then one whose content is in
/// that review's history already, then the greatest content digest.
package func winner(
    of contest: Contest, current: Digest256?, history: Set<Digest256>
) -> Contest.Rival {
    contest.finalists.first { $0.content == current }
        ?? contest.finalists.first { history.contains($0.content) }
        ?? contest.finalists[0]
}
