import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `prune`: takes the bytes of old, superseded records out of the store.
struct PruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove the bytes of old records that no review holds any more.",
        discussion: """
            A store keeps every record byte for byte. One that a later dump replaced is needed by \
            no answer: what it said is in the history. This removes the bytes of such records of \
            dumps taken before a day, as a run of its own, and leaves a receipt of each: its \
            digests, its file and its place in it. The record that a review holds stays, however \
            old, also of a deleted review. No answer changes, as of any run. The space is free for \
            later loads; 'copy' to a new file makes one as small as its content. It cannot be \
            undone: 'backup' first, or keep the dumps.
            """)

    @OptionGroup var store: StoreOptions
    @Option(help: "Records of dumps that were taken longer ago: 400d, 36h.")
    var olderThan: String?
    @Option(help: "Records of dumps that were taken before a day or moment in UTC: 2026-01-31.")
    var before: String?
    @OptionGroup var own: OwnRunOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (olderThan == nil) != (before == nil) else {
            throw ValidationError("name an age (--older-than 400d) or a day (--before 2026-01-31)")
        }
        _ = try moment(at: now())
    }

    private func moment(at now: Instant) throws -> Instant {
        if let olderThan {
            return now.adding(seconds: -(try seconds(olderThan, of: "--older-than")))
        }
        guard let moment = Instant(iso8601: before ?? "") else {
            throw ValidationError("--before is a day or a moment: 2026-01-31, 2026-01-31T06:00Z")
        }
        return moment
    }

    func run() throws {
        try own.withRun(of: store) { store, surroundings in
            let limit = try moment(at: now())
            let report = try pruneBronze(
                store, before: limit, isRehearsal: own.plan, surroundings: surroundings)
            if output.json { return Terminal.write(json: report.map { [$0.json] } ?? []) }
            guard let report else {
                return print("Nothing to remove: every record before \(limit) is held or removed.")
            }
            show(report, before: limit)
        }
    }

    private func show(_ report: PruneReport, before moment: Instant) {
        print(
            Terminal.bold(own.plan ? "Plan of run \(report.run.run)" : "Run \(report.run.run)")
                + ": the bytes of \(several(report.records, "record")) of dumps before \(moment) "
                + (own.plan ? "would be removed, " : "removed, ")
                + "\(grouped(report.bytes)) bytes")
        if report.held > 0 {
            say("\(several(report.held, "older record")) held by reviews stay.")
        }
    }
}

extension PruneReport {
    fileprivate var json: JSONValue {
        run.answer.with("records", JSONValue(records)).with("bytes", JSONValue(bytes))
            .with("held", JSONValue(held))
    }
}
