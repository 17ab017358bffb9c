import AfterwordCore
import Testing

@testable import AfterwordPipeline

/// How reviews get their keys within a product.
@Suite struct ReviewKeysTests {
    private let keys = reviewKeys(ofProduct: 3)

    /// An identity from which the key with this number follows.
    private func identity(_ number: UInt8) -> Digest128 {
        Digest128([0, 0, 0, 0, 0, 0, 0, number] + [UInt8](repeating: 7, count: 8))
    }

    @Test("A review has the key that its identity tells, else the next that is free")
    func next() {
        let first = keys.lowerBound
        // Not in order, as some stores return them.
        var own = ReviewKeys(ofProduct: 3, stored: [first + 8, first + 5, first + 6])
        #expect(own.take(identity(4)) == first + 4)
        #expect(own.take(identity(4)) == first + 7)
        #expect(own.take(identity(5)) == first + 9)
        #expect(own.take(identity(200)) == first + 200)
        let many = [200, 9, 3, 5, 3, 10, 0].map(identity)
        let given = own.take(all: many)
        #expect(given.map(\.key) == [0, 3, 10, 11, 12, 13, 201].map { first + $0 })
        #expect(given.map(\.place) == [6, 2, 4, 3, 1, 5, 0])
    }

    @Test("What is given is what would be found one after another")
    func crowds() {
        for seed in 1...200 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            func pick(_ count: UInt64) -> UInt8 { UInt8(random.draw(below: count)) }
            var taken = Set((0..<pick(120)).map { _ in keys.lowerBound + Int64(pick(150)) })
            var own = ReviewKeys(ofProduct: 3, stored: taken.shuffled(using: &random))
            func next(from first: Int64) -> Int64 {
                var key = first
                while taken.contains(key) { key += 1 }
                taken.insert(key)
                return key
            }
            for _ in 0..<20 {
                let number = pick(150)
                let key = own.take(identity(number))
                #expect(key == next(from: keys.lowerBound + Int64(number)), "seed \(seed)")
            }
            let many = (0..<30).map { _ in pick(150) }
            for (key, place) in own.take(all: many.map(identity)) {
                let told = keys.lowerBound + Int64(many[place])
                #expect(key == next(from: told), "seed \(seed)")
            }
        }
    }

    @Test("Every identity tells a key of its product, with room behind it")
    func range() {
        var random = SplitMix64(seed: 5)
        var told: Set<Int64> = []
        for _ in 0..<10_000 {
            let bytes = (0..<16).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let key = firstKey(ofProduct: 3, identity: Digest128(bytes))
            #expect(keys.contains(key) && keys.contains(key + 1 << 20))
            told.insert(key)
        }
        #expect(told.count > 9_900)
        let greatest = Digest128([UInt8](repeating: 255, count: 16))
        #expect(keys.contains(firstKey(ofProduct: 3, identity: greatest) + nearKeys))
    }
}
