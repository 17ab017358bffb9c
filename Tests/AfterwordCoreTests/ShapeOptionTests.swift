import Testing

@testable import AfterwordCore

/// What the rules of a shape say besides where a value is: `map`, `absent`, `where`, a scale from
/// the record, orders and zones of dates, markup, and parts of names and URLs.
@Suite struct ShapeOptionTests {
    /// One field of each record as shown; "" where it is absent.
    private func read(
        _ rule: String, _ values: [String], _ field: String = "rating",
        _ rules: ReadingRules = ReadingRules()
    ) throws -> [String] {
        let other = field == "rating" ? #""body": "b""# : #""rating": "s""#
        let shape = try shape(#"{"product_id": "p", \#(other), "\#(field)": \#(rule)}"#)
        let records = values.map { #"{"p":"P","b":"text","s":3,"r":\#($0)}"# }
        return readRecords("[\(records.joined(separator: ","))]", shape, rules).map { record in
            let value = shown(record)[field]
            return value?.text ?? value?.canonical ?? ""
        }
    }

    private func fault(_ rule: String, _ field: String = "rating") -> String? {
        do {
            _ = try shape(#"{"product_id": "p", "body": "b", "\#(field)": \#(rule)}"#)
            return nil
        } catch { return "\(error)" }
    }

    // MARK: - Values

    @Test("A map names what values mean, in any spelling; others are read as written")
    func map() throws {
        let rule = #"{"from": "r", "map": {"ONE": 1, "Poor": 1, "X": null, "7": 5}}"#
        #expect(
            try read(
                rule, [#""one""#, #"" POOR ""#, #""x""#, #""ＰＯＯＲ""#, "7", "7.0", #""7""#, "4"])
                == ["1", "1", "", "1", "5", "5", "5", "4"])
        // What a map gives is read like anything written.
        #expect(
            try read(#"{"from": "r", "scale": 10, "map": {"meh": "5 of 10"}}"#, [#""meh""#, "10"])
                == ["2.5", "5"])
        #expect(try read(rule, [#""so so""#]) == ["unread"])
    }

    @Test("stars-as-words-and-booleans: a scale turned upside down, and flags")
    func mapOfScalars() throws {
        let down = #"{"from": "r", "map": {"1": 5, "2": 4, "4": 2, "5": 1}}"#
        #expect(try read(down, ["1", "2", "3", "5"]) == ["5", "4", "3", "1"])
        let thumbs = #"{"from": "r", "map": {"true": 5, "false": 2}}"#
        #expect(try read(thumbs, ["true", "false", #""TRUE""#]) == ["5", "2", "5"])
        let verified = #"{"from": "r", "map": {"Vine Voice": false, "k": true}}"#
        #expect(
            try read(verified, [#""vine voice""#, #""K""#, "1"], "verified")
                == ["false", "true", "true"])
        #expect(
            try read(
                #"{"from": "r", "map": {"A": "Ämter", "b": ""}}"#, [#""a""#, #""B""#], "title")
                == ["Ämter", ""])
    }

    @Test("zero-means-no-rating: absent values, by meaning")
    func absent() throws {
        let rule = #"{"from": "r", "absent": [0, "N/A", -1, 99]}"#
        #expect(
            try read(rule, ["0", "0.0", #""0""#, #""n/a""#, "-1", "99", #""99.0""#, "5"])
                == ["", "", "", "", "", "", "", "5"])
        #expect(try read(#"{"from": "r", "absent": "none"}"#, [#""None""#], "title") == [""])
        #expect(
            try read(#"{"from": "r", "absent": [1]}"#, ["true", "1"], "verified") == ["true", ""])
    }

    @Test("Maps of ids and of parts")
    func mapOfIDs() throws {
        let shape = try shape(
            #"""
            {"product_id": {"from": "p", "map": {"old-1": "new-1"}, "absent": ["all"]},
             "rating": {"from": "r", "element": 0, "map": {"best": 5}}}
            """#)
        let found = readRecords(
            #"[{"p":"OLD-1","r":["best"]},{"p":"all","r":[1]},{"p":" Old-2 ","r":[2]}]"#, shape)
        #expect(found.map(\.productID?.string) == ["new-1", nil, "Old-2"])
        #expect(found.map(\.values.rating) == [50, 10, 20])
        #expect(found[1].fault?.reason == .noProduct)
    }

    // MARK: - Records left out

    /// Which of the records, written without braces, are kept.
    private func kept(_ condition: String, _ records: [String]) throws -> [Bool] {
        let shape = try shape(
            #"{"product_id": "p", "rating": "r"}"#, more: #","where":\#(condition)"#)
        let bodies = records.map { #"{"p":"P","r":1\#($0.isEmpty ? "" : ",")\#($0)}"# }
        return readRecords("[\(bodies.joined(separator: ","))]", shape).map { record in
            #expect(!record.isLeftOut || record.productID == nil && record.fault == nil)
            return !record.isLeftOut
        }
    }

    @Test("Records are kept by values of one meaning")
    func conditions() throws {
        #expect(
            try kept(
                #"{"status": [1, "approved"]}"#,
                [
                    #""status":1"#, #""status":"1""#, #""status":1.0"#, #""status":"01""#,
                    #""status":"Approved""#, #""status":"hold""#, #""status":null"#, "",
                    #""status":[1]"#, #""status":true"#,
                ]) == [true, true, true, true, true, false, false, false, false, false])
        #expect(
            try kept(
                #"{"hidden": [false]}"#,
                [#""hidden":false"#, #""hidden":"false""#, #""hidden":true"#, ""])
                == [true, true, false, false])
    }

    @Test("Null stands for what is missing; not turns a list round; every key counts")
    func absentConditions() throws {
        #expect(
            try kept(
                #"{"status": ["ok", null]}"#,
                [#""status":"ok""#, "", #""status":null"#, #""status":"""#, #""status":"no""#])
                == [true, true, true, true, false])
        #expect(
            try kept(
                #"{"deleted": {"not": [true, 1]}}"#,
                ["", #""deleted":true"#, #""deleted":1"#, #""deleted":0"#, #""deleted":{}"#])
                == [true, false, false, true, true])
        #expect(
            try kept(#"{"at": {"not": null}}"#, ["", #""at":null"#, #""at":"x""#])
                == [false, false, true])
        #expect(
            try kept(
                #"{"a": "x", "b.c": {"not": "y"}}"#,
                [#""a":"x""#, #""a":"x","b":{"c":"y"}"#, #""a":"x","b":{"c":"z"}"#, #""b":{}"#])
                == [true, false, true, false])
    }

    @Test("Conditions look around the review too")
    func enclosingConditions() throws {
        let shape = try shape(
            #"{"product_id": "^id", "rating": "r"}"#, records: "shops.{shop}.reviews[*]",
            more: #","where":{"^state":["open"],"@shop":{"not":["test"]}}"#)
        let found = readRecords(
            #"""
            {"shops": {
              "a": {"reviews": [{"r": 1}], "id": "A", "state": "open"},
              "b": {"id": "B", "state": "closed", "reviews": [{"r": 2}]},
              "test": {"id": "T", "state": "open", "reviews": [{"r": 3}]}}}
            """#, shape)
        #expect(found.map(\.isLeftOut) == [false, true, true])
        #expect(found.map(\.productID?.string) == ["A", nil, nil])
    }

    // MARK: - Scales

    @Test("scale-of-ten-taken-for-five: the record's own scale, else five")
    func scale() throws {
        let shape = try shape(
            #"""
            {"product_id": "p", "body": "b",
             "rating": {"from": "o.value", "scale": {"from": "o.best"}}}
            """#)
        func rating(_ value: String, _ best: String) -> Int64? {
            let json = #"{"p":"P","b":"t","o":{"value":\#(value)\#(best)}}"#
            return readRecords(json, shape)[0].values.rating
        }
        #expect(rating("4", #","best":10"#) == 20)
        #expect(rating(#""4""#, #","best":"10.0""#) == 20)
        #expect(rating("4", "") == 40)
        for best in ["null", #""many""#, "0", "-5", "1001", "[10]", "4.5", "\"\""] {
            #expect(rating("4", #","best":\#(best)"#) == 40, "\(best)")
        }
        #expect(rating("90", #","best":100"#) == 45)
        // A rating that names a scale keeps it.
        #expect(rating(#""8/10""#, #","best":5"#) == 40)
    }

    @Test("A shape that names a scale says so, five too")
    func statedScale() throws {
        func states(_ rule: String) throws -> Bool? {
            try shape(#"{"product_id": "p", "rating": \#(rule)}"#).fields[.rating]?.statesScale
        }
        #expect(try states(#""r""#) == false)
        #expect(try states(#"{"from": "r", "map": {"x": 1}}"#) == false)
        #expect(try states(#"{"from": "r", "scale": 5}"#) == true)
        #expect(try states(#"{"from": "r", "scale": {"from": "best"}}"#) == true)
    }

    @Test("A scale may stand around the reviews")
    func enclosingScale() throws {
        let shape = try shape(
            #"{"product_id": "^id", "rating": {"from": "r", "scale": {"from": "^range"}}}"#,
            records: "list[*]")
        let found = readRecords(
            #"[{"id":"A","range":10,"list":[{"r":4}]},{"id":"B","list":[{"r":4}]}]"#, shape)
        #expect(found.map(\.values.rating) == [20, 40])
    }

    // MARK: - Dates

    @Test("The shape's order settles dates of numbers alone, and wins over the dump's")
    func orders() throws {
        let values = [#""05/02/2024""#, #""05/02/24 10:00""#, #""2024-05-02""#, #""25/12/2024""#]
        func days(_ order: String?, _ settled: DateOrder? = nil) throws -> [String] {
            var rules = ReadingRules()
            rules.dateOrder = settled
            let rule = order.map { #"{"from": "r", "as": "\#($0)"}"# } ?? #""r""#
            return try read(rule, values, "created_at", rules).map { String($0.prefix(10)) }
        }
        #expect(try days("dmy") == ["2024-02-05", "2024-02-05", "2024-05-02", "2024-12-25"])
        #expect(try days("dmy", .monthFirst) == days("dmy"))
        // A date that only another order allows cannot be read.
        #expect(try days("mdy") == ["2024-05-02", "2024-05-02", "2024-05-02", "unread"])
        #expect(try days("ymd")[1] == "2005-02-24")
        #expect(try days(nil) == ["unread", "unread", "2024-05-02", "2024-12-25"])
        #expect(try days(nil, .dayFirst) == days("dmy"))
    }

    @Test("Microseconds since 1970")
    func microseconds() throws {
        let rule = #"{"from": "r", "as": "unix_us"}"#
        #expect(
            try read(
                rule, ["1714646553000000", #""1714646553000000""#, "1.714646553e15"], "updated_at")
                == Array(repeating: "2024-05-02T10:42:33Z", count: 3))
        #expect(try read(rule, [#""2024-05-02""#], "updated_at") == ["2024-05-02T00:00:00Z"])
    }

    @Test("A fixed zone moves times that name none, and no others")
    func fixedZone() throws {
        let rule = #"{"from": "r", "zone": "-03:30"}"#
        let texts = [
            "2024-05-02T10:00:00", "2024-05-02 10:00", "20240502T100000", "May 2, 2024 10:00 am",
            "20240502100000",
        ]
        for text in texts {
            #expect(
                try read(rule, [#""\#(text)""#], "created_at") == ["2024-05-02T13:30:00Z"],
                "\(text)")
        }
        let exact = [
            "2024-05-02T10:00:00Z", "2024-05-02T12:00:00+02:00", "20240502T100000Z", "1714644000",
            "Thu, 02 May 2024 10:00:00 GMT",
        ]
        for text in exact {
            #expect(
                try read(rule, [#""\#(text)""#], "created_at") == ["2024-05-02T10:00:00Z"],
                "\(text)")
        }
        // A day is that day in every zone.
        for text in ["2024-05-02", "20240502", "2 May 2024"] {
            #expect(
                try read(rule, [#""\#(text)""#], "created_at") == ["2024-05-02T00:00:00Z"],
                "\(text)")
        }
        #expect(try read(rule, ["1714644000"], "created_at") == ["2024-05-02T10:00:00Z"])
        #expect(try read(rule, [#""soon""#, #""n/a""#], "created_at") == ["unread", ""])
    }

    @Test("local-time-read-as-utc: a named zone needs its rules")
    func namedZone() throws {
        var shape = try shape(
            #"""
            {"product_id": "p", "rating": "r",
             "created_at": {"from": "c", "zone": "Europe/Berlin"},
             "updated_at": {"from": "u", "zone": "Europe/Berlin"}}
            """#)
        #expect(shape.zoneNames == ["Europe/Berlin"])
        let json = #"{"p":"P","r":1,"c":"2026-11-01T00:10:00","u":"2026-11-01T00:10:00Z"}"#
        let unknown = readRecords(json, shape)[0]
        #expect(unknown.unread == FieldSet(.createdAt))
        #expect(unknown.values.updatedAt == Instant(iso8601: "2026-11-01T00:10:00Z"))
        shape.zones["Europe/Berlin"] = ZoneRules(seconds: 3600)
        #expect(
            readRecords(json, shape)[0].values.createdAt
                == Instant(iso8601: "2026-10-31T23:10:00Z"))
    }

    // MARK: - Texts

    @Test("markup-in-quotes: what a shape has removed from a text")
    func cleaned() throws {
        func text(_ what: String, _ json: String) throws -> String {
            try read(#"{"from": "r", "clean": [\#(what)]}"#, [json], "title")[0]
        }
        let html = #""<p>Zip <b>broke</b> &amp;amp; tore</p>\n<script>x()</script>""#
        #expect(try text(#""html""#, html) == "Zip broke &amp; tore")
        #expect(try text("", #""<b>x</b>""#) == "<b>x</b>")
        // References are decoded once, and what they make is no tag.
        #expect(try text(#""html""#, #""&lt;p&gt;Good&lt;/p&gt;""#) == "<p>Good</p>")
        #expect(try text(#""html""#, #""<p>5 &lt; 6 > 4, I <3 it</p>""#) == "5 < 6 > 4, I <3 it")
        #expect(
            try text(
                #""chrome""#, #""Le m&eacute;dia n&#39;a pas pu &ecirc;tre charg&eacute;. Bon""#)
                == "Bon")
        #expect(try text(#""html","chrome""#, #""<p>Good.</p><p>Read more</p>""#) == "Good.")
        #expect(try text(#""html","chrome""#, #""<p>Read more</p>""#) == "")
        #expect(try text(#""escapes""#, #""Gut\\nund \\u00e9 \\\"so\\\"""#) == "Gut\nund é \"so\"")
        #expect(try text(#""escapes","html""#, #""<a href=\\\"x\\\">Zip</a>\\nno""#) == "Zip\nno")
    }

    @Test(
        "Escapes are decoded where a text was escaped twice",
        arguments: [
            (#"a\nb"#, "a\nb"), (#"a\\nb\n"#, "a\\nb\n"), ("a\n\\n", "a\n\\n"),
            (#"C:\temp"#, #"C:\temp"#), (#"C:\x and \n"#, "C:\\x and \n"), (#"\u00e9"#, "é"),
            (#"\ud83d\ude00"#, "😀"), (#"\u00g9"#, #"\u00g9"#), (#"\"#, #"\"#), (#"\n\"#, "\n\\"),
            (#"it\'s \"it\""#, #"it's "it""#), ("", ""), (#"a\/b"#, "a/b"),
        ])
    func escapes(text: String, expected: String) {
        #expect(String(decoding: decodeEscapes(Array(text.utf8)), as: UTF8.self) == expected)
    }

    @Test("A text that is removed whole is absent, even where texts are not needed")
    func cleanedAway() throws {
        let shape = try shape(
            #"{"product_id": "p", "review_id": "i", "body": {"from": "b", "clean": ["chrome"]}}"#)
        let cleaner = RecordCleaner(shape)
        var rows = CleanRows()
        rows.leavesTexts = true
        Array(#"{"p":"P","i":"1","b":"Read more"}"#.utf8).lend {
            cleaner.clean(payload: $0, context: [], into: &rows)
        }
        #expect(!rows.rows[0].values.hasText)
    }

    // MARK: - Faults

    @Test("A rule that says what it cannot says so")
    func faults() {
        #expect(fault(#"{"from": "r", "scal": 10}"#) == #""rating" takes no "scal""#)
        #expect(fault(#"{"from": "r", "scale": 10}"#, "title") == #""title" takes no "scale""#)
        #expect(fault(#"{"from": "r", "zone": "+02:00"}"#) == #""rating" takes no "zone""#)
        #expect(fault(#"{"from": "r", "clean": ["html"]}"#) == #""rating" takes no "clean""#)
        #expect(fault(#"{"from": "r", "as": "dmy"}"#) == #""rating" cannot be read as "dmy""#)
        #expect(
            fault(#"{"from": "r", "as": "dd.MM.yyyy"}"#, "created_at")
                == #""created_at" cannot be read as "dd.MM.yyyy""#)
        #expect(
            fault(#"{"from": "r", "map": {"One": 1, "ONE": 2}}"#)
                == #""ONE" has two meanings in "rating", or is too long"#)
        #expect(
            fault(#"{"from": "r", "map": {"One": [1]}}"#)
                == #"the map of "rating" gives "One" no single value"#)
        #expect(
            fault(#"{"from": "r", "map": []}"#) == #"the map of "rating" is an object of values"#)
        #expect(
            fault(#"{"from": "r", "absent": [[0]]}"#)
                == #"the absent values of "rating" are a list of texts, numbers and flags"#)
        #expect(
            fault(#"{"from": "r", "clean": ["css"]}"#, "title")
                == #""title" is cleaned of "html", "chrome", "escapes" only"#)
        #expect(
            fault(#"{"from": "r", "zone": "two"}"#, "created_at") == nil,
            "names are looked up by the caller")
        for zone in ["+25:00", "", "Eu rope", "12"] {
            #expect(
                fault(#"{"from": "r", "zone": "\#(zone)"}"#, "created_at")
                    == #"the zone of "created_at" is written as "+02:00" or "Europe/Berlin""#)
        }
        #expect(
            fault(#"{"value": 5, "scale": 10}"#)
                == #""rating" is a constant and takes no "scale""#)
        #expect(fault(#"{"value": 5}"#) == nil)
    }

    @Test("A shape of products has no conditions; they name what encloses the reviews")
    func conditionFaults() {
        #expect(
            throws: ShapeFault(description: #"a shape of products has no "where""#)
        ) {
            try shape(#"{"product_id": "p"}"#, more: #","holds":"products","where":{"a":[1]}"#)
        }
        #expect(throws: ShapeFault(description: "no object encloses the reviews at level 1")) {
            try shape(#"{"product_id": "p", "rating": "r"}"#, more: #","where":{"^a":[1]}"#)
        }
        #expect(throws: ShapeFault(description: "no object encloses the reviews at level 1")) {
            try shape(#"{"product_id": "p", "rating": {"from": "r", "scale": {"from": "^s"}}}"#)
        }
    }
}
