/// A table of a flatbuffer, as a tree: the metadata of Arrow's messages are small.
struct FlatTable {
    /// The fields that are there, by their place in the schema.
    var fields: [FlatField]

    init(_ fields: (slot: Int, value: FlatValue)...) {
        self.fields = fields.map { FlatField(slot: $0.slot, value: $0.value) }
    }

    /// The flatbuffer whose root the table is. Its length is a multiple of 8.
    var buffer: [UInt8] {
        var writer = FlatWriter()
        writer.bytes = [0, 0, 0, 0]
        writer.reference(at: 0, to: writer.write(self))
        writer.pad(to: 8)
        return writer.bytes
    }
}

/// A field of a table: its place in the schema, and what it holds.
struct FlatField {
    var slot: Int
    var value: FlatValue
}

/// What a field of a table holds.
indirect enum FlatValue {
    case byte(UInt8)
    case short(Int16)
    case int(Int32)
    case long(Int64)
    case text(String)
    case table(FlatTable)
    case tables([FlatTable])
    /// A vector of structs whose greatest number has 8 bytes.
    case structs(count: Int, [UInt8])
}

extension FlatValue {
    /// Size of the value in its table; what is longer stands elsewhere, and an offset of 4 bytes in
    /// the table.
    fileprivate var size: Int {
        switch self {
        case .byte: 1
        case .short: 2
        case .long: 8
        case .int, .text, .table, .tables, .structs: 4
        }
    }
}

/// Writes from front to back: what a table refers to follows it, so that offsets are positive.
private struct FlatWriter {
    var bytes: [UInt8] = []

    mutating func pad(to size: Int) {
        while !bytes.count.isMultiple(of: size) { bytes.append(0) }
    }

    /// Writes the table with all that it refers to.
    ///
    /// - Returns: Where it begins.
    mutating func write(_ table: FlatTable) -> Int {
        let fields = table.fields.sorted { $0.slot < $1.slot }
        var (places, end): ([Int], Int) = ([], 4)
        for field in fields {
            let size = field.value.size
            end = (end + size - 1) / size * size
            places.append(end)
            end += size
        }
        // The table of places stands before the table: its size, the table's, and each field's
        // place, zero for one that is not there.
        var vtable = [UInt16](repeating: 0, count: 2 + (fields.last.map { $0.slot + 1 } ?? 0))
        (vtable[0], vtable[1]) = (UInt16(vtable.count * 2), UInt16(end))
        for (field, place) in zip(fields, places) { vtable[2 + field.slot] = UInt16(place) }
        pad(to: 2)
        let first = bytes.count
        for number in vtable { appendLittle(number, to: &bytes) }
        pad(to: 8)
        let start = bytes.count
        appendLittle(Int32(start - first), to: &bytes)
        for (field, place) in zip(fields, places) {
            while bytes.count < start + place { bytes.append(0) }
            append(field.value)
        }
        for (field, place) in zip(fields, places) { refer(from: start + place, to: field.value) }
        return start
    }

    private mutating func append(_ value: FlatValue) {
        switch value {
        case .byte(let number): bytes.append(number)
        case .short(let number): appendLittle(number, to: &bytes)
        case .int(let number): appendLittle(number, to: &bytes)
        case .long(let number): appendLittle(number, to: &bytes)
        case .text, .table, .tables, .structs: appendLittle(Int32(0), to: &bytes)
        }
    }

    /// Writes what a field refers to, and the offset to it.
    private mutating func refer(from place: Int, to value: FlatValue) {
        switch value {
        case .byte, .short, .int, .long: break
        case .text(let text):
            pad(to: 4)
            reference(at: place, to: bytes.count)
            appendLittle(Int32(text.utf8.count), to: &bytes)
            bytes += Array(text.utf8) + [0]
        case .table(let table): reference(at: place, to: write(table))
        case .tables(let tables):
            pad(to: 4)
            reference(at: place, to: bytes.count)
            appendLittle(Int32(tables.count), to: &bytes)
            let first = bytes.count
            for _ in tables { appendLittle(Int32(0), to: &bytes) }
            for (number, table) in tables.enumerated() {
                reference(at: first + number * 4, to: write(table))
            }
        case .structs(let count, let structs):
            pad(to: 4)
            // The structs begin at a multiple of 8, behind their number.
            if bytes.count.isMultiple(of: 8) { appendLittle(Int32(0), to: &bytes) }
            reference(at: place, to: bytes.count)
            appendLittle(Int32(count), to: &bytes)
            bytes += structs
        }
    }

    mutating func reference(at place: Int, to target: Int) {
        var offset: [UInt8] = []
        appendLittle(Int32(target - place), to: &offset)
        bytes.replaceSubrange(place..<place + 4, with: offset)
    }
}

/// Appends the bytes of a number, the lowest first.
func appendLittle<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
    }
}
