import AfterwordCore
import AfterwordTesting
import Testing

@testable import AfterwordPipeline

/// The report of a window that begins before the first run, from what runs kept and from texts.
@Suite struct FirstDigestTests {
    /// Answers as a store whose runs kept no readings.
    private final class Unread: ForwardingReader {
        private let reader: any StoreReader
        init(_ reader: any StoreReader) { self.reader = reader }
        func target() throws -> any StoreReader { reader }
        func runs() throws -> [RunRecord] {
            try reader.runs().map { run in
                var run = run
                run.reader = nil
                return run
            }
        }
    }

    private func shown(_ digest: ScopeBriefing) -> [String] {
        let listed = digest.entries.filter { $0.kind != .firstSeen } + digest.firstSeen
        return listed.map { "\($0.kind) \($0.review.reviewKey) \($0.quote) \($0.hazard ?? "")" }
            + digest.brands.map {
                "\($0.name) \($0.before) \($0.after) \($0.counts) \($0.alerts)"
            } + digest.remarks
            + [
                "\(digest.changes.before) \(digest.changes.after) \(digest.changes.counts)",
                "\(digest.changes.alerts) \(digest.changes.movements.count)",
                "\(digest.coverage.map { "\($0)" } ?? "none") \(digest.brandsLeftOut)",
                "\(digest.firstSeenCount) \(digest.unlikelyDangers) \(digest.themes.count)",
            ]
    }

    @Test("The first report is the same from what runs kept and from texts", arguments: 40...45)
    func same(seed: Int) throws {
        let fixture = try QueryReadingsTests().made(seed: UInt64(seed))
        let scopes = [
            ReviewScope.scope(.portfolio), .scope(Scope(kind: .brand, id: "B1")), .product("P2"),
        ]
        var listed = 0
        try fixture.store.read { reader in
            for run in Int64(1)...3 {
                let window = DumpWindow(from: 0, to: run)
                for scope in scopes {
                    let read = Unread(reader)
                    let first = try firstDigest(
                        reader, of: scope, written: scope.written, in: window)
                    guard let kept = first else {
                        // A product that no dump of the window named.
                        #expect(throws: ChangeFault.noSuchScope) {
                            try scopeDigest(read, of: scope, written: "", in: window)
                        }
                        continue
                    }
                    #expect(
                        try firstDigest(read, of: scope, written: scope.written, in: window) == nil)
                    #expect(
                        try shown(kept)
                            == shown(
                                scopeDigest(read, of: scope, written: scope.written, in: window)),
                        "seed \(seed), run \(run), \(scope.written)")
                    listed += kept.entries.count
                    #expect(kept.changes.counts.firstSeen > 0)
                }
            }
            let unknown = ReviewScope.scope(Scope(kind: .brand, id: "none"))
            #expect(throws: ChangeFault.noSuchScope) {
                try scopeDigest(
                    reader, of: unknown, written: "brand:none", in: DumpWindow(from: 0, to: 3))
            }
        }
        #expect(listed > 10)
    }

    @Test("The first report of a store that reader 2 reads is from what runs kept too")
    func second() throws {
        let fixture = try QueryReadingsTests().made(seed: 46) { $0.lexicon = .second }
        func shown(_ entries: [InboxEntry]) -> [String] {
            entries.map {
                "\($0.kind) \($0.review.reviewKey) \($0.quote) \($0.theme?.id ?? $0.hazard ?? "")"
            }
        }
        var said = 0
        try fixture.store.read { reader in
            for run in Int64(1)...3 {
                let window = DumpWindow(from: 0, to: run)
                let kept = try #require(
                    try firstDigest(
                        reader, of: .scope(.portfolio), written: "portfolio", in: window))
                let all = try OpenInbox(reviewChanges(reader, in: window), .second)
                #expect(
                    shown(kept.entries) == shown(all.quoted(firstSeen: kept.firstSeenLimit)))
                said += kept.entries.count { $0.theme != nil }
            }
        }
        #expect(said > 0)
    }
}
