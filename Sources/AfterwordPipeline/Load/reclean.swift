package import AfterwordCore

/// What a run that reads stored records again has changed.
package struct RecleanReport: Sendable {
    package var run: RunRecord
    /// Number of live reviews whose records were read again.
    package var read: Int64 = 0
    /// Number of reviews with a new version.
    package var restated: Int64 = 0
    /// Number of reviews in which a field changed.
    package var fields: [TrackedField: Int64] = [:]
    /// Number of reviews whose records identify them otherwise: from now on they are found by both.
    package var moved: Int64 = 0
    /// Number of reviews that were closed, because another one is the same.
    package var merged: Int64 = 0
    /// Number of reviews whose new identity cannot be kept, because a deleted review has it.
    package var unmoved: Int64 = 0
    /// Number of reviews whose records today's shape rejects or leaves out: they stay as they are.
    package var unread: Int64 = 0
    /// Values that cannot be read, by shape and field.
    package var unreadable: [UnreadField] = []
    /// Fields and attributes of today's shapes that lie outside of stored records: only the next
    /// dump brings them.
    package var outOfReach: [String] = []
    /// Names of shapes that neither this program nor the store knows; reviews read by them stay.
    package var unknownShapes: [String] = []
}

/// Why stored records are not read again.
package enum RecleanFault: Error, Equatable, Sendable {
    case emptyStore
    /// The given shape has not read any stored record; the names of those that have.
    case unusedShape(String, used: [String])
    /// A field that stored reviews say would be lost from all of them: the shape is wrong.
    case losesField(TrackedField, reviews: Int64)
    /// Records read again name other products than those that their reviews belong to.
    case movesProducts(Int64, of: Int64)
    /// More than 10 records, and more than 1 %, cannot be read by today's shape.
    case tooManyUnread(Int64, of: Int64)
    /// More than 10 reviews, and more than a fifth, would be closed as being others.
    case tooManyMerged(Int64, of: Int64)
}

/// Reads the records of all live reviews again, by today's shapes and rules, as a run of its own.
///
/// Where a value differs, the review gets a version with the operation `restate`: nobody has
/// changed the review, so that no change, alert or attribution counts it. A field that a record
/// does not say keeps its value. Answers as of earlier runs stay as they were.
///
/// - Parameter given: Takes the place of the stored shape of its name; nil for the shapes as they
///   are today, built in or stored.
/// - Throws: `RecleanFault`; `InputFault` where values do not mean what the shape says, as in a
///   dump; `StoreFault`.
package func recleanStore(
    _ store: any ReviewStore, by given: Shape?, options: LoadOptions,
    surroundings: LoadSurroundings
) throws -> RecleanReport {
    let request = LoadRequest(
        dump: Dump(name: "stored records", files: []), store: store, options: options,
        surroundings: surroundings)
    let workers = WorkerPool(threads: options.threads)
    return try attempt(request) { intent in
        try surroundings.whenFree {
            try store.load(intent) { load in
                let context = try recleanContext(request, load, StoreExecutor(load, workers))
                var reclean = try Reclean(context, by: given)
                try reclean.run(surroundings)
                return try reclean.finish(surroundings.now())
            }
        }
    }
}

/// The context of a run without a dump: it is observed when the newest dump was.
private func recleanContext(
    _ request: LoadRequest, _ load: any StoreLoad, _ executor: StoreExecutor
) throws -> LoadContext {
    let head = try load.head()
    guard let newest = try load.reader.runs().newestDump else { throw RecleanFault.emptyStore }
    let identity = try IdentityRules(of: load.reader)
    var run = RunContext(
        options: request.options, head: head, observedAt: newest.observedAt,
        observedOrigin: .reclean, identicalSince: nil, dumpLabel: nil, identity: identity)
    try run.take(lexicon: readingLexicon(head, request.options, load.reader), load.reader)
    run.take(aliases: try load.reader.links())
    return LoadContext(
        run, store: request.store, load: load, executor: executor,
        dumpIndex: DumpIndex(ReadingRules(observedAt: newest.observedAt)))
}

/// A run that reads stored records again, under way.
private struct Reclean {
    let context: LoadContext
    private let writer: ChangeWriter
    private var shapes: TodaysShapes
    private var report: RecleanReport
    /// Number of reviews that say a field, as stored and as read again.
    private var said: [TrackedField: (stored: Int64, read: Int64)] = [:]
    /// Number of records that name another product.
    private var elsewhere: Int64 = 0

    init(_ context: LoadContext, by given: Shape?) throws {
        self.context = context
        writer = ChangeWriter(context)
        shapes = try TodaysShapes(context.load.reader, context.run, given)
        report = RecleanReport(run: runRecord(context, [], context.run.observedAt))
    }

    /// Reads, decides and writes all products, in byte order of their ids.
    mutating func run(_ surroundings: LoadSurroundings) throws {
        var after: Text?
        while true {
            try surroundings.checkInterruption()
            let ids = try context.load.productIDs(after: after, limit: Self.batch)
            guard let last = ids.last else { break }
            after = last
            let states = try context.load.products(ids).sorted { $0.productID < $1.productID }
            var written: [WrittenProduct] = []
            for state in states {
                let changes = try self.changes(of: state)
                if changes.versions.isEmpty, changes.links.isEmpty, changes.after == state {
                    continue
                }
                written.append(try writer.write(changes))
            }
            try writer.writeNewReviews(of: &written)
            try WrittenBatch(written, context).moveSums(writer, context)
        }
        try writer.finish()
        try check()
        try applyScopes(context)
    }

    /// Products read at once.
    private static let batch = 256

    /// Writes the shapes as they are today, and the run.
    mutating func finish(_ now: Instant) throws -> RecleanReport {
        for row in try shapes.rows(context.load.reader) { try context.load.put(shape: row) }
        try applyThemes(context, now)
        report.run = runRecord(context, [], now)
        report.unknownShapes = shapes.unknown.sorted()
        report.unreadable = shapes.unreadable
        report.outOfReach = shapes.outOfReach
        try context.load.finish(report.run, files: [])
        return report
    }

    private mutating func changes(of state: ProductState) throws -> ProductChanges {
        var changes = ProductChanges(
            id: state.productID, before: state, after: state, isNew: false, hadReviews: true)
        let reviews = try context.load.reader.reviews(ofProduct: state.productID)
            .sorted { $0.reviewID < $1.reviewID }
        guard !reviews.isEmpty else { return changes }
        var raw: [Int64: RawRow] = [:]
        for row in try context.load.reader.raw(ofProduct: state.productID) {
            raw[row.rawKey] = row
        }
        let read = reviews.compactMap { review in
            raw[review.rawKey].flatMap { shapes.read($0, of: review) }.map { read in
                review.isLive ? restate(review, read) : RecleanedReview(review, read)
            }
        }
        changes.versions = read.compactMap(\.change)
        if read.count(where: \.review.isLive) == reviews.count(where: \.isLive) {
            let owners = Dictionary(reviews.map { ($0.identity, $0.reviewKey) }) { first, _ in
                first
            }
            take(movedIdentities(read, owners, context.run), &changes)
        }
        changes.moveSums()
        return changes
    }

    /// Links the reviews to their new identities, and closes those that are others.
    private mutating func take(_ moved: MovedIdentities, _ changes: inout ProductChanges) {
        changes.after.kind = moved.kind ?? changes.after.kind
        changes.links = moved.links
        let closed = Set(moved.closed.map(\.reviewKey))
        changes.versions.removeAll { closed.contains($0.review.reviewKey) }
        changes.versions += moved.closed.map { VersionChange(deleting: $0, in: context.run) }
        report.moved += Int64(moved.links.count - moved.closed.count)
        report.merged += Int64(moved.closed.count)
        report.unmoved += moved.unmoved
    }

    /// A review with its new version, where its record reads otherwise than it is stored.
    private mutating func restate(
        _ review: StoredReview, _ read: TodaysShapes.Result
    ) -> RecleanedReview {
        report.read += 1
        var own = RecleanedReview(review, read)
        guard case .record(let record, let reading, let cleaner) = read else {
            report.unread += 1
            return own
        }
        if record.productID != review.productID { elsewhere += 1 }
        var values = review.values
        var changed = FieldSet()
        for field in TrackedField.inOrder where reading.said.contains(field) {
            note(field, review.values, reading.values)
            guard !reading.values.equals(review.values, in: field) else { continue }
            values.take(field, from: reading.values)
            changed.insert(FieldSet(field))
            report.fields[field, default: 0] += 1
        }
        let author = cleaner.shape.authorID != nil ? record.authorID : review.authorID
        guard !changed.isEmpty || author != review.authorID else { return own }
        report.restated += 1
        own.change = VersionChange(
            restating: review, to: values, changed: changed,
            by: (author, cleaner.shape.distinctRules), in: context.run)
        return own
    }

    private mutating func note(
        _ field: TrackedField, _ stored: ReviewValues, _ read: ReviewValues
    ) {
        let before = said[field] ?? (0, 0)
        said[field] = (
            before.stored + (stored.isPresent(field) ? 1 : 0),
            before.read + (read.isPresent(field) ? 1 : 0)
        )
    }

    /// - Throws: `RecleanFault` where the shape is probably wrong.
    private func check() throws {
        // Guards or not: the next dump would bring these reviews once more.
        if elsewhere > 0 { throw RecleanFault.movesProducts(elsewhere, of: report.read) }
        guard context.options.hasGuards else { return }
        try checkReadings(shapes.newReadings, upTo: context.options.maxRejects ?? 0)
        for field in TrackedField.inOrder {
            guard let said = said[field], said.stored >= 5, said.read == 0 else { continue }
            throw RecleanFault.losesField(field, reviews: said.stored)
        }
        let limit = context.options.maxRejects ?? max(10, report.read / 100)
        guard report.unread <= limit else {
            throw RecleanFault.tooManyUnread(report.unread, of: report.read)
        }
        let greatest = context.options.maxDeletes ?? max(10, report.read / 5)
        guard report.merged <= greatest else {
            throw RecleanFault.tooManyMerged(report.merged, of: report.read)
        }
    }
}

/// The shapes of stored records as they are today.
struct TodaysShapes {
    /// What a stored record reads as.
    enum Result {
        case record(CleanedRecord, Reading, RecordCleaner)
        /// Today's shape makes no review of it.
        case rejected
    }

    private struct Key: Hashable {
        var shape: String
        /// A time is out of reach by the dump that brought it, not by the newest.
        var observedAt: Instant
    }

    private var shapes: [String: Shape] = [:]
    private(set) var unknown: Set<String> = []
    /// Names of shapes that read otherwise than the stored reviews of theirs were read.
    private var changed: Set<String> = []
    /// Names of mapped fields and attributes that lie outside of stored records.
    private(set) var outOfReach: [String] = []
    /// By shape, how many records were read and what of them cannot be.
    private var counts: [String: (read: Int64, fields: FieldCounts)] = [:]
    private let identity: IdentityRules
    private let observed: [Int64: Instant]
    private let newest: Instant
    private var cleaners: [Key: RecordCleaner] = [:]

    init(
        _ reader: any StoreReader, _ run: RunContext, _ given: Shape?
    ) throws {
        identity = run.identity
        newest = run.observedAt
        observed = Dictionary(try reader.runs().map { ($0.run, $0.observedAt) }) { $1 }
        let rows = try reader.shapes()
        for row in rows {
            if let builtIn = Shape.builtIn.first(where: { $0.name == row.name }) {
                shapes[row.name] = builtIn
                continue
            }
            // A document from a newer program that this one cannot read leaves the shape unknown.
            do throws(ShapeFault) {
                shapes[row.name] = try Shape(parsing: Array(row.document.utf8)).withZones()
            } catch {}
        }
        if let given {
            guard rows.contains(where: { $0.name == given.name }) else {
                throw RecleanFault.unusedShape(given.name, used: rows.map(\.name).sorted())
            }
            shapes[given.name] = given
        }
        outOfReach = newOutside(of: rows)
        changed = Set(
            rows.filter { row in shapes[row.name].map { ShapeRow($0) != row } ?? false }
                .map(\.name))
    }

    /// The fields around records, and attributes of products, that today's shapes map and those of
    /// the store did not.
    private func newOutside(of rows: [ShapeRow]) -> [String] {
        var names: Set<String> = []
        for row in rows {
            guard let today = shapes[row.name],
                let stored = try? Shape(parsing: Array(row.document.utf8))
            else { continue }
            names.formUnion(today.namesOutside(recordsOf: stored))
        }
        return names.sorted()
    }

    /// Reads a stored record again; nil where its shape is unknown.
    mutating func read(_ row: RawRow, of review: StoredReview) -> Result? {
        let at = observed[row.run] ?? newest
        guard let cleaner = cleaner(Key(shape: row.shape, observedAt: at)) else { return nil }
        let (record, unread) = cleaner.read(payload: row.payload, context: row.context)
        guard record.fault == nil, !record.isLeftOut else { return .rejected }
        if review.isLive { count(record, unread, of: review, cleaner) }
        return .record(record, cleaner.reading(record), cleaner)
    }

    /// Counts what of a record cannot be read. A date whose order the dump that brought it decided
    /// keeps its value.
    private mutating func count(
        _ record: CleanedRecord, _ unread: [FieldFault], of review: StoredReview,
        _ cleaner: RecordCleaner
    ) {
        var counts = counts[cleaner.shape.name] ?? (0, FieldCounts())
        counts.read += 1
        if record.values.sourceTime != nil { counts.fields.hasTimes = true }
        for fault in unread
        where fault.reason != .ambiguousDate || review.values.createdAt == nil {
            counts.fields.note(unread: fault, at: 0)
        }
        self.counts[cleaner.shape.name] = counts
    }

    /// The records of each shape that changed as if they were a file of a dump: what the others say
    /// was let in when it was loaded.
    var newReadings: DumpIndex { readings(of: changed.contains) }

    private func readings(of isWanted: (String) -> Bool) -> DumpIndex {
        let index = DumpIndex(ReadingRules(observedAt: newest))
        for (name, counts) in counts.sorted(by: { Text($0.key) < Text($1.key) }) {
            guard isWanted(name), let shape = shapes[name] else { continue }
            var record = FileRecord(
                run: 0, name: "stored records of shape \(name)", byteCount: 0,
                digest: Digest256([UInt8](repeating: 0, count: 32)), shape: name,
                balance: Balance(), nonstandardLiterals: 0)
            record.balance.found = counts.read
            var file = IndexedFile(record: record, cleaner: RecordCleaner(shape))
            file.fields = counts.fields
            index.files.append(file)
        }
        return index
    }

    var unreadable: [UnreadField] {
        readings { _ in true }.files.flatMap { file in
            file.cleaner.map { file.fields.unread(of: $0, file: file.record.name) } ?? []
        }
    }

    private mutating func cleaner(_ key: Key) -> RecordCleaner? {
        if let known = cleaners[key] { return known }
        guard let shape = shapes[key.shape] else {
            unknown.insert(key.shape)
            return nil
        }
        var rules = ReadingRules(observedAt: key.observedAt)
        rules.identity = identity
        let cleaner = RecordCleaner(shape, rules)
        cleaners[key] = cleaner
        return cleaner
    }

    /// The rows of `shapes` that differ now that all reviews are read by them.
    func rows(_ reader: any StoreReader) throws -> [ShapeRow] {
        try reader.shapes().compactMap { row in
            guard let shape = shapes[row.name] else { return nil }
            let new = ShapeRow(shape)
            return new == row ? nil : new
        }
    }
}
