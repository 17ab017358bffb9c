import Crypto
import Testing

@testable import AfterwordCore

@Suite struct PackedDigestTests {
    /// By hand: a byte count, then big-endian two's complement.
    @Test(
        "A number is packed into as few bytes as it has",
        arguments: [
            (0, [0]), (1, [1, 0x01]), (-1, [1, 0xFF]), (127, [1, 0x7F]), (128, [2, 0x00, 0x80]),
            (-128, [1, 0x80]), (-129, [2, 0xFF, 0x7F]), (65_535, [3, 0x00, 0xFF, 0xFF]),
            (Int64.max, [8, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
            (Int64.min, [8, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        ] as [(Int64, [UInt8])])
    func numbers(number: Int64, bytes: [UInt8]) {
        let expected = Digest256(SHA256.hash(data: bytes + bytes))
        var builder = DigestEncoder()
        builder.pack(number)
        builder.pack(optional: number)
        #expect(builder.finish() == expected)
        let written = DigestEncoder.digest { encoder in
            encoder.pack(number)
            encoder.pack(optional: number)
        }
        #expect(written == expected)
    }

    @Test("What is absent is FF, an empty text a length of none, another its length and its bytes")
    func texts() {
        let long = [UInt8](repeating: 0x61, count: 300)
        let expected = Digest256(
            SHA256.hash(data: [0xFF, 0xFF, 0, 2, 0x01, 0x2C] + long + [1, 3] + Array("abc".utf8)))
        var builder = DigestEncoder()
        builder.pack(optional: nil as Int64?)
        builder.pack(optional: nil as Text?)
        builder.pack(optional: Text([]))
        builder.pack(Text(long))
        builder.pack("abc")
        #expect(builder.finish() == expected)
        let written = DigestEncoder.digest { encoder in
            encoder.pack(optional: nil as Int64?)
            encoder.add(byte: 0xFF)
            encoder.pack(word: "")
            long.lend { encoder.pack($0) }
            encoder.pack(word: "abc")
        }
        #expect(written == expected)
    }

    @Test("Parts longer than the buffer, and parts at its end, give the same digest as one by one")
    func longParts() {
        for length in [1_000, 1_015, 1_016, 1_020, 1_024, 1_025, 5_000] {
            let long = [UInt8](repeating: 0x62, count: length)
            var owned = DigestEncoder()
            func write(_ encoder: inout DigestEncoder) {
                for number in [0, 1, 300, -70_000, Int64.max] as [Int64] {
                    encoder.add(long)
                    encoder.pack(number)
                    encoder.add(byte: 7)
                    encoder.add(optional: number)
                    encoder.pack(long)
                }
            }
            write(&owned)
            #expect(DigestEncoder.digest { write(&$0) } == owned.finish(), "\(length) bytes")
        }
    }
}
