/// Reads numbers of seven bits a byte, the lowest first (`Int.appendVariable`).
struct VariableNumbers {
    private let bytes: [UInt8]
    private let bits: Int
    private var start = 0

    /// - Parameter bits: The most bits that a number may have; at most 63.
    init(_ bytes: [UInt8], bits: Int = 35) { (self.bytes, self.bits) = (bytes, bits) }

    var isAtEnd: Bool { start == bytes.count }

    var rest: [UInt8] { Array(bytes[start...]) }

    /// Nil at the end, and for a number that is cut off or has too many bits.
    mutating func next() -> Int? {
        var (number, shift) = (0, 0)
        while start < bytes.count, shift < bits {
            let byte = bytes[start]
            start += 1
            number |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
        return nil
    }

    mutating func skip(_ count: Int) -> Range<Int>? {
        guard count <= bytes.count - start else { return nil }
        defer { start += count }
        return start..<start + count
    }
}

extension Int {
    /// Appends a number that is not negative, seven bits a byte.
    func appendVariable(to bytes: inout [UInt8]) {
        var left = UInt64(self)
        while left >= 0x80 {
            bytes.append(UInt8(left & 0x7F) | 0x80)
            left >>= 7
        }
        bytes.append(UInt8(left))
    }
}
