import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import AfterwordServer

/// Answers match `/openapi.json`: every member is described, has its type, and none is missing.
@Suite("openapi-has-no-types") struct DescriptionTests {
    /// Addresses with and without data: filled lists, an empty product, an earlier moment, both
    /// sides, every page.
    private static let addresses = [
        "products", "products?q=nothing-of-that-name", "products?as_of=1",
        "products/B0FLASK001", "products/B0FLASK003", "products/B0LAMP0001?as_of=1",
        "products/B0FLASK001/reviews", "products/B0FLASK001/reviews?deleted=true",
        "products/B0FLASK003/reviews?star=5", "products/B0FLASK003/insights",
        "products/B0FLASK001/insights", "products/B0FLASK001/changes",
        "products/B0FLASK001/changes?from=1&to=2", "brands", "brands?q=x-nothing",
        "brands/Lumora", "brands/Knokke?as_of=1", "brands/Lumora/insights",
        "brands/Knokke/insights?as_of=1", "brands/Lumora/changes",
        "brands/Knokke/changes?from=2&to=3", "compare?brands=Lumora,Knokke", "themes",
        "themes?side=strengths", "themes?brand=Lumora", "themes/leaks",
        "themes/smell?side=strengths",
        "taxonomy", "taxonomy?as_of=1",
        "safety", "safety?since=3", "verdicts", "inbox", "inbox?since=0", "inbox?since=1", "runs",
        "runs?limit=1", "runs?kind=all", "runs?kind=work", "work?brand=Lumora", "search?q=the",
        "search?q=leaks&as_of=1", "search?q=zzzz", "insights",
        "insights?kind=family", "status", "status?max_age=1", "work", "work?open=yes",
        "work?state=fixed", "work?assignee=Bea", "work/marks", "work/marks?as_of=1",
        "inbox?seen=hidden",
    ]

    @Test("Every endpoint's answers are as they are described, with data and empty")
    func answers() async throws {
        for golden in ["insights", "second-load", "nested-products", "hostile-text"] {
            try await serving(golden) { client, path in
                var asked: Set<String> = []
                if golden == "insights" {
                    try judgeOne(path)
                    try renameLeaks(path)
                }
                var addresses = Self.addresses.map { "/api/v1/" + $0 }
                let products = try await client.get("/api/v1/products").items
                for product in products.compactMap({ $0["product_id"]?.text }) {
                    let id = encoded(product)
                    addresses += ["", "/reviews?deleted=true", "/insights", "/changes"].map {
                        "/api/v1/products/\(id)\($0)"
                    }
                    let reviews = try await client.get("/api/v1/products/\(id)/reviews").items
                    for review in reviews.prefix(3).compactMap({ $0["review_id"]?.text }) {
                        addresses.append("/api/v1/reviews/\(id)/\(encoded(review))/history")
                    }
                }
                for address in addresses {
                    let path = String(address.prefix { $0 != "?" })
                    let endpoint = try #require(Endpoint.all.first { $0.operation.isAt(path) })
                    let answer = try await client.get(address)
                    let json = try #require(answer.json, "\(address)")
                    if answer.status == 200 { asked.insert(endpoint.path) }
                    let form = answer.status == 200 ? endpoint.form : Problem.form.form
                    let fault = formFault(json, as: form, at: address)
                    #expect(fault == nil, "\(golden): \(fault ?? "")")
                }
                if golden == "insights" {
                    let missing = Endpoint.all.map(\.path).filter { !asked.contains($0) }
                    #expect(missing == [], "never answered")
                }
            }
        }
    }

    /// Records a verdict on a live review.
    private func judgeOne(_ path: String) throws {
        let store = try SQLiteStore(path: path, opening: .existing)
        let reviews = try store.read { try $0.reviews(ofProduct: nil) }
        let review = try #require(reviews.first { $0.isLive })
        let verdict = NewVerdict(
            product: review.productID, review: review.reviewID, verdict: .real, judgedBy: "Ann",
            why: "looked at it")
        _ = try judgeReview(verdict, in: store, now: ReviewHistory.start)
        var fixed = NewMark(.fixed, .theme("leaks", of: .scope(Scope(kind: .brand, id: "Lumora"))))
        fixed.text = "a new seal"
        let seen = NewMark(.seen, .review(product: review.productID, id: review.reviewID))
        _ = try markWork([fixed, seen], by: "Ann", in: store, now: ReviewHistory.start)
    }

    @Test(
        "A check finds a member that nobody named, one of another type, one that is missing"
    )
    func faults() throws {
        let form = InboxEntry.form.form
        guard case .object(let members) = form.example else {
            Issue.record("an example of an object is an object")
            return
        }
        #expect(formFault(form.example, as: form) == nil)
        #expect(formFault(.object(members + [("more", .null)]), as: form)?.contains("more") == true)
        for index in members.indices {
            var fewer = members
            fewer.remove(at: index)
            #expect(formFault(.object(fewer), as: form) != nil, "\(members[index].key)")
            var other = members
            other[index].value = .row(["x": .null])
            #expect(formFault(.object(other), as: form) != nil, "\(members[index].key)")
        }
    }

    @Test("Every member of every object has a type and a description; every example is one")
    func complete() throws {
        let document = openAPIDocument()
        let schemas = document["components"]?["schemas"]?.members ?? []
        #expect(schemas.count > 40)
        for (name, schema) in schemas {
            let properties = schema["properties"]?.members ?? []
            #expect(!properties.isEmpty, "\(name)")
            for (member, property) in properties {
                #expect(property["description"]?.text?.isEmpty == false, "\(name).\(member)")
                let types = ["type", "anyOf", "allOf"].compactMap { property[$0] }
                #expect(
                    types.count == 1 || ["payload", "context"].contains(member), "\(name).\(member)"
                )
            }
        }
        for operation in Operation.all {
            for content in operation.answers.flatMap(\.contents)
            where content.type.hasSuffix("json") {
                let fault = formFault(content.form.example, as: content.form)
                #expect(fault == nil, "\(operation.id): \(fault ?? "")")
            }
            for parameter in operation.parameters {
                #expect(!parameter.comment.isEmpty, "\(operation.id): \(parameter.name)")
            }
        }
        let ids = Operation.all.map(\.id)
        #expect(Set(ids).count == ids.count)
    }

    @Test(
        "json-units-missing: a number says its unit in its name, else it is deprecated"
    )
    func units() throws {
        let unitless = ["star", "star_before", "star_after", "start", "end", "month", "byte_count"]
        for object in describedObjects() {
            for member in object.members {
                guard let unit = member.unit, member.replacement == nil else { continue }
                let ending =
                    switch unit {
                    case .tenths: "_tenths"
                    case .thousandths: "_thousandths"
                    case .millionths: "millionths"
                    case .microseconds: "_us"
                    case .seconds: "_seconds"
                    case .nanodollars: "_nanodollars"
                    case .tokens: "_tokens"
                    case .stars, .month, .bytes: ""
                    }
                let isNamed =
                    ending.isEmpty ? unitless.contains(member.name) : member.name.hasSuffix(ending)
                #expect(isNamed, "\(object.name).\(member.name) is in \(unit.rawValue)")
            }
            for member in object.members {
                guard let replacement = member.replacement else { continue }
                #expect(
                    object.members.contains { $0.name == replacement },
                    "\(object.name).\(member.name)")
            }
            let isInstant = object.members.filter { $0.name.hasSuffix("_at") }
            #expect(isInstant.allSatisfy { $0.replacement != nil }, "\(object.name)")
        }
    }

    @Test(
        "What is described is there: addresses, types of bodies, headers, 304"
    )
    func routes() async throws {
        try await serving { client, path in
            try renameLeaks(path)
            for operation in Operation.all
            where operation.method == "get" && operation.id != JobItem.operation.id {
                let address = filled(operation.path)
                let answer = try await client.get(address)
                #expect(answer.status == 200, "\(address): \(answer.text.prefix(200))")
                let described = try #require(operation.answers.first { $0.status == 200 })
                let type = answer.headers[.contentType]?.split(separator: ";").first.map(
                    String.init)
                #expect(described.contents.map(\.type).contains(type ?? ""), "\(address)")
                for header in described.headers {
                    let name = try #require(HTTPField.Name(header.rawValue))
                    #expect(answer.headers[name] != nil, "\(address): \(header.rawValue)")
                }
                guard let tag = answer.headers[.eTag] else { continue }
                let again = try await client.call(address, headers: [.ifNoneMatch: tag])
                #expect(again.status == 304, "\(address)")
                #expect(operation.answers.contains { $0.status == 304 }, "\(address)")
            }
        }
    }

    @Test("The index and the page of the API name every address, without a script")
    func docs() async throws {
        try await serving { client, _ in
            let index = try await client.get("/api/v1")
            let fault = formFault(try #require(index.json), as: APIIndex.form.form)
            #expect(fault == nil, "\(fault ?? "")")
            let page = try await client.get("/docs").text
            #expect(!page.contains("<script") && !page.contains("Optional("))
            for operation in Operation.all {
                #expect(
                    page.contains(operation.path.replacing("&", with: "&amp;")), "\(operation.path)"
                )
            }
            for object in describedObjects() {
                #expect(page.contains("id=\"\(object.name)\""), "\(object.name)")
            }
            #expect(!page.contains("http://") && !page.contains("https://"))
        }
    }

    @Test("The descriptions go over the wire compressed, where the client accepts it")
    func packed() async throws {
        try await serving { client, _ in
            for address in ["/docs", "/openapi.json"] {
                let plain = try await client.client.executeRequest(
                    uri: address, method: .get, headers: [:], body: nil)
                let packed = try await client.client.executeRequest(
                    uri: address, method: .get, headers: [.acceptEncoding: "gzip"], body: nil)
                #expect(plain.headers[.contentEncoding] == nil)
                #expect(packed.headers[.contentEncoding] == "gzip")
                #expect(packed.headers[.vary]?.contains("Accept-Encoding") == true)
                #expect(packed.headers[.contentType] == plain.headers[.contentType])
                #expect(packed.body.readableBytes * 5 < plain.body.readableBytes, "\(address)")
            }
        }
    }

    /// `AFTERWORD_ACCEPT=1` writes the actual document, and the test still fails.
    @Test("docs/answers.md is what the forms say")
    func document() throws {
        let path = "docs/answers.md"
        let expected = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let actual = answersDocument()
        let environment = ProcessInfo.processInfo.environment
        if environment["AFTERWORD_ACCEPT"] == "1", environment["CI"] == nil, actual != expected {
            try actual.write(toFile: path, atomically: true, encoding: .utf8)
        }
        #expect(actual == expected)
    }

    private func filled(_ path: String) -> String {
        path.replacing("{product}", with: "B0FLASK001").replacing("{brand}", with: "Lumora")
            .replacing("{theme}", with: "leaks")
            .replacing("{review}", with: "c2%3Ada8d1765a2de4827ecc2bbf04b2a5cdc")
            + (path.hasSuffix("compare") ? "?brands=Lumora,Knokke" : "")
            + (path.contains("/reviews.") ? "?product=B0FLASK001" : "")
            + (path.contains("/theme.") ? "?theme=leaks" : "")
            + (path.hasSuffix("search") || path.contains("/search.") ? "?q=the" : "")
    }
}

private func encoded(_ text: String) -> String {
    text.utf8.map { byte in
        let isPlain =
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte)
        return isPlain ? String(UnicodeScalar(byte)) : "%" + String(byte, radix: 16).leftPadded
    }.joined()
}

extension String {
    fileprivate var leftPadded: String { utf8.count < 2 ? "0" + self : self }
}
