/// Bytes borrowed for the duration of a call and read in place: texts and records on their way from
/// the scanner to digests and stores.
///
/// Every access is bounds-checked, in release builds too. Only the lender and code that passes
/// bytes to C use the address.
///
/// Public, because only public declarations are inlined into other modules, and these accesses run
/// once per byte.
public struct BorrowedBytes: RandomAccessCollection {
    /// The address, for the parser and the wire encoders; valid only while the bytes are borrowed.
    public let address: UnsafeRawBufferPointer

    @inlinable public init(_ address: UnsafeRawBufferPointer) { self.address = address }

    @inlinable public static var none: BorrowedBytes {
        BorrowedBytes(UnsafeRawBufferPointer(start: nil, count: 0))
    }

    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { address.count }
    @inlinable public var count: Int { address.count }

    @inlinable @inline(__always)
    public subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < address.count, "a borrowed byte is inside its bounds")
        return address[index]
    }

    /// A part of these bytes; the range counts from their first byte.
    @inlinable @inline(__always)
    public func part(_ range: Range<Int>) -> BorrowedBytes {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= address.count,
            "borrowed bytes are inside their bounds")
        return BorrowedBytes(UnsafeRawBufferPointer(rebasing: address[range]))
    }

    /// Eight bytes from `index` on, the first one in the lowest bits.
    @inlinable @inline(__always)
    public func word(at index: Int) -> UInt64 {
        precondition(index >= 0 && index &+ 8 <= address.count, "a word is inside its bounds")
        return UInt64(littleEndian: address.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// The index of the next byte from `start` on that equals `one` or `other`, searched eight
    /// bytes at a time; `endIndex` where there is none.
    func firstIndex(of one: UInt8, or other: UInt8, from start: Int = 0) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        let (all, others) = (ones &* UInt64(one), ones &* UInt64(other))
        var index = start
        while index &+ 8 <= count {
            let (first, second) = (word(at: index) ^ all, word(at: index) ^ others)
            let found = ((first &- ones) & ~first | (second &- ones) & ~second) & tops
            if found != 0 { return index &+ found.trailingZeroBitCount >> 3 }
            index &+= 8
        }
        while index < count, self[index] != one, self[index] != other { index &+= 1 }
        return index
    }

    /// Whether the bytes hold others.
    package func contains(_ others: [UInt8]) -> Bool {
        guard let first = others.first else { return true }
        var index = firstIndex(of: first, or: first)
        while index + others.count <= count {
            var same = 1
            while same < others.count, self[index &+ same] == others[same] { same &+= 1 }
            if same == others.count { return true }
            index = firstIndex(of: first, or: first, from: index + 1)
        }
        return false
    }

    public func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result? {
        try address.withMemoryRebound(to: UInt8.self, body)
    }
}

extension Array where Element == UInt8 {
    /// Calls `body` with the bytes, borrowed for the call.
    package func lend<Result>(_ body: (BorrowedBytes) throws -> Result) rethrows -> Result {
        try withUnsafeBytes { try body(BorrowedBytes($0)) }
    }

    /// Copies all bytes at once, which the generic overload does not.
    package mutating func append(contentsOf bytes: BorrowedBytes) {
        append(contentsOf: bytes.address.assumingMemoryBound(to: UInt8.self))
    }
}

extension RawSpan {
    /// Calls `body` with the bytes, borrowed for the call.
    package func lend<Result>(_ body: (BorrowedBytes) throws -> Result) rethrows -> Result {
        try withUnsafeBytes { try body(BorrowedBytes($0)) }
    }
}

extension StaticString {
    /// The UTF-8 of the literal, valid for the whole run of the program.
    package var borrowed: BorrowedBytes {
        BorrowedBytes(UnsafeRawBufferPointer(start: utf8Start, count: utf8CodeUnitCount))
    }
}

extension String {
    /// Calls `body` with the UTF-8, borrowed for the call.
    package func lend<Result>(_ body: (BorrowedBytes) throws -> Result) rethrows -> Result {
        var own = self
        return try own.withUTF8 { try body(BorrowedBytes(UnsafeRawBufferPointer($0))) }
    }
}

/// Calls `body` with the bytes of a tuple of numbers, borrowed for the call.
@inlinable func lend<Numbers, Result>(
    _ numbers: Numbers, _ body: (BorrowedBytes) throws -> Result
) rethrows -> Result {
    try withUnsafeBytes(of: numbers) { try body(BorrowedBytes($0)) }
}

/// Appends the UTF-8 of a JSON string with its escapes decoded.
///
/// - Parameter bytes: The string without its quotes.
package func unescape(_ bytes: BorrowedBytes, into output: inout [UInt8]) {
    unescape(bytes.address, into: &output)
}
