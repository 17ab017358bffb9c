/// Sums of one number for each of the model's 48 lanes: aspects, dangers, and the square of the
/// features' rarity.
struct WeightSum: Equatable, Sendable {
    static let laneCount = 48

    var low = SIMD16<Int32>.zero
    var middle = SIMD16<Int32>.zero
    var high = SIMD16<Int32>.zero

    @inline(__always)
    subscript(lane: Int) -> Int32 {
        switch lane {
        case ..<16: low[lane]
        case ..<32: middle[lane - 16]
        default: high[lane - 32]
        }
    }

    init() {}

    /// - Parameter number: The number of a lane.
    init(_ number: (Int) -> Int32) {
        for lane in 0..<16 {
            low[lane] = number(lane)
            middle[lane] = number(lane + 16)
            high[lane] = number(lane + 32)
        }
    }

    @inline(__always)
    mutating func add(_ word: WordWeights) {
        low &+= SIMD16(truncatingIfNeeded: word.low)
        middle &+= SIMD16(truncatingIfNeeded: word.middle)
        high &+= SIMD16(truncatingIfNeeded: word.high)
    }

    @inline(__always)
    mutating func add(_ other: WeightSum) {
        low &+= other.low
        middle &+= other.middle
        high &+= other.high
    }

    /// Each lane times a factor, divided by 2^16 and rounded down; the lowest 32 bits of that.
    @inline(__always)
    func scaled(by factor: UInt32) -> WeightSum {
        /// A product of 32 bits without sign; for a negative lane, 2^32 factors too many.
        func scale(_ lanes: SIMD16<Int32>) -> SIMD16<Int32> {
            let bits = SIMD16<UInt32>(truncatingIfNeeded: lanes)
            let wide = SIMD16<UInt64>(truncatingIfNeeded: bits)
            let product = (wide &* SIMD16(repeating: UInt64(factor))) &>> 16
            let sign = SIMD16<UInt32>(truncatingIfNeeded: lanes &>> 31)
            let surplus = sign & SIMD16(repeating: factor &<< 16)
            return SIMD16(
                truncatingIfNeeded: SIMD16<UInt32>(truncatingIfNeeded: product) &- surplus)
        }
        var sum = WeightSum()
        (sum.low, sum.middle, sum.high) = (scale(low), scale(middle), scale(high))
        return sum
    }
}

/// The same for the features of one word, of which there are few enough for 16 bits.
struct WordWeights: Equatable, Sendable {
    var low = SIMD16<Int16>.zero
    var middle = SIMD16<Int16>.zero
    var high = SIMD16<Int16>.zero

    @inline(__always)
    subscript(lane: Int) -> Int16 {
        get {
            switch lane {
            case ..<16: low[lane]
            case ..<32: middle[lane - 16]
            default: high[lane - 32]
            }
        }
        set {
            switch lane {
            case ..<16: low[lane] = newValue
            case ..<32: middle[lane - 16] = newValue
            default: high[lane - 32] = newValue
            }
        }
    }

    /// The greatest lane, with or without its sign.
    var bound: Int32 { max(greatest(low, middle), greatest(high, high)) }
}

/// Sums on their way: in 16 bits as long as no lane can exceed them, because wide additions take
/// several times as long.
struct SentenceSum: Sendable {
    private var narrow = WordWeights()
    /// No lane of the narrow sums is greater, with or without its sign.
    private var bound: Int32 = 0
    private var wide = WeightSum()

    /// - Parameter bound: No lane of the word's is greater, with or without its sign.
    @inline(__always)
    mutating func add(_ word: WordWeights, bound: Int32) {
        make(room: bound)
        narrow.low &+= word.low
        narrow.middle &+= word.middle
        narrow.high &+= word.high
    }

    @inline(__always)
    mutating func add(_ row: UInt32, of rows: WeightRows) {
        make(room: WeightRows.bound)
        rows.add(row, to: &narrow)
        if rows.hasRest(row) != 0 { rows.addRest(row, to: &narrow) }
    }

    /// The whole sum.
    @inline(__always)
    var sum: WeightSum {
        var sum = wide
        sum.add(narrow)
        return sum
    }

    @inline(__always)
    private mutating func make(room own: Int32) {
        if bound &+ own > Int32(Int16.max) {
            wide.add(narrow)
            (narrow, bound) = (WordWeights(), 0)
        }
        bound &+= own
    }
}

/// The same for what words say of the language.
struct LanguageSum: Sendable {
    private var narrow = SIMD32<Int16>.zero
    private var bound: Int32 = 0
    private var wide = SIMD32<Int32>.zero

    @inline(__always)
    mutating func add(_ word: SIMD32<Int16>, bound own: Int32) {
        if bound &+ own > Int32(Int16.max) {
            wide &+= SIMD32(truncatingIfNeeded: narrow)
            (narrow, bound) = (.zero, 0)
        }
        bound &+= own
        narrow &+= word
    }

    var sum: SIMD32<Int32> { wide &+ SIMD32(truncatingIfNeeded: narrow) }
}

/// The greatest score of each lane over sentences, and the first sentence that has it.
struct StrongestSentences: Sendable {
    private(set) var scores = WeightSum { _ in .min }
    /// -1 where there is none.
    private(set) var places = WeightSum { _ in -1 }

    @inline(__always)
    mutating func take(_ own: WeightSum, at place: Int) {
        func take(
            _ own: SIMD16<Int32>, _ scores: inout SIMD16<Int32>, _ places: inout SIMD16<Int32>
        ) {
            let isGreater = own .> scores
            scores.replace(with: own, where: isGreater)
            places.replace(with: Int32(truncatingIfNeeded: place), where: isGreater)
        }
        take(own.low, &scores.low, &places.low)
        take(own.middle, &scores.middle, &places.middle)
        take(own.high, &scores.high, &places.high)
    }
}

/// The greatest lane, with or without its sign.
func greatest(_ left: SIMD16<Int16>, _ right: SIMD16<Int16>) -> Int32 {
    let low = pointwiseMin(left, right).min()
    let high = pointwiseMax(left, right).max()
    return max(Int32(high), -Int32(low))
}

/// The whole square root of a number, rounded down.
func wholeRoot(_ number: Int64) -> Int64 {
    guard number > 0 else { return 0 }
    var root = Int64(Double(number).squareRoot())
    while root * root > number { root -= 1 }
    while (root + 1) * (root + 1) <= number { root += 1 }
    return root
}
