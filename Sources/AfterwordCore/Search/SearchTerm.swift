/// A term of the search index: 32 bits of a hash. Different words may be one term, so the index
/// finds a superset of the hits, which are checked in their texts (`SearchQuery.match`).
package typealias SearchTerm = UInt32

/// The hash of a word's folded letters: FNV-1a with a final mix, the same in every store and
/// program. It distinguishes words; it protects nothing.
struct WordHash {
    private var state: UInt64

    /// - Parameter domain: Separates words from facts of the same letters.
    init(domain: UInt64 = 0) { state = 0xCBF2_9CE4_8422_2325 ^ domain &* 0x9E37_79B9_7F4A_7C15 }

    @inline(__always)
    mutating func add(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }

    @inline(__always)
    mutating func add(_ scalar: SearchScalar) {
        var letters = scalar.letters
        for _ in 0..<scalar.count {
            add(UInt8(truncatingIfNeeded: letters))
            letters >>= 8
        }
    }

    @inline(__always)
    var value: UInt64 { mixed(state) }
}

/// The term of a word, or of a single letter of a script without spaces.
@inline(__always)
func term(ofWord hash: UInt64) -> SearchTerm { SearchTerm(truncatingIfNeeded: hash >> 32) }

/// The term of two letters that follow one another in a script without spaces.
@inline(__always)
func term(ofPair first: UInt64, _ second: UInt64) -> SearchTerm {
    term(ofWord: mixed(first &* 0x9E37_79B9_7F4A_7C15 ^ second))
}

/// What a version of a review is found by beside its words.
package enum SearchFact: Equatable, Sendable {
    case product(Text)
    /// 1 to 5.
    case star(Int)
    /// The month in which it was written, as year × 100 + month.
    case month(Int64)

    package var term: SearchTerm {
        switch self {
        case .product(let id): id.bytes.lend { Self.productTerm($0) }
        case .star(let star): Self.term(2, UInt64(star))
        case .month(let month): Self.term(3, UInt64(bitPattern: month))
        }
    }

    static func productTerm(_ id: BorrowedBytes) -> SearchTerm {
        var hash = WordHash(domain: 1)
        for byte in id { hash.add(byte) }
        return AfterwordCore.term(ofWord: hash.value)
    }

    private static func term(_ domain: UInt64, _ number: UInt64) -> SearchTerm {
        AfterwordCore.term(ofWord: mixed(mixed(domain) ^ number))
    }
}
