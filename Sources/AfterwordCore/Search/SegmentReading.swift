/// A set of documents of one segment.
package struct DocumentSet: Equatable, Sendable {
    private var words: [UInt64]

    /// No document.
    package init() { words = [] }

    /// All documents of a segment.
    package init(all count: Int) {
        words = [UInt64](repeating: .max, count: count / 64)
        if count % 64 > 0 { words.append(1 << UInt64(count % 64) - 1) }
    }

    fileprivate init(none count: Int) {
        words = [UInt64](repeating: 0, count: (count + 63) / 64)
    }

    package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    fileprivate mutating func insert(_ number: Int) {
        words[number >> 6] |= 1 << UInt64(number & 63)
    }

    package mutating func formIntersection(_ other: DocumentSet) {
        for place in words.indices {
            words[place] &= place < other.words.count ? other.words[place] : 0
        }
    }

    package mutating func formUnion(_ other: DocumentSet) {
        if words.count < other.words.count {
            words.append(contentsOf: repeatElement(0, count: other.words.count - words.count))
        }
        for place in other.words.indices { words[place] |= other.words[place] }
    }

    /// The first member from a number on; nil where there is none.
    package func first(from start: Int) -> Int? {
        var place = start >> 6
        guard place < words.count else { return nil }
        var word = words[place] & ~UInt64(0) << UInt64(start & 63)
        while word == 0 {
            place += 1
            guard place < words.count else { return nil }
            word = words[place]
        }
        return place << 6 + word.trailingZeroBitCount
    }
}

/// What a part's data does not hold: a disk, or another program, changed it.
package struct DamagedPart: Error, Equatable {
    package init() {}
}

extension SearchSegment {
    /// The documents with a term, from the part of `bucketKey(of:)`.
    ///
    /// - Throws: `DamagedPart`.
    package func documents(with term: SearchTerm, in data: [UInt8]) throws -> DocumentSet {
        var found = DocumentSet()
        try eachTerm(in: data) { own, postings, isBitmap in
            if own == term { found = try documents(data[postings], isBitmap) }
        }
        return found
    }

    /// Passes each term of a part with its documents.
    ///
    /// - Throws: `DamagedPart`, also where a term belongs in another part.
    package func forEachTerm(
        in part: SearchPart, _ take: (SearchTerm, DocumentSet) -> Void
    ) throws {
        try eachTerm(in: part.data) { term, postings, isBitmap in
            guard bucketKey(of: term) == part.key else { throw DamagedPart() }
            take(term, try documents(part.data[postings], isBitmap))
        }
    }

    private func eachTerm(
        in data: [UInt8], _ take: (SearchTerm, Range<Int>, _ isBitmap: Bool) throws -> Void
    ) throws {
        var reader = PartReader(data[...])
        let count = try reader.number(below: UInt64(data.count))
        var terms: [(term: SearchTerm, count: Int, isBitmap: Bool)] = []
        terms.reserveCapacity(Int(count))
        var last: SearchTerm = 0
        for _ in 0..<count {
            let distance = try reader.number(below: UInt64(SearchTerm.max) + 1)
            let (term, isOver) = last.addingReportingOverflow(SearchTerm(distance))
            if isOver { throw DamagedPart() }
            last = term
            let size = try reader.number(below: UInt64(data.count) << 1 + 2)
            terms.append((term, Int(size >> 1), size & 1 == 1))
        }
        var start = reader.place
        for term in terms {
            guard term.count <= data.count - start else { throw DamagedPart() }
            try take(term.term, start..<start + term.count, term.isBitmap)
            start += term.count
        }
        guard start == data.count else { throw DamagedPart() }
    }

    private func documents(_ postings: ArraySlice<UInt8>, _ isBitmap: Bool) throws -> DocumentSet {
        let count = Int(documents)
        var set = DocumentSet(none: count)
        if isBitmap {
            guard postings.count == (count + 7) / 8 else { throw DamagedPart() }
            for (place, byte) in postings.enumerated() {
                var bits = byte
                while bits != 0 {
                    let number = place << 3 + bits.trailingZeroBitCount
                    guard number < count else { throw DamagedPart() }
                    set.insert(number)
                    bits &= bits - 1
                }
            }
            return set
        }
        var reader = PartReader(postings)
        var next = 0
        while !reader.isAtEnd {
            next += Int(try reader.number(below: UInt64(count - next)))
            set.insert(next)
            next += 1
        }
        return set
    }

    /// The documents of a chunk, from its part.
    ///
    /// - Throws: `DamagedPart`.
    package func chunk(_ chunk: Int, in data: [UInt8]) throws -> [SearchDocument] {
        let first = chunk * SearchLimit.chunk
        let count = min(SearchLimit.chunk, Int(documents) - first)
        guard count > 0 else { throw DamagedPart() }
        var reader = PartReader(data[...])
        var (review, history): (Int64, Int64) = (0, 0)
        var found: [SearchDocument] = []
        found.reserveCapacity(count)
        for _ in 0..<count {
            review &+= try reader.distance()
            if try reader.number(below: 2) == 0 {
                found.append(SearchDocument(reviewKey: review, historyKey: review))
                continue
            }
            history &+= try reader.distance()
            found.append(SearchDocument(reviewKey: review, historyKey: history))
        }
        guard reader.isAtEnd else { throw DamagedPart() }
        return found
    }
}

/// Reads the numbers of a part.
private struct PartReader {
    private let data: ArraySlice<UInt8>
    private(set) var place: Int

    init(_ data: ArraySlice<UInt8>) { (self.data, place) = (data, data.startIndex) }

    var isAtEnd: Bool { place == data.endIndex }

    mutating func number(below bound: UInt64 = .max) throws -> UInt64 {
        var (number, shift): (UInt64, UInt64) = (0, 0)
        while true {
            guard place < data.endIndex, shift < 64 else { throw DamagedPart() }
            let byte = data[place]
            place += 1
            number |= UInt64(byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 { break }
        }
        guard number < bound || bound == .max else { throw DamagedPart() }
        return number
    }

    mutating func distance() throws -> Int64 {
        let number = try number()
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }
}
