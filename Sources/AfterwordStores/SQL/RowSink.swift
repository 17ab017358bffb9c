import AfterwordCore

/// Receives the columns of a row in the order of its table, one call for each column. Implemented
/// by SQLite's bound statements and by Postgres' COPY.
///
/// Bytes passed to `add(text:)` and `add(blob:)` must stay at their address until the row is
/// written: a sink may read them then. Bytes that are only borrowed for the call go to
/// `add(copyOfText:)` and `add(copyOfBlob:)`.
protocol RowSink {
    /// Adds an integer; nil for NULL.
    mutating func add(_ number: Int64?)
    /// Adds a boolean; nil for NULL.
    mutating func add(flag: Bool?)
    /// Adds UTF-8 that stays where it is until the row is written; nil for NULL.
    mutating func add(text: BorrowedBytes?)
    /// Adds bytes that stay where they are until the row is written.
    mutating func add(blob: BorrowedBytes)
    /// Adds NULL to a column of bytes.
    mutating func addNullBlob()
    /// Adds UTF-8 that is valid only during the call.
    mutating func add(copyOfText: BorrowedBytes)
    /// Adds bytes that are valid only during the call.
    mutating func add(copyOfBlob: BorrowedBytes)
}

extension RowSink {
    @inline(__always)
    mutating func add(_ text: Text?) {
        guard let text else { return add(text: nil) }
        text.bytes.lend { add(copyOfText: $0) }
    }

    @inline(__always)
    mutating func add(_ text: String) { text.lend { add(copyOfText: $0) } }

    @inline(__always)
    mutating func add(optional text: String?) {
        guard let text else { return add(text: nil) }
        add(text)
    }

    /// Adds the raw value of a word.
    @inline(__always)
    mutating func add<Word: RawRepresentable>(word: Word) where Word.RawValue == String {
        add(word.rawValue)
    }

    @inline(__always)
    mutating func add(_ instant: Instant?) { add(instant?.microseconds) }

    @inline(__always)
    mutating func add(_ digest: Digest128) { digest.withBytes { add(copyOfBlob: $0) } }

    @inline(__always)
    mutating func add(_ digest: Digest256) { digest.withBytes { add(copyOfBlob: $0) } }

    @inline(__always)
    mutating func add(optionalBlob bytes: [UInt8]?) {
        guard let bytes else { return addNullBlob() }
        add(blob: bytes)
    }

    @inline(__always)
    mutating func add(blob bytes: [UInt8]) { bytes.lend { add(copyOfBlob: $0) } }
}

/// A sink that copies all bytes, in front of one that may not: for rows whose bytes are only
/// borrowed for the call.
struct CopyingSink<Base: RowSink>: RowSink {
    var base: Base

    init(_ base: Base) { self.base = base }

    mutating func add(_ number: Int64?) { base.add(number) }
    mutating func add(flag: Bool?) { base.add(flag: flag) }
    mutating func add(text: BorrowedBytes?) {
        if let text { base.add(copyOfText: text) } else { base.add(text: nil) }
    }
    mutating func add(blob: BorrowedBytes) { base.add(copyOfBlob: blob) }
    mutating func addNullBlob() { base.addNullBlob() }
    mutating func add(copyOfText text: BorrowedBytes) { base.add(copyOfText: text) }
    mutating func add(copyOfBlob bytes: BorrowedBytes) { base.add(copyOfBlob: bytes) }
}

/// A row of a table, encoded once for both stores.
protocol TableRow {
    /// Adds the columns in the order of the table.
    func encode(into row: inout some RowSink)
}
