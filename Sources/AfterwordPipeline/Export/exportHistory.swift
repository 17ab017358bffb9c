import AfterwordCore
import Foundation

/// Exports the rows of all runs that the target does not hold yet, run by run: each table has one
/// file a run, `TABLE/run=000003/part-0.parquet`, and the manifest names the run once its files are
/// there. The first run has a file of each table, also without rows, so that each table's columns
/// are known. The same store gives the same bytes, whenever an export was ended and begun again.
/// Where another export to the target is under way, this one waits and goes on from it.
///
/// - Parameter progress: Called after each run with its place among those exported now.
/// - Throws: `ExportFault`, `OutputFault`, `StoreFault`, and what the target throws.
package func exportHistory(
    _ reader: any StoreReader, to target: any ExportTarget, _ options: ExportOptions,
    parquet: ParquetProgram? = nil, progress: (_ done: Int, _ of: Int) throws -> Void = { _, _ in }
) throws -> ExportReport {
    guard let rows = reader as? any RunTableReader else { throw ExportFault.notReadable }
    let runs = try reader.runs().filter { $0.run <= options.upTo ?? .max }
    func openTarget() throws -> ExportManifest {
        let manifest = try openManifest(target, options, rows)
        try manifest.requireRuns(of: runs)
        return manifest
    }
    var manifest = try openTarget()
    guard !manifest.lacks(runs).isEmpty else {
        return ExportReport(held: manifest.runs.map(\.run))
    }
    let encoder = try parquet ?? makeEncoder(options)
    let hold = try target.hold(isInterrupted: options.isInterrupted)
    defer { withExtendedLifetime(hold) {} }
    // What another export has written meanwhile is not written again.
    manifest = try openTarget()
    var report = ExportReport(held: manifest.runs.map(\.run))
    let missing = manifest.lacks(runs)
    guard !missing.isEmpty else { return report }
    let tables = rows.runTables(columns: manifest.columns)
        .filter { manifest.tables.contains($0.name) }
    for (place, run) in missing.enumerated() {
        var own = ExportManifest.Run(
            run: run.run, recordedAt: run.recordedAt, historyDigest: run.historyDigest, files: [])
        for table in tables {
            let file = try exportTable(
                rows, table, TableFile(target, encoder, options, isFirst: manifest.runs.isEmpty),
                run: run.run)
            if let file { own.files.append(file) }
        }
        manifest.runs.append(own)
        manifest.runs.sort { $0.run < $1.run }
        try target.write(manifest.json, to: ExportManifest.name)
        report.add(own)
        try progress(place + 1, missing.count)
    }
    return report
}

extension ExportReport {
    fileprivate mutating func add(_ run: ExportManifest.Run) {
        runs.append(run.run)
        files += run.files.count
        rows += run.files.reduce(0) { $0 + $1.rows }
        bytes += run.files.reduce(0) { $0 + $1.bytes }
    }
}

extension ExportManifest {
    /// Those of the runs that are not named.
    fileprivate func lacks(_ runs: [RunRecord]) -> [RunRecord] {
        let held = Set(self.runs.map(\.run))
        return runs.filter { !held.contains($0.run) }
    }

    /// - Throws: `ExportFault.otherStore` where a run is another than the one that is named.
    fileprivate func requireRuns(of store: [RunRecord]) throws(ExportFault) {
        let known = Dictionary(store.map { ($0.run, $0) }) { $1 }
        for held in runs {
            guard let own = known[held.run] else { continue }
            guard own.historyDigest == held.historyDigest, own.recordedAt == held.recordedAt else {
                throw .otherStore(run: held.run)
            }
        }
    }
}

/// The target's manifest, or a new one; checks that the export goes on as it was begun.
private func openManifest(
    _ target: any ExportTarget, _ options: ExportOptions, _ reader: any RunTableReader
) throws -> ExportManifest {
    let names = reader.runTables(columns: reader.newestColumns).map(\.name)
    for name in options.tables ?? [] where !names.contains(name) {
        throw ExportFault.noSuchTable(name, names: names)
    }
    // The ledger says which runs there are: it is always exported.
    let wanted = options.tables.map { tables in
        names.filter { tables.contains($0) || $0 == "runs" }
    }
    guard let bytes = try target.read(ExportManifest.name) else {
        return ExportManifest(
            format: options.format, guardsFormulas: options.guardsFormulas,
            tables: wanted ?? names, columns: reader.newestColumns)
    }
    let manifest = try ExportManifest(bytes)
    guard manifest.format == options.format else {
        throw ExportFault.otherExport(what: "format", there: manifest.format.rawValue)
    }
    guard manifest.format != .csv || manifest.guardsFormulas == options.guardsFormulas else {
        throw ExportFault.otherExport(
            what: "formulas", there: manifest.guardsFormulas ? "guarded" : "as they are")
    }
    guard wanted == nil || wanted == manifest.tables else {
        throw ExportFault.otherExport(
            what: "tables", there: manifest.tables.joined(separator: ","))
    }
    return manifest
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
    var isFirst: Bool

    init(
        _ target: any ExportTarget, _ encoder: any TableEncoder, _ options: ExportOptions,
        isFirst: Bool
    ) {
        self.target = target
        self.encoder = encoder
        self.options = options
        self.isFirst = isFirst
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
