package import AfterwordCore

/// Records of a store's first load on their way to bronze while the dump is still being read, in one batch of columns.
///
/// What they are to reviews is decided later. Nearly every one becomes the first record of a review, which then points at it
/// (`ReviewRow.firstRawKey`) and tells its product; of the others the load says where they belong (`StagedMove`).
package struct StagedRecords: Sendable {
    package struct Record: Sendable {
        package var rawKey: Int64
        package var identity: Digest128
        package var payload: Digest128
        package var file: Int32
        /// In `contexts`.
        package var context: Int32
        package var offset: Int64
        package var payloadStart: Int32
        package var payloadLength: Int32
    }

    /// Keys of such records are greater than 0 and less than those that reviews give theirs.
    package static let keys = 1..<reviewKeys(ofProduct: 1).lowerBound

    package var run: Int64
    package var records: [Record] = []
    /// The bytes of all records.
    package var payloads: [UInt8] = []
    /// Names of files and of the shapes they were read by.
    package var files: [(name: String, shape: String)] = []
    /// What enclosed them.
    package var contexts: [[UInt8]] = []

    package init(run: Int64) { self.run = run }
}

/// What becomes of a record that went ahead and is no review's first: it gets another key and its product, or was there twice.
package struct StagedMove: Equatable, Sendable {
    package var rawKey: Int64
    /// Nil for a record that is not kept.
    package var newKey: Int64?
    package var productKey: Int64

    package init(rawKey: Int64, newKey: Int64?, productKey: Int64) {
        self.rawKey = rawKey
        self.newKey = newKey
        self.productKey = productKey
    }
}
