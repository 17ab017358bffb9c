/// The UTF-8 of a JSON string between its quotes, escapes undone.
///
/// The bytes must have passed the scanner. A surrogate pair becomes its scalar; a lone surrogate,
/// which no UTF-8 can hold, becomes U+FFFD.
package func unescape(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
    output.reserveCapacity(output.count + bytes.count)
    var index = 0
    while index < bytes.count {
        guard bytes[index] == UInt8(ascii: "\\") else {
            // As far as nothing is escaped at once.
            var end = index + 1
            while end < bytes.count, bytes[end] != UInt8(ascii: "\\") { end += 1 }
            output.append(contentsOf: bytes[index..<end])
            index = end
            continue
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

/// Appends a scalar as UTF-8; a number that is no scalar is U+FFFD.
func appendScalar(_ number: UInt32, to output: inout [UInt8]) {
    let scalar = Unicode.Scalar(number) ?? "\u{FFFD}"
    output.append(contentsOf: UTF8.encode(scalar)!)
}
