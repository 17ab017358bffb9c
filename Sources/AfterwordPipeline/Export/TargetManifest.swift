import AfterwordCore

/// The manifest of a target as it was last read or written there. It is written only in place of
/// what was read: what other exports have added meanwhile stays, and has to fit.
struct TargetManifest {
    private let target: any ExportTarget
    private let options: ExportOptions
    /// The names of all tables.
    private let names: [String]
    /// The store's runs that are exported.
    private let runs: [RunRecord]
    /// What the store is known by.
    private let origin: ExportManifest.Origin?
    private(set) var list: ExportManifest
    /// That of the file that was read; nil where there was none.
    private var mark: String?
    /// Whether files are written: from then on the target's tables and columns must stay.
    private var isKept = false

    /// How often a file is written again because of others who write.
    static let tries = 20

    /// Reads the manifest, and checks that the export goes on as it was begun.
    ///
    /// - Parameter runs: The store's runs that are exported.
    /// - Throws: `ExportFault`, and what the target throws.
    init(
        _ target: any ExportTarget, _ options: ExportOptions, _ reader: any RunTableReader,
        _ runs: [RunRecord]
    ) throws {
        let names = reader.runTables(columns: reader.newestColumns).map(\.name)
        for name in options.tables ?? [] where !names.contains(name) {
            throw ExportFault.noSuchTable(name, names: names)
        }
        (self.target, self.options, self.names, self.runs) = (target, options, names, runs)
        origin = runs.min { $0.run < $1.run }.map { first in
            ExportManifest.Origin(
                run: first.run, recordedAt: first.recordedAt, historyDigest: first.historyDigest)
        }
        list = ExportManifest(
            format: options.format, guardsFormulas: options.guardsFormulas,
            tables: Self.wanted(options, names) ?? names, columns: reader.newestColumns)
        list.origin = origin
        let file = try target.read(ExportManifest.name)
        if let file { try take(file) }
    }

    /// The tables that are asked for; nil for those of the target.
    private static func wanted(_ options: ExportOptions, _ names: [String]) -> [String]? {
        // The ledger says which runs there are: it is always exported.
        options.tables.map { tables in names.filter { tables.contains($0) || $0 == "runs" } }
    }

    /// The runs that are named.
    var held: [Int64] { list.runs.map(\.run) }

    /// The store's runs that are not named.
    var missing: [RunRecord] {
        let held = Set(held)
        return runs.filter { !held.contains($0.run) }
    }

    func names(_ run: Int64) -> Bool { list.runs.contains { $0.run == run } }

    /// Reads what others have written meanwhile.
    ///
    /// - Throws: `ExportFault`, and what the target throws.
    mutating func renew() throws {
        guard let file = try target.read(ExportManifest.name) else {
            (list.runs, mark) = ([], nil)
            return
        }
        if file.mark.isEmpty || file.mark != mark { try take(file) }
    }

    /// Makes the target this store's before files are written: a new one gets a manifest without
    /// runs. An export of another store finds it, and writes nothing.
    ///
    /// - Throws: `ExportFault`, and what the target throws.
    mutating func claim() throws {
        for _ in 1...Self.tries {
            try renew()
            isKept = mark != nil
            if isKept { return }
            mark = try target.replace(nil, with: list.json, at: ExportManifest.name)
        }
        throw ExportFault.underWay
    }

    /// Names a run whose files were written.
    ///
    /// - Returns: Whether it is named with these files. Not where another export has written it
    ///   otherwise meanwhile: then it is named no more, and its files have to be written again.
    /// - Throws: `ExportFault`, and what the target throws.
    mutating func add(_ run: ExportManifest.Run) throws -> Bool {
        for _ in 1...Self.tries {
            var next = list
            if let there = next.runs.first(where: { $0.run == run.run }) {
                guard there != run else { return true }
                next.runs.removeAll { $0.run == run.run }
            } else {
                next.runs.append(run)
                next.runs.sort { $0.run < $1.run }
            }
            if let written = try target.replace(mark, with: next.json, at: ExportManifest.name) {
                (list, mark) = (next, written)
                return names(run.run)
            }
            try renew()
        }
        throw ExportFault.underWay
    }

    /// Takes what lies at the target, where it fits.
    private mutating func take(_ file: TargetFile) throws {
        let there = try ExportManifest(file.bytes)
        guard there.format == options.format else {
            throw ExportFault.otherExport(what: "format", there: there.format.rawValue)
        }
        guard there.format != .csv || there.guardsFormulas == options.guardsFormulas else {
            throw ExportFault.otherExport(
                what: "formulas", there: there.guardsFormulas ? "guarded" : "as they are")
        }
        let tables: [String]? = isKept ? list.tables : Self.wanted(options, names)
        guard tables == nil || tables == there.tables else {
            throw ExportFault.otherExport(
                what: "tables", there: there.tables.joined(separator: ","))
        }
        guard !isKept || list.columns == there.columns else {
            throw ExportFault.otherExport(what: "columns", there: "\(there.columns)")
        }
        if let begun = there.origin, let origin, begun != origin {
            throw ExportFault.otherStore(run: begun.run)
        }
        try requireRuns(there.runs)
        (list, mark) = (there, file.mark)
    }

    /// - Throws: `ExportFault.otherStore` where a run is another than the store's.
    private func requireRuns(_ named: [ExportManifest.Run]) throws(ExportFault) {
        let own = Dictionary(runs.map { ($0.run, $0) }) { $1 }
        for held in named {
            guard let own = own[held.run] else { continue }
            guard own.historyDigest == held.historyDigest, own.recordedAt == held.recordedAt else {
                throw .otherStore(run: held.run)
            }
        }
    }
}
