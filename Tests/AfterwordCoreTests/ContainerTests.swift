import AfterwordCore
import Testing

/// Containers as scrapers leave them (cases `several-arrays-one-file`,
/// `cut-record-in-array-swallows-rest`, `one-review-is-no-list`): the pieces are the same however
/// the bytes arrive.
@Suite struct ContainerTests {
    typealias Piece = RecordSplitterTests.Piece

    private func row(_ number: Int, _ text: String = "long enough") -> String {
        #"{"CHILD_ASIN": "B\#(number)", "CUSTOMER_REVIEW_DESCRIPTION": "\#(text)"}"#
    }

    private func split(_ text: [UInt8], shape: Shape = .customerReviews) -> [Piece] {
        let whole = RecordSplitterTests.split(text, shape: shape, slab: 100_000)
        for size in [1, 7, 64] {
            #expect(RecordSplitterTests.split(text, shape: shape, slab: size) == whole)
        }
        return whole
    }

    private func split(_ text: String, shape: Shape = .customerReviews) -> [Piece] {
        split(Array(text.utf8), shape: shape)
    }

    @Test("Arrays and lines follow one another in any order")
    func sequences() {
        let (a, b, c) = (row(1), row(2), row(3))
        for text in [
            "[\(a)][\(b),\(c)]", "[\(a)]\n[\(b)]\n[\(c)]\n", "[\(a)],[\(b)],\n[\(c)]",
            "\(a)\n[\(b),\(c)]", "[\(a)]\n\(b)\n\(c)", "[]\n[]\n[\(a)]\(b)[]\n[\(c)]",
            "\(a)\n[\(b)]\n\(c)\n", "[\(a),\(b),\(c)]", "[\(a)] , \(b)\n[\(c)]",
        ] {
            let pieces = split(text)
            #expect(pieces.map(\.text) == [a, b, c], "\(text)")
            #expect(pieces.allSatisfy { $0.reason == nil })
        }
    }

    @Test("Bytes behind an array are a reject up to the next array or object")
    func junk() {
        let (a, b) = (row(1), row(2))
        let pieces = split("[\(a)]}\n\(b)\n")
        #expect(pieces.map(\.reason) == [nil, .notJSON, nil])
        #expect(pieces[1].text == "}\n")
        #expect(split("[\(a)] and so on\nmore\n").map(\.reason) == [nil, .notJSON])
        #expect(split("[\(a)]<html>\n<p>\n[\(b)]").map(\.reason) == [nil, .notJSON, nil])
    }

    @Test("An array without commas is read, and told once")
    func noCommas() {
        let rows = (0..<9).map { row($0) }
        let pieces = split("[\n\(rows.joined(separator: "\n"))\n]")
        #expect(pieces.filter { $0.reason == nil }.map(\.text) == rows)
        #expect(pieces.compactMap(\.reason) == [.expectedComma])
    }

    @Test("A single review where a list should be is the only one of the list")
    func single() throws {
        let shape = Shape.productWithReviews
        let text = #"{"product_id": "P", "reviews": {"review_id": "R", "rating": 4}}"#
        let pieces = split(text, shape: shape)
        #expect(pieces.map(\.text) == [#"{"review_id": "R", "rating": 4}"#])
        #expect(pieces.allSatisfy { $0.reason == nil })
        let wrong = split(#"{"product_id": "P", "reviews": "none"}"#, shape: shape)
        #expect(wrong.map(\.reason) == [.notAnObject])
    }

    /// Bodies hold JSON like the records', escaped once and twice.
    @Test("A cut record in an array costs itself and at most one neighbour; none is made of texts")
    func cuts() {
        let once =
            #"says {\"CHILD_ASIN\": \"X\", \"CUSTOMER_REVIEW_DESCRIPTION\": \"y\"},{\"a\":1}"#
        let twice = #"twice [{\\\"CHILD_ASIN\\\": \\\"X\\\"}, {\\\"b\\\": 1}], and"#
        let rows = [
            row(0), row(1, once), row(2, twice), row(3, once + ", " + twice), row(4), row(5),
        ]
        for separator in [",", ", ", ",\n"] {
            let text = Array("[\(rows.joined(separator: separator))]".utf8)
            let ends = rows.reduce(into: [1]) {
                $0.append($0.last! + $1.utf8.count + separator.utf8.count)
            }
            for (first, last) in [(1, 1), (2, 2), (3, 3), (1, 2)] {
                for length in [1, 9, 40] {
                    for start in stride(from: ends[first], to: ends[last + 1] - length, by: 3) {
                        var cut = text
                        cut.removeSubrange(start..<start + length)
                        let pieces = RecordSplitterTests.split(cut, slab: 100_000)
                        if start % 5 == 0 {
                            #expect(RecordSplitterTests.split(cut, slab: 7) == pieces)
                        }
                        let read = pieces.filter { $0.reason == nil }.map(\.text)
                        // A cut inside a text alone leaves a whole record, shorter than before.
                        let known = read.filter { rows.contains($0) }
                        #expect(known.count >= rows.count - 3, "\(separator) \(start) \(length)")
                        #expect(read.count <= rows.count)
                        #expect(read.count - known.count <= 1, "\(separator) \(start) \(length)")
                    }
                }
            }
        }
    }

    @Test("Two cut records far apart cost two, in lines and in one line", arguments: [",", ",\n"])
    func twoCuts(separator: String) {
        var rows = (0..<40).map { row($0) }
        rows[5].removeLast(20)
        rows[30].removeLast(20)
        let pieces = split("[\(rows.joined(separator: separator))]")
        #expect(pieces.count { $0.reason == nil } == 38)
        #expect(pieces.count { $0.reason != nil } == 2)
    }
}
