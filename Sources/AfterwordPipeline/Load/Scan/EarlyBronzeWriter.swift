import AfterwordCore

/// Collects the records of a store's first load, and queues them for bronze while the dump is being
/// read.
///
/// Used by the scanning thread alone; the thread that opened the load writes them
/// (`StoreExecutor`).
final class EarlyBronzeWriter {
    private let executor: StoreExecutor
    private var batch: Gathered
    private var written: [StoreExecutor.Answer<Void>] = []

    private let batchRows: Int
    private let batchBytes: Int

    init(_ executor: StoreExecutor, run: Int64, batchRows: Int, batchBytes: Int) {
        self.executor = executor
        self.batchRows = batchRows
        self.batchBytes = batchBytes
        batch = Gathered(run: run)
    }

    /// The batch being collected, and the index of the file of its last record; -1 for none.
    private struct Gathered {
        var records: StagedRecords
        private var file: Int32 = -1

        init(run: Int64) { records = StagedRecords(run: run) }

        mutating func add(
            _ candidate: Candidate, key: Int64, bytes: RawSpan, context: [UInt8],
            of cursor: borrowing FileCursor
        ) {
            if file != candidate.file {
                records.files.append((cursor.name, cursor.record.shape))
                file = candidate.file
            }
            if records.contexts.last != context { records.contexts.append(context) }
            records.records.append(
                StagedRecords.Record(
                    rawKey: key, identity: candidate.identity.digest, payload: candidate.payload,
                    file: Int32(records.files.count - 1),
                    context: Int32(records.contexts.count - 1), offset: candidate.offset,
                    payloadStart: Int32(records.payloads.count),
                    payloadLength: Int32(bytes.byteCount)))
            bytes.lend { records.payloads.append(contentsOf: $0) }
        }

        func isFull(rows: Int, bytes: Int) -> Bool {
            records.records.count >= rows || records.payloads.count >= bytes
        }

        /// Starts a new batch.
        ///
        /// - Returns: The collected one.
        mutating func take() -> StagedRecords {
            let full = records
            self = Gathered(run: full.run)
            // Reserve 1/16 more than the last batch used: an array that grows at its end doubles
            // its capacity.
            records.payloads.reserveCapacity(full.payloads.count + full.payloads.count / 16)
            records.records.reserveCapacity(full.records.count + full.records.count / 16)
            return full
        }
    }

    /// Adds a record, if there is a bronze key for it.
    ///
    /// - Parameters:
    ///   - number: Its number among the records of the dump, from 0.
    ///   - bytes: Its payload.
    /// - Returns: Whether the record was staged.
    /// - Throws: The failure of an earlier batch.
    func add(
        _ candidate: Candidate, number: Int, bytes: RawSpan, context: [UInt8],
        of cursor: borrowing FileCursor
    ) throws -> Bool {
        let key = Int64(number) + 1
        guard StagedRecords.keys.contains(key) else { return false }
        batch.add(candidate, key: key, bytes: bytes, context: context, of: cursor)
        if batch.isFull(rows: batchRows, bytes: batchBytes) { try flush() }
        return true
    }

    private func flush() throws {
        if batch.records.records.isEmpty { return }
        let full = batch.take()
        written.append(executor.later { try $0.append(staged: full) })
        while let first = written.first, written.count > 4 || first.isThere {
            try written.removeFirst().get()
        }
    }

    /// Queues the last batch, and waits until all are written.
    func finish() throws {
        try flush()
        for answer in written { try answer.get() }
        written = []
    }
}
