import AfterwordCore
import Testing

/// Which time a proposal takes for a review's, and which records it takes for none. All records
/// are invented.
@Suite struct ProposeShapeTimeTests {
    /// Rows of two products, each with the members given.
    private func proposal(_ members: [String]) throws -> ShapeProposal {
        let rows = members.enumerated().map { index, member in
            """
            {"sku": "P\(index % 2)", "id": "r\(index)", "stars": \(index % 5 + 1),
            "text": "The lid number \(index) leaks when it is full.", \(member)}
            """
        }
        return try ProposeShapeTests.proposal("[\(rows.joined(separator: ","))]")
    }

    private static let days = [
        "May 2, 2024", "June 9, 2025", "July 1, 2023", "January 30, 2026", "March 3, 2024",
        "April 8, 2025", "May 21, 2023", "October 14, 2025",
    ]

    // MARK: Times

    @Test(
        "The review's own time wins over that of a crawl or of a row",
        arguments: [
            ("review_posted_date", "timestamp"), ("review_date", "created_at"),
            ("posted", "date"), ("date_posted", "inserted_at"), ("review_date", "updated_at"),
            ("comment_date", "date_added"), ("day", "created_at"),
        ])
    func ownTime(own: String, row: String) throws {
        let found = try proposal(
            Self.days.enumerated().map { index, day in
                #""\#(own)": "\#(day)", "\#(row)": "2026-11-01T10:00:0\#(index)Z""#
            })
        #expect(found.document["fields"]?["created_at"]?.text == own)
        #expect(found.document["fields"]?["updated_at"] == nil)
        #expect(found.isCertain, "\(found.doubts)")
    }

    @Test("Two times of other days, of which none is a crawl's, are a doubt")
    func twoTimes() throws {
        let own = ["2024-05-02", "2025-06-09", "2023-07-01", "2026-01-30"]
        let rows = ["2024-06-02", "2025-08-09", "2023-08-01", "2026-03-30"]
        let found = try proposal(
            zip(own, rows).map { #""review_date": "\#($0)", "created_at": "\#($1)T09:10:00Z""# })
        #expect(found.document["fields"]?["created_at"]?.text == "review_date")
        #expect(found.doubts.contains { $0.contains("review_date or created_at") })
    }

    @Test("The more exact of two times of one day stays")
    func sameDay() throws {
        let days = ["2024-05-02", "2025-06-09", "2023-07-01", "2026-01-30"]
        let found = try proposal(
            days.map { #""review_date": "\#($0)", "created_at": "\#($0)T09:10:00Z""# })
        #expect(found.document["fields"]?["created_at"]?.text == "created_at")
        #expect(found.isCertain, "\(found.doubts)")
    }

    @Test("A time that is the same within each product is the product's")
    func productTimes() throws {
        let found = try proposal(
            (0..<6).map { index in
                #""dateUpdated": "2018-10-2\#(index % 2)T16:36:31Z", "#
                    + #""date": "2026-0\#(index + 1)-05""#
            })
        #expect(found.document["fields"]?["created_at"]?.text == "date")
        #expect(found.document["fields"]?["updated_at"] == nil)
    }

    @Test("One date that decides the order of all others is a doubt, two of a few are none")
    func witnesses() throws {
        let open = ["05/02/2026", "06/02/2026", "07/03/2026", "09/04/2026", "11/04/2026"]
        func proposal(_ dates: [String]) throws -> ShapeProposal {
            try self.proposal(dates.map { #""date": "\#($0)""# })
        }
        let one = try proposal(open + ["04/25/2026"])
        #expect(one.doubts.contains { $0.contains("only 1 of 6 dates of date decides it") })
        #expect(try proposal(open + ["25/04/2026", "26/04/2026"]).isCertain)
        let many = (0..<60).map { "0\($0 % 9 + 1)/0\($0 % 7 + 1)/2025" }
        #expect(!(try proposal(many + ["04/25/2025", "04/26/2025"]).isCertain))
    }

    @Test("Days as a spreadsheet counts them are named")
    func dayNumbers() throws {
        let found = try proposal((0..<4).map { #""date": 4605\#($0).5"# })
        #expect(found.remarks.contains { $0.contains("days as a spreadsheet counts them") })
    }

    // MARK: Scales

    @Test("The least rating is no scale, nor is one that ratings are above")
    func leastRating() throws {
        for (least, greatest) in [("rating_scale_min", "rating_scale_max"), ("min", "max")] {
            let members = [1, 5, 4, 1].map {
                #""rating": {"value": \#($0), "\#(least)": 1, "\#(greatest)": 5}"#
            }
            let rows = members.enumerated().map { index, member in
                """
                {"sku": "P\(index % 2)", "id": "r\(index)",
                "text": "The lid number \(index) leaks.", \(member)}
                """
            }
            let found = try ProposeShapeTests.proposal("[\(rows.joined(separator: ","))]")
            #expect(found.document["fields"]?["rating"]?.text == "rating.value", "\(least)")
            #expect(found.yield.samples.map(\.values.rating) == [10, 40, 10], "\(least)")
        }
    }

    // MARK: Records that are no reviews

    @Test(
        "Records that answer others are left out by where, in doubt",
        arguments: [
            ("parent_id", "null", "\"r0\"", "[null]"), ("reply_to", "0", "\"r0\"", "[null,\"0\"]"),
            ("comment_parent", "0", "\"r1\"", "[null,\"0\"]"),
            ("is_seller", "false", "true", #"{"not":[true]}"#),
            ("is_admin", "0", "1", #"{"not":[1]}"#),
            ("by_merchant", "\"no\"", "\"yes\"", #"{"not":["yes"]}"#),
        ])
    func answers(name: String, none: String, set: String, condition: String) throws {
        let found = try proposal((0..<5).map { #""\#(name)": \#($0 == 3 ? set : none)"# })
        #expect(found.document["where"]?[name]?.canonical == condition)
        #expect(!found.isCertain)
        #expect(found.doubts.contains { $0.contains("\(name) marks answers") })
    }

    @Test("What no record or every record has leaves none out")
    func noAnswers() throws {
        for member in [
            #""parent_id": null"#, #""parent_id": 17"#, #""is_seller": false"#,
            #""parent_category": "c1""#, #""is_verified_owner": true"#, #""reply": "Sorry.""#,
        ] {
            let found = try proposal((0..<5).map { _ in member })
            #expect(found.document["where"] == nil, "\(member)")
            #expect(found.isCertain, "\(member): \(found.doubts)")
        }
    }

    @Test(
        "Deleted reviews are marked by deleted_when, in doubt",
        arguments: [
            ("deleted_at", "null", "\"2026-02-06T00:00:00Z\"", #"{"not":[null]}"#),
            ("is_deleted", "false", "true", "[true]"), ("deleted", "0", "1", "[1]"),
            ("status", "\"published\"", "\"deleted\"", #"["deleted"]"#),
            ("state", "\"live\"", "\"Removed\"", #"["Removed"]"#),
        ])
    func deleted(name: String, none: String, set: String, marks: String) throws {
        let members = (0..<5).map { #""\#(name)": \#($0 == 3 ? set : none)"# }
        let found = try proposal(members)
        #expect(found.document["deleted_when"]?[name]?.canonical == marks)
        #expect(!found.isCertain)
        #expect(found.yield.records == 5 && found.yield.rejected == 0)
        let live = try self.proposal(members.filter { !$0.hasSuffix(set) })
        #expect(live.document["deleted_when"] == nil)
    }

    @Test("Without an id of reviews the deleted ones are left out")
    func deletedWithoutID() throws {
        let rows = (0..<5).map {
            """
            {"sku": "P\($0 % 2)", "stars": 4, "text": "The lid number \($0) leaks.",
            "is_deleted": \($0 == 2)}
            """
        }
        let found = try ProposeShapeTests.proposal("[\(rows.joined(separator: ","))]")
        #expect(found.document["where"]?["is_deleted"]?.canonical == #"{"not":[true]}"#)
        #expect(found.document["deleted_when"] == nil && !found.isCertain)
    }

    @Test("A row of totals is a doubt, and so is a record of names; the header again is no row")
    func oddRows() throws {
        func doubts(_ last: String, and more: [JSONValue] = []) throws -> [String] {
            let table = """
                product_id,review_id,rating,review,name,date
                P1,1,1,Leaks into my bag.,Ana,2026-02-05
                P1,2,5,Closes well.,Ben,2026-02-06
                P2,4,4,Nice colour.,Cem,2026-02-07
                \(last)
                """
            let bytes = Array(table.utf8)
            let beginning = try #require(TableBeginning(bytes, isWhole: true))
            return try proposeShape(
                for: tableElements(bytes, isWhole: true, beginning) + more, named: "x"
            ).doubts
        }
        #expect(
            try doubts("TOTAL,3,3.3,,,")
                .contains { $0.contains("1 of 4 records say nothing but a rating (\"TOTAL\")") })
        let header = ["product_id", "review_id", "rating", "review", "name", "date"]
        let names = JSONValue.object(header.map { (key: $0, value: .string($0)) })
        #expect(try doubts("", and: [names]).contains("1 records repeat the header"))
        #expect(try doubts(header.joined(separator: ",")).isEmpty)
        #expect(try doubts("P2,5,4,,Dan,2026-02-08").isEmpty)
    }
}
