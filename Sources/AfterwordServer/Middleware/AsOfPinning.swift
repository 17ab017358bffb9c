import AfterwordCore
import AfterwordPipeline

/// Which run a request is answered as of, by its `as_of`, `as_observed` and `cursor`.
struct AsOfPinning: Sendable {
    private let asked: Moment?
    private let observed: Instant?
    private let cursor: Cursor?

    /// - Parameter values: Checked parameter values; none of the three selects the newest run.
    init(_ values: [String: String]) {
        asked = values["as_of"].flatMap { Moment($0) }
        observed = values["as_observed"].flatMap { Instant(iso8601: $0) }
        cursor = values["cursor"].flatMap { Cursor($0) }
    }

    /// The run that is asked for, and the snapshot as of that run.
    ///
    /// - Throws: As `run(among:)` does.
    func pin(
        _ reader: any StoreReader, among runs: [RunRecord]
    ) throws(Problem) -> (RunRecord, any StoreReader) {
        let run = try run(among: runs)
        return (run, run.run == runs.last?.run ? reader : AsOfReader(reader, run: run.run))
    }

    /// The run that is asked for. A cursor selects the run of its list.
    ///
    /// - Parameter runs: All runs, oldest first.
    /// - Throws: `Problem` of kind `notFound` when there is no such run, `conflict` when the
    ///   parameters contradict each other.
    func run(among runs: [RunRecord]) throws(Problem) -> RunRecord {
        guard let newest = runs.last else { throw Problem.nothingLoaded }
        guard asked == nil || observed == nil else {
            throw Problem(.conflict, "as_of, as_observed: are two ways to say it")
        }
        let run = try resolved(among: runs) ?? newest
        guard cursor == nil || cursor?.run == run.run else {
            throw Problem(.conflict, "as_of, cursor: are of two moments")
        }
        return run
    }

    /// The run that the first given parameter selects; nil when none is given.
    private func resolved(among runs: [RunRecord]) throws(Problem) -> RunRecord? {
        do {
            if let asked { return try resolve(asked, among: runs) }
            if let observed { return try resolveAsOf(.observed(observed), among: runs) }
            return try cursor.map { try resolveAsOf(.run($0.run), among: runs) }
        } catch let fault as AsOfFault where fault.isUnreadable {
            throw Problem(.notFound, "as_of: \(fault.words)")
        } catch is AsOfFault {
            throw Problem(.notFound, "as_of: there is no run of that moment")
        } catch {
            throw Problem(unexpected: error)
        }
    }
}
