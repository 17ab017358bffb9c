/// The phrases that the frozen reader knows: up to five words in one clause, by hash.
///
/// What a phrase says is a number: three times the lane, plus 0 for a complaint, 1 for praise and 2
/// for neither; times four, plus how sure it is by its precision on the reviews it was trained on.
struct PhraseTable: Sendable {
    static let wordLimit = 5

    /// The numbers of the phrases; 0 where a slot is free.
    private var keys: [UInt32]
    private var says: [[UInt16]]
    private let mask: Int
    /// A bit for the highest bits of each key: most runs of words are no phrase, and the bits stay
    /// in the nearest cache.
    private var mayBe = Array(repeating: UInt64(0), count: 1 << (maybeBits - 6))
    private static let maybeBits = 17
    private static let maybeShift = UInt32(32 - maybeBits)
    /// By the state of a word: the most words of a phrase that ends with it.
    private(set) var lengths: [UInt32: UInt8] = [:]

    /// - Parameter ids: The names of the lanes.
    init(_ file: DataSections, _ ids: [String]) {
        let values = file.values(in: "phrases")
        var size = 1
        while size < values.count * 4 { size *= 2 }
        mask = size - 1
        keys = Array(repeating: 0, count: size)
        says = Array(repeating: [], count: size)
        let lanes = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, $0) })
        for value in values {
            let states = value.key.split(separator: " ").map {
                FeatureHash.state(of: $0.unicodeScalars)
            }
            let place = slot(of: FeatureHash.phraseKey(states))
            let key = FeatureHash.phraseKey(states)
            keys[place] = key
            let bit = key &>> Self.maybeShift
            mayBe[Int(bit &>> 6)] |= 1 << UInt64(bit & 63)
            says[place] += value.words.map { Self.meaning($0, lanes) }
            let last = states[states.count - 1]
            lengths[last] = max(lengths[last] ?? 0, UInt8(states.count))
        }
    }

    /// What the phrase of this number says; nothing where there is none.
    @inline(__always)
    func meanings(of key: UInt32) -> [UInt16] {
        let bit = key &>> Self.maybeShift
        guard mayBe[Int(bit &>> 6)] &>> UInt64(bit & 63) & 1 != 0 else { return [] }
        let place = slot(of: key)
        return keys[place] == key ? says[place] : []
    }

    private func slot(of key: UInt32) -> Int {
        var place = Int(key) & mask
        while keys[place] != 0, keys[place] != key { place = (place + 1) & mask }
        return place
    }

    /// `leaks-3`: a complaint of `leaks`, most sure.
    private static func meaning(_ written: String, _ lanes: [String: Int]) -> UInt16 {
        let letters = Array(written)
        let sign = Array("-+?").firstIndex(of: letters[letters.count - 2])
        let sure = letters[letters.count - 1].wholeNumberValue
        guard let lane = lanes[String(letters.dropLast(2))], let sign, let sure else {
            preconditionFailure("no meaning: \(written)")
        }
        return UInt16((lane * 3 + sign) * 4 + sure)
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
