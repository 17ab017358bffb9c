package import AfterwordCore

/// A row of `review_lists`: part of what a run adds to a list of reviews.
package struct ReviewListRow: Equatable, Sendable {
    package var list: ReviewList
    package var run: Int64
    /// The number of the part among those of the list and the run, from 0.
    package var part: Int64
    /// The version of the reader.
    package var reader: Int64
    package var versions: ListedVersions

    package init(
        list: ReviewList, run: Int64, part: Int64, reader: Int64, versions: ListedVersions
    ) {
        (self.list, self.run, self.part) = (list, run, part)
        (self.reader, self.versions) = (reader, versions)
    }
}

/// A row of `scope_theme_sums`: the sums of a scope's themes after a run that moved them.
package struct ThemeSumsRow: Equatable, Sendable {
    package var scope: Scope
    package var run: Int64
    /// The version of the reader.
    package var reader: Int64
    /// `KeptThemeSums.bytes`.
    package var sums: [UInt8]

    package init(scope: Scope, run: Int64, reader: Int64, sums: [UInt8]) {
        (self.scope, self.run, self.reader, self.sums) = (scope, run, reader, sums)
    }
}
