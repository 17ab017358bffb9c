/// Aspects of a lexicon, as bits by their places.
package struct AspectSet: Hashable, Sendable {
    package private(set) var bits: UInt64

    /// The most aspects that a lexicon may have.
    package static let limit = 64

    package init(bits: UInt64 = 0) { self.bits = bits }

    /// - Precondition: Each place is below `limit`.
    package init(_ places: some Sequence<Int>) {
        bits = 0
        for place in places { insert(place) }
    }

    package var isEmpty: Bool { bits == 0 }

    package mutating func insert(_ place: Int) {
        precondition(place >= 0 && place < Self.limit, "an aspect has a bit")
        bits |= 1 << UInt64(place)
    }

    package func contains(_ place: Int) -> Bool { bits >> UInt64(place) & 1 == 1 }

    package mutating func formUnion(_ other: AspectSet) { bits |= other.bits }

    /// Passes the places to `body`, in ascending order.
    @inline(__always)
    package func forEach(_ body: (Int) -> Void) {
        var left = bits
        while left != 0 {
            body(left.trailingZeroBitCount)
            left &= left - 1
        }
    }
}
