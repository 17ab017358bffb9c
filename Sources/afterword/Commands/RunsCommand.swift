import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `runs`: lists the ledger.
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Show the ledger: runs, with the balance of each of their files.",
        discussion: """
            Every mark of people's work is a run (see 'mark'). These are left out and counted, \
            unless --kind work or --kind all asks for them.
            """)

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @Option(name: .customLong("run"), help: "Only this run.")
    var number: Int64?

    @Option(
        help: ArgumentHelp(
            "Only runs of this kind: \(RunFilter.names.joined(separator: ", ")).",
            valueName: "kind"))
    var kind: String?

    @Flag(
        help: """
            The digests of each object that was read, with its version, and of the history after \
            each run; --json always has them.
            """)
    var digests = false

    func validate() throws {
        guard RunFilter(kind) != nil else {
            throw ValidationError("--kind: \(RunFilter.names.joined(separator: ", "))")
        }
    }

    func run() throws {
        let (list, files) = try store.read(allowsEmpty: true) { reader in
            (try self.list(reader.runs()), try reader.files(ofRun: number))
        }
        let runs = list.runs
        if let number, runs.isEmpty { throw CommandFault(.usage, "there is no run \(number)") }
        if output.json {
            sayFolded(list)
            return Terminal.write(
                json: runs.map { record in
                    RunWithFiles(run: record, files: files.filter { $0.run == record.run }).json
                })
        }
        if list.counts.isEmpty { return print("No run yet.") }
        show(runs, files)
        sayFolded(list)
    }

    /// A run that is named is shown whatever its kind.
    private func list(_ all: [RunRecord]) -> RunList {
        guard let number else { return RunList(all, RunFilter(kind) ?? .usual) }
        return RunList(all.filter { $0.run == number }, .all)
    }

    private func sayFolded(_ list: RunList) {
        guard list.folded > 0 else { return }
        Terminal.writeError(
            "left out: \(several(Int64(list.folded), "run")) of marks of people's work "
                + "(--kind work)")
    }

    private func show(_ runs: [RunRecord], _ files: [FileRecord]) {
        for record in runs {
            say(
                Terminal.bold("Run \(record.run)")
                    + " recorded \(record.recordedAt), observed \(record.observedAt)"
                    + (record.dumpLabel.map { ", dump \(printable($0.string))" } ?? "")
                    + Self.words(record))
            let own = files.filter { $0.run == record.run }
            if !own.isEmpty { show(own) }
            if digests { show(digestsOf: record, own) }
        }
    }

    private func show(digestsOf record: RunRecord, _ files: [FileRecord]) {
        for file in files {
            guard let version = file.version else { continue }
            let words = printable(version.words)
            print(Terminal.grey("\(printable(file.name)) \(file.digest), \(words)"))
        }
        print(Terminal.grey("history \(record.historyDigest)"))
    }

    private static func words(_ record: RunRecord) -> String {
        switch record.observedOrigin {
        case .insight: ", made insights"
        case .verdict: ", recorded a verdict"
        case .work: ", recorded marks of work"
        case .reclean: ", read stored records again"
        case .reread: ", read stored texts again, by \(Lexicon.named(record.reader ?? 0))"
        case .enrichment: ", stored what a model read"
        case .prune: ", removed the bytes of old records"
        default:
            ", complete: \(record.completeness.rawValue), deleted " + grouped(record.deleted)
        }
    }

    private func show(_ files: [FileRecord]) {
        var table = Table([
            "file": .left, "found": .right, "inserted": .right, "updated": .right,
            "unchanged": .right, "copies": .right, "shadowed": .right, "late": .right,
            "rejected": .right, "balance": .left,
        ])
        for file in files {
            let balance = file.balance
            table.add(
                [printable(file.name)]
                    + [
                        balance.found, balance.inserted, balance.updated, balance.unchanged,
                        balance.copies, balance.shadowed, balance.late, balance.rejected,
                    ].map(grouped) + [balance.holds ? "holds" : "BROKEN"])
        }
        table.show()
    }
}
