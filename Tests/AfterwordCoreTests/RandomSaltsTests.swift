import Testing

@testable import AfterwordCore

@Suite struct RandomSaltsTests {
    @Test(
        "Salts are told by the run's secret, who makes them and how many were made, and none comes twice"
    )
    func streams() {
        let secret = RandomSalts.Secret()
        func salts(_ secret: RandomSalts.Secret, _ stream: UInt32, _ count: Int) -> [Digest128] {
            var salts = RandomSalts(secret, stream: stream)
            return (0..<count).map { _ in salts.next() }
        }
        // More salts than one internal batch.
        let first = salts(secret, 1, 700)
        #expect(first == salts(secret, 1, 700))
        let others = [salts(secret, 0, 700), salts(secret, 2, 700), salts(.init(), 1, 700)]
        #expect(Set(others.reduce(first, +)).count == 2800)
    }

    @Test("A salt's bits are set half of the time")
    func bits() {
        var salts = RandomSalts(RandomSalts.Secret(), stream: 7)
        var counts = [Int](repeating: 0, count: 128)
        for _ in 0..<4096 {
            for (place, byte) in salts.next().bytes.enumerated() {
                for bit in 0..<8 where byte >> UInt8(bit) & 1 == 1 { counts[place * 8 + bit] += 1 }
            }
        }
        // Eight standard deviations: a sound generator fails about once in 10^12 runs.
        #expect(counts.allSatisfy { abs($0 - 2048) < 256 })
    }
}
