package import AfterwordCore

/// Which rejects are replayed.
package struct ReplaySelection: Sendable {
    /// The run that rejected them.
    package var run: Int64
    /// Only rejects with this reason; nil for all.
    package var reason: RejectReason?
    /// Only rejects of the file of this name; nil for all.
    package var file: String?

    package init(run: Int64, reason: RejectReason? = nil, file: String? = nil) {
        self.run = run
        self.reason = reason
        self.file = file
    }

    func takes(_ row: RejectRow) -> Bool {
        row.run == run && (reason == nil || row.reason == reason)
            && (file == nil || row.file == file)
    }
}

/// Why a replay has nothing to do.
package enum ReplayFault: Error, Equatable, Sendable {
    case noSuchRun(Int64)
    case noRejects(run: Int64)
}

/// Loads the rejects of a run again, after a fix: with a better shape, or without strict mode.
///
/// The replay is a run of its own with the `observed_at` of the first run and its own balance. It
/// never deletes; the first run's balance and rejects stay as they are. Short texts are numbered
/// together with the records that their product had as of the first run, so that the store ends up
/// as if the fixed dump had been loaded at once.
///
/// - Throws: `ReplayFault` where there is nothing to replay; otherwise as `loadDump`.
package func replayRejects(
    _ selection: ReplaySelection, of store: any ReviewStore, options: LoadOptions,
    surroundings: LoadSurroundings
) throws -> LoadReport {
    let (run, rejects, shapes, identity) = try store.read { reader in
        (
            try reader.runs().first { $0.run == selection.run },
            try reader.rejects().filter(selection.takes), try reader.shapes(),
            try IdentityRules(of: reader)
        )
    }
    guard let run else { throw ReplayFault.noSuchRun(selection.run) }
    guard !rejects.isEmpty else { throw ReplayFault.noRejects(run: selection.run) }
    var options = options
    options.isReplay = true
    options.observedAt = run.observedAt
    options.completeness = .none
    options.hasGuards = false
    let workers = WorkerPool(threads: options.threads)
    let dump = Dump(name: "rejects of run \(run.run)", files: [])
    var rules = ReadingRules(observedAt: run.observedAt)
    rules.identity = identity
    func read() throws -> Replay {
        var replay = Replay(
            dump: dump, options: options, rules: rules, shapes: shapes, workers: workers)
        let files = Dictionary(grouping: rejects, by: \.file)
        for (file, rows) in files.sorted(by: { $0.key < $1.key }) {
            try replay.scan(rows.sorted { $0.offset < $1.offset }, of: file)
        }
        return replay
    }
    var replay = try read()
    if replay.scanner.dumpIndex.files.contains(where: { $0.ambiguousDates > 0 }) {
        var vote = DateOrderVote()
        try vote.note(storedOf: replay.scanner.dumpIndex, store)
        rules.dateOrder = vote.decided
        replay = try read()
    }
    try store.read { try replay.addPlaceholders($0, asOf: run.run) }
    let dumpIndex = replay.scanner.dumpIndex
    let request = LoadRequest(
        dump: dump, store: store, options: options, surroundings: surroundings)
    return try attempt(request) { try apply(dumpIndex, request, $0, workers) }
}

/// Builds the `DumpIndex` of a replay from stored rejects.
private struct Replay {
    var scanner: DumpScanner
    let options: LoadOptions
    let rules: ReadingRules
    /// Shapes as last used, by name.
    let stored: [String: ShapeRow]

    init(
        dump: Dump, options: LoadOptions, rules: ReadingRules, shapes: [ShapeRow],
        workers: WorkerPool
    ) {
        scanner = DumpScanner(
            dump: dump, options: options, rules: rules, workers: workers, progress: { _ in })
        self.options = options
        self.rules = rules
        stored = Dictionary(shapes.map { ($0.name, $0) }) { $1 }
    }

    /// The single given shape; else the shape of that name as it is today, built-in or stored.
    private func shape(named name: String) -> Shape? {
        if options.shapes.count == 1 { return options.shapes[0] }
        if let builtIn = options.shapes.first(where: { $0.name == name }) { return builtIn }
        // A document that this program cannot read, from a newer one, counts as unknown.
        return stored[name].flatMap { row in
            do throws(ShapeFault) {
                return try Shape(parsing: Array(row.document.utf8)).withZones()
            } catch { return nil }
        }
    }

    /// Scans the rejects of one file, joined in order of their offsets.
    mutating func scan(_ rows: [RejectRow], of file: String) throws {
        let source = ByteSource(name: file, pieces: rows.map { ($0.payload, $0.offset) })
        let whole = rows.flatMap(\.payload)
        var shape = Set(rows.map(\.shape)).sorted().compactMap { self.shape(named: $0) }.first
        if shape == nil {
            let virtual = DumpFile(name: file, content: .memory(whole))
            if case .fits(let fitting) = try chooseShape(
                for: virtual, among: options.shapes, isStrict: options.isStrict)
            {
                shape = fitting
            }
        }
        var digest = StreamDigest()
        digest.add(whole[...])
        var cursor = FileCursor(
            scanner.dumpIndex.files.count, file, shape.map { RecordCleaner($0, rules, file: file) })
        cursor.record.byteCount = Int64(whole.count)
        cursor.record.digest = digest.finish()
        var offset: Int64 = 0
        let firstReject = scanner.dumpIndex.rejects.count
        for row in rows {
            try take(row, at: offset, in: &cursor)
            offset += Int64(row.payload.count)
        }
        try scanner.placeInSource(source, of: file, from: firstReject)
        cursor.record.unreadableFields = cursor.fields.unreadCount
        scanner.dumpIndex.files.append(
            IndexedFile(
                record: cursor.record, cleaner: cursor.cleaner, source: source,
                fields: cursor.fields))
    }

    /// A record with a context is cleaned as it is; any other reject is split again.
    ///
    /// - Parameter offset: Offset of the reject in the joined rejects of its file.
    private mutating func take(
        _ row: RejectRow, at offset: Int64, in cursor: inout FileCursor
    ) throws {
        if !row.context.isEmpty, cursor.cleaner != nil {
            try scanner.take(payload: row.payload, context: row.context, at: offset, in: &cursor)
            return
        }
        let plan = (cursor.cleaner ?? RecordCleaner(Shape.builtIn[0])).plan
        var splitter = RecordSplitter(plan, isStrict: options.isStrict)
        var isEmpty = true
        try splitter.feed(row.payload[...], isLast: true) { event, window, start in
            isEmpty = false
            cursor.offset = offset + start
            try scanner.take(event, in: window, of: &cursor)
        }
        // Bytes that hold no value stay rejected.
        guard isEmpty else { return }
        cursor.record.balance.found += 1
        cursor.record.balance.rejected += 1
    }

    /// Adds placeholder records: the short texts that the products had as of the run, so that the
    /// replayed ones are numbered together with them.
    func addPlaceholders(_ reader: any StoreReader, asOf run: Int64) throws {
        let dumpIndex = scanner.dumpIndex
        var placeholders: [String: Placeholders] = [:]
        for (product, indexed) in dumpIndex.products {
            let keys = Set(dumpIndex.candidates(of: indexed).map(\.identity).filter(\.isNumbered))
            guard !keys.isEmpty else { continue }
            let raw = Dictionary(
                try reader.raw(ofProduct: product).map { ($0.rawKey, $0) }
            ) { $1 }
            for review in try AsOfReader(reader, run: run).reviews(ofProduct: product)
            where review.isLive {
                guard let row = raw[review.rawKey], let shape = shape(named: row.shape) else {
                    continue
                }
                let cleaner = RecordCleaner(shape, rules)
                let cleaned = cleaner.clean(payload: row.payload, context: row.context)
                guard let identity = cleaner.identity(of: cleaned), keys.contains(identity)
                else { continue }
                placeholders[row.file, default: Placeholders(cleaner: cleaner)].records
                    .append((row, identity))
            }
        }
        for (file, own) in placeholders.sorted(by: { $0.key < $1.key }) {
            enter(own, file, dumpIndex)
        }
    }

    private struct Placeholders {
        var cleaner: RecordCleaner
        var records: [(row: RawRow, identity: Identity)] = []
    }

    private func enter(_ placeholders: Placeholders, _ file: String, _ dumpIndex: DumpIndex) {
        let place = dumpIndex.files.count
        let record = FileRecord(
            run: 0, name: file, byteCount: 0, digest: genesisDigest,
            shape: placeholders.cleaner.shape.name, balance: Balance(), nonstandardLiterals: 0)
        var offset: Int64 = 0
        for (row, identity) in placeholders.records {
            if dumpIndex.contexts[dumpIndex.contexts.count - 1] != row.context, !row.context.isEmpty
            {
                dumpIndex.contexts.append(row.context)
            }
            let candidate = Candidate(
                identity: identity, payload: row.record.payload, file: Int32(place),
                offset: offset, length: Int32(row.payload.count),
                context: row.context.isEmpty ? 0 : Int32(dumpIndex.contexts.count - 1))
            if let indexed = dumpIndex.products[row.productID] {
                dumpIndex.add(candidate, to: indexed)
            }
            offset += Int64(row.payload.count)
        }
        let source = ByteSource(
            name: file, pieces: placeholders.records.map { ($0.row.payload, $0.row.offset) })
        dumpIndex.files.append(
            IndexedFile(
                record: record, cleaner: placeholders.cleaner, source: source, isPlaceholder: true))
    }
}
