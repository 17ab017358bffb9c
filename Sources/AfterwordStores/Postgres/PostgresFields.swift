import AfterwordCore

/// The fields of COPY BINARY one after another, where they lie: for what is asked of every review.
struct PostgresFields {
    private let message: UnsafeRawBufferPointer
    private var offset = 0

    init(_ message: UnsafeRawBufferPointer, hasHeader: Bool) {
        self.message = message
        // Eleven bytes of signature, four of flags, four of the length of what an extension adds.
        if hasHeader { offset = 19 + Int(read(Int32.self, at: 15)) }
    }

    private func read<Number: FixedWidthInteger>(_: Number.Type, at place: Int) -> Number {
        Number(bigEndian: message.loadUnaligned(fromByteOffset: place, as: Number.self))
    }

    /// Stands on the first field of the next row; false where none follows.
    mutating func beginRow() -> Bool {
        guard offset < message.count, read(Int16.self, at: offset) >= 0 else { return false }
        offset += 2
        return true
    }

    private mutating func next() -> UnsafeRawBufferPointer? {
        let length = Int(read(Int32.self, at: offset))
        offset += 4
        guard length >= 0 else { return nil }
        defer { offset += length }
        return UnsafeRawBufferPointer(rebasing: message[offset..<offset + length])
    }

    /// A whole number of eight bytes, or a boolean of one; nil for NULL.
    mutating func number() -> Int64? {
        next().map { field in
            field.count == 1
                ? Int64(field[0])
                : Int64(bigEndian: field.loadUnaligned(as: Int64.self))
        }
    }

    mutating func digest128() -> Digest128 {
        Digest128(next() ?? UnsafeRawBufferPointer(start: nil, count: 0))
    }
}
