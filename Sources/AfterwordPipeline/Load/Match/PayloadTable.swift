import AfterwordCore

/// Row numbers by payload digest: a hash table with open addressing, 4 bytes a slot.
struct PayloadTable: Sendable {
    /// Greatest number of rows.
    static let rowLimit = 1 << 24

    /// Its size is a power of 2.
    private var slots: [Slot] = []

    /// A free table, two thirds full with `count` rows.
    init(forRows count: Int) {
        var capacity = 64
        while capacity * 2 < count * 3 { capacity *= 2 }
        slots = Array(repeating: Slot(), count: capacity)
    }

    /// One entry: row number + 1 in 24 bits, and 8 bits of the row's digest, so that another row is
    /// rarely read; 0 for a free slot.
    struct Slot: Sendable {
        private var packed: UInt32 = 0

        init() {}

        init(row: Int, _ digest: Digest128) {
            packed = UInt32(row + 1) | Self.mark(digest)
        }

        private static func mark(_ digest: Digest128) -> UInt32 {
            UInt32(truncatingIfNeeded: digest.hashBits >> 56) << 24
        }

        var isFree: Bool { packed == 0 }
        var row: Int { Int(packed & 0xFF_FFFF) - 1 }

        /// Whether the 8 digest bits of the slot match.
        func mayHold(_ digest: Digest128) -> Bool { packed & 0xFF00_0000 == Self.mark(digest) }

        /// The slot where the search for a digest begins.
        static func first(_ digest: Digest128, _ capacity: Int) -> Int {
            Int(truncatingIfNeeded: digest.hashBits) & (capacity - 1)
        }
    }

    /// Adds live reviews, except those of kind content: which of several equal records is which
    /// review is decided among all of them, so their records are always parsed.
    ///
    /// - Parameter number: The number of the first of the rows.
    mutating func add(_ rows: [PayloadRow], from number: Int) {
        let last = slots.count - 1
        var first = 0
        while first < rows.count {
            let some = first..<min(first + 64, rows.count)
            // Table slots lie far apart in memory: 64 are read before the first is used, to overlap
            // cache misses.
            let isFree = some.map { slots[Slot.first(rows[$0].payload, slots.count)].isFree }
            for place in some where rows[place].isRecognisable {
                let payload = rows[place].payload
                var slot = Slot.first(payload, slots.count)
                if !isFree[place - first] { slot = (slot + 1) & last }
                while !slots[slot].isFree { slot = (slot + 1) & last }
                slots[slot] = Slot(row: number + place, payload)
            }
            first = some.upperBound
        }
    }

    /// The slot where the search for a digest begins.
    func firstSlot(of payload: Digest128) -> Slot { slots[Slot.first(payload, slots.count)] }

    /// The number of the row with a payload; negative for none or for several.
    ///
    /// - Parameter first: `firstSlot(of: payload)`.
    func number(of payload: Digest128, from first: Slot, in rows: [PayloadRow]) -> Int32 {
        var place = Slot.first(payload, slots.count)
        var slot = first
        var found: Int32 = -1
        while !slot.isFree {
            if slot.mayHold(payload), rows[slot.row].payload == payload {
                if found >= 0 { return -1 }
                found = Int32(slot.row)
            }
            place = (place + 1) & (slots.count - 1)
            slot = slots[place]
        }
        return found
    }
}

/// One review of the payload index: its key, and what is needed of a record that is not parsed.
struct PayloadRow: Sendable {
    let payload: Digest128
    let identity: Digest128
    /// Review key × 512 + rating × 8 + (kind is content) × 4 + (has text) × 2 + (is live).
    private let packed: Int64
    /// Index of the file × 2⁴⁰ + offset + 1 of the record with these bytes; 0 until one is met.
    private var place: Int64 = 0
    private(set) var length: Int32 = 0
    /// Its product's number; until the row is added, its product's key less the first of its part.
    var product: Int32

    /// Greatest review key that fits in `packed`. The number of its product then fits in 30 bits.
    static let greatestKey = Int64.max >> 9

    /// - Parameter review: Its key is at most `greatestKey`.
    init(_ review: CurrentPayload, product: Int32) {
        payload = review.payload
        identity = review.identity
        var packed = review.reviewKey << 9 | (review.rating ?? 0) << 3
        packed |= review.isIdentifiedByContent ? 4 : 0
        packed |= (review.hasText ? 2 : 0) | (review.isLive ? 1 : 0)
        self.packed = packed
        self.product = product
    }

    var reviewKey: Int64 { packed >> 9 }
    var isLive: Bool { packed & 1 != 0 }
    var hasText: Bool { packed & 2 != 0 }
    var isIdentifiedByContent: Bool { packed & 4 != 0 }
    /// In tenths of a star.
    var rating: Int64? {
        let rating = packed >> 3 & 63
        return rating == 0 ? nil : rating
    }

    /// Live, and identified by more than its content.
    var isRecognisable: Bool { packed & 5 == 1 }

    /// Whether a record with these bytes was met in the dump.
    var isMet: Bool { place != 0 }
    /// The file of the record that was met.
    var file: Int { Int(place >> 40) }
    /// The offset of the record that was met.
    var offset: Int64 { (place & (1 << 40 - 1)) - 1 }

    mutating func meet(file: Int, offset: Int64, length: Int32) {
        place = Int64(file) << 40 | (offset + 1)
        self.length = length
    }
}
