package import AfterwordCore

/// The list of what an export holds, `manifest.json` in its target: a run counts as exported once
/// it is named here.
package struct ExportManifest: Equatable, Sendable {
    /// A file of a table, with what it must hold.
    package struct File: Equatable, Sendable {
        package var table: String
        /// From the target's root on.
        package var path: String
        package var rows: Int64
        package var bytes: Int64
        package var digest: Digest256
    }

    /// A run that is there, with its files and what it was in the store.
    package struct Run: Equatable, Sendable {
        package var run: Int64
        package var recordedAt: Instant
        package var historyDigest: Digest256
        package var files: [File]
    }

    /// What the first run of a store was: by it the store is known.
    package struct Origin: Equatable, Sendable {
        package var run: Int64
        package var recordedAt: Instant
        package var historyDigest: Digest256
    }

    package var format: ExportFormat
    package var guardsFormulas: Bool
    package var tables: [String]
    /// The version of the tables' columns, which a target keeps.
    package var columns: Int64
    /// The store that the target is of; nil where an earlier version of this program began it.
    package var origin: Origin?
    package var runs: [Run] = []

    static let name = "manifest.json"
    private static let version: Int64 = 1
    /// The columns of an export that does not say which.
    private static let firstColumns: Int64 = 4

    init(format: ExportFormat, guardsFormulas: Bool, tables: [String], columns: Int64) {
        self.format = format
        self.guardsFormulas = guardsFormulas
        self.tables = tables
        self.columns = columns
    }

    /// The manifest as JSON, a line.
    package var json: [UInt8] {
        let store = origin.map { Self.json($0) } ?? .null
        let value = JSONValue.row([
            "afterword_export": JSONValue(Self.version), "format": .string(format.rawValue),
            "guards_formulas": .bool(guardsFormulas),
            "tables": .array(tables.map { .string($0) }), "columns": JSONValue(columns),
            "store": store,
            "runs": .array(
                runs.map { run in
                    .row([
                        "run": JSONValue(run.run),
                        "recorded_at_us": JSONValue(run.recordedAt.microseconds),
                        "history_digest": .string("\(run.historyDigest)"),
                        "files": .array(run.files.map(Self.json)),
                    ])
                }),
        ])
        return Array((value.canonical + "\n").utf8)
    }

    private static func json(_ origin: Origin) -> JSONValue {
        .row([
            "first_run": JSONValue(origin.run),
            "recorded_at_us": JSONValue(origin.recordedAt.microseconds),
            "history_digest": .string("\(origin.historyDigest)"),
        ])
    }

    private static func json(_ file: File) -> JSONValue {
        .row([
            "table": .string(file.table), "path": .string(file.path),
            "rows": JSONValue(file.rows), "bytes": JSONValue(file.bytes),
            "sha256": .string("\(file.digest)"),
        ])
    }

    /// - Throws: `ExportFault.badManifest`.
    package init(_ bytes: [UInt8]) throws(ExportFault) {
        guard let value = try? JSONValue(parsing: bytes),
            value["afterword_export"]?.integer == Self.version,
            let format = value["format"]?.text.flatMap(ExportFormat.init),
            let tables = value["tables"]?.elements?.compactMap(\.text),
            let runs = value["runs"]?.elements
        else { throw .badManifest }
        self.init(
            format: format, guardsFormulas: value["guards_formulas"] == .bool(true),
            tables: tables, columns: value["columns"]?.integer ?? Self.firstColumns)
        if let store = value["store"], store != .null { origin = try Self.origin(store) }
        for run in runs {
            guard let number = run["run"]?.integer, let recorded = run["recorded_at_us"]?.integer,
                let digest = Self.digest(run["history_digest"]),
                let files = run["files"]?.elements
            else { throw .badManifest }
            var own = Run(
                run: number, recordedAt: Instant(microseconds: recorded), historyDigest: digest,
                files: [])
            for file in files { own.files.append(try Self.file(file)) }
            self.runs.append(own)
        }
    }

    private static func origin(_ value: JSONValue) throws(ExportFault) -> Origin {
        guard let run = value["first_run"]?.integer,
            let recorded = value["recorded_at_us"]?.integer,
            let digest = digest(value["history_digest"])
        else { throw .badManifest }
        return Origin(
            run: run, recordedAt: Instant(microseconds: recorded), historyDigest: digest)
    }

    private static func file(_ value: JSONValue) throws(ExportFault) -> File {
        guard let table = value["table"]?.text, let path = value["path"]?.text,
            let rows = value["rows"]?.integer, let bytes = value["bytes"]?.integer,
            let digest = digest(value["sha256"])
        else { throw .badManifest }
        return File(table: table, path: path, rows: rows, bytes: bytes, digest: digest)
    }

    private static func digest(_ value: JSONValue?) -> Digest256? {
        guard let text = value?.text, let bytes = hexadecimalBytes(text.utf8), bytes.count == 32
        else { return nil }
        return Digest256(bytes)
    }
}
