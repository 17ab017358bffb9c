/// The phrases that the frozen reader knows: up to five words in one clause, by hash.
///
/// What a phrase says is a number: three times the lane, plus 0 for a complaint, 1 for praise and 2
/// for neither; times four, plus how sure it is by its precision on the reviews it was trained on.
struct PhraseTable: Sendable {
    static let wordLimit = 5

    /// The numbers of the phrases, 0 where a slot is free, and the places of what they say.
    private var slots: [(key: UInt32, says: Range<Int32>)]
    /// What the phrases say, phrase by phrase.
    private(set) var says: [UInt16] = []
    /// Whether what a phrase says is praise too loose to count, by its place in `says`.
    private(set) var isLoose: [Bool] = []
    private let mask: Int
    /// A bit for the highest bits of each key: most runs of words are no phrase, and the bits stay
    /// in a near cache.
    private var mayBe = Array(repeating: UInt64(0), count: 1 << (maybeBits - 6))
    private static let maybeBits = 19
    private static let maybeShift = UInt32(32 - maybeBits)
    /// By the state of a word: the most words of a phrase that ends with it.
    private(set) var lengths: [UInt32: UInt8] = [:]

    /// - Parameters:
    ///   - ids: The names of the lanes.
    ///   - loose: Phrases whose praise of some lanes is too loose, with the names of these.
    init(_ file: DataSections, _ ids: [String], loose: [DataSections.Value] = []) {
        let values = file.values(in: "phrases")
        var size = 1
        while size < values.count * 2 { size *= 2 }
        mask = size - 1
        slots = Array(repeating: (0, 0..<0), count: size)
        let looseLanes = Dictionary(uniqueKeysWithValues: loose.map { ($0.key, $0.words) })
        var own: [[(meaning: UInt16, isLoose: Bool)]] = Array(repeating: [], count: size)
        let lanes = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, $0) })
        for value in values {
            let states = value.key.utf8.split(separator: UInt8(ascii: " ")).map {
                FeatureHash.state(ofUTF8: $0)
            }
            let key = FeatureHash.phraseKey(states)
            let place = slot(of: key)
            slots[place].key = key
            let bit = key &>> Self.maybeShift
            mayBe[Int(bit &>> 6)] |= 1 << UInt64(bit & 63)
            let looseHere = (looseLanes[value.key] ?? []).map { lanes[$0] }
            own[place] += value.words.map { written in
                let meaning = Self.meaning(written, lanes)
                let praised = Self.praise(meaning)
                return (meaning, praised != nil && looseHere.contains(praised))
            }
            let last = states[states.count - 1]
            lengths[last] = max(lengths[last] ?? 0, UInt8(states.count))
        }
        for place in own.indices {
            slots[place].says = Int32(says.count)..<Int32(says.count + own[place].count)
            says += own[place].map(\.meaning)
            isLoose += own[place].map(\.isLoose)
        }
    }

    /// The places in `says` of what the phrase of this number says; none where there is none.
    @inline(__always)
    func meanings(of key: UInt32) -> Range<Int> {
        let bit = key &>> Self.maybeShift
        guard mayBe[Int(bit &>> 6)] &>> UInt64(bit & 63) & 1 != 0 else { return 0..<0 }
        let own = slots[slot(of: key)]
        return own.key == key ? Int(own.says.lowerBound)..<Int(own.says.upperBound) : 0..<0
    }

    private func slot(of key: UInt32) -> Int {
        var place = Int(key) & mask
        while slots[place].key != 0, slots[place].key != key { place = (place + 1) & mask }
        return place
    }

    /// `leaks-3`: a complaint of `leaks`, most sure.
    private static func meaning(_ written: String, _ lanes: [String: Int]) -> UInt16 {
        let bytes = written.utf8
        let mark = bytes.suffix(2)
        guard let lane = lanes[String(written.dropLast(2))],
            let sign = "-+?".utf8.enumerated().first(where: { $1 == mark.first })?.offset,
            let last = mark.last, (UInt8(ascii: "0")...UInt8(ascii: "3")).contains(last)
        else { preconditionFailure("no meaning: \(written)") }
        return UInt16((lane * 3 + sign) * 4 + Int(last - UInt8(ascii: "0")))
    }

    /// The lane that a meaning complains of; nil for praise and neither.
    static func complaint(_ meaning: UInt16) -> Int? {
        let says = Int(meaning) / 4
        return says % 3 == 0 ? says / 3 : nil
    }

    /// The lane of a meaning that is most sure and no praise; nil for others.
    static func sure(_ meaning: UInt16) -> Int? {
        let says = Int(meaning) / 4
        return meaning % 4 == 3 && says % 3 != 1 ? says / 3 : nil
    }

    /// The lane that a meaning praises; nil for complaints and neither.
    static func praise(_ meaning: UInt16) -> Int? {
        let says = Int(meaning) / 4
        return says % 3 == 1 ? says / 3 : nil
    }
}
