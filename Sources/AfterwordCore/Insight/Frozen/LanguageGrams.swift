/// Tells languages by the letters of words: weights of runs of one to three letters, which
/// `tools/reader/languages.py` makes, and the letters of scripts without spaces.
struct LanguageGrams: Sendable {
    /// The codes of the languages, by lane.
    let codes: [String]
    private let rows: [SIMD32<Int16>]
    /// By the lowest bits of a run: one more than the place of its row, 0 where it has none.
    private let places: [UInt16]
    /// How far the first language must lead.
    private let margin: Int32
    private let japanese: Int
    private let chinese: Int
    /// The weights of a kana letter for Japanese, of an ideograph for Japanese and for Chinese.
    private let letters: [Int16]

    private static let bits: UInt32 = 16
    private static let start: UInt32 = 0x811C_9DC5 ^ 0x4C

    init(_ file: WeightFile) {
        codes = file.words("languages")
        margin = Int32(file.number("margin"))
        japanese = codes.firstIndex(of: "ja")!
        chinese = codes.firstIndex(of: "zh")!
        let scale = Int16(file.number("scale"))
        letters = file.numbers("letters").map { Int16($0) * scale }
        rows = file.buckets.indices.map { place in
            var row = SIMD32<Int16>.zero
            for lane in 0..<32 { row[lane] = Int16(file.byte(place, lane, width: 32)) - 64 }
            return row
        }
        var places = Array(repeating: UInt16(0), count: 1 << Int(Self.bits))
        for (place, bucket) in file.buckets.enumerated() { places[bucket] = UInt16(place + 1) }
        self.places = places
    }

    /// What a word says of the language.
    ///
    /// - Parameter lower: Its letters in lower case, at most 32.
    func weights(of lower: [UInt32], isSpaced: Bool) -> SIMD32<Int16> {
        var sum = SIMD32<Int16>.zero
        guard isSpaced else {
            for letter in lower { add(letter, to: &sum) }
            return sum
        }
        let count = lower.count + 2
        for start in 0..<count {
            var state = Self.start
            for length in 1...min(3, count - start) {
                let place = start + length - 1
                let letter = place == 0 ? 0x5E : place == count - 1 ? 0x24 : lower[place - 1]
                state = FeatureHash.add(letter, to: state)
                guard length > 1 || start > 0 && start < count - 1 else { continue }
                let row = places[Int(FeatureHash.mix(state) & (1 << Self.bits - 1))]
                if row != 0 { sum &+= rows[Int(row) - 1] }
            }
        }
        return sum
    }

    /// The language with the greatest sum; nil where the next one is too near.
    func language(_ sums: SIMD32<Int32>) -> String? {
        var (first, second) = (0, -1)
        for lane in codes.indices.dropFirst() {
            if sums[lane] > sums[first] {
                (first, second) = (lane, first)
            } else if second < 0 || sums[lane] > sums[second] {
                second = lane
            }
        }
        return sums[first] - sums[second] >= margin ? codes[first] : nil
    }

    /// Adds a letter of a script without spaces.
    private func add(_ letter: UInt32, to sum: inout SIMD32<Int16>) {
        if 0x3040...0x30FF ~= letter || 0xFF66...0xFF9D ~= letter {
            sum[japanese] &+= letters[0]
        } else {
            sum[japanese] &+= letters[1]
            sum[chinese] &+= letters[2]
        }
    }
}
