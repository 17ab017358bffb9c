package import AfterwordCore
import Foundation

/// One case of the golden suite: dumps in order, with everything that a clock or a random source
/// would decide, and what must come of them.
///
///     Golden/CASE/case.json     {"seed": 7, "salt_seed": 7, "dumps": [{"folder": "…", …}]}
///     Golden/CASE/dumps/…       the dumps
///     Golden/CASE/expected/…    one .jsonl a table, one a rendered answer
package struct GoldenCase: Sendable {
    package struct Step: Sendable {
        package var folder: String
        package var observedAt: Instant?
        package var recordedAt: Instant
        package var completeness: Completeness
        package var isStrict: Bool
    }

    package var name: String
    package var folder: String
    package var seed: UInt64
    package var saltSeed: UInt64
    package var steps: [Step]

    /// The cases of a golden folder, by name.
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
    }

    private static func step(_ value: JSONValue, _ name: String) throws -> Step {
        guard let folder = value["folder"]?.text,
            let recordedAt = value["recorded_at"]?.text.flatMap({ Instant(iso8601: $0) })
        else { throw CaseFault(description: "\(name): a dump needs folder and recorded_at") }
        let complete = value["complete"]?.text ?? "none"
        guard let completeness = Completeness(rawValue: complete) else {
            throw CaseFault(description: "\(name): complete cannot be \(complete)")
        }
        return Step(
            folder: folder, observedAt: value["observed_at"]?.text.flatMap { Instant(iso8601: $0) },
            recordedAt: recordedAt, completeness: completeness,
            isStrict: value["strict"] == .bool(true))
    }

    /// Runs the case on a store and returns what it holds and answers, by file name.
    package func run(on store: any ReviewStore) throws -> [String: [String]] {
        for step in steps {
            var options = LoadOptions()
            options.seed = seed
            options.salts = .seeded(saltSeed)
            options.observedAt = step.observedAt
            options.completeness = step.completeness
            options.isStrict = step.isStrict
            let dumps = try openDumps("\(folder)/dumps/\(step.folder)")
            for dump in dumps {
                _ = try loadDump(
                    dump, into: store, options: options,
                    surroundings: LoadSurroundings(now: { step.recordedAt }))
            }
        }
        return try store.read { reader in
            var files = try goldenTables(reader)
            let products = try rankedProducts(reader, RankingQuery()).entries
            files["answer-products"] = products.map { $0.json("product_id").canonical }
            let brands = try rankedBrands(reader, RankingQuery()).entries
            files["answer-brands"] = brands.map { $0.json("brand").canonical }
            return files
        }
    }

    /// The expected files, by name without their ending.
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

package struct CaseFault: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String
}
