package import AfterwordCore

/// Which entries of an inbox are listed.
package struct InboxFilter: Sendable {
    /// Only of this scope; nil for all.
    package var scope: ReviewScope?
    /// Whether reviews that somebody saw since they changed last are left out.
    package var leavesOutSeen: Bool
    /// Only of this kind; nil for all.
    package var kind: InboxEntry.Kind?
    /// Whether a review that is two entries, a danger and another one, is listed once: as the
    /// danger, which says the other kind (`InboxEntry.also`). `kind` then finds it under both.
    /// Numbers by kind stay those of entries.
    package var listsReviewsOnce = false

    package init(_ scope: ReviewScope? = nil, leavesOutSeen: Bool = false) {
        (self.scope, self.leavesOutSeen) = (scope, leavesOutSeen)
    }

    /// What says which reviews are left out; none where all are listed.
    func seenBook(_ reader: any StoreReader) throws -> WorkBook {
        WorkBook(leavesOutSeen ? try reader.workMarks() : [])
    }
}

/// An entry of an inbox, in whichever form a list of them holds it.
protocol InboxListed {
    /// Why it is listed.
    var kind: InboxEntry.Kind { get }
    /// The key of its review.
    var reviewKey: Int64 { get }
    /// The run of the review's last version.
    var run: Int64 { get }
    /// The other kind under which its review came.
    var also: InboxEntry.Kind? { get set }
}

/// What a filter does not list of an inbox, by kind and brand.
package struct InboxRest: Sendable {
    /// The entries that are left out because somebody saw them.
    package var seen: [InboxGroup: Int] = [:]
    /// Where reviews are listed once: the entries that are not, because their review is a danger
    /// that is listed; and the same among those that are left out.
    package var twice: [InboxGroup: Int] = [:]
    package var seenTwice: [InboxGroup: Int] = [:]
}

extension InboxFilter {
    /// Leaves the entries that are listed, and counts the others.
    ///
    /// - Parameter group: The group of an entry.
    func choose<Entry: InboxListed>(
        from entries: inout [Entry], _ book: WorkBook, by group: (Entry) -> InboxGroup
    ) -> InboxRest {
        var rest = InboxRest()
        func counts(_ entries: [Entry]) -> [InboxGroup: Int] {
            entries.reduce(into: [:]) { $0[group($1), default: 0] += 1 }
        }
        if !book.hasSeenNone {
            var seen = entries.filter { book.isSeen($0.reviewKey, since: $0.run) }
            entries.removeAll { book.isSeen($0.reviewKey, since: $0.run) }
            rest.seen = counts(seen)
            rest.seenTwice = counts(takeSeconds(from: &seen))
        }
        rest.twice = counts(takeSeconds(from: &entries))
        if let kind { entries.removeAll { $0.kind != kind && $0.also != kind } }
        return rest
    }

    /// Takes out the entries whose review is a danger too, where reviews are listed once. The
    /// dangers then say the other kind.
    private func takeSeconds<Entry: InboxListed>(from entries: inout [Entry]) -> [Entry] {
        guard listsReviewsOnce else { return [] }
        let dangers = Set(entries.lazy.filter { $0.kind == .safety }.map(\.reviewKey))
        func isSecond(_ entry: Entry) -> Bool {
            entry.kind != .safety && dangers.contains(entry.reviewKey)
        }
        let seconds = dangers.isEmpty ? [] : entries.filter(isSecond)
        if seconds.isEmpty { return [] }
        entries.removeAll(where: isSecond)
        let others = Dictionary(
            seconds.lazy.map { ($0.reviewKey, $0.kind) }, uniquingKeysWith: { first, _ in first })
        for place in entries.indices where entries[place].kind == .safety {
            entries[place].also = others[entries[place].reviewKey]
        }
        return seconds
    }
}

/// A page of an inbox, counts of all of it, and what its window covers.
package struct CoveredInbox: Sendable {
    package var inbox: Listing<InboxEntry>
    /// All entries by kind and brand, with those that are not listed.
    package var groups: [InboxGroup: Int]
    /// What is left out because somebody saw it, and which reviews are two entries.
    package var rest: InboxRest
    package var coverage: Coverage?

    /// Those that are left out.
    package var seen: [InboxGroup: Int] { rest.seen }

    /// The entries that nobody saw, or all where those are not left out, by kind and brand.
    package var listed: [InboxGroup: Int] {
        groups.merging(seen) { $0 - $1 }.filter { $0.value > 0 }
    }
}
