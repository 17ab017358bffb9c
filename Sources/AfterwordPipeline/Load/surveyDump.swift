import AfterwordCore

/// Reads every file of a dump once, and keeps what the next stages need.
struct DumpSurveyor {
    let dump: Dump
    let shapes: [Shape]
    let isStrict: Bool
    /// Bytes read so far.
    let progress: (Int64) throws -> Void
    let survey = Survey()
    private var occurrences: [Digest128: Int64] = [:]

    init(
        dump: Dump, shapes: [Shape], isStrict: Bool, progress: @escaping (Int64) throws -> Void
    ) {
        self.dump = dump
        self.shapes = shapes
        self.isStrict = isStrict
        self.progress = progress
    }

    mutating func run() throws -> Survey {
        let duplicates = try duplicateFiles(dump.files)
        for (place, file) in dump.files.enumerated() {
            if let original = duplicates[place] {
                copy(original, as: file)
            } else {
                try survey(file, place: place)
            }
        }
        return survey
    }

    /// A file byte-identical to an earlier one: all that it holds are copies.
    private func copy(_ original: Int, as file: DumpFile) {
        var surveyed = survey.files[original]
        let found = surveyed.record.balance.found
        surveyed.record.name = file.name
        surveyed.record.balance = Balance()
        surveyed.record.balance.found = found
        surveyed.record.balance.copies = found
        surveyed.duplicateOf = original
        survey.files.append(surveyed)
    }

    private mutating func survey(_ file: DumpFile, place: Int) throws {
        var shape: Shape?
        switch try chooseShape(for: file, among: shapes, isStrict: isStrict) {
        case .fits(let fitting): shape = fitting
        case .unfit(let given, let fault):
            shape = given
            survey.unfitFile = survey.unfitFile ?? fault
        case .nothing: break
        }
        let cleaner = shape.map(RecordCleaner.init)
        var record = FileRecord(
            run: 0, name: file.name, byteCount: 0, digest: genesisDigest,
            shape: shape?.name ?? "", balance: Balance(), nonstandardLiterals: 0)
        // Without a shape the file holds no element: any plan will do to say what it holds instead.
        let plan = (cleaner ?? RecordCleaner(Shape.builtIn[0])).plan
        var splitter = RecordSplitter(plan, isStrict: isStrict)
        var end: Int64 = 0
        let firstReject = survey.rejects.count
        let reading = try readSlabs(file) { slab, isLast in
            try progress(Int64(slab.count))
            end += Int64(slab.count)
            splitter.feed(slab[...], isLast: isLast) { event, window, offset in
                take(event, window, offset, place, file.name, cleaner, &record)
            }
        }
        if let fault = reading.fault {
            let bytes =
                fault == .notGzip || fault == .lfsPointer
                ? try reading.source.read(at: 0, count: ParseLimit.recordBytes) : []
            let offset = bytes.isEmpty ? end : 0
            reject(fault, bytes, offset, file.name, nil, &record)
        }
        try placeInSource(reading.source, file.name, firstReject)
        record.byteCount = reading.byteCount
        record.digest = reading.digest
        survey.files.append(
            SurveyedFile(
                record: record, cleaner: cleaner, source: reading.source,
                isEmpty: splitter.isEmpty && reading.fault == nil))
    }

    /// Offsets in a transcoded stream, or in one put together of pieces, become those of the source.
    func placeInSource(_ source: ByteSource, _ name: String, _ firstReject: Int) throws {
        guard source.hasOtherPlaces else { return }
        for index in firstReject..<survey.rejects.count {
            let row = survey.rejects[index]
            (survey.rejects[index].offset, survey.rejects[index].length) =
                try source.place(row.offset, row.length)
        }
        for (id, product) in survey.products {
            for (index, row) in product.objects.enumerated() where row.file == name {
                let place = try source.place(row.offset, row.length)
                survey.products[id]?.objects[index].offset = place.offset
                survey.products[id]?.objects[index].length = place.length
            }
        }
    }

    mutating func take(
        _ event: RecordSplitter.Event, _ window: RawSpan, _ offset: Int64, _ place: Int,
        _ name: String, _ cleaner: RecordCleaner?, _ record: inout FileRecord
    ) {
        switch event {
        case .reject(let reason, let range):
            let bytes = window.extracting(range).withUnsafeBytes { Array($0) }
            reject(reason, bytes, offset + Int64(range.lowerBound), name, nil, &record)
        case .unit(let unit):
            guard let cleaner else {
                preconditionFailure("a file without a shape has no element")
            }
            record.nonstandardLiterals += Int64(unit.nonstandardLiterals)
            for index in unit.records.indices {
                take(index, unit, window, offset, place, name, cleaner, &record)
            }
            for index in unit.products.indices {
                takeProduct(index, unit, window, offset, place, name, cleaner, &record)
            }
        }
    }

    private mutating func take(
        _ index: Int, _ unit: ExtractedUnit, _ window: RawSpan, _ offset: Int64, _ place: Int,
        _ name: String, _ cleaner: RecordCleaner, _ record: inout FileRecord
    ) {
        let range = unit.records[index].range
        let context = cleaner.context(ofRecord: index, of: unit, window: window)
        var cleaned = cleaner.clean(record: index, of: unit, context: context, window: window)
        if let fault = unit.records[index].fault { cleaned.fault = (fault, "") }
        take(
            cleaned, window.extracting(range), context.bytes, offset + Int64(range.lowerBound),
            place, name, cleaner, &record)
    }

    /// Enters a cleaned record as a candidate, or as a reject.
    mutating func take(
        _ cleaned: CleanedRecord, _ payload: RawSpan, _ context: [UInt8], _ offset: Int64,
        _ place: Int, _ name: String, _ cleaner: RecordCleaner, _ record: inout FileRecord
    ) {
        let identity = identify(cleaned, placeholders: cleaner.shape.placeholders)
        if let fault = cleaned.fault {
            noteRejected(cleaned, identity, fault, place, cleaner)
            let bytes = payload.withUnsafeBytes { Array($0) }
            reject(
                fault.reason, bytes, offset, name, (fault.field, cleaned.productID, context),
                &record)
            return
        }
        guard let product = cleaned.productID, let identity else {
            preconditionFailure("a record without a product has a fault")
        }
        let candidate = Candidate(
            identity: identity, content: cleaned.values.contentDigest,
            payload: payloadDigest(payload, context: context),
            sourceTime: cleaned.values.updatedAt ?? cleaned.values.createdAt,
            helpfulVotes: cleaned.values.helpfulVotes ?? 0, file: Int32(place),
            offset: offset, length: Int32(payload.byteCount), context: contextNumber(context))
        record.balance.found += 1
        survey.profile.records += 1
        if let rating = cleaned.values.rating {
            survey.profile.rated += 1
            survey.profile.ratingSum += rating
        }
        if cleaned.values.title == nil, cleaned.values.body == nil {
            survey.profile.withoutText += 1
        }
        enter(product, place, cleaner) { surveyed in
            surveyed.candidates.append(candidate)
            for (attribute, value) in cleaned.attributes {
                surveyed.attributes[attribute, default: AttributeTally()]
                    .add(value, rank: .review, sourceTime: candidate.sourceTime)
            }
        }
    }

    /// Enters a product as named by the dump.
    private func enter(
        _ product: Text, _ place: Int, _ cleaner: RecordCleaner,
        _ change: (inout SurveyedProduct) -> Void
    ) {
        let kind = cleaner.shape.holdsProducts ? nil : cleaner.shape.identityKind
        change(&survey.products[product, default: SurveyedProduct(kind: kind, file: place)])
        guard let kind else { return }
        if survey.products[product]?.kind == nil { survey.products[product]?.kind = kind }
        if survey.products[product]?.kind != kind {
            survey.products[product]?.hasMixedKinds = true
        }
    }

    private func contextNumber(_ context: [UInt8]) -> Int32 {
        if survey.contexts[survey.contexts.count - 1] != context {
            if context.isEmpty { return 0 }
            survey.contexts.append(context)
        }
        return Int32(survey.contexts.count - 1)
    }

    private func noteRejected(
        _ cleaned: CleanedRecord, _ identity: Identity?,
        _ fault: (reason: RejectReason, field: String), _ place: Int, _ cleaner: RecordCleaner
    ) {
        guard let product = cleaned.productID else {
            survey.hasRejectWithoutProduct = true
            return
        }
        // The identity holds only where none of its own parts is what cannot be read.
        let isKnown = identity.map { identity in
            if identity.kind == .source { return !fault.field.isEmpty }
            return !identity.isNumbered && cleaned.faultCount == 1
                && ["rating", "verified", "helpful_votes"].contains(fault.field)
        }
        enter(product, place, cleaner) { surveyed in
            if let identity, isKnown == true {
                surveyed.rejectedIdentities.insert(identity.digest)
            } else {
                surveyed.hasUnreadableIdentity = true
            }
        }
    }

    private mutating func reject(
        _ reason: RejectReason, _ bytes: [UInt8], _ offset: Int64, _ file: String,
        _ place: (field: String, product: Text?, context: [UInt8])?, _ record: inout FileRecord
    ) {
        record.balance.found += 1
        record.balance.rejected += 1
        if place == nil { survey.hasRejectWithoutProduct = true }
        var row = RejectRow(
            digest: Digest128([UInt8](repeating: 0, count: 16)), occurrence: 0, run: 0, file: file,
            offset: offset, length: Int64(bytes.count), reason: reason,
            field: place?.field ?? "", productID: place?.product, shape: record.shape,
            payload: bytes, context: place?.context ?? [])
        row.digest = row.computedDigest
        row.occurrence = occurrences[row.digest, default: 0]
        occurrences[row.digest] = row.occurrence + 1
        survey.rejects.append(row)
    }

    private mutating func takeProduct(
        _ index: Int, _ unit: ExtractedUnit, _ window: RawSpan, _ offset: Int64, _ place: Int,
        _ name: String, _ cleaner: RecordCleaner, _ record: inout FileRecord
    ) {
        let product = unit.products[index]
        let cleaned = cleaner.clean(product: index, of: unit, window: window)
        guard let id = cleaned.productID else {
            // Its reviews are rejects already; an object without any is one itself.
            if product.records.isEmpty {
                let bytes = window.extracting(product.range).withUnsafeBytes { Array($0) }
                let start = offset + Int64(product.range.lowerBound)
                reject(.noProduct, bytes, start, name, ("product_id", nil, []), &record)
                survey.hasRejectWithoutProduct = true
            }
            return
        }
        if let total = cleaned.total, total > Int64(product.records.count) {
            survey.shortTotals += 1
        }
        if product.holdsList { survey.filesWithProducts.insert(place) }
        let object = productRaw(product, id, window, offset, name)
        enter(id, place, cleaner) { surveyed in
            // Without a list it says nothing of its reviews: none of them is gone for it.
            if !product.holdsList { surveyed.hasUnreadableIdentity = true }
            if let object { surveyed.objects.append(object) }
            for (attribute, value) in cleaned.attributes {
                surveyed.attributes[attribute, default: AttributeTally()]
                    .add(value, rank: .enclosing, sourceTime: nil)
            }
        }
    }

    /// The product's object without its list of reviews, members byte for byte.
    private func productRaw(
        _ product: ExtractedUnit.Product, _ id: Text, _ window: RawSpan, _ offset: Int64,
        _ name: String
    ) -> ProductRawRow? {
        guard !product.members.isEmpty else { return nil }
        var bytes = Array("{".utf8)
        for member in product.members {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            window.extracting(member).withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        bytes.append(UInt8(ascii: "}"))
        return ProductRawRow(
            productKey: 0, productID: id, digest: payloadDigest(bytes.span.bytes, context: []),
            run: 0, file: name, offset: offset + Int64(product.range.lowerBound),
            length: Int64(product.range.count), payload: bytes)
    }
}

/// Files with the bytes of an earlier one, by place; only files of equal size are read for it.
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
