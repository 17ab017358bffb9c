import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import HTTPTypes
import Testing

@testable import AfterwordServer

/// The page's button that has an insight made.
@Suite struct MakeFormTests {
    private static let form: HTTPFields = [
        .contentType: "application/x-www-form-urlencoded", .origin: "http://127.0.0.1:8080",
    ]

    private func serving(
        _ price: InsightPricer?, _ make: @escaping InsightMaker,
        _ body: @escaping @Sendable (ServedClient) async throws -> Void
    ) async throws {
        let store = try await ServedStore("insights")
        try await asked(
            Service(.patient, store: try store.open(), insights: make, price: price), body)
        withExtendedLifetime(store) {}
    }

    private func ask(
        _ client: ServedClient, _ body: String
    ) async throws -> ServedAnswer {
        try await client.call(
            "/insights/ask", method: .post, headers: Self.form, body: body)
    }

    @Test("The price stands beside the button; the button asks, and leads back")
    func price() async throws {
        let order = "scope=brand%3ALumora&language=en"
        try await serving({ _, _, _ in 12_300_000 }) { _, _ in
            .failed(ModelFailure(.malformed))
        } _: { client in
            let page = try await client.get("/insights?scope=brand:Lumora")
            #expect(page.words.contains("It costs at most $0.0123."))
            #expect(page.words.contains("Make an insight (English)"))
            #expect(try await client.get("/brands/Lumora").words.contains("and what it costs"))
            let past = try await client.get("/insights?scope=brand:Lumora&as_of=1")
            #expect(!past.words.contains("Make one"))
            let list = try await client.get("/insights")
            #expect(!list.words.contains("Make one"))
            #expect(list.links.contains("/insights?scope=portfolio"))
            for own in [page, list] { #expect(!own.words.contains("afterword insight")) }
            #expect(try await self.ask(client, order).status == 502)
            for body in ["", "scope=x", "scope=brand:Lumora&language=xx", "scope=brand:Lumora&x"] {
                #expect(try await self.ask(client, body).status == 400, "\(body)")
            }
            for scope in ["brand:Nobody", "product:none"] {
                #expect(try await self.ask(client, "scope=" + scope).status == 404)
            }
            let open = try await client.get("/insights?scope=brand:Lumora&asked=yes")
            #expect(open.words.contains("It is being made"))
        }
        let store = try await ServedStore("insights")
        let row = try #require(
            try store.open().read { try $0.insightHistory(of: nil) }.first)
        try await serving({ _, _, _ in 0 }) { _, _ in
            .made(row)
        } _: { client in
            let page = try await client.get("/insights?scope=portfolio")
            #expect(page.words.contains("It costs nothing."))
            let made = try await self.ask(client, order)
            #expect(made.status == 303)
            #expect(made.headers[.location] == "/insights?scope=brand%3ALumora")
            let product = try await self.ask(client, "scope=product%3AB0FLASK001")
            #expect(product.status == 303)
        }
        try await serving({ _, _, _ in nil }) { _, _ in
            .notTried
        } _: { client in
            let page = try await client.get("/insights?scope=brand:Lumora")
            #expect(page.words.contains("There is nothing new to say"))
            #expect(!page.text.contains("/insights/ask"))
        }
    }

    @Test("The price is that of the plan: nothing for a free model, nil where one stands")
    func plan() async throws {
        let store = try await ServedStore("insights")
        let file = try store.open()
        let model = FakeModel(.honest)
        try file.read { reader in
            let scopes: [ReviewScope] = [
                .scope(.portfolio), .scope(Scope(kind: .brand, id: "Lumora")),
                .scope(Scope(kind: .brand, id: "Knokke")),
            ]
            for scope in scopes {
                for language in ["en", "de"].compactMap({ Language(rawValue: $0) }) {
                    var options = InsightOptions()
                    options.language = language
                    let price = try insightPrice(reader, of: scope, by: model, options: options)
                    let outlook = try insightOutlook(
                        reader, of: scope, model: model.identity, options: options)
                    if case .settled = outlook {
                        #expect(price == nil)
                    } else {
                        #expect(price == 0)
                    }
                }
            }
        }
    }
}
