/// The hashes of the frozen reader's features: 32 bits, the same on every machine.
/// `tools/reader/features.py` defines them.
enum FeatureHash {
    /// FNV-1a before the first byte.
    static let start: UInt32 = 0x811C_9DC5
    static let gramStart: UInt32 = 0x811C_9DC5 ^ 0x63
    static let word: UInt32 = 0x57
    static let negated: UInt32 = 0x4E00_0000
    static let pair: UInt32 = 0x0000_B000
    static let phrase: UInt32 = 0x5000_0000
    /// The number of a phrase before its first word.
    static let phraseStart: UInt32 = 0x50

    /// One step of FNV-1a.
    @inline(__always)
    static func add(_ byte: UInt8, to state: UInt32) -> UInt32 {
        (state ^ UInt32(byte)) &* 0x0100_0193
    }

    /// The steps for the UTF-8 of a scalar.
    @inline(__always)
    static func add(_ scalar: UInt32, to state: UInt32) -> UInt32 {
        func tail(_ shift: UInt32) -> UInt8 {
            UInt8(truncatingIfNeeded: 0x80 | scalar &>> shift & 0x3F)
        }
        if scalar < 0x80 { return add(UInt8(truncatingIfNeeded: scalar), to: state) }
        if scalar < 0x800 {
            let lead = UInt8(truncatingIfNeeded: 0xC0 | scalar &>> 6)
            return add(tail(0), to: add(lead, to: state))
        }
        if scalar < 0x1_0000 {
            let lead = UInt8(truncatingIfNeeded: 0xE0 | scalar &>> 12)
            return add(tail(0), to: add(tail(6), to: add(lead, to: state)))
        }
        let lead = UInt8(truncatingIfNeeded: 0xF0 | scalar &>> 18)
        return add(tail(0), to: add(tail(6), to: add(tail(12), to: add(lead, to: state))))
    }

    /// The hash of a state: all bits depend on all.
    @inline(__always)
    static func mix(_ value: UInt32) -> UInt32 {
        var value = value
        value ^= value &>> 15
        value = value &* 0x2C1B_3C6D
        value ^= value &>> 12
        value = value &* 0x297A_2D39
        return value ^ value &>> 15
    }

    /// The state of a word, from its folded letters.
    static func state(of word: some Sequence<Unicode.Scalar>) -> UInt32 {
        word.reduce(start) { add($1.value, to: $0) }
    }

    /// The state of a word, from the UTF-8 of its folded letters.
    static func state(ofUTF8 word: some Sequence<UInt8>) -> UInt32 {
        word.reduce(start) { add($1, to: $0) }
    }

    /// The number of a phrase from the states of its words.
    static func phraseKey(_ words: some Sequence<UInt32>) -> UInt32 {
        mix(words.reduce(phraseStart) { $0 &* 31 &+ $1 })
    }
}
