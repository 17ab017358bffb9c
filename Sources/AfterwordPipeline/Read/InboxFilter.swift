package import AfterwordCore

/// Which entries of an inbox are listed.
package struct InboxFilter: Sendable {
    /// Only of this scope; nil for all.
    package var scope: ReviewScope?
    /// Whether reviews that somebody saw since they changed last are left out.
    package var leavesOutSeen: Bool

    package init(_ scope: ReviewScope? = nil, leavesOutSeen: Bool = false) {
        (self.scope, self.leavesOutSeen) = (scope, leavesOutSeen)
    }

    /// What says which reviews are left out; none where all are listed.
    func seenBook(_ reader: any StoreReader) throws -> WorkBook {
        WorkBook(leavesOutSeen ? try reader.workMarks() : [])
    }
}

/// A page of an inbox, counts of all of it, and what its window covers.
package struct CoveredInbox: Sendable {
    package var inbox: Listing<InboxEntry>
    /// All entries by kind and brand, with those that are left out because somebody saw them.
    package var groups: [InboxGroup: Int]
    /// Those that are left out.
    package var seen: [InboxGroup: Int]
    /// Whether it leaves out any.
    package var leavesOutSeen: Bool
    package var coverage: Coverage?

    /// The entries that are listed, by kind and brand.
    package var listed: [InboxGroup: Int] {
        groups.merging(seen) { $0 - $1 }.filter { $0.value > 0 }
    }
}
