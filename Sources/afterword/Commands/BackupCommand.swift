import AfterwordCore
import AfterwordObjects
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
            digests, without API keys, jobs and failed attempts. For s3://BUCKET/NAME the file is \
            made and audited in TMPDIR, then sent: the object is there whole, or not at all.
            """)

    @Argument(help: "The file to write, or s3://BUCKET/NAME; it must not exist.")
    var file: String
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Leave the audit to 'restore', or to 'audit --store FILE'.")
    var withoutAudit = false

    func validate() throws {
        guard file != "-" else {
            throw ValidationError("a backup is a file, not standard output: name one")
        }
        try checkBackupName(file)
    }

    func run() throws {
        try saying(ofInterruption: "no backup was written") { try backup() }
    }

    private func backup() throws {
        let bar = ProgressBar(isQuiet: output.json)
        defer { bar.finish() }
        let object = try ObjectFile(file)
        try object?.requireNew()
        try object?.requireWritable()
        let source = try store.location.openForBackup()
        let interrupts = Interrupts(source.interruption)
        defer { interrupts.stop() }
        func write(to path: String) throws -> BackupReport {
            try backupStore(source, to: path, audits: !withoutAudit) { done, count in
                if interrupts.isInterrupted() { throw StoreFault.interrupted }
                bar.show("backup", Int(done), of: Int(count))
            }
        }
        let report: BackupReport
        if let object {
            report = try withTemporaryFile(named: "backup") { path in
                let report = try write(to: path)
                try object.upload(file: path, byteCount: report.bytes ?? 0) { done, count in
                    bar.show("upload", Int(done), of: Int(count))
                }
                return report
            }
        } else {
            report = try write(to: file)
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
            failed attempts. Nothing is left of a restore that fails. An object is got into \
            TMPDIR first.
            """)

    @Argument(help: "The backup: a file of 'backup', s3://BUCKET/NAME, or any SQLite store.")
    var file: String
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { try checkBackupName(file) }

    func run() throws {
        try saying(ofInterruption: "nothing was restored") { try restore() }
    }

    private func restore() throws {
        let bar = ProgressBar(isQuiet: output.json)
        defer { bar.finish() }
        let report: BackupReport
        if let object = try ObjectFile(file) {
            report = try withTemporaryFile(named: "backup") { path in
                try object.download(toFile: path) { done, count in
                    bar.show("download", Int(done), of: Int(count))
                }
                do {
                    return try restore(from: path, bar)
                } catch BackupFault.unusable(path, let fault) {
                    // The temporary file is gone; what is wrong with it is wrong with the object.
                    throw BackupFault.unusable(file, fault)
                }
            }
        } else {
            report = try restore(from: file, bar)
        }
        bar.finish()
        if output.json { return Terminal.write(json: [report.json]) }
        print("Restored \(several(report.runs, "run"))" + report.ending)
    }

    private func restore(from file: String, _ bar: ProgressBar) throws -> BackupReport {
        let location = store.location
        if location.isFile, NewStore(location) != nil {
            return try restoreStore(from: file, toFile: location.path) { done, count in
                bar.show("restore", Int(done), of: Int(count))
            }
        }
        // Before the store is made.
        _ = try SQLiteStore.backup(path: file)
        return try restoreStore(from: file, into: location.openForRestore()) { done, count in
            bar.show("restore", done, of: count)
        }
    }
}

/// Refuses the address of a server as a backup. It is not repeated: it may hold a password.
private func checkBackupName(_ file: String) throws {
    guard ObjectAddress.isMeant(by: file) || WrittenStore(file).isFile else {
        throw ValidationError(
            "a backup is a file or s3://BUCKET/NAME, not an address of a server: 'copy' copies one "
                + "store to another")
    }
}

extension BackupReport {
    fileprivate var ending: String {
        if isOlder {
            return ", not audited: its schema is older than this program's; 'restore' brings it up "
                + "to date and audits it."
        }
        guard isAudited else { return ", not audited." }
        return historyDigest.map { ", history \($0): the audit holds." } ?? ": the audit holds."
    }
}

extension Failure {
    static func failure(_ fault: BackupFault) -> Failure {
        switch fault {
        case .targetExists(let path):
            Failure(.usage, "\(path) is there already; a backup or a store is never replaced")
        case .logBeside(let path):
            Failure(
                .usage,
                "\(printable(path)) is there, left by a program that was killed: SQLite would take "
                    + "it for the new file's own. Nothing was written. If its database is gone for "
                    + "good, move it away with any -wal, -shm and -journal of that name; else name "
                    + "another file")
        case .unusable(let path, let fault): unusable(path, fault)
        case .storeNotEmpty: Failure(.usage, "the store to restore into is not empty")
        case .broken(let finding):
            Failure(
                .check,
                "the copy does not hold: \(finding.table): \(finding.what). Nothing was written; "
                    + "'afterword audit' checks the original")
        }
    }

    private static func unusable(_ path: String, _ fault: BackupFileFault) -> Failure {
        var failure = Failure(fault.isUsage ? .usage : .store, printable(path) + fault.words)
        failure.isRetryable = false
        return failure
    }
}

extension BackupFileFault {
    fileprivate var isUsage: Bool {
        switch self {
        case .missing, .irregular: true
        default: false
        }
    }

    fileprivate var words: String {
        let what =
            switch self {
            case .missing: ": there is no such file"
            case .irregular(let kind): " is \(kind.words), not a backup"
            case .empty: " is empty: it is no backup"
            case .noDatabase: " is no SQLite database, and so no backup"
            case .cut: " is cut off: it is shorter than its pages. Copy it again"
            case .noStore: " is a SQLite database without the tables of a store"
            case .unreadable(let reason): " cannot be opened: \(printable(reason))"
            }
        return what + "; nothing was restored"
    }
}
