import Testing

@testable import AfterwordCore

/// A field that cannot be read is not said; what identifies a review does so by its meaning.
@Suite struct SideFieldTests {
    private static let document = """
        {"shape":"r","version":1,"fields":{"product_id":"p","review_id":"id","author_id":"a",
         "author_name":"name","rating":"stars","title":"title","body":"text","verified":"bought",
         "helpful_votes":"votes","created_at":"date"}}
        """

    private func cleaner(
        _ rules: ReadingRules = ReadingRules(), without left: String...
    ) throws -> RecordCleaner {
        var shape = try Shape(parsing: Array(Self.document.utf8))
        if left.contains("review_id") { shape.reviewID = nil }
        if left.contains("author_id") { shape.authorID = nil }
        return RecordCleaner(shape, rules)
    }

    private func clean(_ record: String, _ cleaner: RecordCleaner) -> CleanedRecord {
        cleaner.clean(payload: Array(record.utf8), context: [])
    }

    @Test(
        "A flag, votes, a date or a rating that cannot be read is not said, and the review is read",
        arguments: [
            (#""bought":"perhaps""#, TrackedField.verified),
            (#""bought":{"x":1}"#, .verified), (#""votes":"lots""#, .helpfulVotes),
            (#""date":"some day""#, .createdAt), (#""stars":"beautiful""#, .rating),
            (#""stars":77"#, .rating), (#""title":["a"]"#, .title),
        ])
    func sideField(member: String, field: TrackedField) throws {
        let cleaner = try cleaner()
        let record = clean(#"{"p":"P","id":"1","text":"Good",\#(member)}"#, cleaner)
        #expect(record.fault == nil)
        #expect(record.unread == FieldSet(field))
        #expect(record.faultCount == 1)
        let reading = cleaner.reading(record)
        #expect(!reading.said.contains(field))
        #expect(reading.said.contains(.body))
        #expect(!reading.values.isPresent(field))
    }

    @Test("An unreadable rating rejects a record without title and body")
    func unrated() throws {
        let record = clean(#"{"p":"P","id":"1","stars":"beautiful"}"#, try cleaner())
        #expect(record.fault?.reason == .unreadableNumber)
        #expect(record.fault?.field == "rating")
        let none = clean(#"{"p":"P","id":"1","stars":null,"bought":"perhaps"}"#, try cleaner())
        #expect(none.fault == nil)
    }

    @Test("A product that is a list, or missing, rejects the record whatever else it says")
    func product() throws {
        let list = clean(#"{"p":["P"],"id":"1","stars":5,"text":"Good"}"#, try cleaner())
        #expect(list.fault?.reason == .wrongType)
        #expect(list.fault?.field == "product_id")
        let none = clean(#"{"id":"1","stars":"beautiful"}"#, try cleaner())
        #expect(none.fault?.reason == .noProduct)
        #expect(none.fault?.field == "product_id")
    }

    @Test("A flag is no id: as a product it is a fault, as any other id it is not said")
    func flagAsID() throws {
        for flag in ["true", "false"] {
            let record = clean(#"{"p":\#(flag),"id":"1","text":"Good"}"#, try cleaner())
            #expect(record.fault?.reason == .wrongType)
            #expect(record.fault?.field == "product_id")
            let other = clean(#"{"p":"P","id":\#(flag),"a":\#(flag),"text":"Good"}"#, try cleaner())
            #expect(other.fault == nil)
            #expect(other.reviewID == nil && other.authorID == nil)
            #expect(other.faultCount == 2)
        }
        let around = try shape(
            #"{"product_id":"^p","rating":"r","body":"b"}"#, records: "reviews[*]")
        let found = readRecords(#"{"p":true,"reviews":[{"r":5,"b":"Good"}]}"#, around)
        #expect(found.map(\.fault?.reason) == [.wrongType])
        let mapped = try shape(
            #"{"product_id":{"from":"p","map":{"true":"P1"}},"rating":"r","body":"b"}"#)
        let pair = readRecords(#"[{"p":true,"r":5},{"p":false,"r":5}]"#, mapped)
        #expect(pair.map(\.productID?.string) == ["P1", nil])
        #expect(pair.map(\.fault?.reason) == [nil, .wrongType])
    }

    @Test("A review id that cannot be read leaves the review to its author or its texts")
    func reviewID() throws {
        let cleaner = try cleaner()
        let record = clean(#"{"p":"P","id":[1],"a":"A","text":"Good"}"#, cleaner)
        #expect(record.fault == nil)
        #expect(record.faultCount == 1)
        #expect(cleaner.identity(of: record)?.kind == .author)
    }

    @Test(
        "An id is the same as a number, with decimals, wrapped, or with invisible ends",
        arguments: [
            ("700101", "700101.0"), ("700101", "7.00101e5"), ("\"x\"", #"{"$oid":"x"}"#),
            ("\"x\"", "\"\u{FEFF}x\u{200B}\""), ("\"x\"", "\"\u{A0}x \""),
        ])
    func sameID(one: String, other: String) throws {
        let cleaner = try cleaner()
        func identity(_ id: String) -> Identity? {
            cleaner.identity(of: clean(#"{"p":\#(id),"id":\#(id),"text":"Good"}"#, cleaner))
        }
        #expect(identity(one) != nil)
        #expect(identity(one) == identity(other))
        #expect(identity(one) != identity("\"y\""))
    }

    @Test(
        "Ids that only look alike stay apart",
        arguments: [("\"700101\"", "\"700101.0\""), ("1.5", "1.50"), ("\"007\"", "7")])
    func otherID(one: String, other: String) throws {
        let cleaner = try cleaner()
        func identity(_ id: String) -> Identity? {
            cleaner.identity(of: clean(#"{"p":"P","id":\#(id),"text":"Good"}"#, cleaner))
        }
        #expect(identity(one) != identity(other))
    }

    @Test(
        "A written date identifies by the moment that it means",
        arguments: [
            ("2026-01-01", "2026-01-01T00:00:00.000Z"), ("2026-01-01", "1 January 2026"),
            ("2026-01-01T12:00:00+02:00", "2026-01-01 10:00:00 UTC"),
        ])
    func sameDate(one: String, other: String) throws {
        for without in ["author", "texts"] {
            let cleaner = try cleaner(without: "review_id", "author_id")
            func identity(_ date: String) -> Identity? {
                let author = without == "author" ? "" : #""name":"Ana R.","#
                let text = "A text that is long enough to be told apart"
                return cleaner.identity(
                    of: clean(
                        #"{"p":"P",\#(author)"text":"\#(text)","date":"\#(date)"}"#, cleaner))
            }
            #expect(identity(one) == identity(other))
            #expect(identity(one) != identity("2026-01-02"))
            #expect(identity("some day") != identity("another day"))
        }
    }

    @Test("A relative date is no part of an identity, which then is that of the texts")
    func relativeDate() throws {
        let cleaner = try cleaner(without: "review_id", "author_id")
        func identity(_ date: String) -> Identity? {
            let text = "A text that is long enough to be told apart"
            return cleaner.identity(
                of: clean(
                    #"{"p":"P","name":"Ana R.","text":"\#(text)","date":"\#(date)"}"#, cleaner))
        }
        #expect(identity("2 days ago") == identity("9 days ago"))
        #expect(identity("2 days ago")?.kind == .content)
    }

    @Test("By rules v1 dates and ids identify by their spelling, and derived ids say so")
    func firstRules() throws {
        var rules = ReadingRules()
        rules.identity = .v1
        let cleaner = try cleaner(rules, without: "review_id", "author_id")
        func identity(_ product: String, _ date: String) throws -> Identity {
            try #require(
                cleaner.identity(
                    of: clean(
                        #"{"p":\#(product),"name":"Ana R.","text":"x","date":"\#(date)"}"#,
                        cleaner)))
        }
        let one = try identity("1", "2026-01-01")
        #expect(try one != identity("1", "2026-01-01T00:00:00Z"))
        #expect(try one != identity("1.0", "2026-01-01"))
        #expect(try identity("1", "2 days ago") != identity("1", "3 days ago"))
        let id = AfterwordCore.reviewID(nil, kind: .author, identity: one.digest, by: .v1)
        #expect(id.string == "b1:\(one.digest)")
        #expect(identityDigest(ofReview: id, ofProduct: "1") == one.digest)
    }

    @Test("A time out of reach is not said, and identifies all the same")
    func reach() throws {
        let observed = try #require(Instant(iso8601: "2026-03-31"))
        let cleaner = try cleaner(ReadingRules(observedAt: observed), without: "review_id")
        func record(_ date: String) -> CleanedRecord {
            clean(#"{"p":"P","text":"Good","date":"\#(date)"}"#, cleaner)
        }
        for date in ["1970-01-19", "2100-01-01"] {
            #expect(record(date).unread == FieldSet(.createdAt), "\(date)")
            #expect(record(date).values.createdAt == nil)
            #expect(record(date).writtenInstant == Instant(iso8601: date))
        }
        #expect(record("2026-04-01").unread.isEmpty)
    }

    @Test("An order of day and month settles dates that could be either")
    func dateOrder() throws {
        var rules = ReadingRules()
        func date(_ order: DateOrder?) throws -> String? {
            rules.dateOrder = order
            return clean(#"{"p":"P","id":"1","text":"x","date":"05/02/2024"}"#, try cleaner(rules))
                .values.createdAt?.description
        }
        #expect(try date(nil) == nil)
        #expect(try date(.dayFirst) == "2024-02-05T00:00:00Z")
        #expect(try date(.monthFirst) == "2024-05-02T00:00:00Z")
    }

    @Test("A record tells which fields it holds, be they null or unreadable")
    func present() throws {
        let cleaner = try cleaner()
        var rows = CleanRows()
        let payload = Array(#"{"p":"P","id":"1","stars":null,"bought":"perhaps"}"#.utf8)
        payload.lend { cleaner.clean(payload: $0, context: [], into: &rows) }
        let present = cleaner.fieldNames.indices.filter { rows.rows[0].present >> $0 & 1 == 1 }
        #expect(
            present.map { cleaner.fieldNames[$0] }
                == ["product_id", "review_id", "rating", "verified"])
        #expect(rows.unread.map { cleaner.name(ofBinding: $0.binding) } == ["verified"])
        #expect(rows.unread.map(\.reason) == [.unreadableFlag])
    }
}
