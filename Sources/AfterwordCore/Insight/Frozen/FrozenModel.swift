/// The frozen linear model that reads reviews: weights of hashed features, as data.
///
/// `tools/reader` trains it and writes its files: `weights.txt`, whose first lines are names and
/// numbers and whose rest are bytes below 128, and `phrases.txt`. `dangers.txt` is written by hand.
/// A released model never changes.
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
    /// The danger that stands for any of them; -1 where there is none.
    let unnamed: Int
    private let dangerStart: Int
    /// The lane behind the ids: the square of a feature's rarity.
    static let norm = 47

    /// How many weights make up one unit of score, by lane, times 256: to compare lanes.
    let units: [Int32]
    /// What is added to every score, by stars (0 where there are none).
    let bias: [WeightSum]
    /// What a score must exceed, for up to three stars or none, and for more; by lane.
    let limits: [[Int32]]
    /// What the two strongest complaints of a review with more than three stars must exceed
    /// together for it to have any, in thousandths of a unit.
    let gate: Int

    let rows: WeightRows
    private let places: RowPlaces
    let phrases: PhraseTable
    let dangers: DangerPatterns
    let words: WordRoles
    let letters: LetterRoles
    let languages: LanguageGrams

    static let bits: UInt32 = 20

    /// The second model; the first one was never part of a program that read a store.
    package static let second = FrozenModel(secondFolder)
    /// What the lanes of the second model stand for: the head of its file is read, no weight.
    package static let idsOfSecond = EmbeddedFile("\(secondFolder)/weights.txt").lend {
        ids(WeightFileHead($0))
    }
    private static let secondFolder = "reader2"

    /// - Parameter folder: That of the model's files below `data`.
    init(_ folder: String) {
        letters = LetterRoles(DataSections(EmbeddedFile("\(folder)/letters.txt")))
        let file = EmbeddedFile("\(folder)/weights.txt").lend { WeightFile($0) }
        let head = file.head
        version = head.number("version")
        let aspects = head.words("aspects")
        let dangers = head.words("dangers")
        ids = Self.ids(head)
        dangerStart = aspects.count
        unnamed = dangers.firstIndex(of: "unsafe").map { aspects.count + $0 } ?? -1
        units = head.numbers("units")
        bias = (0..<6).map { stars in
            let own: [Int32] = head.numbers("bias \(stars)")
            return WeightSum { own[$0] }
        }
        limits = [head.numbers("limits low"), head.numbers("limits high")]
        gate = head.number("gate")
        let weights = (0..<128).map { Self.weight(ofCode: Int16($0) - 64) }
        rows = file.bytes.lend { bytes in
            WeightRows(count: file.buckets.count) { row, lane in
                let byte = bytes[row &* WeightSum.laneCount &+ lane]
                return lane == Self.norm ? Int16(byte) : weights[Int(byte)]
            }
        }
        places = RowPlaces(file.buckets, bits: Self.bits)
        let lists = DataSections(EmbeddedFile("\(folder)/words.txt"))
        phrases = PhraseTable(
            DataSections(EmbeddedFile("\(folder)/phrases.txt")), aspects + dangers,
            loose: lists.values(in: "loose praise"))
        words = WordRoles(lists, phrases)
        self.dangers = DangerPatterns(
            DataSections(EmbeddedFile("\(folder)/dangers.txt")),
            Dictionary(
                uniqueKeysWithValues: dangers.indices.map { (dangers[$0], aspects.count + $0) }))
        languages = EmbeddedFile("\(folder)/languages.txt").lend { LanguageGrams(WeightFile($0)) }
    }

    private static func ids(_ head: WeightFileHead) -> [ID] {
        head.words("aspects").map { ID(name: $0, isDanger: false) }
            + head.words("dangers").map { ID(name: $0, isDanger: true) }
    }

    /// The weight that a code from -63 to 63 stands for: small ones are finer than large ones.
    static func weight(ofCode code: Int16) -> Int16 {
        let weight = Int16((Int32(code) * Int32(code) * 255 + 1984) / 3969)
        return code < 0 ? -weight : weight
    }

    /// Whether a lane is a danger.
    @inline(__always)
    func isDanger(_ lane: Int) -> Bool { lane >= dangerStart }

    /// 1 where the model knows a feature, else 0.
    @inline(__always)
    func hasRow(_ feature: UInt32) -> Int { places.has(feature) }

    /// The place of the row of a feature that the model knows.
    @inline(__always)
    func row(of feature: UInt32) -> UInt32 { places.row(of: feature) }

    /// Adds the weights of those features that the model knows, and leaves their rows in place of
    /// all. Each step waits for memory and is taken for all features before the next.
    func add(_ features: inout [UInt32], to sum: inout WordWeights) {
        let count = places.findRows(&features)
        var rests: Int16 = 0
        for place in 0..<count { rests |= rows.hasRest(features[place]) }
        var own = sum
        for place in 0..<count { rows.add(features[place], to: &own) }
        if rests != 0 { for place in 0..<count { rows.addRest(features[place], to: &own) } }
        sum = own
    }

    /// The score of a sum: divided by the root of what its features weigh by rarity.
    @inline(__always)
    func scaled(_ sum: WeightSum) -> WeightSum {
        let root = wholeRoot(Int64(sum[Self.norm]) << 8)
        let factor = root == 0 ? 0 : (1 << 28) / root
        return sum.scaled(by: UInt32(truncatingIfNeeded: factor))
    }
}

/// What words are in clauses, by the states of their folded letters: what `words.txt` says of them,
/// and the most words of a phrase that ends with them.
struct WordRoles: Sendable {
    /// A word's state and its marks; a slot is free where both are 0.
    private var slots: [WordMarks] = Array(repeating: WordMarks(), count: 1 << 15)

    init(_ file: DataSections, _ phrases: PhraseTable) {
        for (state, length) in phrases.lengths { mark(state) { $0.phraseLength = Int(length) } }
        // Negations concern the words behind them, up to six; contrasts begin a clause: "but".
        markAll(file, "negations") { $0.negates = true }
        markAll(file, "contrasts") { $0.contrasts = true }
        // "could", "risk"
        markAll(file, "possible") { $0.isPossible = true }
    }

    private mutating func markAll(
        _ file: DataSections, _ section: String, _ set: (inout WordMarks) -> Void
    ) {
        for word in file[section, "words"]?.words ?? [] {
            mark(FeatureHash.state(of: word.unicodeScalars), set)
        }
    }

    /// The marks of a word: its state and its roles.
    func marks(of state: UInt32) -> WordMarks {
        let own = slots[slot(of: state)]
        return own.state == state ? own : WordMarks(state: state)
    }

    private mutating func mark(_ state: UInt32, _ set: (inout WordMarks) -> Void) {
        var own = marks(of: state)
        set(&own)
        let place = slot(of: state)
        slots[place] = own
    }

    private func slot(of state: UInt32) -> Int {
        var place = Int(FeatureHash.mix(state)) & (slots.count - 1)
        while slots[place].bits != 0, slots[place].state != state {
            place = (place + 1) & (slots.count - 1)
        }
        return place
    }
}
