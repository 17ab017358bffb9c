import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// The store to read, and the moment to read it as of.
struct ReadOptions: StoreArguments {
    @Option(help: StoreOptions.help)
    var store: String?

    @Option(
        help: "Answer as of a run (3), a date (2026-03-09), an instant, a dump's label, or last.")
    var asOf: String?

    @Option(help: "Answer as of the dumps taken by the end of that day in UTC.")
    var asObserved: String?

    func validate() throws {
        guard asOf == nil || asObserved == nil else {
            throw ValidationError("--as-of and --as-observed are two ways to say it; give one")
        }
        _ = try moment()
    }

    /// Whether an earlier moment is requested.
    var isPast: Bool { asOf != nil || asObserved != nil }

    private func moment() throws -> MomentAsked? {
        if let asOf { return .moment(try readMoment(asOf, of: "--as-of")) }
        guard let asObserved else { return nil }
        guard let day = Instant(iso8601: asObserved) else {
            throw ValidationError("--as-observed is a date: 2026-03-09")
        }
        return .observed(day)
    }

    private enum MomentAsked {
        case moment(Moment)
        case observed(Instant)
    }

    /// Reads one snapshot, as of the requested run. The run is reported on standard error.
    ///
    /// - Parameter allowsEmpty: If false, a store without reviews is an error.
    func read<Result>(
        allowsEmpty: Bool = false, _ body: (any StoreReader) throws -> Result
    ) throws -> Result {
        let moment = try moment()
        return try openForReading().read { reader in
            if !allowsEmpty { try requireLoaded(reader) }
            guard let moment else { return try body(reader) }
            guard try reader.newestRun() != nil else { throw CommandFault.nothingLoaded }
            let run =
                switch moment {
                case .moment(let moment): try resolve(moment, among: reader.runs())
                case .observed(let day): try resolveAsOf(.observed(day), among: reader.runs())
                }
            Terminal.writeError(
                "as of run \(run.run), recorded \(run.recordedAt), observed \(run.observedAt)")
            let past = AsOfReader(reader, run: run.run)
            if !allowsEmpty { try requireLoaded(past) }
            return try body(past)
        }
    }
}

/// Parses a moment given to an option.
///
/// - Throws: `ValidationError`.
func readMoment(_ text: String, of option: String) throws -> Moment {
    guard let moment = Moment(text) else {
        throw ValidationError("\(option): \(Moment.examples)")
    }
    return moment
}

/// The time span that `inbox`, `report` and `changes` cover.
struct WindowOptions {
    var since: Moment?
    var to: Moment?

    /// - Parameter option: The option that gives the end, for error messages.
    init(since: String?, to: String?, option: String = "--to") throws {
        self.since = try since.map { try readMoment($0, of: "--since") }
        self.to = try to.map { try readMoment($0, of: option) }
    }

    /// Reads one snapshot, as of the end of the window.
    ///
    /// - Throws: `CommandFault` for a store without reviews at that time, `AsOfFault` for an
    ///   unknown moment.
    func read<Result>(
        _ store: any ReviewStore, _ body: (any StoreReader, DumpWindow) throws -> Result
    ) throws -> Result {
        try store.read { reader in
            try requireLoaded(reader)
            let runs = try reader.runs()
            guard let newest = runs.last else { throw AsOfFault.beforeFirstRun }
            let window = try runs.dumps.window(since: since, to: to)
            guard window.to != newest.run else { return try body(reader, window) }
            let past = AsOfReader(reader, run: window.to)
            try requireLoaded(past)
            return try body(past, window)
        }
    }
}
