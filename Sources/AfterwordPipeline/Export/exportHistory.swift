import AfterwordCore
import Foundation

/// Exports the rows of all runs that the target does not hold yet, run by run: each table has one
/// file a run, `TABLE/run=000003/part-0.parquet`, and the manifest names the run once its files are
/// there. Before any file, a new target gets a manifest that names the store alone. The first run
/// has a file of each table, also without rows, so that each table's columns are known. The same
/// store gives the same bytes, whenever an export was ended and begun again. Where another export
/// to the target is under way, this one waits and goes on from it.
///
/// - Parameter progress: Called after each run with its place among those exported now.
/// - Throws: `ExportFault`, `OutputFault`, `StoreFault`, and what the target throws.
package func exportHistory(
    _ reader: any StoreReader, to target: any ExportTarget, _ options: ExportOptions,
    parquet: ParquetProgram? = nil, progress: (_ done: Int, _ of: Int) throws -> Void = { _, _ in }
) throws -> ExportReport {
    guard let rows = reader as? any RunTableReader else { throw ExportFault.notReadable }
    let runs = try reader.runs().filter { $0.run <= options.upTo ?? .max }
    var manifest = try TargetManifest(target, options, rows, runs)
    try target.requireOwn(manifest.list.tables)
    guard !manifest.missing.isEmpty else { return ExportReport(held: manifest.held) }
    let encoder = try parquet ?? makeEncoder(options)
    let hold = try target.hold(isInterrupted: options.isInterrupted)
    defer { withExtendedLifetime(hold) {} }
    // What another export has written meanwhile is not written again.
    try manifest.claim()
    var report = ExportReport(held: manifest.held)
    let missing = manifest.missing
    let tables = rows.runTables(columns: manifest.list.columns)
        .filter { manifest.list.tables.contains($0.name) }
    for (place, run) in missing.enumerated() {
        let file = TableFile(target, encoder, options)
        if let own = try exportRun(run, of: rows, tables, file, &manifest) {
            report.add(own)
        } else {
            report.held.append(run.run)
        }
        try progress(place + 1, missing.count)
    }
    return report
}

/// Writes the files of a run, and names it.
///
/// - Returns: Nil where another export has named it meanwhile.
private func exportRun(
    _ run: RunRecord, of reader: any RunTableReader, _ tables: [RunTable], _ file: TableFile,
    _ manifest: inout TargetManifest
) throws -> ExportManifest.Run? {
    for _ in 1...TargetManifest.tries {
        try manifest.renew()
        guard !manifest.names(run.run) else { return nil }
        var file = file
        file.isFirst = manifest.list.runs.allSatisfy { $0.run > run.run }
        var own = ExportManifest.Run(
            run: run.run, recordedAt: run.recordedAt, historyDigest: run.historyDigest, files: [])
        for table in tables {
            let written = try exportTable(reader, table, file, run: run.run)
            if let written { own.files.append(written) }
        }
        if try manifest.add(own) { return own }
    }
    throw ExportFault.underWay
}

extension ExportReport {
    fileprivate mutating func add(_ run: ExportManifest.Run) {
        runs.append(run.run)
        files += run.files.count
        rows += run.files.reduce(0) { $0 + $1.rows }
        bytes += run.files.reduce(0) { $0 + $1.bytes }
    }
}

private func makeEncoder(_ options: ExportOptions) throws -> any TableEncoder {
    switch options.format {
    case .parquet: try ParquetProgram(options.parquetCommand)
    case .csv: TextEncoder(isCSV: true, guardsFormulas: options.guardsFormulas)
    case .jsonl: TextEncoder(isCSV: false, guardsFormulas: false)
    case .arrow: ArrowFileEncoder()
    }
}

/// Where and how the files of tables are written.
private struct TableFile {
    var target: any ExportTarget
    var encoder: any TableEncoder
    var options: ExportOptions
    /// Whether a table without rows has a file.
    var isFirst = false

    init(_ target: any ExportTarget, _ encoder: any TableEncoder, _ options: ExportOptions) {
        self.target = target
        self.encoder = encoder
        self.options = options
    }
}

/// Writes the rows that a run added to a table.
///
/// - Returns: Its file; nil where the run added no row.
private func exportTable(
    _ reader: any RunTableReader, _ table: RunTable, _ file: TableFile, run: Int64
) throws -> ExportManifest.File? {
    let number = String(run)
    let folder = "run=" + String(repeating: "0", count: max(6 - number.count, 0)) + number
    let name = "\(table.name)/\(folder)/part-0.\(file.options.format.rawValue)"
    var path: String?
    var rows: Int64 = 0
    func begin() throws {
        guard path == nil else { return }
        let begun = try file.target.begin(name)
        path = begun
        try file.encoder.begin(table, at: begun)
    }
    do {
        if file.isFirst { try begin() }
        try reader.forEachBatch(of: table, run: run, rows: file.options.batchRows) { batch in
            try begin()
            try file.encoder.add(batch)
            rows += Int64(batch.rowCount)
        }
        guard let path else { return nil }
        try file.encoder.end()
        let (bytes, digest) = try contents(of: path)
        try file.target.commit(path, as: name)
        return ExportManifest.File(
            table: table.name, path: name, rows: rows, bytes: bytes, digest: digest)
    } catch {
        if let path { file.target.discard(path) }
        throw error
    }
}

/// The size and the SHA-256 of a file.
private func contents(of path: String) throws -> (bytes: Int64, digest: Digest256) {
    guard let file = FileHandle(forReadingAtPath: path) else {
        throw OutputFault(path: path, number: ENOENT)
    }
    var (bytes, digest): (Int64, StreamDigest) = (0, StreamDigest())
    while let slab = try file.read(upToCount: 1 << 20), !slab.isEmpty {
        bytes += Int64(slab.count)
        digest.add(Array(slab)[...])
    }
    return (bytes, digest.finish())
}
