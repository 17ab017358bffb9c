import AfterwordCore
import Synchronization

/// The store's current reviews, indexed by payload digest: a record of a new dump with the same
/// bytes as a live review is recognized and counted without being parsed.
///
/// Takes about 64 bytes per review and holds no text: payload and identity digests, the key, and
/// where the dump holds a record with these bytes, once one is met. Not thread-safe; `recognise`
/// shares its work with the worker pool, and its caller waits.
final class PayloadIndex {
    /// Greatest number of reviews that are indexed (about 800 MB); beyond it every record is
    /// parsed.
    static let limit = 12_000_000
    private static let slotRows = 1 << 24
    /// Least size of the dump, in bytes per stored review: below it, building the index would take
    /// longer than parsing the dump.
    static let leastBytesPerReview: Int64 = 64

    /// One review: its key, and what is needed of a record that is not parsed.
    private struct Row {
        var payload: Digest128
        var identity: Digest128
        /// Review key × 512 + rating × 8 + (kind is content) × 4 + (has text) × 2 + (is live).
        var packed: Int64
        /// Index of the file × 2⁴⁰ + offset + 1 of the record with these bytes; 0 until one is met.
        var place: Int64
        var length: Int32
        var product: Int32
    }

    /// Another run was committed after the snapshot that the index was read from.
    struct Outdated: Error {}
    /// A review key is greater than `packed` has bits for.
    private struct Unknowable: Error {}

    /// Greatest review key that fits in `Row.packed`. The number of its product then fits in 30
    /// bits.
    private static let greatestKey = Int64.max >> 9

    /// The newest run of the snapshot that the index was read from.
    let run: Int64
    /// Number of live reviews, and of products that have any.
    private let reviewCount: Int64
    private let productCount: Int64
    /// In order of product keys.
    private(set) var products: [ProductState] = []
    /// Index in `products` by product id.
    private(set) var numbers: [Text: Int] = [:]
    /// Documents of the shapes used so far, by name: the index does not apply to a changed shape.
    private let shapes: [String: String]
    /// In order of `products`.
    private var rows: [Row] = []
    /// For each product, the index of its first row; and one more entry for the end.
    private var firstRows: [Int] = []
    /// Number of live reviews of each product, and of those whose records were met.
    private(set) var liveCounts: [Int32] = []
    private(set) var metCounts: [Int32] = []
    /// Hash table of row numbers with open addressing by payload digest; its size is a power of 2.
    private var slots: [Slot] = []

    /// One entry of the hash table: row number + 1 in 24 bits, and 8 bits of the row's digest, so
    /// that another row is rarely read; 0 for a free slot.
    private struct Slot {
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

    /// Reads the index from a store, with the worker pool; nil where it would be empty or of no
    /// use.
    ///
    /// - Parameter partRows: Approximate number of reviews read by one task.
    /// - Throws: `Outdated` where a run was committed meanwhile; `StoreFault`.
    static func read(
        _ store: any ReviewStore, dumpBytes: Int64, _ workers: WorkerPool, partRows: Int64 = 1 << 17
    ) throws -> PayloadIndex? {
        let known = try store.read { try PayloadIndex($0, dumpBytes: dumpBytes) }
        guard let known else { return nil }
        let parts = known.parts(of: partRows)
        let products = Mutex(Result<[ProductState], any Error>.success([]))
        let found = Mutex([Result<[Row], any Error>?](repeating: nil, count: parts.count))
        // `read` may run on several threads at once (`ReviewStore`). During `share`, `known` is
        // only read; afterwards one thread at a time changes it; `share` returns after all threads
        // have finished.
        nonisolated(unsafe) let (store, reading) = (store, known)
        workers.share(parts.count + 1) { place in
            guard place > 0 else {
                let own = Result { try store.read { try reading.products($0) } }
                return products.withLock { $0 = own }
            }
            let own = Result { try store.read { try reading.rows($0, parts[place - 1]) } }
            found.withLock { $0[place - 1] = own }
        }
        try known.take(products.withLock { $0 }.get())
        // The count includes deleted reviews.
        let count = try found.withLock { try $0.reduce(0) { try $0 + ($1?.get().count ?? 0) } }
        guard count < slotRows else { return nil }
        let slots = Mutex(Self.freeSlots(forRows: count))
        for part in parts.indices {
            let own = try found.withLock { found in
                defer { found[part] = nil }
                return try found[part]?.get() ?? []
            }
            let first = known.rows.count
            let added = Mutex(Result<Void, any Error>.success(()))
            // One thread appends the part's rows to `known` while another adds them to the hash
            // table; only the first one touches `known`.
            workers.share(2) { turn in
                if turn == 0 {
                    let own = Result { try reading.add(own, from: parts[part].lowerBound) }
                    added.withLock { $0 = own }
                } else {
                    slots.withLock { Self.note(own, from: first, in: &$0) }
                }
            }
            try added.withLock { try $0.get() }
        }
        while known.firstRows.count <= known.products.count {
            known.firstRows.append(known.rows.count)
        }
        known.slots = slots.withLock { $0 }
        return known
    }

    /// Reads what decides whether the index is worth building. Nil where the store has no run or no
    /// review, where it has too many for its size or the dump's, or where an earlier file held a
    /// bare NaN: such literals have to be counted by parsing.
    private init?(_ reader: any StoreReader, dumpBytes: Int64) throws {
        guard let newest = try reader.newestRun() else { return nil }
        let portfolio = try reader.scopes([.portfolio]).first
        let expected = portfolio?.counters.reviewCount ?? 0
        guard expected > 0, expected <= Self.limit,
            dumpBytes >= expected * Self.leastBytesPerReview
        else { return nil }
        let files = try reader.files(ofRun: nil)
        guard files.allSatisfy({ $0.nonstandardLiterals == 0 }) else { return nil }
        run = newest.run
        shapes = Dictionary(try reader.shapes().map { ($0.name, $0.document) }) { $1 }
        reviewCount = expected
        productCount = min(portfolio?.productCount ?? 0, greatestProductKey)
        rows.reserveCapacity(Int(expected + expected / 16))
    }

    /// Reviews that a part reserves room for: 32 MiB, which the allocator returns to the system
    /// when freed.
    private static let partRoom = 1 << 19

    /// Ranges of product keys that hold about `rows` reviews each, so that a part can be freed once
    /// it is added. Assumes that product keys are dense; a wrong guess only makes parts uneven.
    private func parts(of rows: Int64) -> [ClosedRange<Int64>] {
        let count = max((reviewCount + rows / 2) / rows, 1)
        let step = max(productCount / count, 1)
        return (0..<count).map { part in
            part * step...(part == count - 1 ? greatestProductKey : (part + 1) * step - 1)
        }
    }

    private func products(_ reader: any StoreReader) throws -> [ProductState] {
        guard try reader.newestRun()?.run == run else { throw Outdated() }
        return try reader.products(nil).sorted { $0.productKey < $1.productKey }
    }

    /// The reviews of the products in a key range, in order of product keys. `Row.product` holds
    /// the product's key less the first key of the range.
    private func rows(
        _ reader: any StoreReader, _ keys: ClosedRange<Int64>
    ) throws -> [Row] {
        guard try reader.newestRun()?.run == run else { throw Outdated() }
        var found: [Row] = []
        found.reserveCapacity(Self.partRoom)
        var last: Int32 = 0
        var (isSorted, isBeyond) = (true, false)
        try reader.currentPayloads(ofProducts: keys) { review in
            guard review.reviewKey <= Self.greatestKey else {
                isBeyond = true
                return
            }
            let product = Int32(review.productKey - keys.lowerBound)
            if product < last { isSorted = false }
            last = product
            var packed = review.reviewKey << 9 | (review.rating ?? 0) << 3
            packed |= review.isIdentifiedByContent ? 4 : 0
            packed |= (review.hasText ? 2 : 0) | (review.isLive ? 1 : 0)
            found.append(
                Row(
                    payload: review.payload, identity: review.identity, packed: packed, place: 0,
                    length: 0, product: product))
        }
        if isBeyond { throw Unknowable() }
        if !isSorted { found.sort { $0.product < $1.product } }
        return found
    }

    private func take(_ products: [ProductState]) {
        self.products = products
        for (number, product) in products.enumerated() { numbers[product.productID] = number }
        liveCounts = Array(repeating: 0, count: products.count)
        metCounts = liveCounts
    }

    /// Appends a part's rows, and replaces their relative product keys by product numbers.
    ///
    /// - Throws: `Outdated` where a row's product is unknown.
    private func add(_ part: [Row], from firstKey: Int64) throws {
        // Moved into locals for the loop, so that the arrays are uniquely referenced.
        var (rows, firsts, counts): ([Row], [Int], [Int32]) = ([], [], [])
        swap(&rows, &self.rows)
        swap(&firsts, &firstRows)
        swap(&counts, &liveCounts)
        defer {
            swap(&rows, &self.rows)
            swap(&firsts, &firstRows)
            swap(&counts, &liveCounts)
        }
        let products = products
        var number = max(firsts.count - 1, 0)
        for var row in part {
            let key = firstKey + Int64(row.product)
            while number < products.count, products[number].productKey < key { number += 1 }
            guard number < products.count, products[number].productKey == key else {
                throw Outdated()
            }
            while firsts.count <= number { firsts.append(rows.count) }
            row.product = Int32(number)
            counts[number] += Int32(row.packed & 1)
            rows.append(row)
        }
    }

    private static func freeSlots(forRows count: Int) -> [Slot] {
        var capacity = 64
        while capacity * 2 < count * 3 { capacity *= 2 }
        return Array(repeating: Slot(), count: capacity)
    }

    /// Adds live reviews to the hash table, except those of kind content: which of several equal
    /// records is which review is decided among all of them, so their records are always parsed.
    private static func note(_ rows: [Row], from number: Int, in slots: inout [Slot]) {
        let last = slots.count - 1
        var first = 0
        while first < rows.count {
            let some = first..<min(first + 64, rows.count)
            // Table slots lie far apart in memory: 64 are read before the first is used, to overlap
            // cache misses.
            let isFree = some.map { slots[Slot.first(rows[$0].payload, slots.count)].isFree }
            for place in some where rows[place].packed & 5 == 1 {
                let payload = rows[place].payload
                var slot = Slot.first(payload, slots.count)
                if !isFree[place - first] { slot = (slot + 1) & last }
                while !slots[slot].isFree { slot = (slot + 1) & last }
                slots[slot] = Slot(row: number + place, payload)
            }
            first = some.upperBound
        }
    }

    /// Number of records met.
    var metCount: Int64 { metCounts.reduce(0) { $0 + Int64($1) } }

    /// Whether the index applies to records of a shape: it reads records alone, and its document is
    /// the stored one.
    func knows(_ cleaner: RecordCleaner) -> Bool {
        cleaner.readsRecordsAlone && shapes[cleaner.shape.name] == cleaner.shape.document
    }

    // MARK: Recognition

    /// Bytes that one worker scans at a time.
    private static let chunkBytes = 1 << 17

    /// The lines of a window that have the bytes of an indexed review, in order.
    func recognise(_ bytes: BorrowedBytes, _ workers: WorkerPool) -> [KnownElement] {
        let chunks = (bytes.count + Self.chunkBytes - 1) / Self.chunkBytes
        let found = Mutex([[KnownElement]](repeating: [], count: chunks))
        let lines = KnownLines(bytes: bytes, rows: rows, slots: slots)
        let count = bytes.count
        workers.share(chunks) { chunk in
            let start = chunk * Self.chunkBytes
            let own = lines.recognise(start..<min(start + Self.chunkBytes, count))
            found.withLock { $0[chunk] = own }
        }
        return found.withLock { $0.flatMap { $0 } }
    }

    /// The lines of a window, and the table in which they are looked up.
    ///
    /// Unchecked Sendable: immutable, and the buffer behind `bytes` outlives it because `share`
    /// returns after all workers have finished.
    private struct KnownLines: @unchecked Sendable {
        let bytes: BorrowedBytes
        let rows: [Row]
        let slots: [Slot]

        private struct Line {
            var range: Range<Int>
            var payload: Digest128
            /// The contents of its first slot.
            var slot = Slot()
        }

        /// The recognized lines among those that begin in a range.
        func recognise(_ range: Range<Int>) -> [KnownElement] {
            // Each step runs over all lines before the next step, to overlap cache misses in the
            // table.
            var lines = lines(range)
            for index in lines.indices {
                lines[index].slot = slots[Slot.first(lines[index].payload, slots.count)]
            }
            return lines.compactMap { line in
                let number = number(of: line)
                return number < 0
                    ? nil
                    : KnownElement(
                        start: Int32(line.range.lowerBound), length: Int32(line.range.count),
                        number: number)
            }
        }

        private func lines(_ range: Range<Int>) -> [Line] {
            let found = ranges(range)
            return zip(found, payloadDigests(of: found, in: bytes)).map {
                Line(range: $0, payload: $1)
            }
        }

        private func ranges(_ range: Range<Int>) -> [Range<Int>] {
            var found: [Range<Int>] = []
            found.reserveCapacity(range.count / 256)
            var start = range.lowerBound
            if start > 0, bytes[start - 1] != 0x0A { start = lineEnd(bytes, start) + 1 }
            while start < range.upperBound {
                let end = lineEnd(bytes, start)
                // A line without its end may continue in the next window.
                if end == bytes.count { break }
                var last = end
                while last > start, bytes[last - 1] == 0x0D || bytes[last - 1] == 0x20 { last -= 1 }
                if last > start, bytes[start] == UInt8(ascii: "{") {
                    found.append(start..<last)
                }
                start = end + 1
            }
            return found
        }

        /// The number of the row with a line's payload; negative for none or for several.
        private func number(of line: Line) -> Int32 {
            var place = Slot.first(line.payload, slots.count)
            var slot = line.slot
            var found: Int32 = -1
            while !slot.isFree {
                if slot.mayHold(line.payload), rows[slot.row].payload == line.payload {
                    if found >= 0 { return -1 }
                    found = Int32(slot.row)
                }
                place = (place + 1) & (slots.count - 1)
                slot = slots[place]
            }
            return found
        }
    }

    // MARK: Records met

    /// What the index knows of a record that was not parsed.
    struct Met {
        var product: Int
        var rating: Int64?
        var hasText: Bool
    }

    /// Marks the reviews whose records were recognized; nil for a review that was met before.
    ///
    /// - Parameter file: Index of the file in the dump.
    /// - Parameter offset: Offset of the window that the elements lie in.
    func meet(_ elements: [KnownElement], file: Int, offset: Int64) -> [Met?] {
        // Moved into locals for the loop, so that the arrays are uniquely referenced.
        var (rows, counts): ([Row], [Int32]) = ([], [])
        swap(&rows, &self.rows)
        swap(&counts, &metCounts)
        defer {
            swap(&rows, &self.rows)
            swap(&counts, &metCounts)
        }
        // Rows lie far apart in memory: all are read before the first is used, to overlap cache
        // misses.
        let isMet = elements.map { rows[Int($0.number)].place != 0 }
        var found: [Met?] = []
        found.reserveCapacity(elements.count)
        for (element, isMet) in zip(elements, isMet) {
            let number = Int(element.number)
            // Two elements of this call may have the same bytes.
            if isMet || rows[number].place != 0 {
                found.append(nil)
                continue
            }
            rows[number].place = Int64(file) << 40 | (offset + Int64(element.start) + 1)
            rows[number].length = element.length
            let row = rows[number]
            counts[Int(row.product)] += 1
            let rating = row.packed >> 3 & 63
            found.append(
                Met(
                    product: Int(row.product), rating: rating == 0 ? nil : rating,
                    hasText: row.packed & 2 != 0))
        }
        return found
    }

    // MARK: Existing reviews

    /// The reviews of a product before the run, as far as the decision on its parsed records needs
    /// them.
    ///
    /// - Parameter named: Identities of the product's parsed records.
    func existing(ofProduct number: Int, named: Set<Digest128>) -> ExistingReviews {
        var existing = ExistingReviews()
        existing.isEmpty = firstRows[number] == firstRows[number + 1]
        existing.liveCount = Int(liveCounts[number])
        existing.metCount = Int(metCounts[number])
        let productKey = products[number].productKey
        var met: (file: Int, count: Int64) = (0, 0)
        var foundCount = 0
        // A 64-bit filter by one hash bit each, so that most rows need no set look-up.
        let bits = named.reduce(UInt64(0)) { $0 | 1 << ($1.hashBits & 63) }
        for row in rows[firstRows[number]..<firstRows[number + 1]] {
            // Reviews of kind content are always included: their identities are numbered later.
            let isFound =
                bits >> (row.identity.hashBits & 63) & 1 != 0 && named.contains(row.identity)
            if isFound { foundCount += 1 }
            let isNamed = isFound || row.packed & 4 != 0
            if row.place != 0, !isNamed {
                let file = Int(row.place >> 40)
                if file != met.file {
                    existing.met[met.file, default: 0] += met.count
                    met = (file, 0)
                }
                met.count += 1
                continue
            }
            let key = CurrentKey(
                reviewKey: row.packed >> 9, productKey: productKey, identity: row.identity,
                payloadDigest: row.payload, isLive: row.packed & 1 != 0)
            if isNamed { existing.current[row.identity] = key }
            if row.place != 0 {
                existing.metCount -= 1
                let offset = (row.place & (1 << 40 - 1)) - 1
                existing.duplicated.append(
                    MetRecord(
                        payload: row.payload, file: Int(row.place >> 40), offset: offset,
                        length: Int(row.length)))
            } else if key.isLive {
                existing.unmet.append(key)
            }
        }
        existing.met[met.file, default: 0] += met.count
        // The keys are needed only where some parsed record matches no review, and so may be new.
        if foundCount < named.count {
            existing.keys = rows[firstRows[number]..<firstRows[number + 1]].map { $0.packed >> 9 }
        }
        return existing
    }
}

/// A record recognized by its bytes: its payload digest, and where it lies in the dump.
struct MetRecord {
    var payload: Digest128
    var file: Int
    var offset: Int64
    var length: Int
}

/// The reviews of a product before a run, as far as its decision needs them.
struct ExistingReviews {
    /// The product never had a review.
    var isEmpty = true
    var liveCount = 0
    /// By identity, the reviews that parsed records may belong to. Records counted in `met` belong
    /// to none of them.
    var current: [Digest128: CurrentKey] = [:]
    /// Live reviews that no recognized record belongs to.
    var unmet: [CurrentKey] = []
    /// Number of recognized records whose reviews no parsed record names, by index of their file.
    var met: [Int: Int64] = [:]
    var metCount = 0
    /// Keys of all reviews, deleted ones too; empty where no parsed record can be a new review.
    var keys: [Int64] = []
    /// Recognized records whose reviews parsed records name as well: they have to be parsed after
    /// all.
    var duplicated: [MetRecord] = []

    init() {}

    /// From all the keys that the store holds for a product.
    init(_ keys: [CurrentKey]) {
        isEmpty = keys.isEmpty
        current.reserveCapacity(keys.count)
        for key in keys { current[key.identity] = key }
        self.keys = keys.map(\.reviewKey)
        unmet = keys.filter(\.isLive)
        liveCount = unmet.count
    }
}

/// The index of the next line feed from `start` on, reading eight bytes at a time; the count where
/// there is none.
private func lineEnd(_ bytes: BorrowedBytes, _ start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var index = start
    while index &+ 8 <= bytes.count {
        let feed = bytes.word(at: index) ^ (ones &* 0x0A)
        let found = (feed &- ones) & ~feed & 0x8080_8080_8080_8080
        if found != 0 { return index &+ found.trailingZeroBitCount >> 3 }
        index &+= 8
    }
    while index < bytes.count, bytes[index] != 0x0A { index &+= 1 }
    return index
}
