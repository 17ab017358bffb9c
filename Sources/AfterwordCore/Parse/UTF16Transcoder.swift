/// Converts UTF-16 with a byte order mark into UTF-8, piece by piece. The mark itself is left out.
///
/// Invalid UTF-16 stays visible as invalid UTF-8: a lone surrogate becomes three bytes, an odd last
/// byte is copied.
package struct UTF16Transcoder {
    private let isBigEndian: Bool
    private var odd: UInt8?
    private var high: UInt16?

    /// Nil where the stream does not begin with a UTF-16 byte order mark.
    package init?(beginningOf stream: [UInt8]) {
        if stream.starts(with: [0xFE, 0xFF]) {
            isBigEndian = true
        } else if stream.starts(with: [0xFF, 0xFE]), !stream.starts(with: [0xFF, 0xFE, 0, 0]) {
            isBigEndian = false
        } else {
            return nil
        }
    }

    /// Converts the next bytes of the stream, which must come after the mark.
    package mutating func transcode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        for byte in bytes {
            guard let first = odd else {
                odd = byte
                continue
            }
            odd = nil
            let unit =
                isBigEndian
                ? UInt16(first) << 8 | UInt16(byte) : UInt16(byte) << 8 | UInt16(first)
            take(unit, &output)
        }
        return output
    }

    /// The bytes left over at the end of the stream.
    package mutating func finish() -> [UInt8] {
        var output: [UInt8] = []
        flushHigh(&output)
        if let odd { output.append(odd) }
        odd = nil
        return output
    }

    private mutating func take(_ unit: UInt16, _ output: inout [UInt8]) {
        if let high, (0xDC00...0xDFFF).contains(unit) {
            self.high = nil
            let scalar = 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(unit) - 0xDC00)
            output.append(0xF0 | UInt8(scalar >> 18))
            output.append(0x80 | UInt8(scalar >> 12 & 0x3F))
            output.append(0x80 | UInt8(scalar >> 6 & 0x3F))
            output.append(0x80 | UInt8(scalar & 0x3F))
            return
        }
        flushHigh(&output)
        if (0xD800...0xDBFF).contains(unit) {
            high = unit
        } else {
            Self.append(unit, &output)
        }
    }

    private mutating func flushHigh(_ output: inout [UInt8]) {
        if let high { Self.append(high, &output) }
        high = nil
    }

    private static func append(_ unit: UInt16, _ output: inout [UInt8]) {
        if unit < 0x80 {
            output.append(UInt8(unit))
        } else if unit < 0x800 {
            output.append(0xC0 | UInt8(unit >> 6))
            output.append(0x80 | UInt8(unit & 0x3F))
        } else {
            output.append(0xE0 | UInt8(unit >> 12))
            output.append(0x80 | UInt8(unit >> 6 & 0x3F))
            output.append(0x80 | UInt8(unit & 0x3F))
        }
    }

    /// The number of UTF-16 bytes that a run of transcoded bytes came from.
    package static func sourceBytes(of transcoded: ArraySlice<UInt8>) -> Int64 {
        var count: Int64 = 0
        for byte in transcoded where byte & 0xC0 != 0x80 { count += byte >= 0xF0 ? 4 : 2 }
        return count
    }
}
