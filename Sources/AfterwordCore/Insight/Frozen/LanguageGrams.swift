/// Tells languages by the letters of words: weights of runs of one to three letters, which
/// `tools/reader/languages.py` makes, and the letters of scripts without spaces.
struct LanguageGrams: Sendable {
    /// The codes of the languages, by lane.
    let codes: [String]
    /// Two parts a row, behind one that is free, so that no row lies in two lines of a cache.
    private var rows: [SIMD8<Int16>]
    private let places: RowPlaces
    /// How far the first language must lead.
    private let margin: Int32
    private let japanese: Int
    private let chinese: Int
    /// The weights of a kana letter for Japanese, of an ideograph for Japanese and for Chinese.
    private let letters: [Int16]

    private static let bits: UInt32 = 16
    private static let start: UInt32 = 0x811C_9DC5 ^ 0x4C

    init(_ file: WeightFile) {
        let head = file.head
        codes = head.words("languages")
        margin = Int32(head.number("margin"))
        japanese = codes.firstIndex(of: "ja")!
        chinese = codes.firstIndex(of: "zh")!
        let scale = Int16(head.number("scale"))
        letters = head.numbers("letters").map { Int16($0) * scale }
        rows = Array(repeating: .zero, count: file.buckets.count * 2 + 1)
        for place in file.buckets.indices {
            var row = SIMD32<Int16>.zero
            for lane in 0..<32 { row[lane] = Int16(file.byte(place, lane, width: 32)) - 64 }
            rows[place * 2 + 1] = packed(row.lowHalf)
            rows[place * 2 + 2] = packed(row.highHalf)
        }
        places = RowPlaces(file.buckets, bits: Self.bits)
    }

    /// What a word says of the language.
    ///
    /// - Parameters:
    ///   - lower: Its letters in lower case, at most 32, between `^` and `$`.
    ///   - found: Empty; its memory serves the next word.
    func weights(
        of lower: [UInt32], isSpaced: Bool, _ found: inout [UInt32]
    ) -> SIMD32<Int16> {
        var sum = SIMD32<Int16>.zero
        guard isSpaced else {
            for letter in lower[1..<lower.count - 1] { add(letter, to: &sum) }
            return sum
        }
        let last = lower.count - 1
        for start in 0..<last {
            var state = FeatureHash.add(lower[start], to: Self.start)
            if start > 0 { found.append(FeatureHash.mix(state)) }
            state = FeatureHash.add(lower[start + 1], to: state)
            found.append(FeatureHash.mix(state))
            guard start + 2 <= last else { break }
            found.append(FeatureHash.mix(FeatureHash.add(lower[start + 2], to: state)))
        }
        let count = places.findRows(&found)
        var (low, high) = (SIMD16<Int16>.zero, SIMD16<Int16>.zero)
        for place in 0..<count {
            let row = Int(found[place]) &* 2 &+ 1
            low &+= unpacked(rows[row])
            high &+= unpacked(rows[row &+ 1])
        }
        return SIMD32(lowHalf: low, highHalf: high)
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
