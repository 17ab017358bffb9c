import AfterwordCore
import Synchronization

/// Reads every file of a dump once and builds its `DumpIndex`.
///
/// Runs on one thread; the records of a window are cleaned and hashed by the worker pool.
struct DumpScanner {
    let dump: Dump
    let shapes: [Shape]
    let isStrict: Bool
    /// Writes records to bronze while the dump is read; set only in a store's first load.
    var early: EarlyBronzeWriter?
    let workers: WorkerPool
    /// Called with the number of bytes of each slab read; may throw to stop the scan.
    let progress: (Int64) throws -> Void
    let dumpIndex = DumpIndex()
    /// Open files of the dump, shared by this scan and later reads of single records.
    private let files = OpenFiles()
    private var occurrences: [Digest128: Int64] = [:]
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
        dump: Dump, options: LoadOptions, workers: WorkerPool,
        progress: @escaping (Int64) throws -> Void
    ) {
        self.dump = dump
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
        let duplicates = try duplicateFiles(dump.files)
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
        indexed.record.balance = Balance()
        indexed.record.balance.found = found
        indexed.record.balance.copies = found
        indexed.duplicateOf = original
        dumpIndex.files.append(indexed)
    }

    private mutating func scan(_ file: DumpFile, place: Int) throws {
        if let format = OtherFormat(try readHead(file, OtherFormat.headBytes), name: file.name) {
            throw InputFault.otherFormat(file: file.name, format)
        }
        var shape: Shape?
        switch try chooseShape(for: file, among: shapes, isStrict: isStrict) {
        case .fits(let fitting): shape = fitting
        case .unfit(let given, let fault):
            shape = given
            dumpIndex.unfitFile = dumpIndex.unfitFile ?? fault
        case .nothing: break
        }
        var cursor = FileCursor(place, file.name, shape.map(RecordCleaner.init))
        let cleaner = cursor.cleaner
        // A file without a shape yields no units, so any plan serves to find what it holds instead.
        let plan = (cleaner ?? RecordCleaner(Shape.builtIn[0])).plan
        var splitter = RecordSplitter(plan, isStrict: isStrict)
        var end: Int64 = 0
        let firstReject = dumpIndex.rejects.count
        let known = cleaner.flatMap { dumpIndex.known?.knows($0) == true ? dumpIndex.known : nil }
        let workers = workers
        let reading = try readSlabs(file, workers, files) { slab, isLast, isTranscoded in
            hasOwnPlaces = !isTranscoded
            try progress(Int64(slab.count))
            end += Int64(slab.count)
            try splitter.feedAll(
                slab[...], isLast: isLast, elements: Self.unitElements,
                recognise: known.map { known in { known.recognise($0, workers) } }
            ) { events, window, offset in
                cursor.offset = offset
                try take(events, window, &cursor)
            }
        }
        if let fault = reading.fault {
            let bytes =
                fault == .notGzip || fault == .lfsPointer
                ? try reading.source.read(at: 0, count: ParseLimit.recordBytes) : []
            reject(fault, bytes, at: bytes.isEmpty ? end : 0, in: &cursor)
        }
        try placeInSource(reading.source, file.name, firstReject)
        cursor.record.byteCount = reading.byteCount
        cursor.record.digest = reading.digest
        dumpIndex.files.append(
            IndexedFile(
                record: cursor.record, cleaner: cleaner, source: reading.source,
                isEmpty: splitter.isEmpty && reading.fault == nil))
    }

    /// Converts the offsets and lengths of a file's rejects (from index `firstReject` on) and
    /// product objects to positions in the source, where the file was transcoded or assembled from
    /// pieces.
    func placeInSource(_ source: ByteSource, _ name: String, _ firstReject: Int) throws {
        guard source.hasOtherPlaces else { return }
        for index in firstReject..<dumpIndex.rejects.count {
            let row = dumpIndex.rejects[index]
            (dumpIndex.rejects[index].offset, dumpIndex.rejects[index].length) =
                try source.place(row.offset, row.length)
        }
        for product in dumpIndex.products.values {
            for (index, row) in product.objects.enumerated() where row.file == name {
                let place = try source.place(row.offset, row.length)
                product.objects[index].offset = place.offset
                product.objects[index].length = place.length
            }
        }
    }

    /// Takes the events of one window: the worker pool cleans and hashes their records, then this
    /// thread adds them to the index in order.
    private mutating func take(
        _ events: [RecordSplitter.Event], _ window: RawSpan, _ cursor: inout FileCursor
    ) throws {
        guard let cleaner = cursor.cleaner else {
            for event in events { try take(event, window, &cursor) }
            return
        }
        let prepared = Mutex([PreparedUnit](repeating: PreparedUnit(), count: events.count))
        window.lend { bytes in
            // The threads only read the bytes, and `share` returns after all of them have finished.
            nonisolated(unsafe) let bytes = bytes
            workers.share(events.count) { index in
                guard case .unit(let unit) = events[index] else { return }
                let own = prepare(unit, bytes.address.bytes, cleaner)
                prepared.withLock { $0[index] = own }
            }
        }
        for (event, prepared) in zip(events, prepared.withLock { $0 }) {
            try take(event, prepared, window, &cursor)
        }
    }

    /// Number of elements that one worker takes at a time.
    private static let unitElements = 128

    /// Takes one event of a window.
    mutating func take(
        _ event: RecordSplitter.Event, _ window: RawSpan, _ cursor: inout FileCursor
    ) throws {
        var prepared = PreparedUnit()
        if case .unit(let unit) = event {
            guard let cleaner = cursor.cleaner else {
                preconditionFailure("a file without a shape has no element")
            }
            prepared = prepare(unit, window, cleaner)
        }
        try take(event, prepared, window, &cursor)
    }

    private mutating func take(
        _ event: RecordSplitter.Event, _ prepared: PreparedUnit, _ window: RawSpan,
        _ cursor: inout FileCursor
    ) throws {
        switch event {
        case .reject(let reason, let range):
            let bytes = window.extracting(range).lend { Array($0) }
            reject(reason, bytes, at: cursor.offset + Int64(range.lowerBound), in: &cursor)
        case .known(let elements):
            try meet(elements, window, &cursor)
        case .unit(let unit):
            guard let cleaner = cursor.cleaner else { return }
            cursor.record.nonstandardLiterals += Int64(unit.nonstandardLiterals)
            if unit.listCount > 0 { dumpIndex.filesWithLists.insert(cursor.place) }
            try enter(prepared, window, &cursor)
            for index in unit.products.indices {
                let cleaned = cleaner.clean(product: index, of: unit, window: window)
                takeProduct(unit.products[index], cleaned, window, &cursor)
            }
        }
    }

    /// Counts records that the payload index recognized by their bytes. A second record with the
    /// same bytes is cleaned and entered like any other.
    private mutating func meet(
        _ elements: [KnownElement], _ window: RawSpan, _ cursor: inout FileCursor
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
            if filesOfKnown[met.product] == place { continue }
            filesOfKnown[met.product] = place
            _ = enter(known.products[met.product].productID, place, cursor.kind)
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
        var prepared = PreparedUnit()
        payload.lend { window in
            cleaner.clean(payload: window, context: context, into: &prepared.rows)
            prepared.take(0..<payload.count, window, context, cleaner)
        }
        let window = cursor.offset
        cursor.offset = offset
        defer { cursor.offset = window }
        try enter(prepared, payload.span.bytes, &cursor)
    }

    /// Enters the records of a unit as candidates or as rejects.
    private mutating func enter(
        _ prepared: PreparedUnit, _ window: RawSpan, _ cursor: inout FileCursor
    ) throws {
        // Counted locally and added once: updating shared state for each record takes as long as
        // the rest.
        var profile = DumpProfile()
        defer {
            cursor.record.balance.found += profile.records
            dumpIndex.profile.add(profile)
        }
        try window.lend { bytes in
            try prepared.rows.withTexts(in: bytes) { texts in
                for one in prepared.records {
                    let other = one.other < 0 ? nil : prepared.others[Int(one.other)]
                    if let other, other.fault != nil {
                        reject(one, other, texts, bytes, &cursor)
                        continue
                    }
                    profile.count(rating: one.rating, hasText: one.hasText)
                    try enter(one, other, texts, window, cursor)
                }
            }
        }
    }

    private mutating func enter(
        _ one: PreparedRecord, _ other: Other?, _ texts: CleanTexts, _ window: RawSpan,
        _ cursor: borrowing FileCursor
    ) throws {
        let offset = cursor.offset + Int64(one.range.lowerBound)
        guard !one.product.isAbsent, let identity = one.identity else {
            preconditionFailure("a record without a product has a fault")
        }
        let indexed = enter(texts[one.product], cursor.place, cursor.kind)
        let context = other?.context ?? []
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
        guard let other else { return }
        for (attribute, value) in other.attributes {
            indexed.attributes[attribute, default: AttributeTally()]
                .add(value, rank: .review, sourceTime: one.sourceTime)
        }
    }

    /// Finds or adds the product that a record names.
    private mutating func enter(
        _ product: BorrowedBytes, _ place: Int, _ kind: IdentityKind?
    ) -> IndexedProduct {
        named.bytes.removeAll(keepingCapacity: true)
        named.bytes.append(contentsOf: product)
        if let known = dumpIndex.products[named] { return enter(known, kind) }
        return enter(Text(Array(product)), place, kind)
    }

    /// Finds or adds a product by its id.
    private func enter(
        _ product: Text, _ place: Int, _ kind: IdentityKind?
    ) -> IndexedProduct {
        if let known = dumpIndex.products[product] { return enter(known, kind) }
        let indexed = IndexedProduct(kind: kind, file: place)
        dumpIndex.products[product] = indexed
        return indexed
    }

    private func enter(
        _ indexed: IndexedProduct, _ kind: IdentityKind?
    ) -> IndexedProduct {
        if let kind {
            if indexed.kind == nil { indexed.kind = kind }
            if indexed.kind != kind { indexed.hasMixedKinds = true }
        }
        return indexed
    }

    private func contextNumber(_ context: [UInt8]) -> Int32 {
        if dumpIndex.contexts[dumpIndex.contexts.count - 1] != context {
            if context.isEmpty { return 0 }
            dumpIndex.contexts.append(context)
        }
        return Int32(dumpIndex.contexts.count - 1)
    }

    private mutating func reject(
        _ one: PreparedRecord, _ other: Other, _ texts: CleanTexts, _ window: BorrowedBytes,
        _ cursor: inout FileCursor
    ) {
        guard let fault = other.fault else { return }
        let product = texts.text(one.product)
        noteRejected(one, other, product, cursor)
        reject(
            fault.reason, Array(window.part(one.range)),
            at: cursor.offset + Int64(one.range.lowerBound),
            RejectedPart(field: fault.field, product: product, context: other.context),
            in: &cursor)
    }

    private func noteRejected(
        _ one: PreparedRecord, _ other: Other, _ product: Text?, _ cursor: FileCursor
    ) {
        guard let product, let fault = other.fault else {
            dumpIndex.hasRejectWithoutProduct = true
            return
        }
        // The digest identifies the review only where none of the fields that it covers is
        // unreadable.
        let isKnown = one.identity.map { identity in
            if identity.kind == .source { return !fault.field.isEmpty }
            return !identity.isNumbered && other.faultCount == 1
                && ["rating", "verified", "helpful_votes"].contains(fault.field)
        }
        let indexed = enter(product, cursor.place, cursor.kind)
        if let identity = one.identity, isKnown == true {
            indexed.rejectedIdentities.insert(identity.digest)
        } else {
            indexed.hasUnreadableIdentity = true
        }
    }

    /// - Parameter part: Nil for bytes that are no record.
    private mutating func reject(
        _ reason: RejectReason, _ bytes: [UInt8], at offset: Int64, _ part: RejectedPart? = nil,
        in cursor: inout FileCursor
    ) {
        cursor.record.balance.found += 1
        cursor.record.balance.rejected += 1
        if part == nil { dumpIndex.hasRejectWithoutProduct = true }
        var row = RejectRow(
            digest: Digest128([UInt8](repeating: 0, count: 16)), occurrence: 0, run: 0,
            file: cursor.name, offset: offset, length: Int64(bytes.count), reason: reason,
            field: part?.field ?? "", productID: part?.product, shape: cursor.record.shape,
            payload: bytes, context: part?.context ?? [])
        row.digest = row.computedDigest
        row.occurrence = occurrences[row.digest, default: 0]
        occurrences[row.digest] = row.occurrence + 1
        dumpIndex.rejects.append(row)
    }

    private mutating func takeProduct(
        _ product: ExtractedUnit.Product, _ cleaned: CleanedProduct, _ window: RawSpan,
        _ cursor: inout FileCursor
    ) {
        guard let id = cleaned.productID else {
            // The product's reviews are rejects already; an object without reviews is a reject
            // itself.
            if product.records.isEmpty {
                let bytes = window.extracting(product.range).lend { Array($0) }
                reject(
                    .noProduct, bytes, at: cursor.offset + Int64(product.range.lowerBound),
                    RejectedPart(field: "product_id", product: nil, context: []), in: &cursor)
                dumpIndex.hasRejectWithoutProduct = true
            }
            return
        }
        if let total = cleaned.total, total > Int64(product.records.count) {
            dumpIndex.shortTotals += 1
        }
        if product.holdsList { dumpIndex.filesWithProducts.insert(cursor.place) }
        let object = productRaw(product, id, window, cursor)
        let indexed = enter(id, cursor.place, cursor.kind)
        // An object without a list of reviews does not name them: none of them counts as vanished.
        if !product.holdsList { indexed.hasUnreadableIdentity = true }
        if let object { indexed.objects.append(object) }
        for (attribute, value) in cleaned.attributes {
            indexed.attributes[attribute, default: AttributeTally()]
                .add(value, rank: .enclosing, sourceTime: nil)
        }
    }

    /// The product's object without its list of reviews; the other members are kept byte for byte.
    private func productRaw(
        _ product: ExtractedUnit.Product, _ id: Text, _ window: RawSpan, _ cursor: FileCursor
    ) -> ProductRawRow? {
        guard !product.members.isEmpty else { return nil }
        var bytes = Array("{".utf8)
        for member in product.members {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            window.extracting(member).lend { bytes.append(contentsOf: $0) }
        }
        bytes.append(UInt8(ascii: "}"))
        return ProductRawRow(
            productKey: 0, productID: id, digest: payloadDigest(bytes.span.bytes, context: []),
            run: 0, file: cursor.name, offset: cursor.offset + Int64(product.range.lowerBound),
            length: Int64(product.range.count), payload: bytes)
    }
}

/// What is known of a record that is rejected.
private struct RejectedPart {
    var field: String
    var product: Text?
    var context: [UInt8]
}

/// What a worker computes of one record from its bytes alone. Holds no reference-counted member.
private struct PreparedRecord: Sendable {
    /// Bytes of the record in the window.
    var range: Range<Int>
    var product: TextPlace
    var identity: Identity?
    var payload = Digest128([UInt8](repeating: 0, count: 16))
    var sourceTime: Instant?
    var rating: Int64?
    var hasText: Bool
    /// Index in `PreparedUnit.others`; -1 for none.
    var other: Int32 = -1
}

/// The parts of a prepared record that most records lack, kept apart to keep `PreparedRecord`
/// small.
private struct Other: Sendable {
    var attributes: [(attribute: Attribute, value: Text)] = []
    var context: [UInt8] = []
    var fault: (reason: RejectReason, field: String)?
    var faultCount = 0
}

/// The prepared records of one unit.
private struct PreparedUnit: Sendable {
    var records: [PreparedRecord] = []
    var others: [Other] = []
    /// The cleaned row of the record being prepared, and the texts that cleaning allocated.
    var rows = CleanRows()

    /// Appends the record whose row was cleaned last.
    ///
    /// - Parameter known: The payload digest where it is computed already.
    /// - Parameter broken: Why the record's bytes are malformed; overrides a fault of cleaning.
    mutating func take(
        _ range: Range<Int>, _ window: BorrowedBytes, _ context: [UInt8], _ cleaner: RecordCleaner,
        payload known: Digest128? = nil, brokenBy broken: RejectReason? = nil
    ) {
        let row = rows.rows[0]
        var other = Other(context: context, faultCount: row.faultCount)
        var one = rows.withTexts(in: window) { texts in
            for attribute in rows.attributes {
                guard let value = texts.text(attribute.value) else { continue }
                other.attributes.append((attribute.attribute, value))
            }
            return PreparedRecord(
                range: range, product: row.productID,
                identity: texts.identity(row, placeholders: cleaner.shape.placeholders),
                sourceTime: row.sourceTime, rating: row.rating,
                hasText: !row.title.isAbsent || !row.body.isAbsent)
        }
        if let reason = row.fault { other.fault = (reason, cleaner.faultField(of: row)) }
        if let broken { other.fault = (broken, "") }
        if other.fault == nil {
            one.payload =
                known ?? context.lend { payloadDigest(window.part(range), context: $0) }
        }
        if other.fault != nil || !context.isEmpty || !other.attributes.isEmpty {
            one.other = Int32(others.count)
            others.append(other)
        }
        records.append(one)
        rows.removeRows()
    }
}

/// Cleans and hashes the records of one unit. Thread-safe: touches only its arguments.
private func prepare(
    _ unit: ExtractedUnit, _ window: RawSpan, _ cleaner: RecordCleaner
) -> PreparedUnit {
    var prepared = PreparedUnit()
    prepared.records.reserveCapacity(unit.records.count)
    let hasIDs = cleaner.shape.identityKind == .source
    window.lend { bytes in
        let payloads = payloadDigests(of: unit.records.map(\.range), in: bytes)
        for (index, record) in unit.records.enumerated() {
            let context = cleaner.context(ofRecord: index, of: unit, window: window)
            func clean(leavesTexts: Bool) {
                prepared.rows.leavesTexts = leavesTexts
                cleaner.clean(
                    record: index, of: unit, context: context, window: bytes, into: &prepared.rows)
            }
            // A record with a source id is identified without its texts, so they are not cleaned
            // here.
            clean(leavesTexts: hasIDs)
            if prepared.rows.leavesTexts, prepared.rows.rows[0].reviewID.isAbsent {
                prepared.rows.removeRows()
                clean(leavesTexts: false)
            }
            prepared.take(
                record.range, bytes, context.bytes, cleaner,
                payload: context.bytes.isEmpty ? payloads[index] : nil, brokenBy: record.fault)
        }
    }
    return prepared
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
