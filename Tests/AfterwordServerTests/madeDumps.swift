import AfterwordCore
import AfterwordPipeline
import AfterwordServer
import AfterwordStores
import AfterwordTesting
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

/// A review of a generated dump; nil values are left out of the file.
struct MadeReview {
    var id: String
    var rating: Int?
    var title: String?
    var text: String?
    var date: String?
}

/// A product of a generated dump.
struct MadeProduct {
    var id: String
    var brand: String?
    var title: String?
    var reviews: [MadeReview]

    fileprivate var json: JSONValue {
        func members(_ pairs: [(String, String?)]) -> [(key: String, value: JSONValue)] {
            pairs.compactMap { name, value in value.map { (name, .string($0)) } }
        }
        return .object(
            members([("product_id", id), ("brand", brand), ("title", title)]) + [
                (
                    "reviews",
                    .array(
                        reviews.map { review in
                            .object(
                                members([
                                    ("review_id", review.id), ("title", review.title),
                                    ("text", review.text), ("date", review.date),
                                ])
                                    + (review.rating.map {
                                        [(key: "rating", value: JSONValue(Int64($0)))]
                                    } ?? []))
                        })
                )
            ])
    }
}

/// What to load: a dump taken on a day, a catalog, or an existing folder of dumps.
enum MadeLoad {
    case dump(String, [MadeProduct])
    case catalog(String, csv: String)
    /// An existing folder of dumps.
    case folder(String)
    /// The stored texts, read again by a version of the reader.
    case reread(Int64)
    /// A file of themes, accepted.
    case taxonomy(String)
}

/// Loads everything in order and serves the store. A page with an empty required text fails the
/// test.
func serving(
    _ loads: [MadeLoad], _ change: (inout ServiceConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (ServedClient, String) async throws -> Void
) async throws {
    let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("afterword-page-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.path + "/s.sqlite"
    let store = try SQLiteStore(path: path)
    for (index, entry) in loads.enumerated() {
        try load(entry, into: store, folder.path + "/\(index)", index)
    }
    try await serving(store: path, change, body)
}

/// Serves an existing store.
func serving(
    store path: String, _ change: (inout ServiceConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (ServedClient, String) async throws -> Void
) async throws {
    var configuration = ServiceConfiguration.patient
    configuration.refusesEmptyTexts = true
    configuration.verdicts = judging(path)
    change(&configuration)
    let service = Service(
        configuration, store: try SQLiteStore(path: path, opening: .existing), insights: nil,
        work: recording(path))
    let application = Application(
        responder: HostedResponder(service.router().buildResponder()))
    try await application.test(.router) { client in try await body(ServedClient(client), path) }
    await service.stop()
}

/// Loads something more into a store that is served already.
func load(_ entry: MadeLoad, into path: String, _ index: Int) throws {
    let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("afterword-later-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try load(entry, into: SQLiteStore(path: path, opening: .existing), folder.path, index)
}

private func load(
    _ entry: MadeLoad, into store: SQLiteStore, _ folder: String, _ index: Int
) throws {
    var options = LoadOptions()
    options.hasGuards = false
    options.salts = .seeded(1)
    let recorded = Instant(seconds: 1_800_000_000 + Int64(index) * 60)
    let surroundings = LoadSurroundings(now: { recorded })
    switch entry {
    case .dump(let day, let products):
        // The folder's name is the day the dump was taken.
        let dump = folder + "/" + day
        try write(.array(products.map(\.json)), to: dump + "/r.json")
        try load(dump, into: store, options, surroundings)
    case .folder(let path): try load(path, into: store, options, surroundings)
    case .reread(let version):
        let lexicon = try #require(Lexicon.ofVersion(version))
        _ = try rereadStore(store, by: lexicon, surroundings: surroundings)
    case .taxonomy(let text):
        _ = try acceptTaxonomy(Text(text), in: store, surroundings: surroundings)
    case .catalog(let day, let csv):
        options.observedAt = Instant(iso8601: day)
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try csv.write(toFile: folder + "/c.csv", atomically: true, encoding: .utf8)
        _ = try loadCatalog(
            Catalog(file: folder + "/c.csv"), into: store, options: options,
            surroundings: surroundings)
    }
}

private func load(
    _ path: String, into store: SQLiteStore, _ options: LoadOptions,
    _ surroundings: LoadSurroundings
) throws {
    for dump in try openDumps(path) {
        _ = try loadDump(dump, into: store, options: options, surroundings: surroundings)
    }
}

private func write(_ value: JSONValue, to path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try value.canonical.write(toFile: path, atomically: true, encoding: .utf8)
}

// MARK: Pages

extension ServedAnswer {
    /// The visible words: without tags, with entities decoded.
    var words: String { Self.words(of: text) }

    static func words(of html: String) -> String {
        var shown = ""
        var rest = html[...]
        while let start = rest.firstIndex(of: "<"), let end = rest[start...].firstIndex(of: ">") {
            shown += rest[..<start] + " "
            rest = rest[rest.index(after: end)...]
        }
        shown += rest
        for (entity, sign) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
        ] { shown = shown.replacing(entity, with: sign) }
        var (words, isBlank) = (String.UnicodeScalarView(), false)
        for scalar in shown.unicodeScalars {
            if !scalar.properties.isWhitespace {
                words.append(scalar)
            } else if !isBlank {
                words.append(" ")
            }
            isBlank = scalar.properties.isWhitespace
        }
        return String(words)
    }

    /// The innermost rows of lists and tables, as HTML.
    var rows: [String] {
        ["li", "tr"].flatMap { tag in
            text.components(separatedBy: "</\(tag)>").dropLast().compactMap { part in
                part.components(separatedBy: "<\(tag)").dropFirst().last.map { "<\(tag)" + $0 }
            }
        }
    }

    /// The addresses of this service that the page links to.
    var links: [String] {
        // A form that is posted leads nowhere by GET.
        text.replacing(#/method="post" action="[^"]*"/#, with: "")
            .matches(of: #/(?:href|action)="(\/[^"]*)"/#).map {
                String($0.output.1).replacing("&amp;", with: "&")
            }
    }
}

extension ServedClient {
    /// Follows links from an address and returns every page and table once.
    func crawl(
        from start: String = "/", headers: HTTPFields = [:], limit: Int = 400
    ) async throws -> [(address: String, answer: ServedAnswer)] {
        var seen: Set<String> = [start]
        var open = [start]
        var found: [(address: String, answer: ServedAnswer)] = []
        while let next = open.popLast(), found.count < limit {
            let answer = try await call(next, headers: headers)
            found.append((next, answer))
            guard answer.headers[.contentType]?.hasPrefix("text/html") == true else { continue }
            for link in answer.links {
                let address = String(link.prefix { $0 != "#" })
                if !address.isEmpty, seen.insert(address).inserted { open.append(address) }
            }
        }
        return found
    }
}

/// Accepts a taxonomy in the store at a path.
func renameLeaks(_ path: String) throws {
    let store = try SQLiteStore(path: path, opening: .existing)
    let file: Text = "taxonomy = 1\n[rename.leaks]\nlabel = \"Runs out\"\n"
    _ = try acceptTaxonomy(
        file, in: store, surroundings: LoadSurroundings(now: { ReviewHistory.start }))
}
