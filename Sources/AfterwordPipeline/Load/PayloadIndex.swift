import AfterwordCore
import Synchronization

/// The reviews that a store holds, by the bytes they were last seen in: a record of a new dump whose bytes are held already is known
/// without being read.
///
/// About 64 bytes a review, and no text: payload and identity digests, the key, and where a record of the dump with these bytes
/// lies, once one is met.
final class PayloadIndex {
    /// Beyond as many reviews (about 800 MB) every record is read instead.
    static let limit = 12_000_000
    private static let slotRows = 1 << 24
    /// A dump of fewer bytes for each review of the store reads its records: to know all reviews would take longer.
    static let leastBytesPerReview: Int64 = 64

    /// A review: its key, and what is asked of a record that is not read.
    private struct Row {
        var payload: Digest128
        var identity: Digest128
        /// The review's key × 512 + rating × 8 + kind is content × 4 + has text × 2 + is live.
        var packed: Int64
        /// Place of the file × 2⁴⁰ + offset + 1 of the record with these bytes; 0 while none was met.
        var place: Int64
        var length: Int32
        var product: Int32
    }

    /// A run was committed since.
    struct Outdated: Error {}
    /// A review's key is greater than a row has room for.
    private struct Unknowable: Error {}

    /// Of a review: what `Row.packed` has room for. That of its product then has room in 30 bits.
    private static let greatestKey = Int64.max >> 9

    /// The newest run of the snapshot that was read.
    let run: Int64
    /// Live reviews, and the products that have any.
    private let reviewCount: Int64
    private let productCount: Int64
    /// By key.
    private(set) var products: [ProductState] = []
    private(set) var numbers: [Text: Int] = [:]
    /// Documents of the shapes used so far, by name: bytes that were read by another shape are not known.
    private let shapes: [String: String]
    /// By product.
    private var rows: [Row] = []
    private var firstRows: [Int] = []
    /// Live reviews of each product, and those that were met.
    private(set) var liveCounts: [Int32] = []
    private(set) var metCounts: [Int32] = []
    /// Open addressing by payload digest.
    private var slots: [Slot] = []

    /// The number of a row + 1 in 24 bits, and 8 bits of its digest, so that hardly any other row is looked at; 0 for none.
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

        func mayHold(_ digest: Digest128) -> Bool { packed & 0xFF00_0000 == Self.mark(digest) }

        /// Where a digest is looked for first.
        static func first(_ digest: Digest128, _ capacity: Int) -> Int {
            Int(truncatingIfNeeded: digest.hashBits) & (capacity - 1)
        }
    }

    /// What a store holds, read on all cores; nil where nothing can be known by its bytes.
    ///
    /// - Parameter partRows: Reviews that are read at a time, about.
    /// - Throws: `Outdated` where a run was committed meanwhile.
    static func read(
        _ store: any ReviewStore, dumpBytes: Int64, _ workers: WorkerPool, partRows: Int64 = 1 << 17
    ) throws -> PayloadIndex? {
        let known = try store.read { try PayloadIndex($0, dumpBytes: dumpBytes) }
        guard let known else { return nil }
        let parts = known.parts(of: partRows)
        let products = Mutex(Result<[ProductState], any Error>.success([]))
        let found = Mutex([Result<[Row], any Error>?](repeating: nil, count: parts.count))
        // The store may be read by several threads at once (`ReviewStore`). While it is, `known` is only read, and afterwards changed by one
        // thread at a time; all have ended when the call has.
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
        // Deleted ones are among them.
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
            // Rows are put behind those before while their places are noted; only who puts them there looks at `known`.
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

    /// Nil where nothing can be known by its bytes: nothing is there, or so much that it is not worth it, or a record held a bare NaN,
    /// which has to be counted.
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

    /// Reviews that a part has room for: 32 MiB, which the allocator gives back to the system when they are freed.
    private static let partRoom = 1 << 19

    /// Keys of products in parts of about so many reviews: one is freed when it has been put with the others. That keys are given one after
    /// another is only reckoned with.
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

    /// The reviews of products with some keys, in order of those: in place of its product's number each has its key from the first of them on.
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
            packed |= review.isKnownByTexts ? 4 : 0
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

    /// Puts the reviews of a part behind those before, with their products' numbers.
    private func add(_ part: [Row], from firstKey: Int64) throws {
        // Taken out for the loop: nobody else looks at them meanwhile.
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

    /// Notes the places of live reviews with bytes of their own; those that are known by their texts may be one of several, and are read.
    private static func note(_ rows: [Row], from number: Int, in slots: inout [Slot]) {
        let last = slots.count - 1
        var first = 0
        while first < rows.count {
            let some = first..<min(first + 64, rows.count)
            // Places in the table are far from each other: none is waited for before the next is looked at.
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

    /// Records that were met.
    var metCount: Int64 { metCounts.reduce(0) { $0 + Int64($1) } }

    /// Whether records of a shape may be known by their bytes.
    func knows(_ cleaner: RecordCleaner) -> Bool {
        cleaner.readsRecordsAlone && shapes[cleaner.shape.name] == cleaner.shape.document
    }

    // MARK: Recognising

    /// Bytes of a line at a time that one thread takes.
    private static let chunkBytes = 1 << 17

    /// The lines that are records with known bytes.
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

    /// The lines of some bytes, and the table they are looked up in. Sendable by hand: it is only read, and outlived by what it
    /// points to.
    private struct KnownLines: @unchecked Sendable {
        let bytes: BorrowedBytes
        let rows: [Row]
        let slots: [Slot]

        private struct Line {
            var range: Range<Int>
            var payload: Digest128
            /// What its first slot holds.
            var slot = Slot()
        }

        /// The known ones among those that begin in a range.
        func recognise(_ range: Range<Int>) -> [KnownElement] {
            // One step for all lines, then the next: that a line's place in the table is far away is not waited for by the others.
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
                // A line without its end may go on.
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

        /// The number of the row with these bytes, less than 0 for none or several.
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

    // MARK: Meeting

    /// What is known of a record without reading it.
    struct Met {
        var product: Int
        var rating: Int64?
        var hasText: Bool
    }

    /// Notes that records of these bytes lie in the dump; nil for one that was met before.
    ///
    /// - Parameter offset: Of the window that their places are in.
    func meet(_ elements: [KnownElement], file: Int, offset: Int64) -> [Met?] {
        // Taken out for the loop: nobody else looks at them meanwhile.
        var (rows, counts): ([Row], [Int32]) = ([], [])
        swap(&rows, &self.rows)
        swap(&counts, &metCounts)
        defer {
            swap(&rows, &self.rows)
            swap(&counts, &metCounts)
        }
        // Rows lie anywhere in memory: one is not waited for before the next is asked for.
        let isMet = elements.map { rows[Int($0.number)].place != 0 }
        var found: [Met?] = []
        found.reserveCapacity(elements.count)
        for (element, isMet) in zip(elements, isMet) {
            let number = Int(element.number)
            // Twins may be among them.
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

    // MARK: Asking

    /// What a product's reviews are, to the records of it that were read.
    ///
    /// - Parameter named: Identities of those records.
    func existing(ofProduct number: Int, named: Set<Digest128>) -> ExistingReviews {
        var existing = ExistingReviews()
        existing.isEmpty = firstRows[number] == firstRows[number + 1]
        existing.liveCount = Int(liveCounts[number])
        existing.metCount = Int(metCounts[number])
        let productKey = products[number].productKey
        var met: (file: Int, count: Int64) = (0, 0)
        var foundCount = 0
        // Few rows are looked for among the named: those that have a bit of one.
        let bits = named.reduce(UInt64(0)) { $0 | 1 << ($1.hashBits & 63) }
        for row in rows[firstRows[number]..<firstRows[number + 1]] {
            // What is known by its texts may be one of several: which, is decided among all of them.
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
        // Without a record that is of none of them there is no new one.
        if foundCount < named.count {
            existing.keys = rows[firstRows[number]..<firstRows[number + 1]].map { $0.packed >> 9 }
        }
        return existing
    }
}

/// Where a record lies that is known by its bytes, and their digest.
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
    /// By identity, those that records of the dump may be of; records that were known by their bytes are of none of them.
    var current: [Digest128: CurrentKey] = [:]
    /// Live ones that no known bytes were met of.
    var unmet: [CurrentKey] = []
    /// How many records were known by their bytes, and nothing else is said of their reviews; by place of their file.
    var met: [Int: Int64] = [:]
    var metCount = 0
    /// The keys of all, if any of the dump's records may be of a new one.
    var keys: [Int64] = []
    /// Records known by their bytes, of whose reviews others speak too.
    var duplicated: [MetRecord] = []

    init() {}

    /// All that a store holds of a product.
    init(_ keys: [CurrentKey]) {
        isEmpty = keys.isEmpty
        current.reserveCapacity(keys.count)
        for key in keys { current[key.identity] = key }
        self.keys = keys.map(\.reviewKey)
        unmet = keys.filter(\.isLive)
        liveCount = unmet.count
    }
}

/// The next line feed from `start` on, eight bytes at a time; the end where there is none.
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
