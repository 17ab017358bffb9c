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

    mutating func add(_ word: WordWeights) {
        low &+= SIMD16(truncatingIfNeeded: word.low)
        middle &+= SIMD16(truncatingIfNeeded: word.middle)
        high &+= SIMD16(truncatingIfNeeded: word.high)
    }

    mutating func add(_ other: WeightSum) {
        low &+= other.low
        middle &+= other.middle
        high &+= other.high
    }
}

/// The same for the features of one word, of which there are few enough for 16 bits.
struct WordWeights: Equatable, Sendable {
    var low = SIMD16<Int16>.zero
    var middle = SIMD16<Int16>.zero
    var high = SIMD16<Int16>.zero

    @inline(__always)
    subscript(lane: Int) -> Int16 {
        switch lane {
        case ..<16: low[lane]
        case ..<32: middle[lane - 16]
        default: high[lane - 32]
        }
    }

    /// The greatest lane, with or without its sign.
    var bound: Int32 {
        (0..<WeightSum.laneCount).reduce(0) { max($0, abs(Int32(self[$1]))) }
    }

    @inline(__always)
    mutating func add(_ row: WeightRow) {
        low &+= row.low
        middle &+= row.middle
        high &+= row.high
    }
}

/// The sum of a sentence on its way: in 16 bits as long as no lane can exceed them, because wide
/// additions take several times as long.
struct SentenceSum: Sendable {
    private var narrow = WordWeights()
    private var narrowLanguages = SIMD32<Int16>.zero
    /// No lane of the narrow sums is greater, with or without its sign.
    private var bound: Int32 = 0
    private(set) var wide = WeightSum()
    private(set) var languages = SIMD32<Int32>.zero

    /// Adds a word's weights.
    ///
    /// - Parameter bound: No lane of theirs is greater, with or without its sign.
    @inline(__always)
    mutating func add(_ word: WordWeights, _ languages: SIMD32<Int16>, bound: Int32) {
        if self.bound &+ bound > Int32(Int16.max) { widen() }
        self.bound &+= bound
        narrow.low &+= word.low
        narrow.middle &+= word.middle
        narrow.high &+= word.high
        narrowLanguages &+= languages
    }

    /// Moves the narrow sums to the wide ones.
    @inline(never)
    mutating func widen() {
        wide.add(narrow)
        languages &+= SIMD32(truncatingIfNeeded: narrowLanguages)
        (narrow, narrowLanguages, bound) = (WordWeights(), .zero, 0)
    }
}

/// The weights of one feature.
struct WeightRow: Sendable {
    var low = SIMD16<Int16>.zero
    var middle = SIMD16<Int16>.zero
    var high = SIMD16<Int16>.zero

    /// - Parameter weight: The weight of a lane.
    @inline(__always)
    init(_ weight: (Int) -> Int16) {
        for lane in 0..<16 {
            low[lane] = weight(lane)
            middle[lane] = weight(lane + 16)
            high[lane] = weight(lane + 32)
        }
    }
}

/// The whole square root of a number, rounded down.
func wholeRoot(_ number: Int64) -> Int64 {
    guard number > 0 else { return 0 }
    var root = Int64(Double(number).squareRoot())
    while root * root > number { root -= 1 }
    while (root + 1) * (root + 1) <= number { root += 1 }
    return root
}
