import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import ArgumentParser

/// `backup`: writes one committed state of a store to a new file.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Back the store up to a new file, while runs go on.",
        discussion: """
            The file is a SQLite store of one committed state, audited before it gets its name: \
            other commands read it as it is, and 'restore' takes it. A SQLite store is copied with \
            all its tables, whatever its schema; a Postgres store row by row, with its history and \
            digests, without API keys, jobs and failed attempts.
            """)

    @Argument(help: "The file to write; it must not exist.")
    var file: String
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Leave the audit to 'restore', or to 'audit --store FILE'.")
    var withoutAudit = false

    func run() throws {
        let bar = ProgressBar(isQuiet: output.json)
        defer { bar.finish() }
        let source = try store.location.openForBackup()
        let interrupts = Interrupts(source.interruption)
        defer { interrupts.stop() }
        let report = try backupStore(source, to: file, audits: !withoutAudit) { done, count in
            if interrupts.isInterrupted() { throw StoreFault.interrupted }
            bar.show("backup", Int(done), of: Int(count))
        }
        bar.finish()
        if output.json { return Terminal.write(json: [report.json]) }
        print(
            "Backed up \(several(report.runs, "run")) to \(printable(file))"
                + (report.bytes.map { ", \(several($0, "byte"))" } ?? "") + report.ending)
    }
}

/// `restore`: makes a store from a backup.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restore a backup into an empty store, and audit it.",
        discussion: """
            Into a SQLite file that does not exist yet all tables come back, and the schema is \
            brought up to this program's. Into an empty store of another kind, or an empty file \
            that exists, the history comes back with every digest, without API keys, jobs and \
            failed attempts. Nothing is left of a restore that fails.
            """)

    @Argument(help: "The backup: a file of 'backup', or any SQLite store.")
    var file: String
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let bar = ProgressBar(isQuiet: output.json)
        defer { bar.finish() }
        let location = store.location
        let report: BackupReport
        if location.isFile, NewStore(location) != nil {
            report = try restoreStore(from: file, toFile: location.path) { done, count in
                bar.show("restore", Int(done), of: Int(count))
            }
        } else {
            report = try restoreStore(from: file, into: location.openForWriting()) { done, count in
                bar.show("restore", done, of: count)
            }
        }
        bar.finish()
        if output.json { return Terminal.write(json: [report.json]) }
        print("Restored \(several(report.runs, "run"))" + report.ending)
    }
}

extension BackupReport {
    fileprivate var ending: String {
        isAudited
            ? (historyDigest.map { ", history \($0): the audit holds." } ?? ": the audit holds.")
            : ", not audited."
    }
}

extension Failure {
    static func failure(_ fault: BackupFault) -> Failure {
        switch fault {
        case .targetExists(let path):
            Failure(.usage, "\(path) is there already; a backup or a store is never replaced")
        case .storeNotEmpty: Failure(.usage, "the store to restore into is not empty")
        case .broken(let finding):
            Failure(
                .check,
                "the copy does not hold: \(finding.table): \(finding.what). Nothing was written; "
                    + "'afterword audit' checks the original")
        }
    }
}
