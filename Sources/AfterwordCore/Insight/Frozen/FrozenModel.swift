/// The frozen linear model that reads reviews: weights of hashed features, as data.
///
/// `tools/reader` trains it and writes its files: `weights.txt`, whose first lines are names and
/// numbers and whose rest are bytes below 128, and `phrases.txt`. A released model never changes.
package final class FrozenModel: Sendable {
    /// What a lane stands for.
    package struct ID: Equatable, Sendable {
        /// As in tools/reader/ids.md: `leaks`, `fire`.
        package var name: String
        package var isDanger: Bool
    }

    package let version: Int
    /// Aspects, then dangers.
    package let ids: [ID]
    /// The lane behind the ids: the square of a feature's rarity.
    static let norm = 47

    /// How many weights make up one unit of score, by lane, times 256: to compare lanes.
    let units: [Int32]
    /// What is added to every score, by stars (0 where there are none) and lane.
    let bias: [[Int32]]
    /// What a score must exceed, for up to three stars or none, and for more; by lane.
    let limits: [[Int32]]
    /// What the two strongest complaints of a review with more than three stars must exceed
    /// together for it to have any, in thousandths of a unit.
    let gate: Int

    let rows: [WeightRow]
    /// By the lowest bits of a feature: one more than the place of its row, 0 where it has none.
    let places: [UInt16]
    /// A bit for each place that is not 0: most features have no row, and the bits stay in the
    /// nearest cache.
    private let hasRow: [UInt64]
    let phrases: PhraseTable
    let words: WordRoles
    let letters: LetterRoles
    let languages: LanguageGrams

    static let bits: UInt32 = 20

    /// The second model; the first one was never part of a program that read a store.
    package static let second = FrozenModel("reader2")

    /// - Parameter folder: That of the model's files below `data`.
    init(_ folder: String) {
        letters = LetterRoles(DataSections(EmbeddedFile("\(folder)/letters.txt")))
        words = WordRoles(DataSections(EmbeddedFile("\(folder)/words.txt")))
        let file = EmbeddedFile("\(folder)/weights.txt").lend { WeightFile($0) }
        version = file.number("version")
        let aspects = file.words("aspects")
        let dangers = file.words("dangers")
        ids =
            aspects.map { ID(name: $0, isDanger: false) }
            + dangers.map { ID(name: $0, isDanger: true) }
        units = file.numbers("units")
        bias = (0..<6).map { file.numbers("bias \($0)") }
        limits = [file.numbers("limits low"), file.numbers("limits high")]
        gate = file.number("gate")
        let weights = (0..<128).map { Self.weight(ofCode: Int16($0) - 64) }
        rows = file.buckets.indices.map { row in
            WeightRow { lane in
                let byte = file.byte(row, lane, width: WeightSum.laneCount)
                return lane == Self.norm ? Int16(byte) : weights[Int(byte)]
            }
        }
        var places = Array(repeating: UInt16(0), count: 1 << Int(Self.bits))
        for (place, bucket) in file.buckets.enumerated() { places[bucket] = UInt16(place + 1) }
        self.places = places
        var hasRow = Array(repeating: UInt64(0), count: places.count / 64)
        for bucket in file.buckets { hasRow[bucket / 64] |= 1 << UInt64(bucket % 64) }
        self.hasRow = hasRow
        phrases = PhraseTable(
            DataSections(EmbeddedFile("\(folder)/phrases.txt")), aspects + dangers)
        languages = EmbeddedFile("\(folder)/languages.txt").lend { LanguageGrams(WeightFile($0)) }
    }

    /// The weight that a code from -63 to 63 stands for: small ones are finer than large ones.
    static func weight(ofCode code: Int16) -> Int16 {
        let weight = Int16((Int32(code) * Int32(code) * 255 + 1984) / 3969)
        return code < 0 ? -weight : weight
    }

    /// Adds the weights of a feature, if the model knows it.
    @inline(__always)
    func add(_ feature: UInt32, to sum: inout WordWeights) {
        let bucket = Int(feature & (1 << Self.bits - 1))
        guard hasRow[bucket &>> 6] &>> UInt64(bucket & 63) & 1 != 0 else { return }
        sum.add(rows[Int(places[bucket]) - 1])
    }

    /// Adds the weights of those features that the model knows, and leaves their buckets in place
    /// of them: first all are looked up, then all are added, because each waits for memory.
    func add(_ features: inout [UInt32], to sum: inout WordWeights) {
        var count = 0
        for place in features.indices {
            let bucket = features[place] & (1 << Self.bits - 1)
            features[count] = bucket
            count &+= Int(truncatingIfNeeded: hasRow[Int(bucket &>> 6)] &>> UInt64(bucket & 63) & 1)
        }
        for place in 0..<count { sum.add(rows[Int(places[Int(features[place])]) - 1]) }
    }

    /// The score of a sum: divided by the root of what its features weigh by rarity.
    @inline(__always)
    func scaled(_ sum: WeightSum, _ scores: inout [Int32]) {
        let root = wholeRoot(Int64(sum[Self.norm]) << 8)
        let factor = root == 0 ? 0 : (1 << 28) / root
        for lane in 0..<WeightSum.laneCount {
            scores[lane] = Int32(truncatingIfNeeded: (Int64(sum[lane]) &* factor) &>> 16)
        }
    }
}

/// Words with a part in clauses, by the states of their folded letters.
struct WordRoles: Sendable {
    /// They negate the words behind them, up to six.
    let negations: Set<UInt32>
    /// They begin a clause: "but".
    let contrasts: Set<UInt32>
    /// They make what is said a possibility: "could", "risk".
    let possible: Set<UInt32>

    init(_ file: DataSections) {
        func states(_ section: String) -> Set<UInt32> {
            let words = file[section, "words"]?.words ?? []
            return Set(words.map { FeatureHash.state(of: $0.unicodeScalars) })
        }
        (negations, contrasts) = (states("negations"), states("contrasts"))
        possible = states("possible")
    }
}
