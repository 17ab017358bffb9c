import AfterwordCore
import Testing

@Suite struct TextHeadTests {
    private func isBefore(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.lend { l in
            right.lend { r in
                TextHead.isBefore(TextHead(l), TextHead(r)) {
                    l.part(16..<l.count).lexicographicallyPrecedes(r.part(16..<r.count))
                }
            }
        }
    }

    @Test("ends, zero bytes and lengths around 16, by hand")
    func byHand() {
        let inOrder: [[UInt8]] = [
            [], [0], [0, 0], [0, 1], [1], [1, 0],
            [UInt8](repeating: 1, count: 7), [UInt8](repeating: 1, count: 8),
            [UInt8](repeating: 1, count: 9), [UInt8](repeating: 1, count: 15),
            [UInt8](repeating: 1, count: 15) + [0], [UInt8](repeating: 1, count: 15) + [0, 5],
            [UInt8](repeating: 1, count: 16), [UInt8](repeating: 1, count: 16) + [0],
            [UInt8](repeating: 1, count: 16) + [0, 0], [UInt8](repeating: 1, count: 17),
            [UInt8](repeating: 1, count: 16) + [2], [0x80], [0xFF],
        ]
        for (place, left) in inOrder.enumerated() {
            for (other, right) in inOrder.enumerated() {
                #expect(isBefore(left, right) == (place < other), "\(left) and \(right)")
            }
        }
    }

    @Test("as bytes are ordered, for random ones of few values")
    func asBytes() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SplitMix64(seed: seed)
        func random() -> [UInt8] {
            (0..<Int(generator.next() % 21)).map { _ in UInt8(generator.next() % 3) * 127 }
        }
        for _ in 0..<20_000 {
            let left = random()
            // In half of the pairs both texts begin with the same bytes.
            let right = generator.next() % 2 == 0 ? random() : left + random().prefix(3)
            #expect(
                isBefore(left, right) == left.lexicographicallyPrecedes(right),
                "\(left) and \(right), seed \(seed)")
        }
    }
}
