import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `status`: shows how fresh the loaded data is.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the last good run, its age, and attempts since; exit 1 when stale.",
        discussion: """
            The age is that of the newest dump that held reviews: loads of a catalog, replays and \
            insights make nothing fresh. A dump said to be taken later than now is stale.
            """)

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "The greatest age of the newest dump: 8d, 36h, 90m or 600s.")
    var maxAge: String?

    func run() throws {
        let limit = try maxAge.map { try seconds($0, of: "--max-age") }
        let status = try store.read(allowsEmpty: true) { reader in
            try statusAnswer(reader, now: now(), maxAge: limit)
        }
        if output.json {
            Terminal.write(json: [status.json])
        } else {
            show(status)
        }
        if status.isStale { throw ExitCode(Failure.Code.check.rawValue) }
    }

    private func show(_ status: StatusAnswer) {
        if let run = status.lastRun {
            print("Counts as of run \(run.run), recorded \(run.recordedAt)")
            if let newest = status.newestRun, newest.run != run.run {
                print("Newest run of any kind: \(newest.run), recorded \(newest.recordedAt)")
            }
            print(newestDump(status) + (status.isStale ? Terminal.red(" — stale") : ""))
        } else {
            print("No run yet.")
        }
        let sums = status.portfolio
        say(
            "\(reviewsCounted(sums.counters.reviewCount, distinct: sums.distinct?.count)), "
                + "\(several(sums.productCount, "product")), "
                + "\(several(status.brandCount, "brand")); stars 1–5: "
                + sums.counters.stars.map(grouped).joined(separator: " / "))
        for attempt in status.attemptsSince {
            var outcome = "did not end"
            if case .failed(let kind) = attempt.outcome { outcome = "failed (\(kind))" }
            say("Attempt of \(attempt.startedAt) on \(printable(attempt.dump)): \(outcome)")
        }
    }

    private func newestDump(_ status: StatusAnswer) -> String {
        guard let dump = status.newestDump, let age = status.ageSeconds else {
            return "No dump with reviews yet"
        }
        let name = printable(dump.fullName)
        return age < 0
            ? "Newest dump: \(name), said to be taken \(duration(-age)) from now"
            : "Newest dump: \(name), \(duration(age)) old"
    }
}

/// Reads a span of time given to an option, in seconds.
///
/// - Parameter least: The least number of units.
/// - Throws: `ValidationError`.
func seconds(_ text: String, of option: String, from least: Int64 = 0) throws -> Int64 {
    let units: [Character: Int64] = ["d": 86_400, "h": 3600, "m": 60, "s": 1]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
        (least...1_000_000).contains(count)
    else { throw ValidationError("\(option) is a number and d, h, m or s: 8d") }
    return count * unit
}
