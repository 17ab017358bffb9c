/// The keys of a product's live reviews, packed: 20 bytes a review, in order of their numbers.
///
/// An entry is the review's number within its product (24 bits) and its stars (8 bits, 0 without a
/// rating) in one word of 4 bytes, then the two halves of its key of 8 bytes; all little-endian.
package struct DistinctKeys: Equatable, Sendable {
    /// One live review.
    package struct Entry: Equatable, Sendable {
        /// The review's number within its product.
        package var number: UInt32
        package var star: UInt8
        package var key: DistinctKey

        /// - Precondition: The number has at most 24 bits.
        package init(number: Int64, rating: Int64?, key: DistinctKey) {
            precondition(number >= 0 && number < 1 << 24, "a review's number has 24 bits")
            self.number = UInt32(number)
            star = rating.map { UInt8(starOf(rating: $0)) } ?? 0
            self.key = key
        }

        fileprivate init(_ word: UInt32, _ key: DistinctKey) {
            (number, star, self.key) = (word >> 8, UInt8(word & 0xFF), key)
        }

        package var isRated: Bool { star > 0 }
        package var isNegative: Bool { star == 1 || star == 2 }
    }

    package private(set) var bytes: [UInt8]

    package static let entryBytes = 20

    /// No reviews.
    package init() { bytes = [] }

    /// Nil where the bytes are no list of entries in order.
    package init?(bytes: [UInt8]) {
        guard bytes.count % Self.entryBytes == 0 else { return nil }
        self.bytes = bytes
        var last = -1
        for entry in entries {
            guard Int(entry.number) > last, entry.star <= 5 else { return nil }
            last = Int(entry.number)
        }
    }

    package init(_ entries: [Entry]) {
        bytes = []
        bytes.reserveCapacity(entries.count * Self.entryBytes)
        for entry in entries.sorted(by: { $0.number < $1.number }) { append(entry) }
    }

    package var count: Int { bytes.count / Self.entryBytes }
    package var isEmpty: Bool { bytes.isEmpty }

    package var entries: [Entry] { (0..<count).map { self[$0] } }

    package subscript(index: Int) -> Entry {
        bytes.lend { Self.entry($0, index * Self.entryBytes) }
    }

    /// Passes the entries to `body`, in order.
    package func forEach(_ body: (Entry) -> Void) {
        bytes.lend { bytes in
            var start = 0
            while start < bytes.count {
                body(Self.entry(bytes, start))
                start += Self.entryBytes
            }
        }
    }

    private static func entry(_ bytes: BorrowedBytes, _ start: Int) -> Entry {
        Entry(
            UInt32(truncatingIfNeeded: bytes.word(at: start)),
            DistinctKey(source: bytes.word(at: start + 4), other: bytes.word(at: start + 12)))
    }

    private mutating func append(_ entry: Entry) {
        func add(_ number: UInt64, _ size: Int) {
            for place in 0..<size {
                bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(place * 8)))
            }
        }
        add(UInt64(entry.number << 8 | UInt32(entry.star)), 4)
        add(entry.key.source, 8)
        add(entry.key.other, 8)
    }

    /// The keys with some reviews replaced, added or removed.
    package func replacing(_ change: DistinctKeyChange) -> DistinctKeys {
        if isEmpty, change.gone.isEmpty { return DistinctKeys(change.added) }
        var gone = Set(change.gone)
        for entry in change.added { gone.insert(entry.number) }
        return DistinctKeys(entries.filter { !gone.contains($0.number) } + change.added)
    }
}

/// What a run changes of a product's keys.
package struct DistinctKeyChange: Sendable {
    /// Reviews that are live after the run, new ones and ones with other values.
    package var added: [DistinctKeys.Entry] = []
    /// Numbers of reviews that are no longer live.
    package var gone: [UInt32] = []

    package init() {}

    package var isEmpty: Bool { added.isEmpty && gone.isEmpty }
}
