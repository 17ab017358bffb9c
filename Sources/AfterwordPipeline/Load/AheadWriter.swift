import AfterwordCore

/// Gathers a first load's records and hands them to the store while the dump is still being read.
final class AheadWriter {
    private let lane: StoreLane
    private var batch: AheadRecords
    private var written: [StoreLane.Answer<Void>] = []
    private var file: Int32 = -1

    private let batchRows: Int
    private let batchBytes: Int

    init(_ lane: StoreLane, run: Int64, batchRows: Int, batchBytes: Int) {
        self.lane = lane
        self.batchRows = batchRows
        self.batchBytes = batchBytes
        batch = AheadRecords(run: run)
    }

    /// Takes a record, if there is a key for it.
    ///
    /// - Parameter number: Its number among the records of the dump, from 0.
    /// - Returns: Whether it was taken.
    func add(
        _ number: Int, identity: Digest128, payload: Digest128, bytes: RawSpan, offset: Int64,
        file: (place: Int, name: String, shape: String), context: [UInt8]
    ) throws -> Bool {
        let key = Int64(number) + 1
        guard AheadRecords.keys.contains(key) else { return false }
        if self.file != Int32(file.place) || batch.files.isEmpty {
            batch.files.append((file.name, file.shape))
            self.file = Int32(file.place)
        }
        if batch.contexts.last != context { batch.contexts.append(context) }
        batch.records.append(
            AheadRecords.Record(
                rawKey: key, identity: identity, payload: payload,
                file: Int32(batch.files.count - 1), context: Int32(batch.contexts.count - 1),
                offset: offset, payloadStart: Int32(batch.payloads.count),
                payloadLength: Int32(bytes.byteCount)))
        bytes.lend { batch.payloads.append(contentsOf: $0) }
        if batch.records.count >= batchRows || batch.payloads.count >= batchBytes {
            try flush()
        }
        return true
    }

    private func flush() throws {
        if batch.records.isEmpty { return }
        let full = batch
        batch = AheadRecords(run: full.run)
        // A little more: one that grows at its end takes twice its room.
        batch.payloads.reserveCapacity(full.payloads.count + full.payloads.count / 16)
        batch.records.reserveCapacity(full.records.count + full.records.count / 16)
        written.append(lane.later { try $0.append(ahead: full) })
        while let first = written.first, written.count > 4 || first.isThere {
            try written.removeFirst().get()
        }
    }

    /// Hands over what is left, and waits until all is written.
    func finish() throws {
        try flush()
        for answer in written { try answer.get() }
        written = []
    }
}
