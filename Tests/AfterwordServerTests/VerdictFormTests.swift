import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import HTTPTypes
import Testing

@testable import AfterwordServer

/// The form by which a person says of a danger that it is one, or that it is none.
@Suite struct VerdictFormTests {
    private static let path = "/safety/verdicts"

    private func send(
        _ client: ServedClient, _ body: String, _ headers: HTTPFields = workForm
    ) async throws -> ServedAnswer {
        try await client.call(Self.path, method: .post, headers: headers, body: body)
    }

    private func stored(_ path: String) throws -> [VerdictRow] {
        try SQLiteStore(path: path, opening: .existing).read { try $0.verdicts() }
    }

    @Test("Cards of dangers have the form; a false alarm leaves the lists, as a run that is shown")
    func judged() async throws {
        try await serving(workDumps) { client, path in
            let back = "/safety?brand=Delta"
            let entry = "value=\"1/D%2F1/fire\""
            for address in [back, "/brands/Delta", "/products/D%2F1", "/reviews/D%2F1/fire"] {
                let page = try await client.get(address)
                #expect(page.text.contains("action=\"\(Self.path)\""), "\(address)")
                #expect(page.text.contains(entry), "\(address)")
                // From within a page one comes back to its section.
                let isOneOfMany = ["/brands/Delta", "/products/D%2F1"].contains(address)
                let section = address + (isOneOfMany ? "#dangers" : "")
                #expect(page.text.contains("value=\"\(section)\""), "\(address)")
                #expect(!page.words.contains("afterword safety judge"), "\(address)")
                let past = try await client.get(
                    address + (address.contains("?") ? "&" : "?") + "as_of=2")
                #expect(!past.text.contains(Self.path), "\(address)")
            }
            let runs = try SQLiteStore(path: path, opening: .existing).read { try $0.runs().count }
            let answer = try await send(
                client,
                "entry=1%2FD%252F1%2Ffire&verdict=false&why=A+barbecue&back=\(encoded(back))")
            #expect(answer.status == 303 && answer.headers[.location] == back)
            let rows = try stored(path)
            #expect(rows.map(\.verdict) == [.isFalse] && rows.map(\.version) == [1])
            #expect(rows.map(\.judgedBy.string) == ["local"])
            #expect(rows.map(\.why.string) == ["A barbecue"])
            let later = try SQLiteStore(path: path, opening: .existing).read {
                try $0.runs().count
            }
            #expect(later == runs + 1)
            let page = try await client.get(back)
            #expect(page.words.contains("No danger, says local: A barbecue"))
            #expect(!page.text.contains(entry))
            #expect(try await !client.get("/brands/Delta").text.contains(entry))
            let review = try await client.get("/reviews/D%2F1/fire")
            #expect(review.words.contains("No danger, says local: A barbecue (run 3)"))
            // The newest verdict counts.
            _ = try await send(client, "entry=1%2FD%252F1%2Ffire&verdict=real&why=It+burnt")
            #expect(try await client.get(back).words.contains("judged real"))
        }
    }

    @Test("A verdict that cannot be read, is of another version or another site is refused")
    func refused() async throws {
        try await serving(workDumps) { client, path in
            let own = "entry=1%2FD%252F1%2Ffire&verdict=false&why=x"
            for (body, status) in [
                ("", 400), ("entry=1&verdict=false&why=x", 400), (own + "&x=1", 400),
                (own + "&verdict=real", 400), ("entry=0%2FD%252F1%2Ffire&verdict=false&why=x", 400),
                ("entry=1%2FD%252F1%2Ffire&verdict=perhaps&why=x", 400),
                (own + "&back=https%3A%2F%2Fevil.example", 400),
                ("entry=1%2FD%252F1%2Ffire&verdict=false", 409),
                ("entry=1%2FD%252F1%2Ffire&verdict=false&why=+", 409),
                ("entry=1%2FD%252F1%2Ffire&verdict=false&why=a%0Ab", 409),
                ("entry=2%2FD%252F1%2Ffire&verdict=false&why=x", 409),
                ("entry=1%2FD%252F1%2Fnone&verdict=false&why=x", 404),
            ] {
                let answer = try await send(client, body)
                #expect(answer.status == status, "\(body)")
            }
            for headers: HTTPFields in [
                [.contentType: "application/x-www-form-urlencoded"],
                [
                    .contentType: "application/x-www-form-urlencoded",
                    .origin: "https://evil.example",
                ],
            ] {
                let answer = try await send(client, own, headers)
                #expect(answer.status == 403)
            }
            let rows = try stored(path)
            #expect(rows.isEmpty)
        }
    }

    @Test("Only a key that may record work judges, under its name and of its brands")
    func keys() async throws {
        try await serving(workDumps, { $0.asksForKeys = true }) { client, path in
            try addKey("reader", to: path)
            try addKey("desk", brands: ["Delta"], [.read, .work], to: path)
            try addKey("other", brands: ["Nobody"], [.read, .work], to: path)
            let own = "entry=1%2FD%252F1%2Ffire&verdict=false&why=x"
            func headers(_ key: String) -> HTTPFields {
                var headers = workForm
                headers[.authorization] = "Bearer key-" + key
                return headers
            }
            #expect(try await send(client, own).status == 401)
            #expect(try await send(client, own, headers("reader")).status == 403)
            #expect(try await send(client, own, headers("other")).status == 404)
            let read = try await client.call("/safety", headers: headers("reader"))
            #expect(!read.text.contains(Self.path))
            #expect(read.words.contains("afterword safety judge"))
            #expect(try await send(client, own, headers("desk")).status == 303)
            #expect(try stored(path).map(\.judgedBy.string) == ["desk"])
        }
        let store = try await ServedStore("insights")
        let silent = Service(.patient, store: try store.open(), insights: nil)
        try await asked(silent) { client in
            let answer = try await send(client, "verdict=false")
            #expect(answer.status == 403)
        }
    }
}
