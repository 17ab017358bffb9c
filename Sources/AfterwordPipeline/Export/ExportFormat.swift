/// How an export writes its tables.
package enum ExportFormat: String, CaseIterable, Sendable {
    /// Written by another program, which takes Arrow streams (`ParquetProgram`).
    case parquet
    case csv
    /// JSON Lines.
    case jsonl
    /// Arrow's IPC files.
    case arrow
}

/// What a caller of an export may choose.
package struct ExportOptions: Sendable {
    package var format: ExportFormat
    /// The tables by their names; nil for those that the target has, of a new target all.
    package var tables: [String]?
    /// Whether CSV is written so that no spreadsheet takes a text for a formula.
    package var guardsFormulas = true
    /// The newest run that is exported; nil for the store's.
    package var upTo: Int64?
    /// Greatest number of rows that are held.
    package var batchRows = 8192
    /// Whether the user ends the export: asked while it waits for another one.
    package var isInterrupted: @Sendable () -> Bool = { false }
    /// The program that writes Parquet, with its arguments.
    package var parquetCommand: [String] = []

    package init(format: ExportFormat) { self.format = format }
}

/// What an export did.
package struct ExportReport: Equatable, Sendable {
    /// The runs that were written now.
    package var runs: [Int64] = []
    /// The runs that the target had before.
    package var held: [Int64] = []
    package var files = 0
    package var rows: Int64 = 0
    package var bytes: Int64 = 0
}

/// Why nothing, or no more, is exported.
package enum ExportFault: Error, Equatable, Sendable {
    case noSuchTable(String, names: [String])
    /// The store cannot be read run by run.
    case notReadable
    /// What lies at the target was exported in another way.
    case otherExport(what: String, there: String)
    /// A run of the target is not the store's run of that number.
    case otherStore(run: Int64)
    /// A link stands in place of this folder below the target.
    case linked(String)
    /// The file with this name is not one of this program.
    case badManifest
    /// Another export to the target did not end in the time that this one waits, or wrote
    /// otherwise whatever this one wrote.
    case underWay
    /// The program that writes Parquet cannot be started, or ended; its reason.
    case writerFailed(String)
    /// The runs were exported, and their tables could not be committed to Delta; the reason.
    case commitFailed(String)
    /// The same, and a repeat fails again: credentials, or a place that cannot be.
    case commitRefused(String)

    /// Whether the same export may succeed later.
    package var isRetryable: Bool {
        switch self {
        case .writerFailed, .commitFailed, .underWay: true
        default: false
        }
    }

    package var words: String {
        switch self {
        case .noSuchTable(let name, let names):
            "there is no table \(name): \(names.joined(separator: ", "))"
        case .notReadable: "this store cannot be exported"
        case .otherExport(let what, let there):
            "the target holds an export with the \(what) \(there); export there with the same, or "
                + "to another place"
        case .otherStore(let run):
            "the target holds another run \(run) than this store: it is the export of another store"
        case .linked(let path):
            "\(path) is a link: an export writes only into folders of its own, so that no other "
                + "files are replaced"
        case .badManifest: "manifest.json at the target is not of an export of this program"
        case .underWay: "another export to the target is under way, and does not end"
        case .writerFailed(let reason): "Parquet could not be written: \(reason)"
        case .commitFailed(let reason), .commitRefused(let reason):
            "the export is there, but its runs could not be committed to Delta: \(reason)"
        }
    }
}
