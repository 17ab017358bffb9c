package import AfterwordCore

/// Records of a store's first load, written to bronze while the dump is still being read; one batch
/// in columns.
///
/// Whether they become reviews is decided later. Nearly every one becomes the first record of a
/// review, which then refers to it (`ReviewRow.firstRawKey`) and determines its product;
/// `StagedMove` says what becomes of the others.
package struct StagedRecords: Sendable {
    /// One record; its numbers refer to the columns of the batch.
    package struct Record: Sendable {
        package var rawKey: Int64
        package var identity: Digest128
        package var payload: Digest128
        /// Index in `files`.
        package var file: Int32
        /// Index in `contexts`.
        package var context: Int32
        /// Offset in the dump's file.
        package var offset: Int64
        /// Index in `payloads` of its first byte.
        package var payloadStart: Int32
        package var payloadLength: Int32

        package init(
            rawKey: Int64, identity: Digest128, payload: Digest128, file: Int32, context: Int32,
            offset: Int64, payloadStart: Int32, payloadLength: Int32
        ) {
            self.rawKey = rawKey
            self.identity = identity
            self.payload = payload
            self.file = file
            self.context = context
            self.offset = offset
            self.payloadStart = payloadStart
            self.payloadLength = payloadLength
        }
    }

    /// Keys of staged records: greater than 0, and less than any review's key.
    package static let keys = 1..<reviewKeys(ofProduct: 1).lowerBound

    package var run: Int64
    package var records: [Record] = []
    /// The bytes of all records, one after another.
    package var payloads: [UInt8] = []
    /// Names of files and of the shapes they were read by.
    package var files: [(name: String, shape: String)] = []
    /// Contexts of records.
    package var contexts: [[UInt8]] = []

    package init(run: Int64) { self.run = run }
}

/// What becomes of a staged record that is no review's first: it gets another key and its product,
/// or it is deleted as a duplicate.
package struct StagedMove: Equatable, Sendable {
    package var rawKey: Int64
    /// Nil for a record that is deleted.
    package var newKey: Int64?
    package var productKey: Int64

    package init(rawKey: Int64, newKey: Int64?, productKey: Int64) {
        self.rawKey = rawKey
        self.newKey = newKey
        self.productKey = productKey
    }
}
