/// Sebastiano Vigna's SplitMix64 generator, with unbiased draws. Not for secrets.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A uniform number in 0..<bound: draws until x < ⌊2⁶⁴ ∕ bound⌋ · bound, then x mod bound.
    ///
    /// - Precondition: `bound` is positive.
    package mutating func draw(below bound: UInt64) -> UInt64 {
        precondition(bound > 0, "a draw needs a positive bound")
        let excess = (UInt64.max % bound + 1) % bound
        while true {
            let drawn = next()
            if drawn <= UInt64.max - excess { return drawn % bound }
        }
    }
}
