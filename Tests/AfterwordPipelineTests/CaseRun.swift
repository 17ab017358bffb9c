import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// A case: the files that a stranger loaded, kept in `Fixtures/cases`, and its store.
struct CaseRun {
    static let folder = "Tests/AfterwordPipelineTests/Fixtures/cases"
    let name: String
    let store = MemoryStore()
    var options = LoadOptions()

    init(_ name: String) {
        self.name = name
        options.salts = .seeded(1)
    }

    /// A shape document of the case.
    func shape(_ file: String) throws -> Shape {
        let bytes = try #require(
            FileManager.default.contents(atPath: "\(Self.folder)/\(name)/\(file)"))
        return try Shape(parsing: Array(bytes))
    }

    /// Loads what lies at a path of the case, as `run` does: a series is loaded in its order.
    @discardableResult
    func load(
        _ path: String, shape file: String? = nil, _ change: (inout LoadOptions) -> Void = { _ in }
    ) throws -> [LoadReport] {
        var options = options
        if let file { options.shapes = [try shape(file)] }
        change(&options)
        let dumps = try openDumps("\(Self.folder)/\(name)/\(path)")
            .sorted { ($0.namedInstant?.microseconds ?? 0) < ($1.namedInstant?.microseconds ?? 0) }
        return try dumps.map { try load($0, options) }
    }

    /// Loads files given by name and text.
    @discardableResult
    func load(
        files: KeyValuePairs<String, String>, shape: String? = nil,
        _ change: (inout LoadOptions) -> Void = { _ in }
    ) throws -> LoadReport {
        var options = options
        if let shape { options.shapes = [try Shape(parsing: Array(shape.utf8))] }
        change(&options)
        let files = files.map { DumpFile(name: $0.key, content: .memory(Array($0.value.utf8))) }
        return try load(Dump(name: "dump", files: files), options)
    }

    private func load(_ dump: Dump, _ options: LoadOptions) throws -> LoadReport {
        let now = try #require(Instant(iso8601: "2026-11-28T12:00:00Z"))
        let report = try loadDump(
            dump, into: store, options: options, surroundings: LoadSurroundings(now: { now }))
        #expect(report.run.balance.holds)
        let finding = try store.read { try auditStore($0) }
        #expect(finding == nil)
        return report
    }

    /// Reads what the store holds again.
    func reclean(
        by shape: String? = nil, _ change: (inout LoadOptions) -> Void = { _ in }
    ) throws -> RecleanReport {
        var options = options
        change(&options)
        let given = try shape.map { try Shape(parsing: Array($0.utf8)) }
        let now = try #require(Instant(iso8601: "2026-11-28T13:00:00Z"))
        let report = try recleanStore(
            store, by: given, options: options, surroundings: LoadSurroundings(now: { now }))
        let finding = try store.read { try auditStore($0) }
        #expect(finding == nil)
        return report
    }

    func reviews() throws -> [StoredReview] { try store.read { try $0.reviews(ofProduct: nil) } }

    /// Ratings in tenths by review id; 0 where there is none.
    func ratings() throws -> [String: Int64] {
        var ratings: [String: Int64] = [:]
        for review in try reviews() {
            ratings[review.reviewID.string] = review.values.rating ?? 0
        }
        return ratings
    }

    /// The reasons of all rejects with their counts.
    func rejects() throws -> [String: Int] {
        var reasons: [String: Int] = [:]
        for reject in try store.read({ try $0.rejects() }) {
            reasons[reject.reason.rawValue, default: 0] += 1
        }
        return reasons
    }

    static func path(_ name: String, _ file: String) -> String { "\(folder)/\(name)/\(file)" }
}
