import AfterwordCore
import AfterwordPipeline
import Testing

/// What `--version` says.
@Suite struct VersionTests {
    @Test("The first line is the program and its version; commit, schema and rules follow")
    func text() {
        #expect(
            VersionFacts(version: "1.2.3", commit: "0123abc", schema: 18).text == """
                afterword 1.2.3
                commit 0123abc
                schema 18
                rules: digests 1, identity 2, reader 2
                """)
        let unknown = VersionFacts(version: "1.2.3", commit: nil, schema: 18).text
        #expect(unknown.contains("\ncommit not recorded\n"))
    }

    @Test(
        "A commit is 7 to 64 hexadecimal digits",
        arguments: [
            ("0123abc", true), ("0123abc-dirty", true), (String(repeating: "a", count: 64), true),
            ("", false), ("0123ab", false), ("0123abC", false), ("main-branch", false),
            (String(repeating: "a", count: 65), false),
        ])
    func commit(written: String, isName: Bool) {
        #expect(commitName(written) == (isName ? written : nil))
        #expect(buildCommit.map { commitName($0) != nil } ?? true)
    }
}
