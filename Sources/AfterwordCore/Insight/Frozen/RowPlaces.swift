/// Where the rows of a model's features are: a bit for each bucket, and how many there are before,
/// because rows stand in the order of their buckets. Both stay in a near cache.
struct RowPlaces: Sendable {
    private var bits: [UInt64]
    /// By words of bits: how many bits are set in those before.
    private var before: [UInt16]
    private let mask: UInt32

    /// - Parameter buckets: Ascending, fewer than 2^16.
    init(_ buckets: [Int], bits count: UInt32) {
        mask = 1 << count - 1
        bits = Array(repeating: 0, count: 1 << (count - 6))
        before = Array(repeating: 0, count: bits.count)
        for bucket in buckets { bits[bucket / 64] |= 1 << UInt64(bucket % 64) }
        var sum: UInt16 = 0
        for place in bits.indices {
            before[place] = sum
            sum += UInt16(bits[place].nonzeroBitCount)
        }
    }

    /// 1 where a feature has a row, else 0.
    @inline(__always)
    func has(_ feature: UInt32) -> Int {
        let bucket = feature & mask
        return Int(
            truncatingIfNeeded: bits[Int(bucket &>> 6)] &>> UInt64(bucket & 63) & 1)
    }

    /// The row of a feature that has one.
    @inline(__always)
    func row(of feature: UInt32) -> UInt32 {
        let bucket = feature & mask
        let word = bits[Int(bucket &>> 6)] & (1 &<< UInt64(bucket & 63) &- 1)
        return UInt32(before[Int(bucket &>> 6)]) &+ UInt32(word.nonzeroBitCount)
    }

    /// Replaces features by the rows of those that have one, and returns how many these are.
    @inline(__always)
    func findRows(_ features: inout [UInt32]) -> Int {
        var count = 0
        for place in features.indices {
            let own = features[place]
            features[count] = own
            count &+= has(own)
        }
        for place in 0..<count { features[place] = row(of: features[place]) }
        return count
    }
}
