import AfterwordCore
import AfterwordPipeline
import ArgumentParser
import Foundation
import Synchronization

/// The arguments of `run` and `plan`; a plan is the same load, rolled back.
struct LoadArguments: StoreArguments {
    @Argument(
        help: """
            Folders, files or s3://BUCKET/PREFIX; one of dated folders or files is a series, one \
            run each.
            """)
    var dumps: [String]

    @Option(help: StoreOptions.help)
    var store: String?

    @Option(help: "Only files whose name fits, as '*.jsonl.gz' or 'DE/*'.")
    var files: String?

    @Option(help: "Seed of the mock timestamps; 0 when left out.")
    var seed: UInt64?

    @Option(
        help: "When the dump was taken: a date or an instant; else its name tells, or the clock.")
    var observedAt: String?

    @Option(
        name: .customLong("dump"),
        help: "The dump that this is part of, by a label: DE on Monday and UK on Tuesday are one.")
    var dumpLabel: String?

    @Option(
        help: """
            What the dump holds all of: none, products (each it names) or all; none when left out.
            """)
    var complete: Completeness?

    @Option(help: "A built-in shape's name or a shape file; found by itself when left out.")
    var shape: String?

    @Flag(help: "Refuse bare NaN and infinities instead of reading them as absent.")
    var strictJson = false

    @Option(help: "Rejects allowed; else refused beyond 1 % and 10.")
    var maxRejects: Int64?

    @Option(help: "Deletes allowed; else refused beyond 20 % and 10, or emptying a product of 5.")
    var maxDeletes: Int64?

    @Option(
        help:
            "The dump holds at most so many of a product's newest reviews: keep older absent ones.")
    var window: Int?

    @Flag(help: "A dump in which many products have equally many reviews is complete all the same.")
    var acceptCapped = false

    @Flag(
        help: "Load a dump unlike those before: records, products, brands, mean star, texts.")
    var acceptDrift = false

    /// The former spelling of `--accept-drift`; hidden but still accepted.
    @Flag(help: .hidden)
    var acceptShift = false

    @Flag(help: "Keep nothing of what texts say in a new store: answers read them instead.")
    var withoutReadings = false
    @Option(help: "What reads the texts of a new store: reader 1 or 2; 2 when left out.")
    var reader: Int64?
    @Option(
        help: "The taxonomy of a new store (docs/taxonomy.md); of another, the one in force.")
    var taxonomy: String?
    @Flag(help: "Load a dump said to be taken more than two days from now.")
    var acceptFuture = false

    @Flag(help: "Wait while another run holds the store, instead of failing.")
    var wait = false

    @Option(help: ThreadOptions.help)
    var threads: Int?

    @Option(help: "Insights to make afterwards: none, changed, or top:N.")
    var insights = ChoiceArgument.none

    @Flag(help: "No progress and no report, errors only.")
    var quiet = false

    @Flag(help: OutputOptions.help)
    var json = false

    @Option(
        help: """
            Write the changed products to this file, or s3://BUCKET/NAME, a JSON line each; \
            --json says only how many there are.
            """)
    var changed: String?

    @Option(
        help: """
            Write a receipt of each run to this file, or s3://BUCKET/NAME, a JSON line each: its \
            digests, its files and their balance, as 'runs --json' says them.
            """)
    var receipt: String?

    @Option(help: EventOptions.help)
    var events: String?

    func validate() throws { try ThreadOptions.check(threads) }

    /// The load options that the arguments describe.
    ///
    /// - Parameter store: Whose detected shapes `--shape` may name; nil where it is not open yet:
    ///   such a name is then not looked up.
    /// - Throws: `ValidationError`, or `InputFault` for a shape that cannot be used.
    func options(in store: (any ReviewStore)? = nil) throws -> LoadOptions {
        var options = LoadOptions()
        let settings = Settings.current
        options.seed = seed ?? settings.seed
        if let observedAt {
            guard let instant = Instant(iso8601: observedAt) else {
                throw ValidationError(observedAtForm)
            }
            options.observedAt = instant
        }
        if let dumpLabel {
            if let fault = Moment.labelFault(dumpLabel) {
                throw ValidationError("--dump: \(fault)")
            }
            options.dumpLabel = Text(dumpLabel)
        }
        options.completeness = complete ?? settings.complete
        let shapes = (shape.map { [$0] } ?? settings.shapes)
            .filter { store != nil || !$0.hasPrefix(detectedPrefix) }
        if !shapes.isEmpty { options.shapes = try shapes.map { try namedShape($0, in: store) } }
        options.isStrict = strictJson
        options.maxRejects = maxRejects
        options.maxDeletes = maxDeletes
        options.acceptsDrift = acceptDrift || acceptShift
        options.acceptsFuture = acceptFuture
        options.keepsReadings = !withoutReadings
        options.lexicon = try reader.map { try knownLexicon(ofReader: $0) } ?? settings.lexicon
        options.requiresLexicon = reader != nil && !withoutReadings
        options.taxonomy = try taxonomy.map { try firstTaxonomy($0, options) }
        if let window, window < 1 { throw ValidationError("--window is 1 or more") }
        options.window = window ?? settings.window
        options.acceptsCapped = acceptCapped
        options.threads = threads ?? Settings.current.threads
        return options
    }

    /// The dumps sorted by the time in their names. Dumps without such a time count as taken now
    /// and come last, in the order given.
    func dumpsInOrder() throws -> [Dump] {
        let glob = files ?? Settings.current.files
        let opened = try dumps.flatMap { try openInput($0, files: glob) }
        if observedAt != nil, opened.count > 1 { throw InputFault.seriesWithObservedAt }
        let days = Set(opened.map { $0.namedInstant?.startOfDay })
        if dumpLabel != nil, days.count > 1 {
            throw CommandFault(.usage, "--dump names one dump; these dumps are of several days")
        }
        let ordered = opened.enumerated().sorted { left, right in
            let (l, r) = (left.element.namedInstant, right.element.namedInstant)
            guard l != r else { return left.offset < right.offset }
            return (l?.microseconds ?? .max) < (r?.microseconds ?? .max)
        }
        return ordered.map(\.element)
    }

    /// A pause for `loadDump`: prints one message, then sleeps 0.2 s per call.
    static func waiting() -> @Sendable () -> Void {
        let isTold = Atomic(false)
        return {
            if !isTold.exchange(true, ordering: .relaxed) {
                Terminal.writeError("afterword: waits for another run to end")
            }
            Thread.sleep(forTimeInterval: 0.2)
        }
    }

    /// Opens the store for writing; with `--wait`, waits while another run's first load holds it.
    func openForWriting() throws -> any ReviewStore {
        let pause = wait ? Self.waiting() : nil
        while true {
            do {
                return try location.openForWriting()
            } catch StoreFault.locked {
                guard let pause else { throw StoreFault.locked }
                pause()
            }
        }
    }

    /// Opens the events and checks where changes are written to, before a store is opened.
    ///
    /// - Throws: `OutputFault`, `RemoteFault`.
    func openOutputs() throws -> EventLog? {
        let log = try EventOptions.open(events)
        try before(.load, in: log) {
            for path in [changed, receipt].compactMap(\.self) where path != "-" {
                if let object = try ObjectFile(path) {
                    try object.requireWritable()
                } else {
                    try checkOutput(path)
                }
            }
        }
        return log
    }

    /// Loads the dumps in order, one run each, and reports each.
    ///
    /// - Parameter dumps: As of `dumpsInOrder`.
    /// - Parameter log: As of `openOutputs`.
    /// - Parameter rehearse: If given, every load is rolled back after this closure has received
    ///   the number of its run and a reader of its result.
    /// - Returns: The numbers of the runs.
    @discardableResult
    func load(
        _ dumps: [Dump], into store: any ReviewStore, _ log: EventLog?,
        rehearse: ((Int64, any StoreReader) throws -> Void)? = nil
    ) throws -> [Int64] {
        var options = try before(.load, in: log) { try self.options(in: store) }
        options.isRehearsal = rehearse != nil
        var runs: [Int64] = []
        var pause: (@Sendable () -> Void)?
        if wait { pause = Self.waiting() }
        let interrupts = Interrupts(store.interruption)
        defer { interrupts.stop() }
        var checking = LoadSurroundings(now: { now() })
        checking.isInterrupted = interrupts.isInterrupted
        try before(.load, in: log) { try checkSeries(dumps, options, checking) }
        var (changes, receipts): ([JSONValue], [JSONValue]) = ([], [])
        // A load that fails does not take back the ones before it: what they did is written.
        let result = Result {
            for dump in dumps {
                let report = try during(.load, dump.name, in: log, run: { $0.run.run }) {
                    try loadOne(dump, into: store, options, (interrupts, pause, log), rehearse)
                }
                runs.append(report.run.run)
                if changed != nil { changes += report.changeLines }
                receipts.append(RunWithFiles(run: report.run, files: report.files).json)
            }
        }
        let written = Result {
            try write(changes, to: changed, of: runs, "the changed products")
            try write(receipts, to: receipt, of: runs, "what the ledger says")
        }
        try result.get()
        try written.get()
        return runs
    }

    /// Writes the lines of `--changed` or `--receipt`.
    private func write(
        _ lines: [JSONValue], to path: String?, of runs: [Int64], _ what: String
    ) throws {
        guard let path else { return }
        do {
            try writeOutput(
                lines.map { $0.canonical + "\n" }.joined(), to: path, type: "application/x-ndjson")
        } catch {
            guard let first = runs.first, let last = runs.last else { throw error }
            let reason = (error as? OutputFault)?.reason ?? Failure(error)?.message ?? "\(error)"
            var failure = Failure(
                .store,
                "\(first == last ? "run \(last) is" : "runs \(first) to \(last) are") stored, but "
                    + "\(what) cannot be written to \(path): \(reason). A repeat finds nothing "
                    + "changed: 'report' and 'runs' show what did")
            failure.isRetryable = false
            throw CommandFault(failure)
        }
    }

    private func loadOne(
        _ dump: Dump, into store: any ReviewStore, _ options: LoadOptions,
        _ caller: (interrupts: Interrupts, pause: (@Sendable () -> Void)?, log: EventLog?),
        _ rehearse: ((Int64, any StoreReader) throws -> Void)?
    ) throws -> LoadReport {
        let bar = ProgressBar(isQuiet: quiet || json)
        defer { bar.finish() }
        let log = caller.log
        var surroundings = LoadSurroundings(
            now: { now() },
            progress: { progress in
                bar.show(progress)
                log?.progress(of: .load, dump.name, progress.event)
            }, pause: caller.pause)
        surroundings.isInterrupted = caller.interrupts.isInterrupted
        let report = try loadDump(
            dump, into: store, options: options, surroundings: surroundings
        ) { reader in
            bar.finish()
            guard let rehearse else { return }
            try rehearse(try reader.runs().last?.run ?? 0, reader)
        }
        bar.finish()
        if json {
            Terminal.write(json: [report.json])
        } else if !quiet {
            show(report, isRehearsal: options.isRehearsal)
        }
        return report
    }
}

extension LoadArguments {
    /// The taxonomy that a new store begins with. It is refused before a dump is read where it fits
    /// no reader: by which one the store is read is not known yet.
    private func firstTaxonomy(_ file: String, _ options: LoadOptions) throws -> Text {
        guard options.keepsReadings else {
            throw ValidationError("--taxonomy and --without-readings are mutually exclusive")
        }
        let document = try taxonomyDocument(file)
        let readers = Lexicon.versions.compactMap { Lexicon.ofVersion($0) }
        let fits = readers.contains { reader in
            (try? Taxonomy(parsing: document.bytes, over: reader)) != nil
        }
        if fits { return document }
        return try namingLines(of: file) {
            _ = try Taxonomy(parsing: document.bytes, over: options.lexicon)
            return document
        }
    }
}

extension LoadProgress {
    /// The progress as an event says it.
    fileprivate var event: StageEvent.Progress {
        switch self {
        case .reading(let bytes, let total): .init(done: bytes, total: total, unit: "bytes")
        case .writing(let products, let total):
            .init(done: Int64(products), total: Int64(total), unit: "products")
        }
    }
}

extension Completeness: ExpressibleByArgument {}

/// The lexicon of a version that `--reader` gives.
///
/// - Throws: `ValidationError` for a version that this program does not know.
func knownLexicon(ofReader version: Int64) throws -> Lexicon {
    guard let lexicon = Lexicon.ofVersion(version) else {
        let known = Lexicon.versions.map { "\($0)" }.joined(separator: " or ")
        throw ValidationError("--reader is \(known)")
    }
    return lexicon
}

/// Error message for an invalid `--observed-at`.
let observedAtForm =
    "--observed-at is a date or an instant, as 2026-03-31 or 2026-03-31T14:00:00Z (a date is "
    + "the day's start in UTC)"
