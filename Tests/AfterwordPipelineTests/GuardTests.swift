import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// Dumps that are refused as a whole: nothing is stored, and the attempt is recorded as failed.
@Suite struct GuardTests {
    private let good = Fixture.reviews("P1", 10)

    /// Loads `first`, then expects `second` to be refused and to change nothing.
    private func refused(
        _ expected: InputFault, first: [String], second: KeyValuePairs<String, String>,
        _ change: (inout LoadOptions) -> Void = { _ in },
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let fixture = Fixture()
        if !first.isEmpty { try fixture.load(["a.json": Fixture.array(first)]) }
        let before = try fixture.tables()
        #expect(throws: expected, sourceLocation: sourceLocation) {
            try fixture.load(second) { options in
                options.observedAt = Instant(iso8601: "2026-03-09")
                change(&options)
            }
        }
        #expect(try fixture.tables() == before, sourceLocation: sourceLocation)
        let failed = try fixture.store.read { try $0.attempts() }.last
        guard case .failed(let kind) = failed?.outcome else {
            Issue.record("the attempt is not known as failed", sourceLocation: sourceLocation)
            return
        }
        #expect(kind.hasPrefix("input: "), sourceLocation: sourceLocation)
    }

    @Test("More than 1 % and more than 10 rejects")
    func rejects() throws {
        let bad = (0..<11).map { Fixture.review("", 1, "without a product \($0)") }
        try refused(
            .tooManyRejects(
                rejected: 11, found: 21, reasons: "11 no_product (product_id)"), first: [],
            second: ["a.json": Fixture.array(good + bad)])
        let fixture = Fixture()
        let ten = try fixture.load(["a.json": Fixture.array(good + bad.dropLast())])
        #expect(ten.run.balance.rejected == 10)
        let allowed = try Fixture().load(["a.json": Fixture.array(good + bad)]) {
            $0.maxRejects = 11
        }
        #expect(allowed.run.balance.rejected == 11)
        // 11 of 1,100 are 1 %, of 1,099 more.
        let many = Fixture.reviews("P1", 1_089)
        let percent = try Fixture().load(["a.json": Fixture.array(many + bad)])
        #expect(percent.run.balance.found == 1_100)
        try refused(
            .tooManyRejects(
                rejected: 11, found: 1_099, reasons: "11 no_product (product_id)"), first: [],
            second: ["a.json": Fixture.array(many.dropLast() + bad)])
        try refused(
            .tooManyRejects(rejected: 1, found: 11, reasons: "1 no_product (product_id)"),
            first: [],
            second: ["a.json": Fixture.array(good + [bad[0]])]
        ) { $0.maxRejects = 0 }
    }

    @Test("More than 20 % and more than 10 deletes")
    func deletes() throws {
        let many = Fixture.reviews("P1", 40)
        try refused(
            .tooManyDeletes(deleted: 11, scope: 40), first: many,
            second: ["b.json": Fixture.array(Array(many.dropLast(11)))]
        ) { $0.completeness = .products }
        let fixture = Fixture()
        try fixture.load(["a.json": Fixture.array(many)])
        let report = try fixture.load(["b.json": Fixture.array(Array(many.dropLast(11)))]) {
            $0.completeness = .products
            $0.maxDeletes = 11
        }
        #expect(report.run.deleted == 11)
    }

    @Test("A product of five or more reviews that would be emptied")
    func emptied() throws {
        let fixture = Fixture()
        try fixture.load([
            "a.json": Fixture.array(Fixture.reviews("P1", 5) + Fixture.reviews("P2", 40))
        ])
        #expect(throws: InputFault.emptiesProduct(reviews: 5)) {
            try fixture.load(["b.json": Fixture.array(Fixture.reviews("P2", 40))]) {
                $0.completeness = .all
            }
        }
    }

    @Test(
        "A dump said to be complete with an empty, cut or unreadable file",
        arguments: [
            ("", "b.json is empty"), ("[]", "b.json is empty"),
            ("[" + Fixture.review("P9", 5, "whole"), "b.json: truncated"),
        ])
    func incomplete(text: String, reason: String) throws {
        try refused(
            .incompleteDump(reason: reason), first: good,
            second: ["a.json": Fixture.array(good), "b.json": text]
        ) { $0.completeness = .products }
    }

    @Test("A page in the place of a file of a dump, complete or not")
    func page() throws {
        for completeness in [Completeness.none, .products] {
            try refused(
                .unreadRecords(file: "b.json", reasons: "1 html_page", rejected: 1), first: good,
                second: ["a.json": Fixture.array(good), "b.json": "<html>Robot Check</html>"]
            ) { $0.completeness = completeness }
        }
    }

    @Test("A product that says it has more reviews than were found")
    func totals() throws {
        let text = """
            [{"product_id": "P", "total_reviews": 3, "reviews": [{"review_id": "1", "rating": 5}]}]
            """
        try refused(
            .incompleteDump(reason: "1 product with more reviews by its own count than were found"),
            first: [], second: ["a.json": text]
        ) { $0.completeness = .products }
    }

    @Test("A file of no known shape is named with what it has and what it lacks")
    func unknownShape() throws {
        try refused(
            .unknownShape(
                file: "b.json", seen: ["_id", "selectors"],
                missing: ["product id", "rating, title or body"]),
            first: [],
            second: ["a.json": Fixture.array(good), "b.json": #"{"_id": "x", "selectors": []}"#])
    }

    @Test("Nothing readable at all")
    func nothing() throws {
        try refused(
            .emptyFile("a.json"), first: [], second: ["a.json": " \n "])
        try refused(
            .onlyRejects(file: "a.json", reasons: "1 html_page", rejected: 1), first: [],
            second: ["a.json": "<html></html>"])
    }

    @Test("A product known by one kind of identity is not loaded under another")
    func otherKind() throws {
        try refused(
            .otherIdentityKind(file: "b.json", stored: "c", incoming: "a"), first: good,
            second: [
                "b.json": #"[{"product_id": "P1", "reviews": [{"review_id": "1", "rating": 5}]}]"#
            ])
    }

    @Test("A record that may be any review keeps its product, or all, from being deleted")
    func rejectsProtect() throws {
        let fixture = Fixture()
        try fixture.load([
            "a.json": Fixture.array(Fixture.reviews("P1", 3) + Fixture.reviews("P2", 3))
        ])
        // The title is not a text: the review's identity is unreadable, its product is not.
        let broken =
            #"{"CHILD_ASIN": "P1", "CUSTOMER_REVIEW_RATING": 1, "CUSTOMER_REVIEW_TITLE": []}"#
        let one = try fixture.load([
            "b.json": Fixture.array(
                [broken] + Fixture.reviews("P1", 1) + Fixture.reviews("P2", 1))
        ]) { $0.completeness = .products }
        #expect(one.run.deleted == 2)
        #expect(one.changes.map(\.deleted) == [0, 2])
        #expect(one.changes.map(\.inserted) == [1, 0])
        let two = try fixture.load([
            "b.json": Fixture.array([#"{"CUSTOMER_REVIEW_RATING": 1}"#] + Fixture.reviews("P1", 1))
        ]) { $0.completeness = .products }
        #expect(two.run.deleted == 0)
        #expect(two.run.balance.rejected == 1)
    }

    @Test("A review without its unreadable rating is present, and keeps the stored rating")
    func unratedIsPresent() throws {
        let fixture = Fixture()
        try fixture.load(["a.json": Fixture.array(Fixture.reviews("P1", 3))])
        let outOfScale = Fixture.review("P1", 9, "The text of review number 1")
        let report = try fixture.load([
            "b.json": Fixture.array([outOfScale] + Fixture.reviews("P1", 1))
        ]) {
            $0.completeness = .products
            $0.maxRejects = 1
        }
        #expect(report.run.deleted == 1)
        #expect(report.run.balance.unchanged == 2)
        #expect(report.files.map(\.unreadableFields) == [1])
        #expect(report.unread.map(\.field) == ["rating"])
        #expect(report.unread.flatMap { $0.reasons.map(\.reason) } == [.ratingOutOfScale])
        let live = try fixture.store.read { try $0.reviews(ofProduct: "P1") }.filter(\.isLive)
        #expect(
            Set(live.map(\.values.body))
                == ["The text of review number 0", "The text of review number 1"])
        #expect(Set(live.map(\.values.rating)) == [10, 20])
    }

    @Test("future-observed-at-is-for-ever: a dump taken more than two days from now is refused")
    func future() throws {
        var fixture = Fixture()
        fixture.options.acceptsFuture = false
        let clock = fixture.clock
        let ahead = clock.adding(seconds: 2 * 86_400 + 1)
        let text = Fixture.array(good)
        #expect(throws: InputFault.observedInFuture(ahead)) {
            try fixture.load(["a.json": text]) { $0.observedAt = ahead }
        }
        // The folder's name gives the date too.
        let slip = Instant(iso8601: "2062-01-05")!
        #expect(throws: InputFault.observedInFuture(slip)) {
            try fixture.load(["a.json": text], named: "20620105") { $0.observedAt = nil }
        }
        #expect(throws: InputFault.observedInFuture(slip)) {
            try fixture.load(["a.json": text]) {
                $0.observedAt = slip
                $0.isRehearsal = true
            }
        }
        #expect(try fixture.store.read { try $0.runs() }.isEmpty)
        let near = try fixture.load(["a.json": text]) {
            $0.observedAt = clock.adding(seconds: 2 * 86_400)
        }
        #expect(near.run.run == 1)
        let accepted = try fixture.load(["a.json": text]) {
            $0.observedAt = slip
            $0.acceptsFuture = true
        }
        #expect(accepted.run.observedAt == slip)
    }

    @Test("future-observed-at-is-for-ever: so is a catalog")
    func futureCatalog() throws {
        let fixture = Fixture()
        try fixture.load(["a.json": Fixture.array(good)])
        let slip = Instant(iso8601: "2062-01-05")!
        let clock = fixture.clock
        let folder = try TemporaryFolder()
        try folder.write("c.csv", "asin,title\nP1,A lamp\n")
        let catalog = try Catalog(file: folder.path + "/c.csv")
        var options = fixture.options
        options.observedAt = slip
        options.acceptsFuture = false
        let surroundings = LoadSurroundings(now: { clock })
        #expect(throws: InputFault.observedInFuture(slip)) {
            try loadCatalog(
                catalog, into: fixture.store, options: options, surroundings: surroundings)
        }
    }

    @Test(
        "complete-dump-with-ignored-file-deletes: what may hold reviews and is not read refuses it",
        arguments: [
            ("b.jsonl.part", true), ("b.jsonl.zst", true), ("b.json.bz2", true), ("b.csv", true),
            ("b.xlsx", true), ("b.jsonl.tmp", true), (".b.jsonl.Xa81", true), ("b", true),
            ("b.json.txt", true), ("sub/b.jsonl.crdownload", true), ("archive.zip", true),
            ("README.txt", false), ("NOTE.md", false), ("b.jsonl.sha256", false),
            (".DS_Store", false), ("._a.jsonl", false), ("_SUCCESS", false), ("photo.png", false),
        ])
    func unreadFiles(name: String, isRefused: Bool) throws {
        let folder = try TemporaryFolder()
        try folder.write("a.jsonl", good.joined(separator: "\n").replacing("\n ", with: " "))
        try folder.write(name, "x")
        for completeness in [Completeness.products, .all] {
            let dump = try #require(try openDumps(folder.path).first)
            #expect(loads(dump, completeness) == !isRefused, "\(name) \(completeness)")
            // A dump that is not declared complete cannot delete anything.
            #expect(loads(dump, .none))
            // Naming the review files confirms that the other files hold none.
            let named = try #require(try openDumps(folder.path, files: "a.jsonl").first)
            #expect(loads(named, completeness))
        }
    }

    @Test("complete-dump-with-ignored-file-deletes: nor is it complete with a link to nowhere")
    func irregularFiles() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.jsonl", good.joined(separator: "\n").replacing("\n ", with: " "))
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/b.jsonl", withDestinationPath: folder.path + "/gone")
        let dangling = try #require(try openDumps(folder.path).first)
        #expect(!loads(dangling, .all))
        #expect(try !loads(#require(openDumps(folder.path, files: "*.jsonl").first), .all))
        try FileManager.default.removeItem(atPath: folder.path + "/b.jsonl")
        #expect(mkfifo(folder.path + "/b.jsonl", 0o600) == 0)
        #expect(try !loads(#require(openDumps(folder.path).first), .products))
    }

    @Test(
        "complete-dump-with-ignored-file-deletes: nor is it complete with a folder without files",
        arguments: [
            ("UK", true), ("UK/2026", true), ("b.jsonl", true), ("docs", true),
            ("__MACOSX", false), ("__MACOSX/UK", false), ("@eaDir", false), ("UK/@eaDir", true),
            ("lost+found", false), (".git", false), (".git/refs", false),
        ])
    func emptyFolders(name: String, isRefused: Bool) throws {
        let folder = try TemporaryFolder()
        try folder.write("a.jsonl", good.joined(separator: "\n").replacing("\n ", with: " "))
        let path = folder.path + "/" + name
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        for glob in [nil, "*.jsonl"] {
            let dump = try #require(try openDumps(folder.path, files: glob).first)
            for completeness in [Completeness.products, .all] {
                #expect(loads(dump, completeness) == !isRefused, "\(name) \(completeness)")
            }
            #expect(loads(dump, .none))
        }
        // With a file in it, the folder cannot be the mount point of a missing volume.
        try Data("x".utf8).write(to: URL(fileURLWithPath: path + "/README.txt"))
        #expect(try loads(#require(openDumps(folder.path).first), .all))
    }

    @Test("complete-dump-with-ignored-file-deletes: it is named, unless --files leaves it out")
    func namedFolder() throws {
        let folder = try TemporaryFolder()
        try folder.write("DE/a.jsonl", good.joined(separator: "\n").replacing("\n ", with: " "))
        try FileManager.default.createDirectory(
            atPath: folder.path + "/UK/2026", withIntermediateDirectories: true)
        try folder.write("UK/.DS_Store", "x")
        let unread = try openDumps(folder.path)[0].unread
        #expect(unread.map(\.name) == ["UK/2026"])
        #expect(unread.first?.words.hasPrefix("UK/2026 is a folder without any file") == true)
        for (glob, isNamed) in [
            ("*.jsonl", true), ("*/a.jsonl", true), ("DE/*", false), ("DE/a.jsonl", false),
        ] {
            let names = try openDumps(folder.path, files: glob)[0].unread.map(\.name)
            #expect(names == (isNamed ? ["UK/2026"] : []), "\(glob)")
        }
        try folder.write("UK/2026/.b.jsonl.part", "x")
        #expect(try openDumps(folder.path)[0].unread.map(\.name) == ["UK/2026/.b.jsonl.part"])
    }

    private func loads(_ dump: Dump, _ completeness: Completeness) -> Bool {
        let fixture = Fixture()
        let clock = fixture.clock
        var options = fixture.options
        options.completeness = completeness
        do {
            _ = try loadDump(
                dump, into: fixture.store, options: options,
                surroundings: LoadSurroundings(now: { clock }))
            return true
        } catch InputFault.incompleteDump {
            return false
        } catch {
            Issue.record("\(error)")
            return false
        }
    }
}
