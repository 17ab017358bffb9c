/// The weights of features, one after another. A row fills one line of a cache: 48 lanes of 8 bits,
/// and whether more is to be added.
struct WeightRows: Sendable {
    /// No lane of a row is greater, with or without its sign.
    static let bound: Int32 = 255

    /// Four parts a row, behind one that is free: elements of a large array begin 48 bytes behind
    /// a line of a cache. A part holds sixteen lanes, the first eight in the low bytes.
    private var parts: [SIMD8<Int16>]
    /// By rows with a weight that does not fit 8 bits, which are few: what is to be added.
    private var rests: [Int: WordWeights] = [:]

    /// - Parameter weight: The weight of a row in a lane.
    @inline(__always)
    init(count: Int, _ weight: (_ row: Int, _ lane: Int) -> Int16) {
        parts = Array(repeating: .zero, count: count * 4 + 1)
        let (least, greatest) = (Int16(Int8.min), Int16(Int8.max))
        for row in 0..<count {
            var whole = WordWeights()
            for lane in 0..<16 {
                whole.low[lane] = weight(row, lane)
                whole.middle[lane] = weight(row, lane &+ 16)
                whole.high[lane] = weight(row, lane &+ 32)
            }
            var near = WordWeights()
            near.low = whole.low.clamped(to: least, greatest)
            near.middle = whole.middle.clamped(to: least, greatest)
            near.high = whole.high.clamped(to: least, greatest)
            parts[row * 4 + 1] = packed(near.low)
            parts[row * 4 + 2] = packed(near.middle)
            parts[row * 4 + 3] = packed(near.high)
            guard whole != near else { continue }
            whole.low &-= near.low
            whole.middle &-= near.middle
            whole.high &-= near.high
            rests[row] = whole
            parts[row * 4 + 4][0] = 1
        }
    }

    /// Whether more is to be added than the row. To ask this for many rows and to add them then
    /// waits for memory once, not for each row.
    @inline(__always)
    func hasRest(_ row: UInt32) -> Int16 { parts[Int(row) &* 4 &+ 4][0] }

    /// Adds a row without what does not fit it.
    @inline(__always)
    func add(_ row: UInt32, to sum: inout WordWeights) {
        let place = Int(row) &* 4 &+ 1
        sum.low &+= unpacked(parts[place])
        sum.middle &+= unpacked(parts[place &+ 1])
        sum.high &+= unpacked(parts[place &+ 2])
    }

    /// Adds what does not fit the row.
    @inline(never)
    func addRest(_ row: UInt32, to sum: inout WordWeights) {
        guard let rest = rests[Int(row)] else { return }
        sum.low &+= rest.low
        sum.middle &+= rest.middle
        sum.high &+= rest.high
    }

    /// The weight of a row in a lane.
    func weight(_ row: UInt32, _ lane: Int) -> Int16 {
        let part = unpacked(parts[Int(row) * 4 + 1 + lane / 16])
        return part[lane % 16] + (rests[Int(row)]?[lane] ?? 0)
    }
}

extension SIMD16<Int16> {
    fileprivate func clamped(to least: Int16, _ greatest: Int16) -> SIMD16<Int16> {
        clamped(lowerBound: SIMD16(repeating: least), upperBound: SIMD16(repeating: greatest))
    }
}

/// Sixteen numbers of 8 bits in the low and the high bytes of eight.
func packed(_ lanes: SIMD16<Int16>) -> SIMD8<Int16> {
    lanes.lowHalf & 0xFF | lanes.highHalf &<< 8
}

/// The sixteen numbers that were packed.
@inline(__always)
func unpacked(_ lanes: SIMD8<Int16>) -> SIMD16<Int16> {
    SIMD16(lowHalf: (lanes &<< 8) &>> 8, highHalf: lanes &>> 8)
}
