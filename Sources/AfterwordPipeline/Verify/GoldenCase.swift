package import AfterwordCore
import Foundation

/// One case of the golden suite: dumps in order, with everything that a clock or a random source
/// would decide, and the expected results.
///
/// ```
/// Golden/CASE/case.json    {"seed": 7, "salt_seed": 7,
///                           "dumps": [{"folder": "…", …}, {"catalogue": "….csv", …}],
///                           "insights": [{"scopes": ["brand:…"], "language": "en",
///                                         "model": "honest", …}]}
/// Golden/CASE/dumps/…      the dumps
/// Golden/CASE/expected/…   one .jsonl file per table and per rendered answer
/// ```
package struct GoldenCase: Sendable {
    /// One load of a case.
    package struct Step: Sendable {
        package var folder: String
        /// Whether `folder` names a catalog's file instead of a dump's folder.
        package var isCatalog: Bool
        package var observedAt: Instant?
        package var recordedAt: Instant
        package var completeness: Completeness
        package var isStrict: Bool
        package var maxRejects: Int64?
    }

    /// Insights made after all dumps are loaded.
    package struct Insights: Sendable {
        package var scopes: [ReviewScope]
        package var language: Language
        /// The name of the simulated model's behavior.
        package var model: String
        package var recordedAt: Instant
    }

    /// Returns the simulated model with a behavior; nil for an unknown name.
    package typealias Models = @Sendable (String) -> (any LanguageModel)?

    package var name: String
    package var folder: String
    package var seed: UInt64
    package var saltSeed: UInt64
    package var steps: [Step]
    package var insights: [Insights]

    /// All cases of a golden folder, sorted by name.
    ///
    /// - Throws: `CaseFault`.
    package static func all(in golden: String) throws -> [GoldenCase] {
        try names(in: golden).map { try GoldenCase(named: $0, in: golden) }
    }

    package static func names(in golden: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: golden)) ?? []
        return names.sorted { Text($0) < Text($1) }.filter { !$0.hasPrefix(".") }
    }

    package init(named name: String, in golden: String) throws {
        self.name = name
        folder = golden + "/" + name
        guard let data = FileManager.default.contents(atPath: folder + "/case.json"),
            let document = try? JSONValue(parsing: Array(data))
        else { throw CaseFault(description: "\(name): case.json is missing or no JSON") }
        guard let seed = document["seed"]?.integer, let saltSeed = document["salt_seed"]?.integer,
            let dumps = document["dumps"]?.elements
        else { throw CaseFault(description: "\(name): case.json needs seed, salt_seed and dumps") }
        self.seed = UInt64(bitPattern: seed)
        self.saltSeed = UInt64(bitPattern: saltSeed)
        steps = try dumps.map { try Self.step($0, name) }
        insights = try (document["insights"]?.elements ?? []).map { try Self.insights($0, name) }
    }

    private static func insights(_ value: JSONValue, _ name: String) throws -> Insights {
        let written = (value["scopes"]?.elements ?? []).compactMap(\.text)
        let scopes = written.compactMap { ReviewScope($0) }
        guard let language = Language(rawValue: value["language"]?.text ?? "en"),
            let model = value["model"]?.text, !scopes.isEmpty, scopes.count == written.count,
            let recordedAt = value["recorded_at"]?.text.flatMap({ Instant(iso8601: $0) })
        else {
            throw CaseFault(
                description: "\(name): insights need scopes, language, model and recorded_at")
        }
        return Insights(
            scopes: scopes, language: language, model: model, recordedAt: recordedAt)
    }

    private static func step(_ value: JSONValue, _ name: String) throws -> Step {
        let catalog = value["catalogue"]?.text
        guard let folder = value["folder"]?.text ?? catalog,
            let recordedAt = value["recorded_at"]?.text.flatMap({ Instant(iso8601: $0) })
        else { throw CaseFault(description: "\(name): a dump needs folder and recorded_at") }
        let complete = value["complete"]?.text ?? "none"
        guard let completeness = Completeness(rawValue: complete) else {
            throw CaseFault(description: "\(name): complete cannot be \(complete)")
        }
        return Step(
            folder: folder, isCatalog: catalog != nil,
            observedAt: value["observed_at"]?.text.flatMap { Instant(iso8601: $0) },
            recordedAt: recordedAt, completeness: completeness,
            isStrict: value["strict"] == .bool(true),
            maxRejects: value["max_rejects"]?.integer)
    }

    /// Runs the case on a store.
    ///
    /// - Returns: The store's tables and answers as JSON lines, by file name without its extension.
    package func run(
        on store: any ReviewStore, models: Models = { _ in nil }
    ) async throws -> [String: [String]] {
        for step in steps {
            var options = LoadOptions()
            options.seed = seed
            options.salts = .seeded(saltSeed)
            options.observedAt = step.observedAt
            options.completeness = step.completeness
            options.isStrict = step.isStrict
            options.maxRejects = step.maxRejects
            if step.isCatalog {
                _ = try loadCatalog(
                    Catalog(file: "\(folder)/dumps/\(step.folder)"), into: store,
                    options: options, surroundings: LoadSurroundings(now: { step.recordedAt }))
                continue
            }
            let dumps = try openDumps("\(folder)/dumps/\(step.folder)")
            for dump in dumps {
                if dumps.count > 1 { options.observedAt = dump.namedInstant }
                _ = try loadDump(
                    dump, into: store, options: options,
                    surroundings: LoadSurroundings(now: { step.recordedAt }))
            }
        }
        var told: [JSONValue] = []
        for insights in insights { told += try await make(insights, on: store, models) }
        return try store.read { reader in
            var files = try goldenTables(reader)
            if !insights.isEmpty { files["answer-insights"] = told.map(\.canonical) }
            let products = try rankedProducts(reader, RankingQuery()).entries
            files["answer-products"] = products.map { $0.json("product_id").canonical }
            let brands = try rankedBrands(reader, RankingQuery()).entries
            files["answer-brands"] = brands.map { $0.json("brand").canonical }
            return files
        }
    }

    /// The document of each scope, or why there is none.
    private func make(
        _ insights: Insights, on store: any ReviewStore, _ models: Models
    ) async throws -> [JSONValue] {
        guard let model = models(insights.model) else {
            throw CaseFault(description: "\(name): no simulated model behaves \(insights.model)")
        }
        var options = InsightOptions()
        options.language = insights.language
        options.countsThemes = true
        // Another entry of the case may ask a different model for the same scopes.
        options.isRefreshing = true
        let report = try await makeInsights(
            insights.scopes, in: store, by: model, options: options,
            surroundings: InsightSurroundings(now: { insights.recordedAt }, batch: 1))
        return report.outcomes.map { scope, outcome in
            switch outcome {
            case .notEnough(let data): data.json(scope, insights.language)
            case .made(let row), .standing(let row):
                (try? JSONValue(parsing: Array(row.document.utf8))) ?? .null
            case .failed(let failure):
                .row([
                    "scope": .string(scope.written), "status": .string("failed"),
                    "outcome": .string(failure.outcome),
                ])
            case .stillAsked, .inBatch, .notTried:
                .row(["scope": .string(scope.written), "status": .string("not_tried")])
            }
        }
    }

    /// The expected files, by name without their extension.
    package func expected() throws -> [String: [String]] {
        let folder = self.folder + "/expected"
        var files: [String: [String]] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where name.hasSuffix(".jsonl") {
            let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            files[String(name.dropLast(6))] =
                text.isEmpty
                ? []
                : text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).map(
                    String.init)
        }
        return files
    }
}

/// What is wrong with a golden case, in words.
package struct CaseFault: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String
}
