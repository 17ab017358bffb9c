import AfterwordCore

/// A file of a dump while its records are read: which file it is, how it is read, and its counts.
struct FileCursor {
    /// Index of the file in the dump.
    let place: Int
    let name: String
    /// Nil where no shape fits the file: nothing of it is read but rejects.
    let cleaner: RecordCleaner?
    /// The identity kind of the file's reviews; nil where its shape holds products.
    let kind: IdentityKind?
    /// The file's row of the ledger: its name, digest, shape and balance.
    var record: FileRecord
    /// What the file's records say about the fields of its shape.
    var fields = FieldCounts()
    /// Offset of the current window in the stream that is read.
    var offset: Int64 = 0

    init(_ place: Int, _ name: String, _ cleaner: RecordCleaner?) {
        self.place = place
        self.name = name
        self.cleaner = cleaner
        kind = cleaner.flatMap { $0.shape.holdsProducts ? nil : $0.shape.identityKind }
        record = FileRecord(
            run: 0, name: name, byteCount: 0, digest: genesisDigest,
            shape: cleaner?.shape.name ?? "", balance: Balance(), nonstandardLiterals: 0)
    }
}
