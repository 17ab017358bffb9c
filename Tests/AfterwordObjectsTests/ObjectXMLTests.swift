import Testing

@testable import AfterwordObjects

@Suite struct ObjectXMLTests {
    private func events(_ text: String) throws -> [XMLPullReader.Event] {
        var reader = XMLPullReader(Array(text.utf8))
        var events: [XMLPullReader.Event] = []
        while let event = try reader.next() { events.append(event) }
        return events
    }

    @Test("Elements, texts and entities are read") func reading() throws {
        let text = """
            \u{FEFF}<?xml version="1.0"?>
            <!-- a > b -->
            <s3:R xmlns:s3="http://x/" a='1>2'><K>a&amp;b&lt;&gt;&quot;&apos;&#65;&#x1F600;</K>\
            <E/><C><![CDATA[<&amp;>]]></C></s3:R>
            """
        #expect(
            try events(text) == [
                .start("R"), .start("K"), .text("a&b<>\"'A😀"), .end("K"), .start("E"), .end("E"),
                .start("C"), .text("<&amp;>"), .end("C"), .end("R"),
            ])
        #expect(try events("") == [])
    }

    @Test("What is cut, malformed or could define entities is refused") func refusals() {
        for text in [
            "<a>", "<a", "<a></b>", "</a>", "text", "<a>&x;</a>", "<a>&#xD800;</a>", "<a>&",
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "<a><!-- ", "<?xml ", "<a b='></a>",
            "<a>&#;</a>", "< a></a>", "<a><![CDATA[x</a>", "<a>&#99999999999;</a>",
            String(repeating: "<a>", count: 40), "<a/>x",
        ] {
            #expect(throws: XMLPullReader.Fault.self, "\(text)") { try events(text) }
        }
    }

    @Test("No bytes make the reader fail otherwise") func fuzz() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(state: seed)
        let whole = Array(
            """
            <?xml version="1.0"?><R><Contents><Key>a&amp;b</Key><Size>1</Size></Contents>\
            <IsTruncated>false</IsTruncated><!-- x --><X a="b"/></R>
            """.utf8)
        for _ in 0..<5_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                if Bool.random(using: &random) {
                    bytes[place] = UInt8.random(in: 0...255, using: &random)
                } else {
                    bytes.removeSubrange(place..<min(bytes.count, place + 3))
                }
            }
            var reader = XMLPullReader(bytes)
            var count = 0
            while let event = try? reader.next(), count < 1_000 {
                _ = event
                count += 1
            }
            #expect(count < 1_000, "seed \(seed)")
            _ = try? ObjectPage(bytes)
            _ = ServerError(xml: bytes)
        }
    }

    @Test("A page of a list is read") func page() throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>
            <Prefix>d%2F</Prefix><KeyCount>2</KeyCount><IsTruncated>true</IsTruncated>
            <EncodingType>url</EncodingType>
            <Contents><Key>d%2Fa+b%2B%C3%BC</Key>
            <LastModified>2026-01-05T00:00:00.000Z</LastModified>
            <ETag>&quot;0a-2&quot;</ETag><Size>12</Size><Owner><ID>x</ID><Key>no</Key></Owner>
            <StorageClass>STANDARD</StorageClass></Contents>
            <Contents><Key>d%2Fb</Key><ETag>"1"</ETag><Size>0</Size></Contents>
            <NextContinuationToken>1&amp;2=</NextContinuationToken></ListBucketResult>
            """
        let page = try ObjectPage(Array(text.utf8))
        #expect(
            page.objects == [
                ListedObject(
                    key: "d/a b+ü", size: 12, etag: "\"0a-2\"",
                    modified: UTCStamp(seconds: 1_767_571_200)),
                ListedObject(key: "d/b", size: 0, etag: "\"1\""),
            ])
        #expect(page.next == "1&2=")
    }

    @Test("What is no page of a list is refused") func noPage() {
        for inside in [
            "<Contents><Key>a</Key></Contents>", "<Contents><Size>1</Size></Contents>",
            "<Contents><Key>a</Key><Size>-1</Size></Contents>", "<IsTruncated>true</IsTruncated>",
            "<EncodingType>url</EncodingType><Contents><Key>%f</Key><Size>1</Size></Contents>",
        ] {
            let text = "<ListBucketResult>\(inside)</ListBucketResult>"
            #expect(throws: XMLPullReader.Fault.self, "\(inside)") {
                try ObjectPage(Array(text.utf8))
            }
        }
        for text in ["", "<html></html>", "{}"] {
            #expect(throws: XMLPullReader.Fault.self) { try ObjectPage(Array(text.utf8)) }
        }
    }

    @Test("An error's code and region are read, and strange ones left out") func errors() {
        func error(_ text: String) -> ServerError { ServerError(xml: Array(text.utf8)) }
        let moved = error(
            "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>")
        #expect(moved.code == "AuthorizationHeaderMalformed")
        #expect(moved.region == "eu-west-1")
        #expect(
            error("<Error><Code>a\u{1B}[31m b</Code><Region>x/../y</Region></Error>").region == nil)
        #expect(error("<Error><Code>a\u{1B}[31m b</Code></Error>").code == "a31mb")
        #expect(error("<html>no</html>").code == "")
        #expect(error("no").code == "")
    }
}

/// A random generator with a seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
