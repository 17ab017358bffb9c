import AfterwordCore

/// The records of a scanned dump, read and cleaned again one by one, where their values are needed.
///
/// The same record always has the same values: what it keeps are caches. Used by the deciding
/// thread alone; `NewReviewBuilder` reads many records at once, on all cores.
final class DumpRecords {
    private let dumpIndex: DumpIndex
    private let shapes: [Shape]
    /// By name: the cleaners of the dump's own shapes, and of other shapes met so far.
    private var cleaners: [String: RecordCleaner] = [:]
    /// By cleaner, what it learned of how records are written, to clean the next ones faster.
    private var learnt: [ObjectIdentifier: RecordCleaner.Again] = [:]
    /// The record read last: its bytes are often stored, then cleaned.
    private var lastPayload: (file: Int32, offset: Int64, bytes: [UInt8])?

    /// - Parameter shapes: The given and built-in shapes, for records of earlier dumps.
    init(_ dumpIndex: DumpIndex, shapes: [Shape]) {
        self.dumpIndex = dumpIndex
        self.shapes = shapes + Shape.builtIn
        for file in dumpIndex.files {
            if let cleaner = file.cleaner { cleaners[cleaner.shape.name] = cleaner }
        }
    }

    /// The file's row of the ledger.
    ///
    /// - Parameter file: Index of the file in the dump.
    func file(_ file: Int32) -> FileRecord { dumpIndex.files[Int(file)].record }

    /// What a file's name says of its time, where that differs between the files of the dump.
    func writtenDate(_ file: Int32) -> String? { dumpIndex.files[Int(file)].writtenDate }

    /// The greatest number of reviews of a product that a dump of the file's shape holds; nil
    /// where it is not capped.
    func window(_ file: Int32) -> Int? { dumpIndex.files[Int(file)].cleaner?.shape.window }

    /// Whether the file's shape maps authors: only then does a record without one have none.
    func namesAuthors(_ file: Int32) -> Bool {
        dumpIndex.files[Int(file)].cleaner?.shape.authorID != nil
    }

    /// The author names of a file that stand for no author.
    func placeholders(_ file: Int32) -> Set<Text> {
        dumpIndex.files[Int(file)].cleaner?.shape.placeholders ?? []
    }

    /// Whether the dump marks reviews as deleted.
    var marksDeletions: Bool { !dumpIndex.deletionMarks.isEmpty }

    /// What the file's shape says about which reviews are one.
    func distinctRules(_ file: Int32) -> DistinctRules {
        dumpIndex.files[Int(file)].cleaner?.shape.distinctRules ?? DistinctRules()
    }

    /// The mapped fields that enclosed a record; empty for none.
    func context(of candidate: Candidate) -> [UInt8] {
        dumpIndex.contexts[Int(candidate.context)]
    }

    /// Where a record lies in its source file.
    ///
    /// - Throws: `InputFault` where the file cannot be read.
    func place(of candidate: Candidate) throws -> (offset: Int64, length: Int64) {
        let source = dumpIndex.files[Int(candidate.file)].source
        return try source?.place(candidate.offset, Int64(candidate.length))
            ?? (candidate.offset, Int64(candidate.length))
    }

    /// The bytes of a record.
    ///
    /// - Throws: `InputFault.changedWhileRead` where they differ from what the scan read.
    func payload(of candidate: Candidate) throws -> [UInt8] {
        if let last = lastPayload, last.file == candidate.file, last.offset == candidate.offset {
            return last.bytes
        }
        let file = try source(candidate.file)
        let bytes = try file.source.read(at: candidate.offset, count: Int(candidate.length))
        let digest = payloadDigest(bytes.span.bytes, context: context(of: candidate))
        guard digest == candidate.payload else {
            throw InputFault.changedWhileRead(file.name)
        }
        lastPayload = (candidate.file, candidate.offset, bytes)
        return bytes
    }

    /// A record, cleaned, with the fields that its shape maps.
    ///
    /// - Throws: As `payload(of:)`.
    func record(of candidate: Candidate) throws -> (record: CleanedRecord, reading: Reading) {
        let cleaner = try source(candidate.file).cleaner
        let record = clean(
            try payload(of: candidate), context: context(of: candidate), by: cleaner)
        return (record, cleaner.reading(record))
    }

    /// What ranks a record within its duplicate group.
    ///
    /// - Throws: As `payload(of:)`.
    func precedence(of candidate: Candidate) throws -> Precedence {
        let values = try record(of: candidate).record.values
        return Precedence(
            content: values.contentDigest, sourceTime: values.sourceTime,
            helpfulVotes: values.helpfulVotes ?? 0)
    }

    /// Parses a record that was recognized by its bytes, because other records name the same
    /// review.
    ///
    /// - Throws: `InputFault.changedWhileRead`.
    func candidate(_ met: MetRecord) throws -> Candidate {
        let file = try source(Int32(met.file))
        let bytes = try file.source.read(at: met.offset, count: met.length)
        let record = clean(bytes, context: [], by: file.cleaner)
        guard payloadDigest(bytes.span.bytes, context: []) == met.payload,
            let identity = file.cleaner.identity(of: record)
        else { throw InputFault.changedWhileRead(file.name) }
        return Candidate(
            identity: identity, payload: met.payload, file: Int32(met.file), offset: met.offset,
            length: Int32(met.length), context: 0)
    }

    /// A stored payload, cleaned with today's shape and rules. Nil where its shape is unknown, or
    /// where today's rules reject it: records are then compared with the stored values.
    func reading(of stored: RawPayload) -> Reading? {
        guard let cleaner = cleaners[stored.shape] ?? cleaner(ofShape: stored.shape) else {
            return nil
        }
        let record = clean(stored.payload, context: stored.context, by: cleaner)
        return record.fault == nil && !record.isLeftOut ? cleaner.reading(record) : nil
    }

    /// Whether a shape is one of the dump's, given, built in, or taken before.
    func knowsShape(_ name: String) -> Bool {
        cleaners[name] != nil || cleaner(ofShape: name) != nil
    }

    /// Takes a shape as it was last used in the store. A document that this program cannot read,
    /// from a newer one, leaves the shape unknown.
    func take(_ name: String, storedAs document: String) {
        do throws(ShapeFault) {
            cleaners[name] = RecordCleaner(
                try Shape(parsing: Array(document.utf8)).withZones(), dumpIndex.rules)
        } catch {}
    }

    private func cleaner(ofShape name: String) -> RecordCleaner? {
        guard let shape = shapes.first(where: { $0.name == name }) else { return nil }
        let cleaner = RecordCleaner(shape, dumpIndex.rules)
        cleaners[name] = cleaner
        return cleaner
    }

    private func source(
        _ file: Int32
    ) throws -> (name: String, source: ByteSource, cleaner: RecordCleaner) {
        let file = dumpIndex.files[Int(file)]
        guard let source = file.source, let cleaner = file.cleaner else {
            preconditionFailure("a read file has a source and a cleaner")
        }
        return (file.record.name, source, cleaner)
    }

    private func clean(
        _ payload: [UInt8], context: [UInt8], by cleaner: RecordCleaner
    ) -> CleanedRecord {
        learnt[ObjectIdentifier(cleaner), default: RecordCleaner.Again(cleaner)]
            .clean(payload: payload, context: context)
    }
}
