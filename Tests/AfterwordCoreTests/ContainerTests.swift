import Testing

@testable import AfterwordCore

/// Containers as programs really write them: several arrays, arrays a line, arrays among objects.
@Suite struct ContainerTests {
    /// The records and rejects as text; rejects are their reason.
    private func read(
        _ text: String, _ shape: Shape = .builtIn("customer-reviews"),
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> [String] {
        func words(_ slab: Int, _ join: Int) -> [String] {
            RecordSplitterTests.split(Array(text.utf8), shape: shape, slab: slab, join: join).map {
                $0.reason?.rawValue ?? $0.text
            }
        }
        let whole = words(1 << 20, 1 << 14)
        for (slab, join) in [(1, 1), (7, 3), (97, 1 << 14)] {
            #expect(words(slab, join) == whole, "slabs of \(slab)", sourceLocation: sourceLocation)
        }
        return whole
    }

    private let three = [#"{"a":1}"#, #"{"a":2}"#, #"{"a":3}"#]

    @Test(
        "Arrays one after another give all their elements",
        arguments: [
            #"[{"a":1},{"a":2}][{"a":3}]"#, #"[{"a":1},{"a":2}],[{"a":3}]"#,
            "[{\"a\":1},{\"a\":2}]\n[{\"a\":3}]\n", "[{\"a\":1}]\r\n[]\r\n[{\"a\":2},{\"a\":3}]",
            "{\"a\":1}\n[{\"a\":2},{\"a\":3}]\n", "[{\"a\":1},{\"a\":2}]\n{\"a\":3}\n",
            #"{"a":1}[{"a":2}] , {"a":3}"#, "[]\n[]\n[{\"a\":1},{\"a\":2},{\"a\":3}]",
            "{\"a\":1},\n{\"a\":2},\n{\"a\":3},\n", #"[[{"a":1}],[{"a":2},{"a":3}]]"#,
        ])
    func arrays(text: String) {
        #expect(read(text) == three)
    }

    @Test(
        "A byte order mark between joined parts is a blank",
        arguments: [
            "\u{FEFF}{\"a\":1}\n\u{FEFF}{\"a\":2}\n\u{FEFF}{\"a\":3}\n",
            "{\"a\":1}\u{FEFF}{\"a\":2}\r\n \u{FEFF} \u{FEFF}\n{\"a\":3}\u{FEFF}",
            "\u{FEFF}[{\"a\":1}]\u{FEFF}[{\"a\":2}]\n\u{FEFF}[{\"a\":3}]\u{FEFF}",
            " \u{FEFF}[{\"a\":1},\u{FEFF}{\"a\":2}\u{FEFF},{\"a\":3}\u{FEFF}]",
            "[\u{FEFF}[\u{FEFF}{\"a\":1}],{\"a\":2}],\u{FEFF}{\"a\":3}",
            "{\"a\":1}\n\u{FEFF}[{\"a\":2}]\n\u{FEFF}{\"a\":3}",
            "[]\u{FEFF}{\"a\":1}\n\u{FEFF}{\"a\":2}\n\u{FEFF}\n{\"a\":3}\n\u{FEFF}\u{FEFF}",
        ])
    func marks(text: String) { #expect(read(text) == three) }

    @Test("Behind a broken record a byte order mark is a blank too, and a part of one is none")
    func marksAndDamage() {
        let broken = "{\"a\":1}\n{\"a\":\u{FEFF}{\"a\":2}\n\u{FEFF}{\"a\":3}\n"
        #expect(read(broken).filter { three.contains($0) } == three)
        let array = "[{\"a\":1},{\"a\":x},\u{FEFF}{\"a\":2}]\u{FEFF}[{\"a\":3}]"
        #expect(read(array) == [three[0], "expected_value", three[1], three[2]])
        #expect(
            read("{\"a\":1}\n\u{FEFE}{\"a\":2}\n{\"a\":3}").filter { three.contains($0) }.count >= 2
        )
    }

    @Test(
        "Nothing in the place of a list is no review: null, an empty text, object or list",
        arguments: [
            "null", "\"\"", "{}", "[]", "{ }", "\" \"", #""\n  \t""#,
        ])
    func nothing(value: String) throws {
        let fields = #"{"product_id":"^a","rating":"r"}"#
        for (records, document) in [
            ("b[*]", #"{"a":1,"b":\#(value)}"#), ("b.c[*]", #"{"a":1,"b":\#(value)}"#),
            ("b.c[*]", #"{"a":1,"b":{"c":\#(value)}}"#), ("b[*].c[*]", #"{"a":1,"b":\#(value)}"#),
        ] {
            let shape = try shape(fields, records: records)
            #expect(readRecords(document, shape).isEmpty, "\(records) of \(document)")
        }
        let map = try shape(#"{"product_id":"^a","review_id":"@k","rating":"r"}"#, records: "b.{k}")
        #expect(readRecords(#"{"a":1,"b":\#(value)}"#, map).isEmpty)
        // One object is a list of one, and a text or a number is none.
        let list = try shape(fields, records: "b[*]")
        #expect(readRecords(#"{"a":1,"b":{"r":3}}"#, list).map(\.fault?.reason) == [nil])
    }

    @Test("A text, a number or a flag in the place of a list is a reject")
    func noList() throws {
        let shape = try shape(#"{"product_id":"^a","rating":"r"}"#, records: "b[*]")
        for value in ["\"x\"", "0", "false", "[[]]"] {
            #expect(read(#"{"a":1,"b":\#(value)}"#, shape).count == 1, "\(value)")
        }
    }

    @Test("Arrays without an element are a file without a record")
    func empty() {
        #expect(read("[]") == [])
        #expect(read("[]\n[ ]\n") == [])
    }

    @Test("Where an element is a list, the outermost array stays the container")
    func listOfLists() throws {
        let shape = try Shape(
            parsing: Array(
                #"""
                {"shape": "x", "version": 1, "records": "[*]",
                 "fields": {"product_id": "a", "rating": "a"}}
                """#.utf8))
        #expect(read(#"[[{"a":1}],[{"a":2},{"a":3}]]"#, shape) == three)
        #expect(read("[[{\"a\":1}]]\n[[{\"a\":2},{\"a\":3}]]\n", shape) == three)
        #expect(read(#"[{"a":1},{"a":2}][{"a":3}]"#, shape) == three)
    }

    @Test("Pages of objects with lists, and rows, in one file")
    func pages() {
        let page = #"{"product_id":"P","reviews":[{"review_id":"1"},{"review_id":"2"}]}"#
        #expect(
            read("\(page)\(page)\n[\(page)]\n", .builtIn("product-with-reviews"))
                == Array(repeating: [#"{"review_id":"1"}"#, #"{"review_id":"2"}"#], count: 3)
                .flatMap { $0 })
    }

    @Test("An array without commas tells so once, and gives all its elements")
    func noCommas() {
        #expect(
            read("[{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n]") == [three[0], "expected_comma"]
                + three[1...])
    }

    @Test("Bytes between an array and what follows are set aside by themselves")
    func garbage() {
        #expect(
            read("[{\"a\":1}]}\n{\"a\":2}\n{\"a\":3}") == [three[0], "not_json"] + three[1...])
        #expect(read(#"[{"a":1}]},{"a":2},{"a":3}]"#).filter { $0.first == "{" } == three)
    }

    @Test("An array that was never closed goes on in the next")
    func unclosed() {
        for text in ["[{\"a\":1},[{\"a\":2},{\"a\":3}]", "[{\"a\":1}\n[{\"a\":2},{\"a\":3}]"] {
            let found = read(text)
            #expect(found.filter { $0.first == "{" } == three)
            #expect(found.last == "truncated")
        }
    }

    @Test("One object in the place of a list is its only element")
    func only() throws {
        let shape = try Shape(
            parsing: Array(
                #"""
                {"shape": "one", "version": 1, "records": "list[*]",
                 "fields": {"product_id": "^p", "rating": "r"}}
                """#.utf8))
        func list(_ value: String) -> [String] { read(#"{"p":"P","list":\#(value)}"#, shape) }
        #expect(list(#"{"r":1}"#) == [#"{"r":1}"#])
        #expect(list(#"[{"r":1},{"r":2}]"#) == [#"{"r":1}"#, #"{"r":2}"#])
        #expect(list("null") == [])
        #expect(list("[]") == [])
        #expect(list(#""none""#) == ["not_a_list"])
        #expect(list("3") == ["not_a_list"])
        #expect(list(#"{"x":{"r":1}}"#) == ["not_a_list"])
        #expect(list(#"[3]"#) == ["not_an_object"])
    }

    @Test("Objects in the place of lists on the way to the reviews")
    func onlyOnTheWay() throws {
        let shape = try Shape(
            parsing: Array(
                #"""
                {"shape": "one", "version": 1, "records": "items[*].reviews[*]",
                 "fields": {"product_id": "^p", "rating": "r"}}
                """#.utf8))
        #expect(
            read(#"{"items":{"p":"P","reviews":[{"r":1}]}}"#, shape) == [#"{"r":1}"#])
        #expect(
            read(#"{"items":[{"p":"P","reviews":{"r":1}},{"p":"Q","reviews":[{"r":2}]}]}"#, shape)
                == [#"{"r":1}"#, #"{"r":2}"#])
    }

    @Test("The lists that a file holds are counted, empty ones too; a missing one is not")
    func lists() {
        func count(_ text: String) -> Int {
            var splitter = RecordSplitter(
                RecordCleaner(.builtIn("product-with-reviews")).plan, isStrict: false)
            var count = 0
            splitter.feed(Array(text.utf8)[...], isLast: true) { event, _, _ in
                if case .unit(let unit) = event { count += unit.listCount }
            }
            return count
        }
        #expect(count(#"{"product_id":"P","reviews":[]}"#) == 1)
        #expect(count(#"{"product_id":"P","reviews":null}"#) == 1)
        #expect(count(#"[{"product_id":"P","reviews":[{"rating":1}]},{"product_id":"Q"}]"#) == 1)
        #expect(count(#"{"error":"no such page"}"#) == 0)
    }

    @Test("The bytes rejected outside of elements are counted")
    func rejectedBytes() {
        var splitter = RecordSplitter(
            RecordCleaner(.builtIn("customer-reviews")).plan, isStrict: false)
        splitter.feed(Array("{\"a\":1}\noops\n{\"a\":2}\n".utf8)[...], isLast: true) { _, _, _ in }
        #expect(splitter.rejectedBytes == 5)
    }
}
