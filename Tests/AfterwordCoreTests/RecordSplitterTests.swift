import AfterwordCore
import Testing

/// How a file is split: each record's bytes and offset, each reject's reason and bytes.
@Suite struct RecordSplitterTests {
    struct Piece: Equatable, CustomStringConvertible {
        var offset: Int64
        var bytes: [UInt8]
        var reason: RejectReason?

        init(offset: Int64, text: String, reason: RejectReason? = nil) {
            self.init(offset: offset, bytes: Array(text.utf8), reason: reason)
        }
        init(offset: Int64, bytes: [UInt8], reason: RejectReason?) {
            self.offset = offset
            self.bytes = bytes
            self.reason = reason
        }

        var text: String { String(decoding: bytes, as: UTF8.self) }
        var description: String { "\(offset) \(reason.map { "\($0) " } ?? "")«\(text)»" }
    }

    /// Splits `bytes` in slabs of `size` bytes.
    static func split(
        _ bytes: [UInt8], shape: Shape = .customerReviews, slab size: Int, join: Int = 1 << 14,
        strict: Bool = false
    ) -> [Piece] {
        var splitter = RecordSplitter(
            RecordCleaner(shape).plan, isStrict: strict, joinBytes: join)
        var pieces: [Piece] = []
        func take(_ event: RecordSplitter.Event, _ window: RawSpan, _ offset: Int64) {
            func piece(_ range: Range<Int>, _ reason: RejectReason?) -> Piece {
                let bytes = window.extracting(range).withUnsafeBytes { Array($0) }
                return Piece(
                    offset: offset + Int64(range.lowerBound), bytes: bytes, reason: reason)
            }
            switch event {
            case .unit(let unit):
                for record in unit.records { pieces.append(piece(record.range, record.fault)) }
            case .reject(let reason, let range): pieces.append(piece(range, reason))
            case .known: Issue.record("nothing is recognised unasked")
            }
        }
        var place = 0
        while place < bytes.count {
            let end = min(place + size, bytes.count)
            splitter.feed(bytes[place..<end], isLast: false) { take($0, $1, $2) }
            place = end
        }
        splitter.feed([], isLast: true) { take($0, $1, $2) }
        return pieces
    }

    private func check(
        _ text: String, shape: Shape = .customerReviews, _ expected: [Piece],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let bytes = Array(text.utf8)
        for size in [1, 2, 3, 7, 64, 100_000] {
            for join in [1, 2, 5, 20, 1 << 14] {
                #expect(
                    Self.split(bytes, shape: shape, slab: size, join: join) == expected,
                    "slabs of \(size), \(join) joined", sourceLocation: sourceLocation)
            }
        }
    }

    @Test("An array's elements come with their exact offsets and bytes")
    func array() {
        check(
            #" [ {"a":1} ,{"b":"é"}]  "#,
            [Piece(offset: 3, text: #"{"a":1}"#), Piece(offset: 12, text: #"{"b":"é"}"#)])
    }

    @Test("Lines, blank ones and CRLF among them, and objects without any separator")
    func sequence() {
        check(
            "{\"a\":1}\r\n\r\n{\"b\":2}{\"c\":3}\n",
            [
                Piece(offset: 0, text: #"{"a":1}"#), Piece(offset: 11, text: #"{"b":2}"#),
                Piece(offset: 18, text: #"{"c":3}"#),
            ])
    }

    @Test("A byte order mark is stepped over")
    func mark() {
        check("\u{FEFF}[{\"a\":1}]", [Piece(offset: 4, text: #"{"a":1}"#)])
    }

    @Test("One bad line is one reject; the lines around it are kept")
    func badLine() {
        check(
            "{\"a\":1}\n{\"b\": oops}\n{\"c\":3}\n",
            [
                Piece(offset: 0, text: #"{"a":1}"#),
                Piece(offset: 8, text: "{\"b\": oops}\n", reason: .expectedValue),
                Piece(offset: 20, text: #"{"c":3}"#),
            ])
    }

    @Test("A broken element of an array is one reject; its neighbours are kept")
    func badElement() {
        check(
            #"[{"a":1},{"b":[1,}, "x]"},{"c":3}]"#,
            [
                Piece(offset: 0 + 1, text: #"{"a":1}"#),
                Piece(offset: 9, text: #"{"b":[1,}, "x]"}"#, reason: .expectedValue),
                Piece(offset: 26, text: #"{"c":3}"#),
            ])
    }

    @Test("A cut array keeps its whole records and tells of the rest")
    func truncated() {
        check(
            #"[{"a":1},{"b":"#,
            [
                Piece(offset: 1, text: #"{"a":1}"#),
                Piece(offset: 9, text: #"{"b":"#, reason: .truncated),
            ])
        check(
            #"[{"a":1}"#,
            [
                Piece(offset: 1, text: #"{"a":1}"#),
                Piece(offset: 8, text: "", reason: .truncated),
            ])
    }

    @Test("A comma after the last element, a missing one, and bytes after the end")
    func separators() {
        check(
            #"[{"a":1},]"#,
            [
                Piece(offset: 1, text: #"{"a":1}"#),
                Piece(offset: 9, text: "]", reason: .trailingComma),
            ])
        check(
            #"[{"a":1} {"b":2}, {"c":3}]"#,
            [
                Piece(offset: 1, text: #"{"a":1}"#),
                Piece(offset: 9, text: #"{"b":2}"#, reason: .expectedComma),
                Piece(offset: 18, text: #"{"c":3}"#),
            ])
        check(
            #"[{"a":1}] x"#,
            [
                Piece(offset: 1, text: #"{"a":1}"#), Piece(offset: 10, text: "x", reason: .notJSON),
            ])
    }

    @Test("What is no JSON at all is told by what it is")
    func other() {
        check(
            "<!DOCTYPE html>\n<p>Robot check</p>",
            [Piece(offset: 0, text: "<!DOCTYPE html>\n<p>Robot check</p>", reason: .htmlPage)])
        check(
            "version https://git-lfs.github.com/spec/v1\noid x",
            [
                Piece(
                    offset: 0, text: "version https://git-lfs.github.com/spec/v1\noid x",
                    reason: .lfsPointer)
            ])
        check("  \n ", [])
        check("[]", [])
    }

    @Test("Nested reviews: every one by itself, a broken one alone set aside")
    func nested() {
        let one = #"{"review_id":"1","rating":5}"#
        let bad = #"{"review_id":"2","rating":}"#
        let three = #"{"review_id":"3"}"#
        let text = #"[{"product_id":"P","reviews":[\#(one),\#(bad),\#(three)],"x":{}}]"#
        check(
            text, shape: .productWithReviews,
            [
                Piece(offset: 30, text: one),
                Piece(offset: 59, text: bad, reason: .expectedValue),
                Piece(offset: 87, text: three),
            ])
    }

    @Test("A record that is no object is told as such")
    func notAnObject() {
        check(
            #"[1, {"a":1}, "x"]"#,
            [
                Piece(offset: 1, text: "1", reason: .notAnObject),
                Piece(offset: 4, text: #"{"a":1}"#),
                Piece(offset: 13, text: #""x""#, reason: .notAnObject),
            ])
    }

    @Test("Any slabs split damaged bytes the same way, and no byte is lost or told twice")
    func slabsAndLoss() {
        for seed in 1...1500 as ClosedRange<UInt64> { slabsAndLoss(seed) }
    }

    private func slabsAndLoss(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let record =
            #"{"CHILD_ASIN": "B0", "CUSTOMER_REVIEW_TITLE": "a\"b{[é", "n": [1, {"x": NaN}]}"#
        for isArray in [true, false] {
            var text = (0..<6).map { _ in record }.joined(separator: isArray ? ",\n" : "\n")
            if isArray { text = "[" + text + "]" }
            var bytes = Array(text.utf8)
            for _ in 0..<random.draw(below: 4) {
                let place = Int(random.draw(below: UInt64(bytes.count)))
                let damage = Array(#"{}[]",:\x"#.utf8) + [0xFF, 0x0A]
                if random.draw(below: 2) == 0 {
                    bytes[place] = damage[Int(random.draw(below: UInt64(damage.count)))]
                } else {
                    bytes.remove(at: place)
                }
            }
            let whole = Self.split(bytes, slab: bytes.count)
            for size in [1, 5, 33] {
                let pieces = Self.split(bytes, slab: size, join: 1 + size / 5)
                #expect(pieces == whole, "seed \(seed), slabs of \(size)")
            }
            var end: Int64 = 0
            for piece in whole {
                #expect(piece.offset >= end, "seed \(seed): \(piece) overlaps in \(whole)")
                guard piece.offset >= end else { return }
                let between = bytes[
                    min(Int(end), bytes.count)..<min(Int(piece.offset), bytes.count)]
                #expect(
                    between.allSatisfy { [0x20, 0x0A, 0x2C, 0x5B, 0x5D].contains($0) },
                    "seed \(seed): lost before \(piece)")
                #expect(piece.bytes == Array(bytes[Int(piece.offset)...].prefix(piece.bytes.count)))
                if piece.reason == nil { #expect(validateJSON(piece.bytes, strict: false) == nil) }
                end = piece.offset + Int64(piece.bytes.count)
            }
            #expect(
                bytes[Int(end)...].allSatisfy { [0x20, 0x0A, 0x5D].contains($0) },
                "seed \(seed): lost at the end")
        }
    }

    /// Found by the fuzzer: a broken record in a list that continued in the next slab got another
    /// reject reason, or took the whole list with it, compared with a longer slab.
    @Test("Damaged lists and maps of reviews come apart the same in any slabs")
    func nestedSlabs() {
        let product =
            #"{"product_id": "P", "reviews": [{"review_id": "R1", "rating": 4}, {"review_id": "R2", "text": "b]}"}]}"#
        for seed in 1...800 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            var bytes = Array((0..<3).map { _ in product }.joined(separator: "\n").utf8)
            for _ in 0...random.draw(below: 4) {
                let place = Int(random.draw(below: UInt64(bytes.count)))
                let damage = Array(#"{}[]",:\x"#.utf8) + [0xFF, 0x0A]
                bytes[place] = damage[Int(random.draw(below: UInt64(damage.count)))]
            }
            for shape in [Shape.productWithReviews, .amazon2018Wrapped] {
                let whole = Self.split(bytes, shape: shape, slab: bytes.count)
                for size in [1, 7, 41, 97] {
                    #expect(
                        Self.split(bytes, shape: shape, slab: size, join: 1 + size / 5) == whole,
                        "seed \(seed), \(shape.name), slabs of \(size)")
                }
            }
        }
    }
}
