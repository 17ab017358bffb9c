import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `audit`: checks the stored data against its history and checksums.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Check every digest, balance and sum against the history; exit 1 on a fault.",
        discussion: """
            Names the first run and row that fail. The database checks its own pages, indexes and \
            rules besides; a Postgres server recomputes all sums, and checks its B-trees where \
            the extension amcheck is installed. Needs no right to write. Every row is read: an \
            audit of a large store takes its time, but little memory.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try store.openForReading()
        var (finding, runs) = try store.read { reader in
            (try auditStore(reader), try reader.runs())
        }
        if finding == nil { finding = try store.auditByQuery() }
        if output.json {
            Terminal.write(json: [json(finding, runs)])
        } else if let finding {
            let run = finding.run.map { "run \($0), " } ?? ""
            print(
                Terminal.red("BROKEN: ") + run + "\(finding.table), \(printable(finding.row)): "
                    + finding.what)
        } else {
            let digest = runs.last.map { " \($0.historyDigest)" } ?? ""
            print("The history of \(several(runs.count, "run")) holds.\(digest)")
        }
        if finding != nil { throw ExitCode(Failure.Code.check.rawValue) }
    }

    private func json(_ finding: AuditFinding?, _ runs: [RunRecord]) -> JSONValue {
        .row([
            "holds": .bool(finding == nil), "runs": JSONValue(runs.count),
            "history_digest": JSONValue(runs.last?.historyDigest.description),
            "run": JSONValue(finding?.run), "table": JSONValue(finding?.table),
            "row": JSONValue(finding?.row), "what": JSONValue(finding?.what),
        ])
    }
}
