import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import HTTPTypes
import Testing

@testable import AfterwordServer

/// `POST /api/v1/read`: the frozen reader, without the store.
@Suite struct GivenReviewTests {
    private static let address = "/api/v1/read"
    private static let json: HTTPFields = [.contentType: "application/json"]

    @Test("A given review is read as `afterword read` reads it, in the form that is described")
    func reads() async throws {
        let body = "The bottle leaks everywhere. It caught fire while charging. Não é bom."
        let given = #"{"id": 7, "title": "Bad", "body": "\#(body)", "stars": 1, "more": []}"#
        let review = try #require(GivenReview(try JSONValue(parsing: Array(given.utf8))))
        var reader = FrozenReader()
        let expected = review.answer(&reader)
        try await serving { client, _ in
            for _ in 0..<2 {
                let answer = try await client.call(
                    Self.address, method: .post, headers: Self.json, body: given)
                #expect(answer.status == 200 && answer.text == expected.canonical)
                let fault = formFault(try #require(answer.json), as: ReadGiven.form.form)
                #expect(fault == nil, "\(fault ?? "")")
            }
            let nothing = try await client.call(
                Self.address, method: .post, headers: Self.json, body: "{}")
            #expect(nothing.text == #"{"aspects":[],"dangers":[],"language":"unknown"}"#)
        }
        #expect(expected["id"] == .number("7") && expected["language"]?.text == "en")
        guard case .array(let aspects)? = expected["aspects"],
            case .array(let dangers)? = expected["dangers"]
        else {
            Issue.record("lists of aspects and dangers")
            return
        }
        #expect(aspects.contains { $0["id"]?.text == "leaks" })
        let fire = try #require(dangers.first { $0["id"]?.text == "fire" })
        #expect(fire["class"]?.text == "A" && fire["field"]?.text == "body")
        let start = Int(try #require(fire["start"]?.integer))
        let end = Int(try #require(fire["end"]?.integer))
        let quote = String(decoding: Array(body.utf8)[start..<end], as: UTF8.self)
        #expect(quote == fire["quote"]?.text && quote.contains("caught fire"))
    }

    @Test("What is no review, no JSON, too long or from elsewhere is a problem")
    func refuses() async throws {
        try await serving { client, _ in
            func post(_ body: String, _ headers: HTTPFields = Self.json) async throws -> Int {
                try await client.call(
                    Self.address, method: .post, headers: headers, body: body
                ).status
            }
            for body in [
                "", "[]", "{", #"{"body": 3}"#, #"{"title": []}"#, #"{"stars": 6}"#,
                #"{"stars": "5"}"#, #"{"stars": 4.5}"#, #"{"id": {}}"#, #"{"id": 1.5}"#,
                #"{"id": true}"#,
            ] { #expect(try await post(body) == 400, "\(body)") }
            for body in [
                #"{"id": null, "title": null, "body": null, "stars": null}"#, #"{"id": "a"}"#,
                #"{"stars": 5}"#,
            ] { #expect(try await post(body) == 200, "\(body)") }
            #expect(try await post("{}", [.contentType: "text/plain"]) == 415)
            let long = #"{"body": ""# + String(repeating: "x", count: 20_000) + #""}"#
            #expect(try await post(long) == 413)
            var foreign = Self.json
            foreign[.origin] = "https://evil.example"
            #expect(try await post("{}", foreign) == 403)
            let other = try await client.call(Self.address, method: .put)
            #expect(other.status == 405 && other.headers[.allow] == "POST")
            let more = try await client.call(
                Self.address + "?as_of=1", method: .post, headers: Self.json, body: "{}")
            #expect(more.status == 400)
        }
    }

    @Test("Where keys are asked for, one that reads is enough, of some brands too")
    func keys() async throws {
        try await serving("insights", { $0.asksForKeys = true }) { client, path in
            let store = try SQLiteStore(path: path, opening: .existing)
            for (name, scopes, brands) in [
                ("lumora", Set<APIKeyRow.Scope>([.read]), ["Lumora"] as [String]?),
                ("writer", [.insight], nil),
            ] {
                try store.ledger {
                    try $0.put(
                        key: APIKeyRow(
                            name: name, digest: APIKeyRow.digest(of: "key-" + name), scopes: scopes,
                            brands: brands, createdAt: ReviewHistory.start))
                }
            }
            func post(_ key: String?) async throws -> Int {
                var headers = Self.json
                if let key { headers[.authorization] = "Bearer key-" + key }
                return try await client.call(
                    Self.address, method: .post, headers: headers, body: "{}"
                ).status
            }
            #expect(try await post(nil) == 401)
            #expect(try await post("nobody") == 401)
            #expect(try await post("writer") == 403)
            #expect(try await post("lumora") == 200)
        }
    }
}
