import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// Which store is read, and as of when.
struct ReadOptions: ParsableArguments {
    @OptionGroup var store: StoreOptions

    @Option(
        help: "Answer as of a run: its number, or an instant (the newest run recorded by then).")
    var asOf: String?

    @Option(help: "Answer as of the dumps taken by the end of that day in UTC.")
    var asObserved: String?

    func validate() throws {
        guard asOf == nil || asObserved == nil else {
            throw ValidationError("--as-of and --as-observed are two ways to say it; give one")
        }
        _ = try moment()
    }

    /// An earlier moment is asked for.
    var isPast: Bool { asOf != nil || asObserved != nil }

    private func moment() throws -> AsOf? {
        if let asOf {
            guard let moment = AsOf(runOrInstant: asOf) else {
                throw ValidationError("--as-of is a run's number or an instant of ISO 8601")
            }
            return moment
        }
        guard let asObserved else { return nil }
        guard let day = Instant(iso8601: asObserved) else {
            throw ValidationError("--as-observed is a date")
        }
        return .observed(day)
    }

    /// Reads one snapshot, as of the run asked for; which one that is goes to standard error.
    ///
    /// - Parameter allowsEmpty: Whether a store that nothing was loaded into has an answer.
    func read<Result>(
        allowsEmpty: Bool = false, _ body: (any StoreReader) throws -> Result
    ) throws -> Result {
        let moment = try moment()
        return try store.openForReading().read { reader in
            if !allowsEmpty || moment != nil { try requireLoaded(reader) }
            guard let moment else { return try body(reader) }
            let run = try resolveAsOf(moment, among: reader.runs())
            Terminal.writeError(
                "as of run \(run.run), recorded \(run.recordedAt), observed \(run.observedAt)")
            return try body(AsOfReader(reader, run: run.run))
        }
    }
}
