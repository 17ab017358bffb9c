import AfterwordCore

/// One page of a search by the index.
struct IndexSearch {
    private let reader: any StoreReader
    private let segments: [SearchSegment]
    private var judge: SearchJudge
    private let limit: Int
    /// Documents after which a page ends, whatever was found.
    private let documentLimit: Int
    private var page = SearchPage()
    /// Number of reviews read so far.
    private var readCount = 0
    /// Number of documents looked at so far.
    private var documentCount = 0

    init(
        _ reader: any StoreReader, _ segments: [SearchSegment], _ judge: SearchJudge, limit: Int,
        documentLimit: Int = .max
    ) {
        (self.reader, self.segments, self.judge) = (reader, segments, judge)
        (self.limit, self.documentLimit) = (limit, documentLimit)
    }

    /// - Throws: `SearchFault`, `StoreFault`, `DamagedPart`.
    mutating func page(from place: Int64) throws -> SearchPage {
        let (number, start) = (place >> 16, Int(place & 0xFFFF))
        let first = place == 0 ? 0 : segments.firstIndex { $0.segment == number }
        guard let first else { throw SearchFault.unknownPlace }
        for index in first..<segments.count {
            let segment = segments[index]
            let end = try search(segment, from: index == first ? start : 0)
            if let end {
                page.next =
                    end < Int(segment.documents)
                    ? segment.segment << 16 | Int64(end)
                    : index + 1 < segments.count ? segments[index + 1].segment << 16 : nil
                return page
            }
        }
        return page
    }

    /// Adds the hits of a segment.
    ///
    /// - Returns: The number of the document at which the page ended; nil where it goes on with the
    ///   next segment.
    private mutating func search(_ segment: SearchSegment, from start: Int) throws -> Int? {
        let found = try documents(of: segment)
        var next = found.first(from: start)
        // Few at first, because most pages end soon; then more at once, which is faster.
        var size = min(max(limit, 1), 64)
        while let number = next {
            let chunk = number / SearchLimit.chunk
            var numbers: [Int] = []
            while let own = next, own / SearchLimit.chunk == chunk, numbers.count < size {
                numbers.append(own)
                next = found.first(from: own + 1)
            }
            if let end = try take(numbers, of: segment, chunk) { return end }
            if readCount >= SearchBound.versions || documentCount >= documentLimit {
                return next ?? Int(segment.documents)
            }
            size = min(size * 2, 256)
        }
        return nil
    }

    /// Adds the hits among some documents of a chunk.
    ///
    /// - Returns: The number after that of the last hit of the page; nil where the page goes on.
    private mutating func take(
        _ numbers: [Int], of segment: SearchSegment, _ chunk: Int
    ) throws -> Int? {
        let data = try reader.searchParts([segment.chunkKey(chunk)]).first?.data ?? []
        let documents = try segment.chunk(chunk, in: data)
        let asked = numbers.map { documents[$0 % SearchLimit.chunk] }
        guard asked.allSatisfy({ $0.reviewKey > 0 }) else { throw DamagedPart() }
        let products = try judge.wanted(Set(asked.map { productKey(ofReview: $0.reviewKey) }))
        let keys = asked.map(\.reviewKey).filter { products.contains(productKey(ofReview: $0)) }
        readCount += keys.count
        documentCount += numbers.count
        let live = keys.isEmpty ? [:] : liveVersions(try reader.history(ofReviews: keys))
        for (number, document) in zip(numbers, asked) {
            guard let row = live[document.reviewKey], row.historyKey == document.historyKey,
                let hit = judge.hit(in: row)
            else { continue }
            page.hits.append(hit)
            if page.hits.count >= limit { return number + 1 }
        }
        return nil
    }

    /// The documents of a segment that have the terms of the query and of the filter.
    private func documents(of segment: SearchSegment) throws -> DocumentSet {
        var wanted = judge.query.terms.map { [$0] }
        let filter = judge.filter
        if let product = filter.product { wanted.append([SearchFact.product(product).term]) }
        if let stars = filter.stars, stars.count < 5 {
            wanted.append(stars.clamped(to: 0...6).map { SearchFact.star($0).term })
        }
        if let months = months(of: filter) {
            wanted.append(months.map { SearchFact.month($0).term })
        }
        let keys = Set(wanted.joined().map { segment.bucketKey(of: $0) })
        var parts: [Int64: [UInt8]] = [:]
        for part in try reader.searchParts(keys.sorted()) { parts[part.key] = part.data }
        var found = DocumentSet(all: Int(segment.documents))
        for terms in wanted {
            var any = DocumentSet()
            for term in terms {
                guard let data = parts[segment.bucketKey(of: term)] else { continue }
                any.formUnion(try segment.documents(with: term, in: data))
            }
            found.formIntersection(any)
            if found.isEmpty { break }
        }
        return found
    }

    /// The months between the filter's moments; nil where one is left out, or they are too many to
    /// ask for.
    private func months(of filter: SearchFilter) -> [Int64]? {
        guard let since = filter.since, let until = filter.until, since < until else { return nil }
        var months: [Int64] = []
        var month = since.month
        while month <= until.month {
            months.append(month)
            guard months.count <= 60, let next = Instant(startOfMonth: month, plusMonths: 1) else {
                return nil
            }
            month = next.month
        }
        return months
    }
}
