import Testing

@testable import AfterwordCore

/// Where a list goes on behind a broken record: each damage costs the records it touches and at
/// most one neighbour, and no record is made of bytes inside another's string.
@Suite struct ListRecoveryTests {
    private static func shape(_ records: String) -> Shape {
        let text = #"""
            {"shape": "x", "version": 1, "records": "\#(records)",
             "fields": {"product_id": "id", "rating": "rating"}}
            """#
        guard let shape = try? Shape(parsing: Array(text.utf8)) else {
            preconditionFailure("the shape is valid")
        }
        return shape
    }

    // MARK: By example

    private func read(_ text: String, _ shape: Shape = .builtIn("customer-reviews")) -> [String] {
        let whole = RecordSplitterTests.split(Array(text.utf8), shape: shape, slab: 1 << 20)
        for size in [1, 7, 97] {
            let cut = RecordSplitterTests.split(Array(text.utf8), shape: shape, slab: size, join: 5)
            #expect(cut == whole, "slabs of \(size)")
        }
        return whole.map { $0.reason.map { "!\($0.rawValue)" } ?? $0.text }
    }

    private func row(_ number: Int) -> String { #"{"id":\#(number),"text":"row \#(number)"}"# }

    @Test("A record cut inside its text costs itself", arguments: [",\n", ","])
    func cutText(separator: String) {
        let found = read(
            "[" + [row(1), #"{"id":2,"text":"ro"#, row(3), row(4)].joined(separator: separator)
                + "]")
        #expect(found.filter { $0.first == "{" } == [row(1), row(3), row(4)])
        #expect(found.count == 4)
    }

    @Test("Two records cut at different places")
    func twoCuts() {
        let rows = [
            row(1), #"{"id":2,"te"#, row(3), row(4), #"{"id":5,"text":"x","more":"#, row(6),
        ]
        let found = read("[" + rows.joined(separator: ",") + "]")
        #expect(found.filter { $0.first == "{" } == [row(1), row(3), row(4), row(6)])
        #expect(found.count == 6)
    }

    @Test("The first record of all is cut")
    func first() {
        let found = read(#"[{"id":1,"text":"ro,"# + "\n" + row(2) + ",\n" + row(3) + "]")
        #expect(found.filter { $0.first == "{" } == [row(2), row(3)])
    }

    @Test("A download appended behind a cut one is read whole")
    func appended() {
        for cut in [#"{"id":2,"text":"ab"#, #"{"id":2,"text":"#, #"{"id":2"#, "{", ""] {
            let found = read("[\(row(1)),\(cut)[\(row(3)),\(row(4))]")
            #expect(found.filter { $0.first == "{" } == [row(1), row(3), row(4)], "\(cut)")
        }
    }

    @Test("Quotes in a text that nobody escaped, with brackets behind them")
    func unescaped() {
        let found = read(#"[\#(row(1)),{"id":2,"text":"so "good" },{ it is"},\#(row(3))]"#)
        #expect(found.filter { $0.first == "{" } == [row(1), row(3)])
    }

    @Test("A reply inside a broken record is no record")
    func reply() {
        let record =
            #"{"id":1,"text":"a","rating":1,"replies":[{"id":7,"text":"b"},{"id":8,"text":"c"}]}"#
        let broken = record.replacing("\"a\"", with: "\"\\x\"")
        #expect(read("[\(record),\(broken),\(record)]") == [record, "!bad_escape", record])
        #expect(read("[\(broken),\(record)]") == ["!bad_escape", record])
    }

    @Test("A cut record in an inner list: its product keeps the others")
    func inner() {
        let shape = Self.shape("reviews[*]")
        let product =
            #"{"p":"P","reviews":[\#(row(1)),{"id":2,"text":"ro,\#(row(3))],"x":[{"id":9}]}"#
        let next = #"{"p":"Q","reviews":[\#(row(4))]}"#
        let found = read("[\(product),\(next)]", shape)
        #expect(found.filter { $0.first == "{" } == [row(1), row(3), row(4)])
        #expect(found.count == 4)
    }

    @Test("A product cut in its list does not take the next product's reviews")
    func innerCutAcross() {
        let shape = Self.shape("reviews[*]")
        for cut in [#"{"id":2,"text":"ro"#, #"{"id":2,"n":"#] {
            func product(_ id: String, _ rows: String) -> String {
                #"{"p":"\#(id)","reviews":[\#(rows)"#
            }
            let found = read(
                "[\(product("O", row(0)))]},\(product("P", row(1) + "," + cut))"
                    + "[\(product("Q", row(4)))]}]", shape)
            #expect(found.first == row(0))
            #expect(found.last == row(4) || found.contains(row(4)), "\(cut): \(found)")
        }
    }

    @Test("What is hostile takes no longer than its length", arguments: 0...4)
    func hostile(kind: Int) {
        let count = 150_000
        func many(_ text: String) -> String { String(repeating: text, count: count) }
        let text =
            switch kind {
            case 0: #"[{"id" "# + many("]") + " x"
            case 1: #"[{"id" "# + many("{") + many("]") + " x"
            case 2: "{" + many(" ") + many("\n ") + "x"
            case 3: #"[{"id" "# + many("[") + many("}") + " x"
            default:
                "{" + (0..<count).map { #""k\#($0)":{"f\#($0)":1}"# }.joined(separator: ",") + "}"
            }
        let found = RecordSplitterTests.split(
            Array(text.utf8), shape: .builtIn("customer-reviews"), slab: 1 << 22)
        #expect(!found.isEmpty)
    }

    @Test("Broken objects that take several lines are one reject each")
    func prettyLines() {
        func object(_ number: Int, _ text: String) -> String {
            "{\n  \"id\": \(number),\n  \"text\": \(text)\n}"
        }
        let found = read(
            [object(1, "\"a\""), object(2, "oops"), object(3, "\"c\"")].joined(separator: "\n"))
        #expect(found == [object(1, "\"a\""), "!expected_value", object(3, "\"c\"")])
    }

    @Test("A line cut by a restart loses itself alone")
    func cutLine() {
        let found = read("\(row(1))\n{\"id\":2,\"text\":\"ro\(row(3))\n\(row(4))\n")
        #expect(found == [row(1), "!expected_comma", row(3), row(4)])
    }

    // MARK: By property

    /// A list of records whose texts quote JSON, records of this very list among it, escaped once
    /// or twice.
    private struct Dump {
        var bytes: [UInt8] = []
        /// Where each record stands.
        var records: [Range<Int>] = []

        init(_ random: inout SplitMix64, from first: Int, isPretty: Bool, isLines: Bool) {
            let colon = isPretty ? ": " : ":"
            bytes = Array("[".utf8)
            for number in first..<first + 4 {
                if number > first { bytes.append(UInt8(ascii: ",")) }
                if isLines || isPretty { bytes.append(0x0A) }
                let quoted =
                    #"[{"id":\#(number),"text":"x","rating":5}, {"id":7,"text":"a, {"#
                    + #"","rating":1},{"url":"u"}] {} } ], "#
                var text = quoted
                for _ in 0..<random.draw(below: 3) { text = Self.literal(text) }
                let members = [
                    ("id", "\(number)"), ("text", Self.literal(text)), ("rating", "4"),
                    ("images", #"[{"url":"\#(number)\"y"},{"url":"v"}]"#),
                ].map { "\"\($0)\"\(colon)\($1)" }
                let record =
                    isPretty
                    ? "{\n  " + members.joined(separator: ",\n  ") + "\n}"
                    : "{" + members.joined(separator: ",") + "}"
                records.append(bytes.count..<bytes.count + record.utf8.count)
                bytes.append(contentsOf: record.utf8)
            }
            if isLines || isPretty { bytes.append(0x0A) }
            bytes.append(UInt8(ascii: "]"))
        }

        static func literal(_ text: String) -> String {
            "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
    }

    /// Damaged bytes, and what they hold.
    private struct Damaged {
        var bytes: [UInt8]
        /// The bytes of the records as they were.
        var originals: Set<[UInt8]>
        /// The places of the records that the damage did not touch.
        var whole: [Range<Int>]
        /// Where records begin.
        var starts: [Int]
        /// Where bytes meet that did not before. A record over the joint that is valid JSON cannot
        /// be told from a true one.
        var joint: Int
    }

    /// Checks what is read of damaged bytes; false after the first failure.
    private func check(_ damaged: Damaged, _ place: String) -> Bool {
        let (bytes, whole, joint) = (damaged.bytes, damaged.whole, damaged.joint)
        let pieces = RecordSplitterTests.split(bytes, shape: Self.shape(""), slab: 1 << 20)
        var read: Set<Range<Int>> = []
        // A text that ends in another record's `"}` makes a valid record of its own, and valid
        // elements of the images behind it; the grammar tells none of them.
        var hasJoined = false
        for piece in pieces where piece.reason == nil {
            let range = Int(piece.offset)..<Int(piece.offset) + piece.bytes.count
            read.insert(range)
            let isOverJoint = range.lowerBound <= joint && joint < range.upperBound
            if whole.contains(range) || damaged.originals.contains(piece.bytes) {
                hasJoined = hasJoined || isOverJoint
                continue
            }
            if hasJoined, piece.text.hasPrefix("{\"url\":") { continue }
            let start = range.lowerBound
            // The damage may have joined a bracket to the record behind it.
            let isOriginal = damaged.originals.contains { blankless($0) == blankless(piece.bytes) }
            guard isOverJoint, start == joint || damaged.starts.contains(start) || isOriginal
            else {
                Issue.record("\(place): «\(piece.text)» is no record of \(text(bytes))")
                return false
            }
            hasJoined = true
        }
        let lost = whole.filter { !read.contains($0) }
        if lost.count > 1 {
            Issue.record("\(place): \(lost.count) records are lost of \(text(bytes)): \(pieces)")
            return false
        }
        return true
    }

    private func blankless(_ bytes: [UInt8]) -> [UInt8] { bytes.filter { $0 > 0x20 } }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static let forms = [(false, false), (false, true), (true, true)]

    @Test(
        "Bytes deleted anywhere cost the records they touch and one more",
        arguments: 1...6 as ClosedRange<UInt64>)
    func deleted(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        form: for (isPretty, isLines) in Self.forms {
            let dump = Dump(&random, from: 11, isPretty: isPretty, isLines: isLines)
            let originals = Set(dump.records.map { Array(dump.bytes[$0]) })
            for start in dump.bytes.indices {
                for count in [1, 2 + Int(random.draw(below: 200))] {
                    let end = min(start + count, dump.bytes.count)
                    let bytes = Array(dump.bytes[..<start] + dump.bytes[end...])
                    let whole = dump.records.filter {
                        $0.upperBound <= start || $0.lowerBound >= end
                    }
                    .map { $0.lowerBound < start ? $0 : $0 - (end - start) }
                    let starts = dump.records.map(\.lowerBound).filter { $0 < start || $0 >= end }
                        .map { $0 < start ? $0 : $0 - (end - start) }
                    let damaged = Damaged(
                        bytes: bytes, originals: originals, whole: whole, starts: starts,
                        joint: start)
                    guard
                        check(
                            damaged,
                            "seed \(seed), pretty \(isPretty), lines \(isLines), \(start)..<\(end)")
                    else { continue form }
                }
            }
        }
    }

    @Test(
        "A download cut anywhere, with another appended, costs the cut record and one more",
        arguments: 7...10 as ClosedRange<UInt64>)
    func truncatedAndAppended(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        form: for (isPretty, isLines) in Self.forms {
            let dump = Dump(&random, from: 11, isPretty: isPretty, isLines: isLines)
            let other = Dump(&random, from: 21, isPretty: isPretty, isLines: isLines)
            let originals = Set(
                (dump.records.map { dump.bytes[$0] } + other.records.map { other.bytes[$0] })
                    .map(Array.init))
            for end in dump.bytes.indices {
                let bytes = Array(dump.bytes[..<end] + other.bytes)
                let whole =
                    dump.records.filter { $0.upperBound <= end } + other.records.map { $0 + end }
                let starts = dump.records.map(\.lowerBound).filter { $0 < end }
                let damaged = Damaged(
                    bytes: bytes, originals: originals, whole: whole, starts: starts, joint: end)
                guard
                    check(
                        damaged, "seed \(seed), pretty \(isPretty), lines \(isLines), cut at \(end)"
                    )
                else { continue form }
            }
        }
    }

    @Test("What is read of a damaged list does not depend on the slabs")
    func slabs() {
        for seed in 1...60 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let (isPretty, isLines) = Self.forms[Int(random.draw(below: 3))]
            let dump = Dump(&random, from: 11, isPretty: isPretty, isLines: isLines)
            let start = Int(random.draw(below: UInt64(dump.bytes.count)))
            let end = min(start + Int(random.draw(below: 90)), dump.bytes.count)
            let bytes = Array(dump.bytes[..<start] + dump.bytes[end...])
            for records in ["", "[*]", "images[*]"] {
                let shape = Self.shape(records)
                let whole = RecordSplitterTests.split(bytes, shape: shape, slab: 1 << 20)
                for size in [1, 7, 97] {
                    #expect(
                        RecordSplitterTests.split(
                            bytes, shape: shape, slab: size, join: 1 + size / 5)
                            == whole, "seed \(seed), \(records), slabs of \(size)")
                }
            }
        }
    }
}

private func - (range: Range<Int>, count: Int) -> Range<Int> {
    range.lowerBound - count..<range.upperBound - count
}

private func + (range: Range<Int>, count: Int) -> Range<Int> { range - -count }
