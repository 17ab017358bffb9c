import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation

/// A store in memory, and options to load dumps into it.
struct Fixture {
    let store = MemoryStore()
    var options = LoadOptions()
    var clock = Instant(iso8601: "2026-03-02T08:00:00Z")!

    init() {
        options.salts = .seeded(1)
        // Most tests depend on the order of dumps, not on the clock.
        options.acceptsFuture = true
        options.observedAt = Instant(iso8601: "2026-03-02")
    }

    /// Loads a dump made of files, given by name and text.
    @discardableResult
    func load(
        _ files: KeyValuePairs<String, String>, named name: String = "dump",
        _ change: (inout LoadOptions) -> Void = { _ in }
    ) throws -> LoadReport {
        let dump = Dump(
            name: name,
            files: files.map { DumpFile(name: $0.key, content: .memory(Array($0.value.utf8))) })
        var options = options
        change(&options)
        let clock = clock
        return try loadDump(
            dump, into: store, options: options, surroundings: LoadSurroundings(now: { clock }))
    }

    /// Loads a dump unchanged.
    func load(
        dump: Dump, _ change: (inout LoadOptions) -> Void = { _ in }
    ) throws -> LoadReport {
        var options = options
        change(&options)
        let clock = clock
        return try loadDump(
            dump, into: store, options: options, surroundings: LoadSurroundings(now: { clock }))
    }

    func tables() throws -> [String: [String]] { try store.read { try goldenTables($0) } }

    /// A flat review in the seller's shape.
    static func review(_ product: String, _ rating: Int, _ body: String) -> String {
        """
        {"PRODUCT_BRAND": "B", "CUSTOMER_REVIEW_RATING": \(rating), "CUSTOMER_REVIEW_TITLE": "A title",
         "CUSTOMER_REVIEW_DESCRIPTION": "\(body)", "CHILD_ASIN": "\(product)"}
        """
    }

    static func array(_ records: [String]) -> String { "[" + records.joined(separator: ",") + "]" }

    /// `count` different reviews of a product.
    static func reviews(_ product: String, _ count: Int) -> [String] {
        (0..<count).map { review(product, 1 + $0 % 5, "The text of review number \($0)") }
    }
}

/// A folder of one test, deleted together with this object.
final class TemporaryFolder {
    let url: URL
    var path: String { url.path }

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }
}
