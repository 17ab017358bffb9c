import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import Foundation
import Logging

/// The settings of the program, read once: the environment over the settings file (`SettingKey`).
struct Settings: Sendable {
    /// What is in force, and why.
    var resolved = ResolvedSettings(environment: [:], file: nil, read: { _ in nil })
    /// The settings file, where there is one.
    var file: (content: SettingsFile, path: String)?
    /// The folder of the settings file; "" is the current one.
    var folder = ""

    /// `AFTERWORD_STORE`: the store to use without `--store`.
    var store = "afterword.sqlite"
    /// `NO_COLOR` (no-color.org): no color for any non-empty value.
    var isColorOff = false
    /// `CI`: any value but an empty one or `false`. Golden and `.actual` files are then never
    /// written.
    var isCI = false
    /// `GITHUB_ACTIONS=true`: this is a job of a workflow of GitHub's.
    var isGitHub = false
    /// `GITHUB_STEP_SUMMARY`: the file that the steps of such a job append their summaries to.
    var stepSummary: String?

    /// `AFTERWORD_ALLOW_REAL_LLM=1`: allows paid models although `CI` is set.
    var allowsRealModelInCI = false
    /// `OPENAI_API_KEY`: never printed.
    var openAIKey: APIKey?
    /// Why `OPENAI_API_KEY` cannot be one; commands fail that ask a model.
    var keyFault: String?
    /// `OPENAI_BASE_URL`: must be https, this machine, or a compatible server on a host of
    /// `--plain-http`, which gets no key.
    var openAIBaseURL = OpenAIModel.defaultURL
    /// `AFTERWORD_BUDGET_DAY_USD` and `AFTERWORD_BUDGET_MONTH_USD`, unparsed.
    var dayBudget: String?
    var monthBudget: String?

    /// `AFTERWORD_API_KEY`: a key of the service, for `mcp`; never printed.
    var serviceKey: String?
    /// Whether the variable of the key is set, and empty.
    var isServiceKeyEmpty = false

    /// `COLUMNS`: the width of tables and help, regardless of the terminal's.
    var columns: Int?
    /// The smallest width used; narrower terminals are treated as this wide.
    static let fewestColumns = 20

    /// `AFTERWORD_THREADS`: threads that share a load's work; one a core when unset.
    var threads: Int?
    /// What `AFTERWORD_THREADS` and `--threads` may be.
    static let threadCounts = 1...1_000

    /// `AFTERWORD_LAKE`: the program that writes Parquet and publishes it.
    var lake = "afterword-lake"

    /// `AFTERWORD_CACHE_BYTES`: bytes of answers that the service caches; 64 MiB when unset.
    var cacheBytes: Int?

    /// `AFTERWORD_LOG`: trace, debug, info, notice, warning (the default), error or critical.
    var logLevel = Logger.Level.warning
    /// `AFTERWORD_LOG_FORMAT=json`: log entries are JSON Lines.
    var logsJSON: Bool { resolved.value("log.format") == "json" }

    #if DEBUG
        /// `AFTERWORD_CRASH_AT`: the number of the store call at which the program kills itself.
        /// Debug builds only.
        var crashAt: Int?
        /// `AFTERWORD_CRASH_AT_LEDGER`: the same, for transactions of calls of models: 1 is before
        /// the first, 2 after its commit, 3 before the second, and so on.
        var crashAtLedger: Int?
    #endif

    /// Messages about invalid values; every command fails if there are any.
    var faults: [String] = []

    /// The settings of this process.
    static let current: Settings = {
        var settings = Settings()
        let environment = settings.readFile(ProcessInfo.processInfo.environment)
        if let store = environment["AFTERWORD_STORE"], !store.isEmpty { settings.store = store }
        if let lake = environment["AFTERWORD_LAKE"], !lake.isEmpty { settings.lake = lake }
        settings.isColorOff = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        settings.isCI = environment["CI"].map { !$0.isEmpty && $0 != "false" } ?? false
        settings.isGitHub = environment["GITHUB_ACTIONS"] == "true"
        settings.stepSummary = environment["GITHUB_STEP_SUMMARY"]
        settings.allowsRealModelInCI = environment["AFTERWORD_ALLOW_REAL_LLM"] == "1"
        settings.readKey(environment)
        if let url = environment["OPENAI_BASE_URL"], !url.isEmpty {
            settings.openAIBaseURL = url.hasSuffix("/") ? String(url.dropLast()) : url
        }
        settings.serviceKey = environment["AFTERWORD_API_KEY"].flatMap { $0.isEmpty ? nil : $0 }
        settings.isServiceKeyEmpty = environment["AFTERWORD_API_KEY"] == ""
        settings.dayBudget = environment["AFTERWORD_BUDGET_DAY_USD"]
        settings.monthBudget = environment["AFTERWORD_BUDGET_MONTH_USD"]
        settings.columns = environment["COLUMNS"].flatMap { Int($0) }
            .flatMap { (1...10_000).contains($0) ? max($0, fewestColumns) : nil }
        settings.readThreads(environment)
        settings.readServiceSettings(environment)
        settings.faults += settings.resolved.faults
        #if DEBUG
            settings.crashAt = environment["AFTERWORD_CRASH_AT"].flatMap { Int($0) }
            settings.crashAtLedger = environment["AFTERWORD_CRASH_AT_LEDGER"].flatMap { Int($0) }
        #endif
        return settings
    }()
}

extension Settings {
    /// `load.shapes`, `load.files` and so on: what `run` and `plan` use without options.
    var shapes: [String] { resolved.values("load.shapes") }
    var files: String? { resolved.value("load.files") }
    var seed: UInt64 { resolved.value("load.seed").flatMap { UInt64($0) } ?? 0 }
    var complete: Completeness {
        resolved.value("load.complete").flatMap { Completeness(rawValue: $0) } ?? Completeness.none
    }
    var window: Int? { resolved.value("load.window").flatMap { Int($0) } }
    /// `load.reader`: what a new store is read by.
    var lexicon: Lexicon {
        resolved.value("load.reader").flatMap { Int64($0) }.flatMap { Lexicon.ofVersion($0) }
            ?? .ofNewStores
    }
    /// `budget.run_usd`.
    var runBudget: String? { resolved.value("budget.run_usd") }

    /// Reads the settings file: the one that `AFTERWORD_CONFIG` names, none where that is empty,
    /// else `afterword.toml` where there is one.
    ///
    /// - Returns: The environment, with what the file says of variables that are not set.
    fileprivate mutating func readFile(_ environment: [String: String]) -> [String: String] {
        let path = environment["AFTERWORD_CONFIG"] ?? "afterword.toml"
        let isNamed = environment["AFTERWORD_CONFIG"].map { !$0.isEmpty } ?? false
        folder =
            path.contains("/") ? URL(fileURLWithPath: path).deletingLastPathComponent().path : ""
        if let data = path.isEmpty ? nil : FileManager.default.contents(atPath: path) {
            do throws(TOMLFault) {
                file = (try SettingsFile(parsing: Array(data)), path)
            } catch {
                faults.append("\(path):\(error.line): \(error.reason)")
            }
        } else if isNamed {
            faults.append("AFTERWORD_CONFIG: \(path) cannot be read")
        }
        let named = file.map { ($0.content, $0.path, folder) }
        resolved = ResolvedSettings(environment: environment, file: named) { path in
            FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        }
        var merged = environment
        for entry in resolved.entries {
            if case .file = entry.origin, let value = entry.values.first {
                merged[entry.key.variable] = value
            }
        }
        return merged
    }

    fileprivate mutating func readKey(_ environment: [String: String]) {
        do throws(KeyFault) {
            openAIKey = try environment["OPENAI_API_KEY"].flatMap(APIKey.init(written:))
        } catch {
            keyFault = "OPENAI_API_KEY holds a line break or another character that no key has"
        }
    }

    fileprivate mutating func readThreads(_ environment: [String: String]) {
        guard let written = environment["AFTERWORD_THREADS"], !written.isEmpty else { return }
        threads = Int(written).flatMap { Self.threadCounts.contains($0) ? $0 : nil }
        if threads == nil {
            faults.append("AFTERWORD_THREADS is a whole number of threads, 1 to 1,000")
        }
    }

    fileprivate mutating func readServiceSettings(_ environment: [String: String]) {
        if let written = environment["AFTERWORD_CACHE_BYTES"], !written.isEmpty {
            cacheBytes = Int(written).flatMap { $0 < 0 ? nil : $0 }
            if cacheBytes == nil {
                faults.append("AFTERWORD_CACHE_BYTES is a whole number of bytes, 0 or more")
            }
        }
        if let written = environment["AFTERWORD_LOG"], !written.isEmpty {
            if let level = Logger.Level(rawValue: written) {
                logLevel = level
            } else {
                let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
                faults.append("AFTERWORD_LOG is one of \(levels)")
            }
        }
    }
}
