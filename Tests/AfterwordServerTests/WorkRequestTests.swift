import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import HTTPTypes
import Testing

@testable import AfterwordServer

/// Which requests record work, and which are refused.
@Suite struct WorkRequestTests {
    @Test("Only a form of this service is taken, and leads back to it")
    func origins() async throws {
        try await serving(workDumps) { client, path in
            let type = HTTPField.Name.contentType
            let plain: HTTPFields = [type: "application/x-www-form-urlencoded"]
            func status(_ more: HTTPFields) async throws -> Int {
                var headers = plain
                for field in more { headers[field.name] = field.value }
                return try await client.send(
                    ["entry": "1/D%2F1/drip", "mark": "seen"], headers
                ).status
            }
            let site = HTTPField.Name("Sec-Fetch-Site")!
            let other: [HTTPFields] = [
                [:], [.origin: "https://evil.example"], [.origin: "null"],
                [.referer: "https://evil.example/127.0.0.1:8080"],
                [.origin: "http://127.0.0.1:8081"], [site: "cross-site"], [site: "same-site"],
                [site: "none"], [.origin: "http://127.0.0.1:8080", site: "cross-site"],
                [.origin: "http://127.0.0.1:8080", .referer: "https://evil.example/"],
            ]
            for headers in other { #expect(try await status(headers) == 403, "\(headers)") }
            #expect(try storedMarks(path).isEmpty)
            let own: [HTTPFields] = [
                [.origin: "http://127.0.0.1:8080"], [.referer: "http://127.0.0.1:8080/inbox?a=b"],
                [site: "same-origin"], [.origin: "http://127.0.0.1:8080", site: "same-origin"],
            ]
            for headers in own { #expect(try await status(headers) == 303, "\(headers)") }
            let backs = [
                "https://evil.example", "//evil.example", "/\\evil.example", "", "x", "/a b",
            ]
            for back in backs {
                let answer = try await client.send([
                    "entry": "1/D%2F1/fire", "mark": "note", "text": "x", "back": back,
                ])
                let isLeft = back.isEmpty && answer.headers[.location] == "/work"
                #expect(answer.status == 400 || isLeft, "\(back)")
            }
            // A program needs no origin, but another site's page is refused.
            #expect(try await client.mark(#"{"marks": []}"#).status == 409)
            var headers = jsonType
            headers[.origin] = "https://evil.example"
            let foreign = try await client.call(
                "/api/v1/work/marks", method: .post, headers: headers, body: "{}")
            #expect(foreign.status == 403)
            let page = try await client.get("/")
            #expect(page.headers[.init("Referrer-Policy")!] == "same-origin")
        }
    }

    @Test("A whole number may be written with a fraction of nought, as JSON Schema has it")
    func wholeNumbers() async throws {
        try await serving(workDumps) { client, path in
            let review = #""mark": "seen", "product_id": "D/1", "review_id": "fire""#
            for version in ["1.0", "1e0"] {
                let answer = try await client.mark(
                    #"{"marks": [{\#(review), "version": \#(version)}]}"#)
                #expect(answer.status / 100 == 2, "\(version): \(answer.status)")
            }
            // What is marked so already is not stored again.
            #expect(try storedMarks(path).map { $0.marked?.version } == [1])
        }
        for (json, digits) in [
            ("5", "5"), ("5.0", "5"), ("-1e2", "-100"), ("5.5", nil), ("1e30", nil), (#""5""#, nil),
        ] as [(String, String?)] {
            #expect(try JSONValue(parsing: Array(json.utf8)).wholeDigits == digits, "\(json)")
        }
    }

    @Test("What cannot be read is refused, and names the field")
    func refused() async throws {
        try await serving(workDumps) { client, path in
            let leaks = #""theme": "leaks", "scope": "portfolio""#
            let marks = [
                "1", #"{"mark": "liked", "product_id": "D/1", "review_id": "fire"}"#,
                #"{"mark": "seen", "product_id": "D/1"}"#,
                #"{"mark": "open", \#(leaks), "product_id": "D/1"}"#,
                #"{"mark": "seen", "product_id": "D/1", "review_id": "fire", "version": "1"}"#,
                #"{"mark": "open", \#(leaks), "version": 1}"#, "{\(leaks)}",
                #"{"mark": "open", \#(leaks), "x": "y"}"#,
                #"{"mark": "open", "theme": 1, "scope": "portfolio"}"#,
                #"{"mark": "fixed", \#(leaks), "fixed_on": "soon"}"#,
            ]
            let unfit = [
                #"{"mark": "fixed", \#(leaks), "fixed_on": "2099-01-01"}"#,
                #"{"mark": "note", \#(leaks)}"#, #"{"mark": "seen", \#(leaks)}"#,
                #"{"mark": "note", \#(leaks), "text": ""}"#,
            ]
            for mark in unfit {
                let answer = try await client.mark(#"{"marks": [\#(mark)]}"#)
                #expect(answer.status == 409, "\(mark)")
            }
            let bodies =
                ["", "[]", "{}", #"{"marks": {}}"#, #"{"marks": [], "x": 1}"#]
                + marks.map { #"{"marks": [\#($0)]}"# }
            for body in bodies { #expect(try await client.mark(body).status == 400, "\(body)") }
            let unknown = [
                #"{"marks": [{"mark": "open", "theme": "nonsense", "scope": "portfolio"}]}"#,
                #"{"marks": [{"mark": "open", "theme": "leaks", "scope": "brand:Nobody"}]}"#,
                #"{"marks": [{"mark": "open", "theme": "leaks", "scope": "brand:"}]}"#,
                #"{"marks": [{"mark": "seen", "product_id": "D/1", "review_id": "nobody"}]}"#,
            ]
            for body in unknown { #expect(try await client.mark(body).status == 404, "\(body)") }
            #expect(try storedMarks(path).isEmpty)
        }
    }

    @Test("A form that cannot be recorded says what to mend, and leads back to its page")
    func mended() async throws {
        let back = "/themes/leaks?brand=Delta"
        try await serving(workDumps) { client, path in
            var page = workForm
            page[.accept] = "text/html"
            let headers = page
            func send(_ mark: String, _ text: String, _ day: String) async throws -> ServedAnswer {
                try await client.send(
                    [
                        "theme": "leaks", "scope": "brand:Delta", "back": back, "mark": mark,
                        "text": text, "fixed_on": day,
                    ], headers)
            }
            for (mark, text, day, words) in [
                ("note", "", "", "Write one line that says something, of at most 2,000 bytes."),
                ("fixed", "a seal", "", "Say since which day it is fixed"),
                ("fixed", "", "soon", "Say since which day it is fixed"),
                ("fixed", "", "2099-01-01", "The day lies ahead."),
            ] {
                let answer = try await send(mark, text, day)
                #expect(answer.status == 400 || answer.status == 409, "\(mark) \(day)")
                #expect(answer.words.contains(words), "\(mark) \(day)")
                #expect(answer.words.contains("That was not recorded"))
                #expect(!answer.words.contains("contradict"))
                #expect(answer.links.contains(back), "\(mark) \(day)")
            }
            let stale = try await client.send(
                ["entry": "9/D%2F1/drip", "mark": "seen", "back": "/inbox"], headers)
            #expect(stale.words.contains("read it again first") && stale.links.contains("/inbox"))
            // A page of another site is not led back to.
            let other = try await client.send(["mark": "note", "back": "//evil.example"], headers)
            #expect(!other.text.contains("evil.example"))
            #expect(try storedMarks(path).isEmpty)
            // Programs get the problem as before, and today's day where they leave it out.
            let body = #"{"marks": [{"mark": "note", "theme": "leaks", "scope": "portfolio"}]}"#
            let problem = try await client.mark(body)
            #expect(problem.json?["detail"]?.text == "text: one line that is not too long")
        }
    }

    @Test("A form that cannot be read is refused")
    func forms() async throws {
        try await serving(workDumps) { client, path in
            for body in [
                "mark", "%zz=1", "mark=seen&mark=open", "entry=1&mark=seen", "mark=seen",
                "entry=a/b/c&mark=seen", "x=1&mark=seen", "entry=1/D%252F1/fire",
            ] {
                let answer = try await client.call(
                    "/work/marks", method: .post, headers: workForm, body: body)
                #expect(answer.status == 400, "\(body)")
            }
            var plain = workForm
            plain[.contentType] = "text/plain"
            let other = try await client.call(
                "/work/marks", method: .post, headers: plain, body: "mark=seen")
            #expect(other.status == 415)
            let long = try await client.call(
                "/work/marks", method: .post, headers: workForm,
                body: "text=" + String(repeating: "x", count: 300 << 10))
            #expect(long.status == 413)
            let asked = try await client.call(
                "/work/marks?x=1", method: .post, headers: workForm, body: "")
            #expect(asked.status == 400)
            #expect(try storedMarks(path).isEmpty)
        }
    }

    @Test("Only a key that may records work, under its name and for its brands")
    func keys() async throws {
        try await serving(workDumps, { $0.asksForKeys = true }) { client, path in
            try addKey("reader", to: path)
            try addKey("desk", [.read, .work], to: path)
            try addKey("delta", brands: ["Delta"], [.read, .work], to: path)
            let own = """
                {"marks": [{"mark": "note", "theme": "leaks", "scope": "brand:Delta", "text": "x"}]}
                """
            let all = #"{"marks": [{"mark": "open", "theme": "leaks", "scope": "portfolio"}]}"#
            #expect(try await client.mark(own).status == 401)
            #expect(try await client.mark(own, key: "reader").status == 403)
            #expect(try await client.mark(all, key: "delta").status == 404)
            #expect(try await client.mark(own, key: "delta").status == 200)
            #expect(try await client.mark(all, key: "desk").status == 200)
            #expect(try storedMarks(path).map(\.markedBy.string) == ["delta", "desk"])
            func get(_ address: String, _ key: String) async throws -> ServedAnswer {
                try await client.call(address, headers: [.authorization: "Bearer key-" + key])
            }
            #expect(try await get("/api/v1/work", "delta").items.count == 1)
            #expect(try await get("/api/v1/work", "desk").items.count == 2)
            // The same page, with forms for one of them.
            #expect(try await get("/inbox", "desk").text.contains("action=\"/work/marks\""))
            #expect(try await !get("/inbox", "reader").text.contains("action=\"/work/marks\""))
        }
    }

    @Test("While a run is under way marks wait; a service that records none says so")
    func locked() async throws {
        let store = try await ServedStore("insights")
        let service = Service(
            .patient, store: try store.open(), insights: nil,
            work: { _, _, _ in throw StoreFault.locked })
        try await asked(service) { client in
            let answer = try await client.mark(
                #"{"marks": [{"mark": "open", "theme": "leaks", "scope": "portfolio"}]}"#)
            #expect(answer.status == 503 && answer.headers[.retryAfter] != nil)
        }
        let silent = Service(.patient, store: try store.open(), insights: nil)
        try await asked(silent) { client async throws in
            #expect(try await client.mark("{}").status == 403)
            #expect(try await client.send(["mark": "seen"]).status == 403)
            #expect(try await !client.get("/inbox").text.contains("action=\"/work/marks\""))
        }
    }

    @Test("Over a real socket a form marks, and leads back")
    func socket() async throws {
        try await live { service in
            let body = "theme=leaks&scope=portfolio&mark=open&back=%2Fthemes%2Fleaks"
            func post(_ origin: String) async throws -> String {
                try await service.exchange(
                    "POST /work/marks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + "Origin: http://\(origin)\r\nSec-Fetch-Site: same-origin\r\n"
                        + "Content-Type: application/x-www-form-urlencoded\r\n"
                        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
            }
            let refused = try await post("evil.example")
            #expect(refused.hasPrefix("HTTP/1.1 403 "), "\(refused.prefix(200))")
            let answer = try await post("localhost")
            #expect(answer.hasPrefix("HTTP/1.1 303 "), "\(answer.prefix(200))")
            #expect(answer.lowercased().contains("location: /themes/leaks"))
            let page = try await service.get("/themes/leaks")
            #expect(page.contains("opened it"))
        }
    }
}
