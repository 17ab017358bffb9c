import AfterwordCore
import AfterwordPipeline

/// What searching reads, and reviews by their keys.
extension SQLReader {
    func history(ofReviews keys: [Int64]) throws -> [HistoryRow] {
        try inGroups(Set(keys).sorted()) { keys, marks in
            try session.rows(Queries.historyOfReviews(marks), keys + keys) { try $0.historyRow }
        }.sorted { left, right in
            (left.productID, left.reviewID, left.version, left.run) < (
                right.productID, right.reviewID, right.version, right.run
            )
        }
    }

    func reviews(withKeys keys: [Int64]) throws -> [StoredReview] {
        try inGroups(Set(keys).sorted()) { keys, marks in
            try session.rows(
                "\(Queries.reviewSelection) WHERE r.review_key IN (\(marks))", keys
            ) { try $0.review }
        }
    }

    func searchSegments() throws -> [SearchSegment] {
        try session.fewRows("SELECT * FROM search_segments ORDER BY run DESC, segment", []) {
            try $0.searchSegment
        }
    }

    func searchParts(_ keys: [Int64]) throws -> [SearchPart] {
        try inGroups(Set(keys).sorted()) { keys, marks in
            try session.rows(
                "SELECT * FROM search_parts WHERE part_key IN (\(marks))", keys
            ) { SearchPart(key: try $0.number("part_key"), data: try $0.bytes("data")) }
        }
    }

    /// Asks for some keys at once. A group is filled up with its last key to one of a few sizes, so
    /// that there are few statements to prepare.
    func inGroups<Found>(
        _ keys: [Int64], _ ask: (_ keys: [SQLValue], _ marks: String) throws -> [Found]
    ) throws -> [Found] {
        var found: [Found] = []
        for start in stride(from: 0, to: keys.count, by: 64) {
            var group = Array(keys[start..<min(start + 64, keys.count)])
            let size = [1, 4, 16, 64].first { $0 >= group.count } ?? 64
            while group.count < size, let last = group.last { group.append(last) }
            let marks = Array(repeating: "?", count: size).joined(separator: ", ")
            found += try ask(group.map { .number($0) }, marks)
        }
        return found
    }
}

extension Queries {
    /// All versions and late rows of reviews. Takes the review keys twice.
    fileprivate static func historyOfReviews(_ marks: String) -> String {
        """
        \(historySelection) WHERE h.history_key IN (\(marks)) AND h.history_key >= 0
        UNION ALL
        \(historySelection) WHERE h.review_key IN (\(marks)) AND h.history_key < 0
        """
    }
}

extension ColumnRow {
    fileprivate var searchSegment: SearchSegment {
        get throws {
            let segment = SearchSegment(
                segment: try number("segment"), run: try run(),
                documents: try number("document_count"), bucketBits: try number("bucket_bits"))
            guard segment.isReadable else { throw unreadable("bucket_bits") }
            return segment
        }
    }
}
