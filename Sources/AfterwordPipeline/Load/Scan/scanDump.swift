import AfterwordCore
import Synchronization

/// Reads every file of a dump once and builds its `DumpIndex`.
///
/// Runs on one thread; the records of a window are cleaned and hashed by the worker pool.
struct DumpScanner {
    private let dump: Dump
    private let shapes: [Shape]
    private let isStrict: Bool
    private let rules: ReadingRules
    /// The shapes that earlier runs detected by themselves.
    var frozen = FrozenShapes()
    /// Writes records to bronze while the dump is read; set only in a store's first load.
    var early: EarlyBronzeWriter?
    private let workers: WorkerPool
    /// Called with the number of bytes of each slab read; may throw to stop the scan.
    private let progress: (Int64) throws -> Void
    let dumpIndex: DumpIndex
    /// Open files of the dump, shared by this scan and later reads of single records.
    private let files = OpenFiles()
    /// Numbers of equal rejects.
    var occurrences: [Digest128: Int64] = [:]
    /// Whether offsets in the current slab are those of the source file: false while it is
    /// transcoded.
    private var hasOwnPlaces = false
    /// Scratch buffer for looking up a record's product without allocating a `Text` for each
    /// record.
    private var named = Text([])
    /// For each product of the payload index, the index of the file that named it last; -1 for
    /// none.
    private var filesOfKnown: [Int] = []

    init(
        dump: Dump, options: LoadOptions, rules: ReadingRules, workers: WorkerPool,
        progress: @escaping (Int64) throws -> Void
    ) {
        self.dump = dump
        self.rules = rules
        dumpIndex = DumpIndex(rules)
        shapes = options.shapes
        isStrict = options.isStrict
        self.workers = workers
        self.progress = progress
    }

    /// Counts records that the index knows by their bytes instead of reading them.
    func skip(_ known: PayloadIndex?) { dumpIndex.known = known }

    /// Scans all files in order.
    ///
    /// - Throws: `InputFault`, and what `progress` throws.
    mutating func run() throws -> DumpIndex {
        filesOfKnown = Array(repeating: -1, count: dumpIndex.known?.products.count ?? 0)
        // Equal files are two products where a shape takes the product from their names.
        let duplicates =
            shapes.contains { !$0.filePatterns.isEmpty } ? [:] : try duplicateFiles(dump.files)
        for (place, file) in dump.files.enumerated() {
            if let original = duplicates[place] {
                copy(original, as: file)
            } else {
                try scan(file, place: place)
            }
        }
        return dumpIndex
    }

    /// Adds a file that is byte-identical to an earlier one: all its records are copies.
    private func copy(_ original: Int, as file: DumpFile) {
        var indexed = dumpIndex.files[original]
        let found = indexed.record.balance.found
        indexed.record.name = file.name
        indexed.record.version = file.content.version
        indexed.record.balance = Balance()
        indexed.record.balance.found = found
        indexed.record.balance.copies = found
        indexed.record.unreadableFields = 0
        indexed.record.leftOut = 0
        indexed.fields = FieldCounts()
        indexed.duplicateOf = original
        indexed.writtenDate = file.writtenDate
        dumpIndex.files.append(indexed)
    }

    private mutating func scan(_ file: DumpFile, place: Int) throws {
        let head = try readHead(file, OtherFormat.headBytes)
        if let format = OtherFormat(head, name: file.name) {
            throw InputFault.otherFormat(file: file.name, format)
        }
        let table = try tableBeginning(of: file, head)
        var cursor = FileCursor(place, file.name, try cleaner(of: file, table))
        let firstReject = dumpIndex.rejects.count
        let (reading, isEmpty) = try readRecords(file, &cursor)
        try placeInSource(reading.source, of: file.name, from: firstReject)
        // A file of a product names it, be it without any review.
        if let product = cursor.cleaner?.fileProduct, reading.fault == nil {
            _ = enter(product, namedBy: cursor)
            dumpIndex.filesWithProducts.insert(place)
        }
        cursor.record.byteCount = reading.byteCount
        cursor.record.digest = reading.digest
        cursor.record.version = file.content.version
        cursor.record.unreadableFields = cursor.fields.unreadCount
        dumpIndex.files.append(
            IndexedFile(
                record: cursor.record, cleaner: cursor.cleaner, source: reading.source,
                isEmpty: isEmpty && reading.fault == nil, fields: cursor.fields,
                writtenDate: file.writtenDate))
    }

    /// The cleaner of the file's shape; nil where no shape fits.
    ///
    /// - Throws: `InputFault.unlikeFileName` where the shape takes a value from the file's name,
    ///   which does not match.
    private func cleaner(of file: DumpFile, _ table: TableBeginning?) throws -> RecordCleaner? {
        let found: Shape
        switch try shape(of: file, among: shapes, frozen, isStrict: isStrict, table) {
        case .fits(let shape): found = shape
        case .unfit(let given, let fault):
            dumpIndex.unfitFile = dumpIndex.unfitFile ?? fault
            found = given
        case .nothing: return nil
        }
        if let pattern = found.patternUnmatched(by: file.name) {
            let values = pattern.values(inFile: file.name)
            if values.count > 1 {
                throw InputFault.ambiguousFileName(
                    file: file.name, pattern: pattern.written, values: values)
            }
            throw InputFault.unlikeFileName(file: file.name, pattern: pattern.written)
        }
        return RecordCleaner(found, rules, file: file.name, table: table)
    }

    /// Takes every record of a file, and rejects the rest of a stream that cannot be inflated.
    private mutating func readRecords(
        _ file: DumpFile, _ cursor: inout FileCursor
    ) throws -> (FileReading, isEmpty: Bool) {
        let (cleaner, workers) = (cursor.cleaner, workers)
        // A file without a shape yields no units, so any plan serves to find what it holds instead.
        let plan = (cleaner ?? RecordCleaner(Shape.builtIn[0])).plan
        let table = cleaner?.tableBeginning
        var splitter = FileSplitter(plan, table: table, isStrict: isStrict)
        var end: Int64 = 0
        let mayKnow = table == nil && cleaner.map { dumpIndex.known?.knows($0) == true } == true
        let known = mayKnow ? dumpIndex.known : nil
        let reading = try readSlabs(file, workers, files) { slab, isLast, isTranscoded in
            hasOwnPlaces = !isTranscoded
            try progress(Int64(slab.count))
            end += Int64(slab.count)
            try splitter.feedAll(
                slab[...], isLast: isLast, elements: Self.unitElements,
                recognise: known.map { known in { known.recognise($0, workers) } }
            ) { events, window, offset in
                cursor.offset = offset
                try take(all: events, in: window, of: &cursor)
            }
        }
        if let fault = reading.fault {
            let bytes =
                fault == .notGzip || fault == .lfsPointer
                ? try reading.source.read(at: 0, count: ParseLimit.recordBytes) : []
            reject(fault, bytes, at: bytes.isEmpty ? end : 0, in: &cursor)
        }
        return (reading, splitter.isEmpty)
    }

    /// Number of elements that one worker takes at a time.
    private static let unitElements = 128

    /// Takes the events of one window: the worker pool cleans and hashes their records, then this
    /// thread adds them to the index in order.
    private mutating func take(
        all events: [RecordSplitter.Event], in window: RawSpan, of cursor: inout FileCursor
    ) throws {
        guard let cleaner = cursor.cleaner else {
            for event in events { try take(event, in: window, of: &cursor) }
            return
        }
        let prepared = Mutex([PreparedUnit](repeating: PreparedUnit(), count: events.count))
        window.lend { bytes in
            workers.share(events.count, reading: bytes) { index, bytes in
                guard case .unit(let unit) = events[index] else { return }
                let own = PreparedUnit(unit, window: bytes.address.bytes, cleaner: cleaner)
                prepared.withLock { $0[index] = own }
            }
        }
        for (event, prepared) in zip(events, prepared.withLock { $0 }) {
            try take(event, prepared, in: window, of: &cursor)
        }
    }

    /// Takes one event of a window.
    mutating func take(
        _ event: RecordSplitter.Event, in window: RawSpan, of cursor: inout FileCursor
    ) throws {
        var prepared = PreparedUnit()
        if case .unit(let unit) = event {
            guard let cleaner = cursor.cleaner else {
                preconditionFailure("a file without a shape has no element")
            }
            prepared = PreparedUnit(unit, window: window, cleaner: cleaner)
        }
        try take(event, prepared, in: window, of: &cursor)
    }

    private mutating func take(
        _ event: RecordSplitter.Event, _ prepared: PreparedUnit, in window: RawSpan,
        of cursor: inout FileCursor
    ) throws {
        switch event {
        case .reject(let reason, let range):
            let bytes = window.extracting(range).lend { Array($0) }
            reject(reason, bytes, at: cursor.offset + Int64(range.lowerBound), in: &cursor)
        case .known(let elements):
            try meet(elements, in: window, of: &cursor)
        case .unit(let unit):
            guard let cleaner = cursor.cleaner else { return }
            cursor.record.nonstandardLiterals += Int64(unit.nonstandardLiterals)
            if unit.listCount > 0 { dumpIndex.filesWithLists.insert(cursor.place) }
            try enter(prepared, in: window, of: &cursor)
            for index in unit.products.indices {
                let cleaned = cleaner.clean(product: index, of: unit, window: window)
                take(unit.products[index], cleaned, in: window, of: &cursor)
            }
        }
    }

    /// Counts records that the payload index recognized by their bytes. A second record with the
    /// same bytes is cleaned and entered like any other.
    private mutating func meet(
        _ elements: [KnownElement], in window: RawSpan, of cursor: inout FileCursor
    ) throws {
        let (place, offset) = (cursor.place, cursor.offset)
        guard let known = dumpIndex.known else { preconditionFailure("nothing else is recognised") }
        let met = known.meet(elements, file: place, offset: offset)
        // Counted locally and added once: updating shared state for each record takes as long as
        // the rest.
        var profile = DumpProfile()
        for (element, met) in zip(elements, met) {
            guard let met else {
                let range = Int(element.start)..<Int(element.start + element.length)
                let bytes = window.extracting(range).lend { Array($0) }
                try take(
                    payload: bytes, context: [], at: offset + Int64(element.start), in: &cursor)
                continue
            }
            profile.count(rating: met.rating, hasText: met.hasText)
            cursor.fields.readBytes += Int64(element.length)
            cursor.fields.recognised += 1
            if filesOfKnown[met.product] == place { continue }
            filesOfKnown[met.product] = place
            _ = enter(known.products[met.product].productID, namedBy: cursor)
        }
        cursor.record.balance.found += profile.records
        dumpIndex.profile.add(profile)
    }

    /// Enters one record given by its bytes and its context, without an enclosing unit.
    ///
    /// - Parameter offset: Offset of the record in the stream that is read.
    mutating func take(
        payload: [UInt8], context: [UInt8], at offset: Int64, in cursor: inout FileCursor
    ) throws {
        guard let cleaner = cursor.cleaner else {
            preconditionFailure("a file without a shape has no element")
        }
        let prepared = payload.lend {
            PreparedUnit(payload: $0, context: context, cleaner: cleaner)
        }
        let window = cursor.offset
        cursor.offset = offset
        defer { cursor.offset = window }
        try enter(prepared, in: payload.span.bytes, of: &cursor)
    }

    /// Enters the records of a unit as candidates or as rejects.
    private mutating func enter(
        _ prepared: PreparedUnit, in window: RawSpan, of cursor: inout FileCursor
    ) throws {
        // Counted locally and added once: updating shared state for each record takes as long as
        // the rest.
        var profile = DumpProfile()
        var readBytes: Int64 = 0
        defer {
            cursor.record.balance.found += profile.records
            cursor.fields.readBytes += readBytes
            dumpIndex.profile.add(profile)
        }
        cursor.fields.note(present: prepared.present)
        cursor.fields.estimated += prepared.estimated
        cursor.record.leftOut += prepared.leftOut
        try window.lend { bytes in
            try prepared.rows.withTexts(in: bytes) { texts in
                for deleted in prepared.deleted {
                    dumpIndex.mark(
                        deleted: deleted.identity, of: Text(Array(texts[deleted.product])),
                        file: cursor.place, kind: cursor.kind)
                }
                for one in prepared.records {
                    let extra = one.extra < 0 ? nil : prepared.extras[Int(one.extra)]
                    if let extra, extra.fault != nil {
                        let product = texts.text(one.product)
                        reject(one, extra, product: product, in: bytes, of: &cursor)
                        continue
                    }
                    profile.count(rating: one.rating, hasText: one.hasText)
                    readBytes += Int64(one.range.count)
                    if one.sourceTime != nil { cursor.fields.hasTimes = true }
                    for fault in extra?.unread ?? [] {
                        let offset = cursor.offset + Int64(one.range.lowerBound)
                        cursor.fields.note(unread: fault, at: offset)
                    }
                    try enter(one, extra, texts, in: window, of: cursor)
                }
            }
        }
    }

    private mutating func enter(
        _ one: PreparedRecord, _ extra: RecordExtra?, _ texts: CleanTexts, in window: RawSpan,
        of cursor: borrowing FileCursor
    ) throws {
        let offset = cursor.offset + Int64(one.range.lowerBound)
        guard !one.product.isAbsent, let identity = one.identity else {
            preconditionFailure("a record without a product has a fault")
        }
        let indexed = enter(texts[one.product], namedBy: cursor)
        let context = extra?.context ?? []
        var candidate = Candidate(
            identity: identity, payload: one.payload, file: Int32(cursor.place), offset: offset,
            length: Int32(one.range.count), context: contextNumber(context))
        // A numbered identity is final only when all records of the dump are known: it is not
        // staged.
        if let early, hasOwnPlaces, !identity.isNumbered {
            candidate.isStaged = try early.add(
                candidate, number: dumpIndex.recordCount, bytes: window.extracting(one.range),
                context: context, of: cursor)
        }
        dumpIndex.add(candidate, to: indexed)
        guard let extra else { return }
        if extra.hasDoubtfulIdentity { indexed.hasUnreadableIdentity = true }
        for (attribute, value) in extra.attributes {
            indexed.attributes[attribute, default: AttributeTally()]
                .add(value, rank: .review, sourceTime: one.sourceTime)
        }
    }

    /// Finds or adds the product that a record names.
    private mutating func enter(
        _ product: BorrowedBytes, namedBy cursor: borrowing FileCursor
    ) -> IndexedProduct {
        named.bytes.removeAll(keepingCapacity: true)
        named.bytes.append(contentsOf: product)
        if let known = dumpIndex.products[named] {
            known.note(cursor.kind)
            return known
        }
        return enter(Text(Array(product)), namedBy: cursor)
    }

    /// Finds or adds a product by its id.
    func enter(_ product: Text, namedBy cursor: borrowing FileCursor) -> IndexedProduct {
        if let known = dumpIndex.products[product] {
            known.note(cursor.kind)
            return known
        }
        let indexed = IndexedProduct(kind: cursor.kind, file: cursor.place)
        dumpIndex.products[product] = indexed
        return indexed
    }

    private func contextNumber(_ context: [UInt8]) -> Int32 {
        if dumpIndex.contexts[dumpIndex.contexts.count - 1] != context {
            if context.isEmpty { return 0 }
            dumpIndex.contexts.append(context)
        }
        return Int32(dumpIndex.contexts.count - 1)
    }
}

/// For each file that repeats an earlier file's bytes, the index of that file. Only files of equal,
/// nonzero size are hashed.
private func duplicateFiles(_ files: [DumpFile]) throws -> [Int: Int] {
    var duplicates: [Int: Int] = [:]
    let sizes = try files.map { try byteCount($0) }
    for (_, places) in Dictionary(grouping: files.indices, by: { sizes[$0] })
    where places.count > 1 && sizes[places[0]] > 0 {
        var firsts: [Digest256: Int] = [:]
        for place in places.sorted() {
            let digest = try fileDigest(files[place])
            if let first = firsts[digest] {
                duplicates[place] = first
            } else {
                firsts[digest] = place
            }
        }
    }
    return duplicates
}
