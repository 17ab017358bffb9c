package import AfterwordCore

/// The values of one column of a batch, as Arrow lays them out: all numbers, or all bytes with the
/// place where each value ends, and a bit for each value that is there.
package struct ArrowColumn: Sendable {
    package let type: ArrowType
    /// Values of numbers, instants and decimals; 0 and 1 of flags.
    private var numbers: [Int64] = []
    /// Values of texts and bytes, one after another.
    private var content: [UInt8] = []
    private var ends: [Int32] = []
    private var validity: [UInt8] = []
    package private(set) var count = 0
    package private(set) var nullCount = 0

    package init(_ type: ArrowType) { self.type = type }

    private var hasBytes: Bool { type == .text || type == .bytes }

    /// Bytes held for values, about.
    package var byteCount: Int { content.count + numbers.count * 8 }

    package mutating func removeAll() {
        numbers.removeAll(keepingCapacity: true)
        content.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        validity.removeAll(keepingCapacity: true)
        (count, nullCount) = (0, 0)
    }

    private mutating func mark(_ isThere: Bool) {
        if count & 7 == 0 { validity.append(0) }
        if isThere { validity[count >> 3] |= 1 << UInt8(count & 7) } else { nullCount += 1 }
        count += 1
    }

    /// Appends a number, an instant, the parts of a decimal, or 0 or 1 for a flag; nil for NULL.
    package mutating func append(_ number: Int64?) {
        precondition(!hasBytes, "a number is no text")
        mark(number != nil)
        numbers.append(number ?? 0)
    }

    /// Appends a text or bytes; nil for NULL.
    package mutating func append(_ bytes: BorrowedBytes?) {
        precondition(hasBytes, "a text is no number")
        mark(bytes != nil)
        if let bytes { content.append(contentsOf: bytes) }
        ends.append(Int32(content.count))
    }

    /// Whether the value of a row is there.
    package func holds(_ row: Int) -> Bool { validity[row >> 3] & 1 << UInt8(row & 7) != 0 }

    /// The number of a row; 0 for NULL.
    package func number(_ row: Int) -> Int64 { numbers[row] }

    /// The bytes of a row; none for NULL.
    package func bytes(_ row: Int) -> ArraySlice<UInt8> {
        content[(row == 0 ? 0 : Int(ends[row - 1]))..<Int(ends[row])]
    }

    /// The column's buffers, in Arrow's order.
    var buffers: [[UInt8]] {
        let validity = nullCount == 0 ? [] : validity
        switch type {
        case .number, .instant: return [validity, Self.bytes(of: numbers)]
        case .decimal:
            var wide: [Int64] = []
            wide.reserveCapacity(numbers.count * 2)
            for number in numbers {
                wide.append(number)
                wide.append(number < 0 ? -1 : 0)
            }
            return [validity, Self.bytes(of: wide)]
        case .flag:
            var bits = [UInt8](repeating: 0, count: (count + 7) / 8)
            for (row, number) in numbers.enumerated() where number != 0 {
                bits[row >> 3] |= 1 << UInt8(row & 7)
            }
            return [validity, bits]
        case .text, .bytes: return [validity, Self.bytes(of: [0] + ends), content]
        }
    }

    /// The numbers in the byte order of this machine: every one that Swift runs on has the lowest
    /// byte first, as Arrow.
    private static func bytes<Number: BitwiseCopyable>(of numbers: [Number]) -> [UInt8] {
        var bytes: [UInt8] = []
        numbers.span.bytes.lend { bytes.append(contentsOf: $0) }
        return bytes
    }
}
