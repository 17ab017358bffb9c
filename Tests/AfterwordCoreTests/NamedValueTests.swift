import Testing

@testable import AfterwordCore

/// Values in the names of files and in URLs.
@Suite struct NamedValueTests {
    private func value(_ pattern: String, _ file: String, _ field: String = "product_id") throws
        -> String?
    {
        let pattern = try NamePattern(file: pattern, for: field)
        let end = NamePattern.end(ofFile: file, parts: pattern.partCount)
        return pattern.value(inFile: Array(end.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(
        "A pattern is compared with the last parts of a path",
        arguments: [
            ("review_{id}.json", "review_111.json", "111"),
            ("review_{id}.json", "dump/review_111.json.gz", "111"),
            ("review_{id}.json.gz", "review_111.json.gz", "111"),
            ("review_{id}.json", "review_111.json.GZ", "111"),
            ("review_{id}.json", "review_.json", nil), ("review_{id}.json", "reviews_1.json", nil),
            ("review_{id}.json", "review_1.jsonl", nil),
            ("{id}.json", "B0 ABC.json", "B0 ABC"), ("{id}.json", "a.json.json", "a.json"),
            ("{id}.json", "größe.json", "größe"),
            ("{id}_{date}.json", "B0_X_2026-01-05.json", "B0_X"),
            ("{date}_{id}.json", "2026-01-05_B0X.json", "B0X"),
            ("{id}/reviews.jsonl", "a/B0X/reviews.jsonl", "B0X"),
            ("{country}/{id}/reviews.jsonl", "US/B0X/reviews.jsonl", "B0X"),
            ("{country}/{id}/reviews.jsonl", "B0X/reviews.jsonl", nil),
            ("asin-{product_id}-p{page}.json", "asin-B0X-p2.json", "B0X"),
        ])
    func files(pattern: String, file: String, expected: String?) throws {
        #expect(try value(pattern, file) == expected)
    }

    @Test(
        "A name that can be split in several ways gives one value for all dates, or none",
        arguments: [
            ("reviews-{id}-{date}.json", "reviews-B0X-2026-01-05.json", "B0X"),
            ("reviews-{id}-{date}.json", "reviews-B0X-9-2026-02-05.json", "B0X-9"),
            ("reviews-{id}-{date}.json", "reviews-7-20260105.json", "7"),
            ("reviews-{id}-{date}.json", "reviews-B0X-05-01-2026.json", "B0X"),
            ("reviews-{id}-{date}.json", "reviews-B0X-2026-01-05T10-15.json", "B0X"),
            ("reviews-{id}-{date}.json", "reviews-B0X-20260105-101500.json", "B0X"),
            ("reviews-{id}-{date}.json", "reviews-B0X-2026-01.json", "B0X"),
            ("reviews-{id}-{date}.json", "reviews-B0X-Jan-05-2026.json", "B0X"),
            ("{date}-{id}.json", "5-1-2026-B0X.json", "B0X"),
            ("{date}-{id}.json", "05-Oct-2026-B0X.json", "B0X"),
            ("reviews-{id}-{date}.json", "reviews-B0X-1767398400.json", "B0X"),
            ("reviews-{id}-{y}-{m}-{d}.json", "reviews-A-1-2026-01-05.json", "A-1"),
            ("{date}-{id}.json", "2026-01-05-B0X-9.json", "B0X-9"),
            ("{date}_{id}_p{page}.json", "2026_01_05_B0_X_p2.json", "B0_X"),
            ("{id}_{lang}.json", "B0_X_en.json", "B0_X"),
            ("{id}-{page}.json", "B0-X-12.json", "B0-X"),
            ("{id}-{date}.json", "B0X-latest.json", "B0X"),
            // Nothing tells how to split these.
            ("reviews-{id}-{date}.json", "reviews-B0X-Ene-05-2026.json", nil),
            ("reviews-{id}-{date}.json", "reviews-B0X-2026-W05.json", nil),
            ("reviews-{id}-{date}.json", "reviews-B0X-20260105-20260112.json", nil),
            ("reviews-{id}-{date}.json", "reviews-B0X-05-01-26.json", nil),
            ("{id}-{shop}.json", "B0-X-acme.json", nil),
            ("{slug}-{id}.json", "oak-mug-22.json", nil),
            ("{slug}-{id}.json", "oak-22.json", "22"),
        ])
    func splits(pattern: String, file: String, expected: String?) throws {
        #expect(try value(pattern, file) == expected)
    }

    @Test("The values that a name may have are shown")
    func ways() throws {
        let pattern = try NamePattern(file: "{id}-{shop}.json", for: "product_id")
        #expect(pattern.values(inFile: "a/B0-X-acme.json.gz") == ["B0", "B0-X"])
        #expect(pattern.values(inFile: "a/other.json") == [])
    }

    @Test("Of several names the field's own is the value")
    func ownName() throws {
        let pattern = "{country}/{id}.json"
        #expect(try value(pattern, "US/B0X.json", "country") == "US")
        #expect(try value(pattern, "US/B0X.json", "product_id") == "B0X")
        #expect(try value(pattern, "US/B0X.json", "variant") == "B0X")
    }

    @Test(
        "A pattern that cannot be used says why",
        arguments: [
            (
                "reviews.json",
                #"the pattern "reviews.json" of "product_id" needs {id} or {product_id}"#
            ),
            (
                "{a}/{b}.json",
                #"the pattern "{a}/{b}.json" of "product_id" needs {id} or {product_id}"#
            ),
            ("{a}{id}.json", #"the pattern "{a}{id}.json" cannot be read: "{id}.json""#),
            ("{id.json", #"the pattern "{id.json" cannot be read: "{id.json""#),
            ("id}.json", #"the pattern "id}.json" cannot be read: "id}.json""#),
            ("{}.json", #"the pattern "{}.json" cannot be read: "{}.json""#),
        ])
    func patternFaults(pattern: String, message: String) {
        #expect(throws: ShapeFault(description: message)) {
            try shape(#"{"product_id": {"file": "\#(pattern)"}, "rating": "r"}"#)
        }
    }

    @Test(
        "A part of a URL is found and decoded",
        arguments: [
            ("ASIN", "https://x.test/review?ASIN=B0X", "B0X"),
            ("ASIN", "https://x.test/review?a=1&asin=B0%2FX+Y#ASIN=no", "B0/X Y"),
            ("asin", "?asin=", nil), ("asin", "https://x.test/asin=B0X", nil),
            ("asin", "https://x.test/?xasin=1", nil), ("id", "?id=1&id=2", "1"),
            ("/dp/{id}", "https://www.x.test/Lid-Cup/dp/B0X/ref=sr_1?th=1", "B0X"),
            ("/dp/{id}", "/dp/B0%20X", "B0 X"), ("/dp/{id}", "https://x.test/dp/", nil),
            ("/dp/{id}", "https://x.test/xdp/B0X", nil), ("/dp/{id}", "dp/B0X#reviews", "B0X"),
            (
                "/product-reviews/{id}", "https://x.test/product-reviews/B0X/ref=a?pageNumber=2",
                "B0X"
            ),
            ("/p/{slug}-{id}", "https://x.test/p/oak-mug-22?x", "22"),
            ("/dp/{id}", "https://x.test/?u=/dp/B0X", nil), ("/{id}.html", "/a/22.html", "22"),
            ("asin", "not a url", nil), ("/dp/{id}", "", nil), ("/dp/{id}", "/dp/%FF", "\u{FFFD}"),
        ])
    func urls(part: String, url: String, expected: String?) throws {
        let found = try URLPart(part, for: "product_id").value(in: Array(url.utf8))
        #expect(found.map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test("A part of a URL that cannot be used says why")
    func urlFaults() {
        let neither =
            #"of "product_id" is neither a parameter's name nor a path as in "/dp/{id}""#
        for (part, message) in [
            ("a/b", #"the part "a/b" \#(neither)"#), ("", #"the part "" \#(neither)"#),
            ("/dp/", #"the pattern "/dp/" of "product_id" needs {id} or {product_id}"#),
        ] {
            #expect(throws: ShapeFault(description: message)) {
                try shape(#"{"product_id": {"from": "u", "url": "\#(part)"}, "rating": "r"}"#)
            }
        }
    }

    @Test("one-file-a-product: the file names the product of its reviews, and of none")
    func fileProduct() throws {
        let shape = try shape(
            #"""
            {"product_id": {"file": "review_{id}.json"}, "review_id": "@id", "body": "review"}
            """#, records: "reviews.{id}")
        #expect(shape.filePatterns.map(\.written) == ["review_{id}.json"])
        #expect(shape.patternUnmatched(by: "a/review_111.json.gz") == nil)
        #expect(shape.patternUnmatched(by: "a/other.json")?.written == "review_{id}.json")
        let found = readRecords(
            #"{"reviews":{"1":{"review":"One."},"2":{"review":"Two."}}}"#, shape,
            file: "dump/review_111.json.gz")
        #expect(found.map(\.productID?.string) == ["111", "111"])
        #expect(found.map(\.reviewID?.string) == ["1", "2"])
        // Without the file's name nothing is guessed.
        #expect(readRecords(#"{"reviews":{"1":{"review":"One."}}}"#, shape)[0].productID == nil)
        #expect(RecordCleaner(shape, file: "review_777.json").fileProduct?.string == "777")
        #expect(!RecordCleaner(shape, file: "review_777.json").readsRecordsAlone)
    }

    /// The products of a document and what they say.
    private func products(_ document: String, _ shape: Shape, file: String) -> [String] {
        let cleaner = RecordCleaner(shape, file: file)
        var splitter = RecordSplitter(cleaner.plan, isStrict: true)
        var found: [String] = []
        splitter.feed(Array(document.utf8)[...], isLast: true) { event, window, _ in
            guard case .unit(let unit) = event else { return }
            for index in unit.products.indices {
                let product = cleaner.clean(product: index, of: unit, window: window)
                let told = product.attributes.map { "\($0.attribute.name)=\($0.value.string)" }
                found.append(
                    ([product.productID?.string ?? "none"] + told).joined(separator: " ")
                        + (unit.products[index].holdsList ? "" : " without a list"))
            }
        }
        return found
    }

    @Test("A file that names a product without reviews names it all the same")
    func emptyProduct() throws {
        let shape = try shape(
            #"{"product_id": {"file": "{id}.json"}, "rating": "r"}"#,
            records: "data.reviews[*]", more: #","product":{"title":"^^name","brand":"^maker"}"#)
        #expect(
            products(
                #"{"name":"Mug","data":{"maker":"Oak","reviews":[]}}"#, shape, file: "x/777.json")
                == ["777 title=Mug brand=Oak"])
        let plain = try Shape(
            parsing: Array(
                #"""
                {"shape":"g","version":1,"records":"reviews.{id}","fields":
                 {"product_id":{"file":"review_{id}.json"},"review_id":"@id","body":"review"}}
                """#.utf8))
        #expect(products(#"{"reviews":{}}"#, plain, file: "review_777.json") == ["777"])
        #expect(
            products(#"{"page":2}"#, plain, file: "review_777.json") == ["777 without a list"])
    }

    @Test("A product named by a URL around its reviews, and attributes with maps")
    func urlProduct() throws {
        let shape = try shape(
            #"{"product_id": {"from": "^url", "url": "/dp/{id}"}, "rating": "r"}"#,
            records: "reviews[*]",
            more: #"""
                ,"product":{"brand":{"from":"^maker","map":{"acme inc.":"Acme"},"absent":["-"]},
                 "category":{"value":"Cups"}}
                """#)
        let json = #"""
            {"url":"https://x.test/dp/B0X?a","maker":"ACME Inc.","reviews":[{"r":1}]}
            {"url":"https://x.test/dp/B0Y","maker":"-","reviews":[]}
            """#
        #expect(
            products(json, shape, file: "a.json")
                == ["B0X brand=Acme", "B0Y"])
        let found = readRecords(json, shape)
        #expect(found.map(\.productID?.string) == ["B0X"])
        #expect(found[0].attributes.map(\.value.string) == ["Cups"])
    }

    @Test("A context keeps the file's name where the shape looks at it, and other contexts stay")
    func contexts() throws {
        func context(_ shape: Shape, _ file: String?) -> String {
            let cleaner = RecordCleaner(shape, file: file)
            var splitter = RecordSplitter(cleaner.plan, isStrict: true)
            var context = ""
            splitter.feed(
                Array(#"{"k":"K","list":[{"r":1}]}"#.utf8)[...], isLast: true
            ) { event, window, _ in
                guard case .unit(let unit) = event else { return }
                let bytes = cleaner.context(ofRecord: 0, of: unit, window: window).bytes
                context = String(decoding: bytes, as: UTF8.self)
            }
            return context
        }
        let named = try shape(
            #"{"product_id": {"file": "{country}/{id}.json"}, "rating": "r", "variant": "^k"}"#,
            records: "list[*]")
        #expect(context(named, "a/b/US/B\"0.json.gz") == ##"{"^k":"K","#file":"US/B\"0.json"}"##)
        #expect(context(named, nil) == #"{"^k":"K"}"#)
        let plain = try shape(#"{"product_id": "^k", "rating": "r"}"#, records: "list[*]")
        #expect(context(plain, "a/b.json") == #"{"^k":"K"}"#)
        let found = readRecords(#"{"k":"K","list":[{"r":1}]}"#, named, file: "US/B\"0.json")
        #expect(found[0].productID?.string == "B\"0")
    }
}
