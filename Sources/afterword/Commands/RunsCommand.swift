import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `runs`: the ledger.
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Show the ledger: every run, with the balance of each of its files.")

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @Option(name: .customLong("run"), help: "Only this run.")
    var number: Int64?

    func run() throws {
        let (runs, files) = try store.read { reader in
            (
                try reader.runs().filter { number == nil || $0.run == number },
                try reader.files(ofRun: number)
            )
        }
        if output.json {
            return Terminal.write(
                json: runs.map { record in
                    RunWithFiles(run: record, files: files.filter { $0.run == record.run }).json
                })
        }
        for record in runs {
            print(
                Terminal.bold("Run \(record.run)")
                    + " recorded \(record.recordedAt), observed \(record.observedAt)"
                    + (record.observedOrigin == .insight
                        ? ", made insights"
                        : ", complete: \(record.completeness.rawValue), deleted "
                            + grouped(record.deleted)))
            print(Terminal.grey("history \(record.historyDigest)"))
            let own = files.filter { $0.run == record.run }
            if !own.isEmpty { show(own) }
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
                [cut(printable(file.name), to: 40)]
                    + [
                        balance.found, balance.inserted, balance.updated, balance.unchanged,
                        balance.copies, balance.shadowed, balance.late, balance.rejected,
                    ].map(grouped) + [balance.holds ? "holds" : "BROKEN"])
        }
        table.show()
    }
}
