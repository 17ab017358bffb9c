/// The bytes of a word as numbers, by which it is found again. A word has no zero byte, so words of
/// different lengths differ.
struct WordKey: Equatable, Sendable {
    var first: UInt64 = 0
    var second: UInt64 = 0
    var third: UInt64 = 0

    /// Words of more bytes have no key and are not kept.
    private static let byteLimit = 24

    /// - Parameter range: Of the word; `isNone` where it is too long.
    @inline(__always)
    init(_ bytes: BorrowedBytes, _ range: Range<Int>) {
        let (start, count) = (range.lowerBound, range.count)
        guard count <= Self.byteLimit else { return }
        first = Self.part(bytes, start, min(count, 8))
        if count > 8 { second = Self.part(bytes, start &+ 8, min(count &- 8, 8)) }
        if count > 16 { third = Self.part(bytes, start &+ 16, count &- 16) }
    }

    var isNone: Bool { first == 0 }

    @inline(__always)
    var hash: UInt64 {
        var value = first ^ second &* 0x9E37_79B9_7F4A_7C15 ^ third &* 0xC2B2_AE3D_27D4_EB4F
        value = value &* 0xD6E8_FEB8_6659_FD93
        return value ^ value &>> 32
    }

    @inline(__always)
    private static func part(_ bytes: BorrowedBytes, _ start: Int, _ count: Int) -> UInt64 {
        if start &+ 8 <= bytes.count {
            return bytes.word(at: start) & (UInt64.max &>> UInt64(64 &- 8 &* count))
        }
        var word: UInt64 = 0
        for offset in 0..<count {
            word |= UInt64(bytes[start &+ offset]) &<< UInt64(8 &* offset)
        }
        return word
    }
}

/// Facts of words read before, by their bytes: most words of a text were read before.
///
/// Keys and marks of the two words that share a set fill one line of a cache; the weights, which
/// are wider, stand apart. What is new in a review is kept behind the sets' weights until the
/// review is read, so that no place changes before.
struct WordMemory: Sendable {
    /// The first word's key and marks, then those of the second.
    private var sets: [SIMD8<UInt64>]
    /// Those of a set's words, set by set; then of the words that are new in the review.
    private var facts: [WordFacts]
    /// The words of the review that are new, by their places.
    private var new: [Int32] = []
    private var letters = OpenLetters()
    /// What `waitForFacts` read, so that its reading is not left out.
    private var waited: Int16 = 0

    /// The most new words whose memory is kept for later reviews.
    private let newLimit: Int
    /// How many words were new since it has its size, and the most sets that it may have.
    private var newCount = 0
    private let setLimit: Int

    /// Remembers up to 65,536 words; takes the memory for them, 12.6 MB, as they come.
    init() { self.init(sets: 1 << 10, new: 512, limit: 1 << 15) }

    /// Remembers next to nothing, in 24 kB.
    static let small = WordMemory(sets: 1 << 4, new: 64, limit: 1 << 4)

    private init(sets count: Int, new newLimit: Int, limit: Int) {
        sets = Array(repeating: .zero, count: count)
        facts = Array(repeating: WordFacts(), count: count * 2 + newLimit)
        (self.newLimit, setLimit) = (newLimit, limit)
    }

    /// How many words it has room for.
    var room: Int { sets.count * 2 }

    /// The weights of a word that `find` found.
    @inline(__always)
    subscript(place: Int32) -> WordFacts {
        @inline(__always) _read { yield facts[Int(place)] }
    }

    /// Reads a little of each word's facts, which fill three lines of a cache, so that memory is
    /// asked for all of them at once and they are near when they are added one by one.
    mutating func waitForFacts(_ words: [FrozenWord]) {
        var sum: Int16 = 0
        for index in words.indices {
            let place = Int(words[index].place)
            sum |= facts[place].weights.low[0] | facts[place].weights.high[15]
            sum |= facts[place].languages[16]
        }
        waited = sum
    }

    /// Finds or makes the facts of words from one on.
    mutating func find(
        _ words: inout [FrozenWord], from start: Int, _ bytes: BorrowedBytes, _ model: FrozenModel
    ) {
        for index in start..<words.count {
            let key = words[index].key
            let own = set(of: key)
            let ways = sets[own]
            let isFirst = ways[0] == key.first && ways[1] == key.second && ways[2] == key.third
            let isSecond = ways[4] == key.first && ways[5] == key.second && ways[6] == key.third
            if isFirst || isSecond, !key.isNone {
                words[index].place = Int32(truncatingIfNeeded: own &* 2 &+ (isFirst ? 0 : 1))
                words[index].marks = WordMarks(bits: isFirst ? ways[3] : ways[7])
            } else {
                make(&words[index], index, bytes, model)
            }
        }
    }

    /// Keeps what was new in a review that is read.
    mutating func keep(_ words: [FrozenWord]) {
        guard !new.isEmpty else { return }
        newCount += new.count
        if newCount > sets.count, sets.count < setLimit { return grow() }
        for index in new {
            let word = words[Int(index)]
            let own = set(of: word.key)
            let ways = sets[own]
            if word.key.isNone || word.key == WordKey(ways[0], ways[1], ways[2])
                || word.key == WordKey(ways[4], ways[5], ways[6])
            {
                continue
            }
            // The one that came first makes room.
            facts[own * 2 + 1] = facts[own * 2]
            facts[own * 2] = facts[Int(word.place)]
            sets[own] = SIMD8(
                lowHalf: SIMD4(word.key.first, word.key.second, word.key.third, word.marks.bits),
                highHalf: ways.lowHalf)
        }
        new.removeAll(keepingCapacity: true)
        let room = sets.count * 2 + newLimit
        if facts.count > room { facts.removeLast(facts.count - room) }
    }

    /// Takes four times the memory. What was known is made again where it comes again: the words
    /// that come often soon do.
    private mutating func grow() {
        let open = letters
        self = WordMemory(sets: min(sets.count * 4, setLimit), new: newLimit, limit: setLimit)
        letters = open
    }

    @inline(__always)
    private func set(of key: WordKey) -> Int {
        Int(truncatingIfNeeded: key.hash) & (sets.count &- 1)
    }

    @inline(never)
    private mutating func make(
        _ word: inout FrozenWord, _ index: Int, _ bytes: BorrowedBytes, _ model: FrozenModel
    ) {
        let place = sets.count * 2 + new.count
        new.append(Int32(index))
        if place == facts.count { facts.append(WordFacts()) }
        word.marks = letters.read(
            bytes, Int(word.range.lowerBound)..<Int(word.range.upperBound),
            isSpaced: word.isSpaced, model, into: &facts[place])
        word.place = Int32(place)
    }
}

extension WordKey {
    fileprivate init(_ first: UInt64, _ second: UInt64, _ third: UInt64) {
        (self.first, self.second, self.third) = (first, second, third)
    }
}
