import Testing

@testable import AfterwordCore

struct SearchTests {
    /// The words and letters of a text, as written.
    private func cut(_ text: String) -> [String] {
        var cut = SearchCut()
        cut.cut(Text(text))
        let bytes = Array(text.utf8)
        return cut.tokens.map { String(decoding: bytes[$0.range], as: UTF8.self) }
    }

    private func found(_ query: String, in body: String, title: String? = nil) throws -> String? {
        var values = ReviewValues()
        values.title = title.map { Text($0) }
        values.body = Text(body)
        var cut = SearchCut()
        guard let match = try SearchQuery(query).match(in: values, cutting: &cut) else {
            return nil
        }
        let text = (match.field == .title ? values.title : values.body) ?? ""
        return String(decoding: text.bytes[match.sentence], as: UTF8.self)
    }

    @Test func `A text is cut at gaps, and letter by letter where a script has no spaces`() {
        #expect(cut("Wi-Fi, don't 3.5 mm") == ["Wi", "Fi", "don't", "3", "5", "mm"])
        #expect(cut("水筒が漏れる。") == ["水", "筒", "が", "漏", "れ", "る"])
        #expect(cut("iPhone用ケース") == ["iPhone", "用", "ケ", "ー", "ス"])
        #expect(cut("") == [])
        #expect(cut("😀👍🏽 — …") == [])
        #expect(cut("שבור מאוד").count == 2)
        #expect(cut("한국어 좋아요").count == 2)
    }

    @Test(arguments: [
        ("cafe", "Café!"), ("CAFÉ", "the cafe"), ("strasse", "Straße"), ("ПЛОХО", "очень плохо"),
        ("dont", "Don't"), ("don’t", "don't"), ("cafe\u{301}", "café"), ("e\u{327}", "ȩ"),
        ("٣", "3 x"), ("3", "٣"), ("naive", "nai\u{308}ve"), ("wi-fi", "The Wi Fi is bad"),
        ("\u{200B}bad", "b\u{AD}ad"), ("ΚΑΛΌ", "καλό"),
    ])
    func `Case, diacritics, apostrophes and invisible characters do not matter`(
        query: String, body: String
    ) throws {
        #expect(try found(query, in: body) != nil)
    }

    @Test func `All words must occur, in any order and in either field`() throws {
        #expect(try found("broke week", in: "After a week it broke.") != nil)
        #expect(try found("broke month", in: "After a week it broke.") == nil)
        #expect(try found("week great", in: "After a week.", title: "Great") != nil)
        #expect(try found("wee", in: "After a week.") == nil)
    }

    @Test func `The words of a phrase follow one another in one field`() throws {
        #expect(try found("\"after week\"", in: "After a week") == nil)
        #expect(try found("\"a week\"", in: "After a week") != nil)
        #expect(try found("“a  week”", in: "a, week") != nil)
        #expect(try found("\"great after\"", in: "After", title: "Great") == nil)
        // A quotation that does not end goes on to the end.
        #expect(try found("\"a week", in: "After a week") != nil)
        #expect(try found("wi-fi", in: "wi is not fi") == nil)
    }

    @Test func `In a script without spaces any part of a text is found`() throws {
        let body = "この水筒は漏れます。"
        #expect(try found("水", in: body) == "この水筒は漏れます")
        #expect(try found("漏れ", in: body) != nil)
        #expect(try found("水漏れ", in: body) == nil)
        // A gap joins no letters of a word, but those of a phrase.
        #expect(try found("水筒", in: "水。筒") == nil)
        #expect(try found("\"水 筒\"", in: "水。筒") != nil)
        #expect(try found("ไม่ดี", in: "สินค้าไม่ดีเลย") != nil)
    }

    @Test(arguments: ["", " ", "\"\"", "!?", "😀", "\u{301}"])
    func `A query without words is refused`(text: String) {
        #expect(throws: SearchQuery.Fault.noWords) { try SearchQuery(text) }
    }

    @Test func `A long query is refused`() {
        let text = String(repeating: "a", count: SearchQuery.byteLimit)
        #expect(throws: Never.self) { try SearchQuery(text) }
        #expect(throws: SearchQuery.Fault.tooLong) { try SearchQuery(text + "a") }
    }

    @Test func `The sentence around the words is shown, cut where it is long`() throws {
        let body = "It is fine. But the 3.5 mm plug broke! Sad"
        #expect(try found("plug", in: body) == "But the 3.5 mm plug broke")
        let long =
            String(repeating: "word ", count: 200_000) + "plug"
            + String(
                repeating: " word", count: 200_000)
        let shown = try #require(try found("plug", in: long))
        #expect(shown.contains("plug") && shown.utf8.count <= SearchMatch.quoteBytes)
        let letters = String(repeating: "水", count: 300_000) + "筒"
        let own = try #require(try found("水筒", in: letters))
        #expect(own.contains("水筒") && own.utf8.count <= SearchMatch.quoteBytes)
        let word = String(repeating: "x", count: 1_000)
        #expect(try found(word, in: "a \(word) b") == word)
    }

    @Test func `Bytes that are no text are cut too`() {
        var cut = SearchCut()
        cut.cut(Text([0x61, 0xFF, 0x62, 0xE6, 0xB0]))
        #expect(cut.tokens.count == 2)
    }

    // MARK: The index

    /// Random texts of few words in several scripts, so that many have words in common.
    private func randomText(_ random: inout SplitMix64, words: UInt64) -> String {
        let known = [
            "the", "The", "bad", "Bäd", "plug", "wi-fi", "水筒", "水", "筒が漏れる", "не", "плохо",
            "3.5", "don't", "ไม่ดี", "😀", "good", "very", "שבור", "用ケース", "x",
        ]
        return (0..<random.draw(below: words + 1)).map { _ in
            known[Int(random.draw(below: UInt64(known.count)))]
        }.joined(separator: random.draw(below: 3) == 0 ? ". " : " ")
    }

    private func randomRow(_ random: inout SplitMix64, _ number: Int64) -> HistoryRow {
        var values = ReviewValues()
        if random.draw(below: 3) > 0 { values.title = Text(randomText(&random, words: 3)) }
        if random.draw(below: 5) > 0 { values.body = Text(randomText(&random, words: 20)) }
        if random.draw(below: 4) > 0 { values.rating = Int64(10 + random.draw(below: 41)) }
        let moment = Instant(microseconds: Int64(random.draw(below: 1 << 50)))
        return HistoryRow(
            reviewKey: number << 10 + Int64(random.draw(below: 1024)),
            productID: Text("p\(random.draw(below: 5))"), reviewID: Text("r\(number)"),
            identity: Digest128([UInt8](repeating: 1, count: 16)), version: 1, operation: .insert,
            run: 1, observedAt: moment, values: values, authorID: nil,
            times: ReviewTimes(
                createdAt: moment,
                createdOrigin: random.draw(below: 2) == 0 ? .mock : .source, updatedAt: moment,
                updatedOrigin: .mock),
            changedFields: [], contentDigest: Digest256([UInt8](repeating: 1, count: 32)),
            salt: [UInt8](repeating: 1, count: 16),
            rowDigest: Digest256([UInt8](repeating: 1, count: 32)),
            historyKey: random.draw(below: 2) == 0 ? -number : number << 10)
    }

    /// A segment that is read through its parts, as a store returns them.
    private struct Index {
        var segment: SearchSegment
        var parts: [Int64: [UInt8]] = [:]

        func documents(with term: SearchTerm) throws -> DocumentSet {
            guard let data = parts[segment.bucketKey(of: term)] else { return DocumentSet() }
            return try segment.documents(with: term, in: data)
        }

        func all() throws -> [SearchDocument] {
            try segment.chunkKeys.enumerated().flatMap {
                try segment.chunk($0.offset, in: parts[$0.element] ?? [])
            }
        }
    }

    private func index(_ rows: [HistoryRow]) -> (Index, SearchSum) {
        var terms = DocumentTerms()
        var cut = SearchCut()
        var builder = SegmentBuilder()
        var sum = SearchSum()
        for row in rows {
            terms.add(row, cutting: &cut)
            let own = terms[terms.count - 1]
            if own.isEmpty { continue }
            let document = SearchDocument(reviewKey: row.reviewKey, historyKey: row.historyKey)
            builder.add(document, own)
            sum.add(document, own)
        }
        let made = builder.finish(segment: 7, run: 3)
        var index = Index(segment: made.segment)
        for part in made.parts { index.parts[part.key] = part.data }
        return (index, sum)
    }

    @Test(arguments: [0, 1, 5, 70, 3000])
    func `The index finds all that a scan finds, and its documents in order`(count: Int) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        let rows = (0..<count).map { randomRow(&random, Int64($0 + 1)) }
        let (index, sum) = index(rows)
        #expect(index.segment.isReadable)
        let documents = try index.all()
        var places: [SearchDocument: Int] = [:]
        for (place, document) in documents.enumerated() { places[document] = place }
        var cut = SearchCut()
        for text in [
            "bad", "the bad", "\"the bad\"", "水", "水筒", "筒が漏", "wi-fi", "не плохо", "3.5",
            "ไม่", "\"水 筒が\"", "nothing", "שבור x",
        ] {
            let query = try SearchQuery(text)
            var set = DocumentSet(all: documents.count)
            for term in query.terms { set.formIntersection(try index.documents(with: term)) }
            var last = -1
            for row in rows where query.match(in: row.values, cutting: &cut) != nil {
                let place = places[
                    SearchDocument(reviewKey: row.reviewKey, historyKey: row.historyKey)]
                let own = try #require(place, "seed \(seed), \(text)")
                #expect(own > last && set.first(from: own) == own, "seed \(seed), \(text)")
                last = own
            }
        }
        for row in rows {
            guard
                let place = places[
                    SearchDocument(reviewKey: row.reviewKey, historyKey: row.historyKey)]
            else { continue }
            let product = try index.documents(with: SearchFact.product(row.productID).term)
            #expect(product.first(from: place) == place, "seed \(seed)")
            guard let star = row.values.star else { continue }
            let stars = try index.documents(with: SearchFact.star(star).term)
            #expect(stars.first(from: place) == place, "seed \(seed)")
        }
        #expect(try self.sum(of: index) == sum, "seed \(seed)")
    }

    /// The sum that follows from all parts of a segment.
    private func sum(of index: Index) throws -> SearchSum {
        var sum = SearchSum()
        let documents = try index.all()
        for document in documents { sum.add(document) }
        for key in index.segment.bucketKeys {
            guard let data = index.parts[key] else { continue }
            try index.segment.forEachTerm(in: SearchPart(key: key, data: data)) { term, set in
                var next = set.first(from: 0)
                while let number = next {
                    sum.add(term, of: documents[number])
                    next = set.first(from: number + 1)
                }
            }
        }
        return sum
    }

    @Test func `A changed byte of a part is found, or changes the sum`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        let rows = (0..<200).map { randomRow(&random, Int64($0 + 1)) }
        let (index, sum) = index(rows)
        for _ in 0..<500 {
            var broken = index
            let key = try #require(index.parts.keys.sorted().randomElement(using: &random))
            let place = Int(random.draw(below: UInt64(index.parts[key]?.count ?? 1)))
            broken.parts[key]?[place] ^= UInt8(1 << random.draw(below: 8))
            let found = Result { try self.sum(of: broken) }
            guard case .success(let other) = found else { continue }
            #expect(other != sum, "seed \(seed)")
        }
    }

    @Test func `Any bytes as a part are read or refused`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        let segment = SearchSegment(segment: 1, run: 1, documents: 3, bucketBits: 0)
        for _ in 0..<2000 {
            let data = (0..<random.draw(below: 12)).map { _ in
                random.draw(below: 2) == 0
                    ? UInt8(random.draw(below: 6)) : UInt8(random.draw(below: 256))
            }
            let part = SearchPart(key: 1 << 16, data: data)
            _ = try? segment.forEachTerm(in: part) { _, _ in }
            _ = try? segment.chunk(0, in: data)
        }
    }

    @Test func `A term that is not in its part is damage`() throws {
        var random = SplitMix64(seed: 4)
        let rows = (0..<50).map { randomRow(&random, Int64($0 + 1)) }
        var (index, _) = index(rows)
        #expect(throws: Never.self) { try self.sum(of: index) }
        index.segment.bucketBits += 1
        #expect(throws: DamagedPart.self) { try self.sum(of: index) }
    }

    @Test func `A text of many words is one document`() throws {
        var random = SplitMix64(seed: 1)
        var row = randomRow(&random, 1)
        row.values.body = Text((0..<100_000).map { "w\($0)" }.joined(separator: " "))
        let (index, sum) = index([row])
        #expect(try self.sum(of: index) == sum)
        for word in ["w0", "w99999", "w512"] {
            let term = try SearchQuery(word).terms[0]
            #expect(try index.documents(with: term).first(from: 0) == 0)
        }
    }

}
