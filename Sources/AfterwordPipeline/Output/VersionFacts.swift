import AfterwordCore

/// What `--version` says of the program: from these a store, a golden or a report can be explained.
package struct VersionFacts: Equatable, Sendable {
    package var version: String
    /// The commit that the program was built from; nil where the build did not say it.
    package var commit: String?
    /// The version of the schema that this program makes and migrates to.
    package var schema: Int

    package init(version: String, commit: String?, schema: Int) {
        self.version = version
        self.commit = commit
        self.schema = schema
    }

    /// The lines of `--version`. The first one never changes its form.
    package var text: String {
        """
        afterword \(version)
        commit \(commit ?? "not recorded")
        schema \(schema)
        rules: digests \(DigestRules.current.rawValue), identity \
        \(IdentityRules.current.rawValue), reader \(Lexicon.versionOfNewStores)
        """
    }
}
