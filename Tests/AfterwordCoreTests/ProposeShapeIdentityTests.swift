import AfterwordCore
import Testing

/// What a proposal takes for the ids of reviews, authors and products, by what the values do over
/// all records. All records are invented.
@Suite struct ProposeShapeIdentityTests {
    private func proposal(_ json: String) throws -> ShapeProposal {
        try ProposeShapeTests.proposal(json)
    }

    private func fields(_ json: String) throws -> JSONValue {
        try #require(try proposal(json).document["fields"])
    }

    /// Rows of two products, each with the members given, `~` being the row's number.
    private func rows(_ count: Int, _ member: (Int) -> String) -> String {
        let rows = (0..<count).map { index in
            """
            {"sku": "P\(index % 2)", "stars": \(index % 5 + 1), "reviewer": "Person \(index)",
            "text": "The lid number \(index) leaks when it is full.",
            \(member(index).replacing("~", with: "\(index)"))}
            """
        }
        return "[\(rows.joined(separator: ","))]"
    }

    /// A table as `shape detect` reads it.
    private func proposal(table: String) throws -> ShapeProposal {
        let bytes = Array(table.utf8)
        let beginning = try #require(TableBeginning(bytes, isWhole: true))
        return try proposeShape(
            for: tableElements(bytes, isWhole: true, beginning), named: "x")
    }

    // MARK: Authors

    @Test(
        "Values of a country, a level, a group or a shop identify no author, of however many",
        arguments: [
            #""author": {"location": {"country": {"code": "US"}}}"#,
            #""author": {"level": {"code": "gold"}}"#, #""customer_group_id": 3"#,
            #""user": {"store_id": 17}"#, #""customer_locale_key": "en""#,
            #""reviewer_badge_id": "b1""#,
        ], [4, 40])
    func shared(member: String, count: Int) throws {
        #expect(try fields(rows(count) { _ in member })["author_id"] == nil)
    }

    @Test(
        "Whatever its name, an id that few values share, or that has several names, is no author's")
    func few() throws {
        let values = rows(40) { #""user_id": "u\#($0 % 4)""# }
        #expect(try fields(values)["author_id"] == nil)
        #expect(try proposal(values).remarks.contains { $0.contains("user_id is no id of an") })
        // Of a few records, the names decide.
        #expect(try fields(rows(4) { #""user_id": "u\#($0 / 3)""# })["author_id"] == nil)
    }

    @Test("Authors who write about many products are known by their ids")
    func regulars() throws {
        let rows = (0..<60).map { index in
            """
            {"sku": "P\(index / 10)", "stars": 4, "text": "Book number \(index) is fine.",
            "user_id": "u\(index % 10)"}
            """
        }
        let found = try proposal("[\(rows.joined(separator: ","))]")
        #expect(found.document["fields"]?["author_id"]?.text == "user_id")
    }

    @Test(
        "Ids that stand for nobody are absent",
        arguments: [
            "0", "-1", "\"anonymous\"", "\"Guest\"", "\"00000000-0000-0000-0000-000000000000\"",
        ])
    func nobody(value: String) throws {
        let some = try fields(
            rows(12) { $0 % 2 == 0 ? #""user_id": \#(value)"# : #""user_id": "u~""# })
        #expect(some["author_id"]?["from"]?.text == "user_id")
        #expect(some["author_id"]?["absent"]?.elements?.count == 1)
        #expect(try fields(rows(12) { _ in #""user_id": \#(value)"# })["author_id"] == nil)
    }

    @Test("A value with many names stands for nobody, and authors who come back are a doubt")
    func manyNames() throws {
        let shared = try proposal(
            rows(20) { $0 % 4 == 0 ? #""user_id": "999""# : #""user_id": "10~""# })
        let rule = shared.document["fields"]?["author_id"]
        #expect(rule?["absent"]?.canonical == #"["999"]"#)
        #expect(shared.isCertain, "\(shared.doubts)")
        let back = (0..<20).map { index in
            """
            {"sku": "P\(index % 2)", "stars": 4, "text": "Lid number \(index) leaks when full.",
            "user_id": "u\(index % 14)"}
            """
        }
        let again = try proposal("[\(back.joined(separator: ","))]")
        #expect(again.document["fields"]?["author_id"]?.text == "user_id")
        #expect(again.doubts.contains { $0.contains("6 of 20 reviews have an author") })
    }

    @Test("A name that is the same within each product is the product's, not the author's")
    func productName() throws {
        let found = try proposal(
            table: """
                asin,name,review_rating,review_title,review_text,review_author,review_date
                P1,Blue Mug,1,Bad,Leaks into my bag.,Ana,2026-02-05
                P1,Blue Mug,5,Top,Closes well.,Ben,2026-02-05
                P2,Tea Pot,4,Good,Nice colour.,Cem,2026-02-07
                P2,Tea Pot,2,Meh,Broke after a week.,Dan,2026-02-08
                """)
        #expect(found.document["fields"]?["author_name"]?.text == "review_author")
        #expect(found.document["product"]?["title"]?.text == "name")
    }

    // MARK: Reviews

    @Test(
        "An id that every record has of its own and that names reviews is theirs",
        arguments: [
            "id_product_comment", "product_review_id", "Bewertungs-ID", "shop_feedback_id",
            "item_review_uuid",
        ])
    func ownID(name: String) throws {
        let found = try proposal(rows(6) { _ in #""\#(name)": 70~"# })
        #expect(found.document["fields"]?["review_id"]?.text == name)
        #expect(found.isCertain, "\(found.doubts)")
    }

    @Test("One that names nothing is proposed in doubt, one of something else is none")
    func otherIDs() throws {
        let own = try proposal(rows(6) { _ in #""transaction_id": 70~"# })
        #expect(own.document["fields"]?["review_id"]?.text == "transaction_id")
        #expect(!own.isCertain)
        // Authors who wrote once about a product tell the reviews apart by themselves.
        let known = try proposal(rows(6) { _ in #""transaction_id": 70~, "user_id": "u~""# })
        #expect(known.document["fields"]?["review_id"] == nil)
        #expect(known.isCertain, "\(known.doubts)")
        #expect(known.remarks.contains { $0.contains("transaction_id could be the id") })
        for name in ["order_id", "user_id", "image_id", "session_id", "parent_review_id"] {
            let other = try fields(rows(6) { _ in #""\#(name)": 70~"# })
            #expect(other["review_id"] == nil, "\(name)")
        }
        let repeated = try fields(rows(6) { #""product_review_id": \#($0 / 2)"# })
        #expect(repeated["review_id"] == nil)
    }

    // MARK: Products

    @Test("The package is the product, not its versions")
    func versions() throws {
        let found = try proposal(
            table: """
                Package Name,App Version Code,App Version Name,Star Rating,Review Text
                com.acme.notes,118,1.1,1,Crashes at start.
                com.acme.notes,118,1.1,5,Does what it says.
                com.acme.notes,119,1.2,4,Good so far.
                """)
        #expect(found.document["fields"]?["product_id"]?.text == "Package Name")
        let bare = try proposal(
            table: """
                App Version Code,Star Rating,Review Text
                118,1,Crashes at start.
                118,5,Does what it says.
                119,4,Good so far.
                """)
        #expect(!bare.hasProduct)
    }

    @Test(
        "Ids of what a comment is on, and names that repeat, are products in doubt",
        arguments: ["comment_post_ID", "entity_pk_value", "drugName"])
    func weakProducts(name: String) throws {
        let rows = (0..<12).map { index in
            """
            {"\(name)": "V\(index % 3)", "rating": 4, "comment": "It works after day \(index)."}
            """
        }
        let found = try proposal("[\(rows.joined(separator: ","))]")
        #expect(found.document["fields"]?["product_id"]?.text == name)
        #expect(!found.isCertain)
    }

    @Test("The id of objects around the reviews whose name says nothing is one too")
    func outerID() throws {
        let offers = (1...3).map { number in
            """
            {"offerId": "90\(number)", "opinions": [
            {"rating": 4, "opinion": "It is number \(number)."},
            {"rating": 1, "opinion": "It hums, number \(number)."}]}
            """
        }
        let found = try proposal("{\"offers\": [\(offers.joined(separator: ","))]}")
        #expect(found.document["fields"]?["product_id"]?.text == "^offerId")
        #expect(!found.isCertain)
    }

    @Test("A colour is no product, and an id wins over a name")
    func colours() throws {
        let colours = (0..<6).map { index in
            """
            {"id": \(index), "auctionSku": "颜色:\(index % 2 == 0 ? "红色" : "蓝色")", "rating": 5,
            "text": "It is fine, number \(index)."}
            """
        }
        #expect(!(try proposal("[\(colours.joined(separator: ","))]").hasProduct))
        let named = (0..<6).map { index in
            """
            {"pid": "MOBGTAGPTB\(index % 2)", "product_title": "Thing", "rating": 5,
            "text": "It is fine, number \(index)."}
            """
        }
        let fields = try fields("[\(named.joined(separator: ","))]")
        #expect(fields["product_id"]?.text == "pid")
    }

    @Test("The maps of all products are one path, whatever the codes in them", arguments: [2, 12])
    func maps(products: Int) throws {
        let maps = (0..<products).map { product in
            let reviews = (0...product % 3).map { review in
                """
                "-N04\(product)482\(review)": {"rating": 4, "text": "Cup \(product) leaks.",
                "uid": "A\(product)\(review)"}
                """
            }
            return "\"cup-\(product)\": {\(reviews.joined(separator: ","))}"
        }
        let found = try proposal("{\"reviews\": {\(maps.joined(separator: ","))}}")
        #expect(found.document["records"]?.text == "reviews.{key1}.{key2}")
        #expect(found.document["fields"]?["product_id"]?.text == "@key1")
        #expect(found.yield.products == products)
    }

    // MARK: Tables

    @Test("Product ids with a zero before them are texts")
    func zeros() throws {
        let rows = (0..<8).map { "00\($0 % 3),r\($0),\($0 % 5 + 1),It is fine number \($0)" }
        let table = "product_id,review_id,rating,review\n" + rows.joined(separator: "\n")
        let found = try proposal(table: table)
        #expect(found.yield.records == 8 && found.yield.products == 3)
        #expect(found.isCertain, "\(found.doubts)")
    }

    @Test("The second column of one name has a number")
    func columns() throws {
        let found = try proposal(
            table: """
                product_id,title,rating,review_id,title,body
                P1,Blue Mug,1,1,Bad,Leaks into my bag.
                P1,Blue Mug,5,2,Top,Closes well.
                P2,Tea Pot,4,3,Good,Nice colour.
                P2,Tea Pot,2,4,Meh,Broke after a week.
                """)
        #expect(found.document["fields"]?["title"]?.text == "title (2)")
        #expect(found.document["product"]?["title"]?.text == "title")
        #expect(found.yield.samples.first?.values.title?.description == "Bad")
    }
}
