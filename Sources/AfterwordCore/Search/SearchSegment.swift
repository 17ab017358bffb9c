/// A part of the search index: the documents of one run, at most `SearchLimit.documents`, with
/// their terms. Segments are numbered in the order in which they are written, from 1.
package struct SearchSegment: Equatable, Sendable {
    package var segment: Int64
    /// The run that wrote the versions.
    package var run: Int64
    package var documents: Int64
    /// The number of leading bits of a term that name its bucket.
    package var bucketBits: Int64

    package init(segment: Int64, run: Int64, documents: Int64, bucketBits: Int64) {
        self.segment = segment
        self.run = run
        self.documents = documents
        self.bucketBits = bucketBits
    }

    /// Whether it can be read: what a damaged store holds may not be.
    package var isReadable: Bool {
        segment > 0 && segment <= SearchLimit.segments && run > 0
            && 0...Int64(SearchLimit.documents) ~= documents
            && 0...Int64(SearchLimit.bucketBits) ~= bucketBits
    }

    /// The key of the part with a term's documents.
    package func bucketKey(of term: SearchTerm) -> Int64 {
        partKey(Int64(bucket(of: term, bits: Int(bucketBits))))
    }

    /// The keys of the parts with the documents' keys, in their order.
    package var chunkKeys: [Int64] {
        (0..<SearchLimit.chunks(of: Int(documents))).map { chunkKey($0) }
    }

    /// The key of the part with the keys of a chunk of documents.
    package func chunkKey(_ chunk: Int) -> Int64 { partKey(SearchLimit.firstChunk + Int64(chunk)) }

    /// The keys of all parts with terms.
    package var bucketKeys: [Int64] { (0..<Int64(1) << bucketBits).map { partKey($0) } }

    private func partKey(_ part: Int64) -> Int64 { segment << SearchLimit.partBits | part }
}

/// A part of a segment: the documents of some terms, or the keys of some documents.
package struct SearchPart: Equatable, Sendable {
    /// The segment's number and the part's number in it.
    package var key: Int64
    package var data: [UInt8]

    package init(key: Int64, data: [UInt8]) { (self.key, self.data) = (key, data) }
}

/// A document: the keys of a version of a review.
package struct SearchDocument: Hashable, Sendable {
    package var reviewKey: Int64
    package var historyKey: Int64

    package init(reviewKey: Int64, historyKey: Int64) {
        (self.reviewKey, self.historyKey) = (reviewKey, historyKey)
    }
}

/// Sizes of the search index.
package enum SearchLimit {
    /// Greatest number of documents in a segment.
    package static let documents = 1 << 16
    /// A segment with this many terms, counted by document, is complete.
    package static let terms = 1 << 21
    /// Documents whose keys are one part.
    package static let chunk = 1024
    static let segments = Int64(1) << 46
    static let partBits: Int64 = 16
    static let firstChunk: Int64 = 1 << 15
    static let bucketBits = 14
    /// Approximate size in bytes of a part with terms.
    static let partBytes = 4096

    static func chunks(of documents: Int) -> Int { (documents + chunk - 1) / chunk }
}

/// The leading bits of a term.
func bucket(of term: SearchTerm, bits: Int) -> Int { bits == 0 ? 0 : Int(term >> (32 - bits)) }
