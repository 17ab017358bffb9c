/// Bytes that are lent for as long as a call lasts, read where they lie: what texts and records are on their way from the scanner to
/// digests and stores.
///
/// Every access is checked against the bounds, in release builds too. Only who lends them and who hands them to C sees their address.
///
/// Public, as is what else is read byte by byte or compared by the million: only what is public is inlined in another module.
public struct BorrowedBytes: RandomAccessCollection {
    /// For the parser and the wire encoders: valid as long as the bytes are lent.
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
        precondition(index >= 0 && index < address.count, "a lent byte is inside its bounds")
        return address[index]
    }

    /// A part of them, counted from its own first byte.
    @inlinable @inline(__always)
    public func part(_ range: Range<Int>) -> BorrowedBytes {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= address.count,
            "lent bytes are inside their bounds")
        return BorrowedBytes(UnsafeRawBufferPointer(rebasing: address[range]))
    }

    /// Eight bytes from an index on, the first in the lowest bits.
    @inlinable @inline(__always)
    public func word(at index: Int) -> UInt64 {
        precondition(index >= 0 && index &+ 8 <= address.count, "a word is inside its bounds")
        return UInt64(littleEndian: address.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// Where the next of two bytes is from `start` on, eight bytes at a time; the end where there is none.
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

    public func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result? {
        try address.withMemoryRebound(to: UInt8.self, body)
    }
}

extension Array where Element == UInt8 {
    /// Lends its bytes while `body` runs.
    package func lend<Result>(_ body: (BorrowedBytes) throws -> Result) rethrows -> Result {
        try withUnsafeBytes { try body(BorrowedBytes($0)) }
    }

    /// Copies them all at once, which the general way does not.
    package mutating func append(contentsOf bytes: BorrowedBytes) {
        append(contentsOf: bytes.address.assumingMemoryBound(to: UInt8.self))
    }
}

extension RawSpan {
    /// Lends its bytes while `body` runs.
    package func lend<Result>(_ body: (BorrowedBytes) throws -> Result) rethrows -> Result {
        try withUnsafeBytes { try body(BorrowedBytes($0)) }
    }
}

extension StaticString {
    /// Its UTF-8, which is always there.
    package var lent: BorrowedBytes {
        BorrowedBytes(UnsafeRawBufferPointer(start: utf8Start, count: utf8CodeUnitCount))
    }
}

extension String {
    /// Lends its UTF-8 while `body` runs.
    package func lend<Result>(_ body: (BorrowedBytes) throws -> Result) rethrows -> Result {
        var own = self
        return try own.withUTF8 { try body(BorrowedBytes(UnsafeRawBufferPointer($0))) }
    }
}

/// Lends the bytes of numbers in a row while `body` runs.
@inlinable func lend<Numbers, Result>(
    _ numbers: Numbers, _ body: (BorrowedBytes) throws -> Result
) rethrows -> Result {
    try withUnsafeBytes(of: numbers) { try body(BorrowedBytes($0)) }
}

extension JSONScanner {
    init(_ bytes: BorrowedBytes, from position: Int = 0, isFinal: Bool, isStrict: Bool) {
        self.init(bytes.address, from: position, isFinal: isFinal, isStrict: isStrict)
    }
}

extension UnitExtractor {
    mutating func extract(
        from bytes: BorrowedBytes, with scanner: inout JSONScanner
    ) throws(ScanFault) { try extract(from: bytes.address, with: &scanner) }
}

/// The UTF-8 of a JSON string between its quotes, escapes undone.
package func unescape(_ bytes: BorrowedBytes, into output: inout [UInt8]) {
    unescape(bytes.address, into: &output)
}
