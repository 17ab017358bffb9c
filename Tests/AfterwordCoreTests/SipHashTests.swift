import Testing

@testable import AfterwordCore

@Suite struct SipHashTests {
    /// Messages 00, 01, 02, … with the key 00 … 0f. Expected values from the authors' vectors,
    /// confirmed with `openssl mac -macopt size:16 SipHash`.
    @Test(
        "The authors' vectors, however the bytes arrive",
        arguments: [
            (0, "a3817f04ba25a8e6 6df67214c7550293"),
            (1, "da87c1d86b99af44 347659119b22fc45"),
            (7, "a1f1ebbed8dbc153 c0b84aa61ff08239"),
            (8, "3b62a9ba6258f561 0f83e264f31497b4"),
            (9, "264499060ad9baab c47f8b02bb6d71ed"),
            (15, "5493e99933b0a811 7e08ec0f97cfc3d9"),
            (16, "6ee2a4ca67b054bb fd3315bf85230577"),
            (63, "5150d1772f50834a 503e069a973fbd7c"),
        ])
    func vectors(count: Int, expected: String) {
        let message = (0..<UInt8(count)).map { $0 }
        for cut in 0...count {
            var hash = SipHash128(key: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
            Array(message[..<cut]).lend { hash.add($0) }
            Array(message[cut...]).lend { hash.add($0) }
            let halves = hash.finish().description
            #expect("\(halves.prefix(16)) \(halves.suffix(16))" == expected)
        }
    }

    @Test("A record's digest binds where its bytes end and its context begins")
    func context() {
        let whole = payloadDigest(Array("abcdefgh".utf8).span.bytes, context: [])
        let parted = payloadDigest(Array("abcd".utf8).span.bytes, context: Array("efgh".utf8))
        #expect(whole != parted)
    }

    @Test("Records digested two at a time have the digests they have alone")
    func pairs() {
        var random = SplitMix64(seed: 17)
        for count in 0...9 {
            var window: [UInt8] = []
            var ranges: [Range<Int>] = []
            for _ in 0..<count {
                let start = window.count
                let length = Int(random.draw(below: 70))
                window += (0..<length).map { _ in UInt8(random.draw(below: 256)) }
                ranges.append(start..<window.count)
            }
            let alone = ranges.map { payloadDigest(window.span.bytes.extracting($0), context: []) }
            #expect(window.lend { payloadDigests(of: ranges, in: $0) } == alone)
        }
    }
}
