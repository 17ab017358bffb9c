/// Appends the UTF-8 of a JSON string with its escapes decoded.
///
/// The bytes must have passed the scanner. A surrogate pair becomes its scalar; a lone surrogate,
/// which UTF-8 cannot encode, becomes U+FFFD.
///
/// - Parameter bytes: The string without its quotes.
package func unescape(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
    var index = 0
    while index < bytes.count {
        let plain = plainEnd(bytes, index)
        if plain > index {
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[index..<plain]))
            index = plain
            if index == bytes.count { return }
        }
        let escape = bytes[index + 1]
        index += 2
        switch escape {
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "u"): unescapeUnicode(bytes, &index, into: &output)
        default: output.append(escape)
        }
    }
}

/// The next backslash from `start` on, searched eight bytes at a time; the end where there is none.
private func plainEnd(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    var index = start
    while index &+ 8 <= bytes.count {
        let loaded = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        let slash = UInt64(littleEndian: loaded) ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let found = (slash &- ones) & ~slash & highs
        if found != 0 { return index &+ found.trailingZeroBitCount >> 3 }
        index &+= 8
    }
    while index < bytes.count, bytes[index] != UInt8(ascii: "\\") { index &+= 1 }
    return index
}

private func unescapeUnicode(
    _ bytes: UnsafeRawBufferPointer, _ index: inout Int, into output: inout [UInt8]
) {
    let unit = codeUnit(bytes, at: index)
    index += 4
    var scalar = unit
    if (0xD800..<0xDC00).contains(unit), index + 6 <= bytes.count,
        bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
    {
        let low = codeUnit(bytes, at: index + 2)
        if (0xDC00..<0xE000).contains(low) {
            scalar = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
            index += 6
        }
    }
    appendScalar(scalar, to: &output)
}

private func codeUnit(_ bytes: UnsafeRawBufferPointer, at start: Int) -> UInt32 {
    var unit: UInt32 = 0
    for index in start..<start + 4 { unit = unit << 4 | (hexadecimalValue(bytes[index]) ?? 0) }
    return unit
}

/// Appends a scalar as UTF-8; a number that is no scalar becomes U+FFFD.
func appendScalar(_ number: UInt32, to output: inout [UInt8]) {
    let scalar = Unicode.Scalar(number) ?? "\u{FFFD}"
    output.append(contentsOf: UTF8.encode(scalar)!)
}
