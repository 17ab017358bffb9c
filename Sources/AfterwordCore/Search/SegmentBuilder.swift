/// Collects documents and makes a segment of the search index of them.
package struct SegmentBuilder: Sendable {
    private var documents: [SearchDocument] = []
    /// Each a term, then the number of its document in 16 bits; in the order of the documents.
    private var pairs: [UInt64] = []

    package init() {}

    package var isEmpty: Bool { documents.isEmpty }
    /// Terms, counted by document.
    package var termCount: Int { pairs.count }
    /// Whether no further document may be added.
    package var isFull: Bool {
        documents.count >= SearchLimit.documents || pairs.count >= SearchLimit.terms
    }

    package mutating func add(_ document: SearchDocument, _ terms: ArraySlice<SearchTerm>) {
        precondition(!isFull, "a full segment takes no document")
        let number = UInt64(documents.count)
        documents.append(document)
        for term in terms { pairs.append(UInt64(term) << 16 | number) }
    }

    /// The segment's parts, ordered by key. The builder is empty afterwards.
    package mutating func finish(
        segment: Int64, run: Int64
    ) -> (segment: SearchSegment, parts: [SearchPart]) {
        sortByTerm()
        let terms = encodedTerms()
        let bytes = terms.reduce(0) { $0 + $1.postings.count + 5 }
        var bits = 0
        while bits < SearchLimit.bucketBits, bytes >> bits > SearchLimit.partBytes { bits += 1 }
        let made = SearchSegment(
            segment: segment, run: run, documents: Int64(documents.count), bucketBits: Int64(bits))
        let parts = buckets(terms, of: made) + chunks(of: made)
        documents.removeAll(keepingCapacity: true)
        pairs.removeAll(keepingCapacity: true)
        return (made, parts)
    }

    /// Sorts the pairs by their terms, and leaves those of a term in their order.
    private mutating func sortByTerm() {
        if pairs.count < 2048 { return pairs.sort() }
        var other = [UInt64](repeating: 0, count: pairs.count)
        for shift: UInt64 in [16, 27, 38] {
            var places = [Int](repeating: 0, count: 2048)
            for pair in pairs { places[Int(pair >> shift & 2047)] += 1 }
            var next = 0
            for digit in places.indices { (places[digit], next) = (next, next + places[digit]) }
            for pair in pairs {
                let digit = Int(pair >> shift & 2047)
                other[places[digit]] = pair
                places[digit] += 1
            }
            swap(&pairs, &other)
        }
    }

    private struct EncodedTerm {
        var term: SearchTerm
        var postings: ArraySlice<UInt8>
        var isBitmap: Bool
    }

    private func encodedTerms() -> [EncodedTerm] {
        var terms: [(term: SearchTerm, range: Range<Int>, isBitmap: Bool)] = []
        var bytes: [UInt8] = []
        bytes.reserveCapacity(pairs.count * 3 / 2)
        var start = 0
        while start < pairs.count {
            let term = SearchTerm(pairs[start] >> 16)
            var end = start
            while end < pairs.count, pairs[end] >> 16 == pairs[start] >> 16 { end += 1 }
            let first = bytes.count
            let isBitmap = appendPostings(pairs[start..<end], to: &bytes)
            terms.append((term, first..<bytes.count, isBitmap))
            start = end
        }
        return terms.map {
            EncodedTerm(term: $0.term, postings: bytes[$0.range], isBitmap: $0.isBitmap)
        }
    }

    /// Appends the numbers of a term's documents: the distances between them, or a bitmap where
    /// that is shorter.
    ///
    /// - Returns: Whether it is a bitmap.
    private func appendPostings(_ pairs: ArraySlice<UInt64>, to bytes: inout [UInt8]) -> Bool {
        let start = bytes.count
        let limit = (documents.count + 7) / 8
        var last = -1
        for pair in pairs {
            let number = Int(pair & 0xFFFF)
            // A word may stand several times in a document.
            if number == last { continue }
            appendNumber(UInt64(number - last - 1), to: &bytes)
            last = number
            if bytes.count - start > limit { break }
        }
        if bytes.count - start <= limit { return false }
        bytes.removeSubrange(start...)
        bytes.append(contentsOf: repeatElement(0, count: limit))
        for pair in pairs {
            bytes[start + Int(pair & 0xFFFF) >> 3] |= 1 << UInt8(pair & 7)
        }
        return true
    }

    /// Parts with terms: their number; of each the distance to the one before and the size of its
    /// postings; then all postings. Empty buckets have no part.
    private func buckets(_ terms: [EncodedTerm], of segment: SearchSegment) -> [SearchPart] {
        var parts: [SearchPart] = []
        let bits = Int(segment.bucketBits)
        var start = 0
        while start < terms.count {
            let own = bucket(of: terms[start].term, bits: bits)
            var end = start
            while end < terms.count, bucket(of: terms[end].term, bits: bits) == own { end += 1 }
            var data: [UInt8] = []
            appendNumber(UInt64(end - start), to: &data)
            var last: SearchTerm = 0
            for term in terms[start..<end] {
                appendNumber(UInt64(term.term - last), to: &data)
                appendNumber(
                    UInt64(term.postings.count) << 1 | (term.isBitmap ? 1 : 0), to: &data)
                last = term.term
            }
            for term in terms[start..<end] { data.append(contentsOf: term.postings) }
            parts.append(SearchPart(key: segment.bucketKey(of: terms[start].term), data: data))
            start = end
        }
        return parts
    }

    /// Parts with the keys of documents: of each the distance of its review key to that of the one
    /// before; then 0 where the version has the review's key, otherwise 1 and the distance of its
    /// history key to the last such.
    private func chunks(of segment: SearchSegment) -> [SearchPart] {
        stride(from: 0, to: documents.count, by: SearchLimit.chunk).enumerated().map { chunk in
            var data: [UInt8] = []
            var (review, history): (Int64, Int64) = (0, 0)
            let end = min(chunk.element + SearchLimit.chunk, documents.count)
            for document in documents[chunk.element..<end] {
                appendDistance(from: review, to: document.reviewKey, to: &data)
                review = document.reviewKey
                if document.historyKey == review {
                    data.append(0)
                    continue
                }
                data.append(1)
                appendDistance(from: history, to: document.historyKey, to: &data)
                history = document.historyKey
            }
            return SearchPart(key: segment.chunkKey(chunk.offset), data: data)
        }
    }
}

/// Appends a number, seven bits a byte, the lowest first.
@inline(__always)
private func appendNumber(_ number: UInt64, to bytes: inout [UInt8]) {
    var number = number
    while number > 0x7F {
        bytes.append(UInt8(truncatingIfNeeded: number) | 0x80)
        number >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: number))
}

/// Appends the difference of two keys, its sign in the lowest bit.
private func appendDistance(from start: Int64, to end: Int64, to bytes: inout [UInt8]) {
    let distance = end &- start
    appendNumber(UInt64(bitPattern: distance << 1 ^ distance >> 63), to: &bytes)
}
