import AfterwordCore
import AfterwordPipeline
import AfterwordServer
import AfterwordStores
import AfterwordTesting
import HTTPTypes
import Testing

/// What a key restricted to some brands may read: the products that belong to its brands now, at
/// any moment asked for, and nothing computed from other products.
@Suite struct ScopedKeyTests {
    /// M1 is Alpha's and M3 Beta's; M2 is Alpha's in run 1 and Beta's from run 2 on.
    private static func load(_ path: String) throws {
        func review(_ product: String, _ brand: String, _ rating: Int, _ number: Int) -> String {
            """
            {"PRODUCT_BRAND": "\(brand)", "CUSTOMER_REVIEW_RATING": \(rating),
             "CUSTOMER_REVIEW_TITLE": "\(product) title \(number)",
             "CUSTOMER_REVIEW_DESCRIPTION": "\(product) leaks, says number \(number)",
             "CHILD_ASIN": "\(product)"}
            """
        }
        func dump(_ brand: String, _ extra: Int) -> String {
            let rows =
                (0..<12).map { review("M1", "Alpha", $0 % 2 == 0 ? 5 : 4, $0) }
                + (0..<12 + extra).map { review("M2", brand, $0 % 3 == 0 ? 1 : 2, $0) }
                + (0..<12).map { review("M3", "Beta", $0 % 2 == 0 ? 1 : 5, $0) }
            return "[" + rows.joined(separator: ",") + "]"
        }
        for (index, text) in [dump("Alpha", 0), dump("Beta", 1)].enumerated() {
            var options = LoadOptions()
            options.observedAt = ReviewHistory.start.adding(seconds: Int64(index) * 86_400)
            _ = try loadDump(
                Dump(
                    name: "dump \(index)",
                    files: [DumpFile(name: "a.json", content: .memory(Array(text.utf8)))]),
                into: SQLiteStore(path: path), options: options,
                surroundings: LoadSurroundings(now: { ReviewHistory.start }))
        }
        try addKey("all", to: path)
        try addKey("alpha", brands: ["Alpha"], to: path)
        try addKey("beta", brands: ["Beta"], to: path)
    }

    private func served(
        _ body:
            @escaping @Sendable (@Sendable (String, String) async throws -> ServedAnswer)
            async throws -> Void
    ) async throws {
        let folder = try EmptyStore()
        try Self.load(folder.path)
        try await serving(
            at: folder.path, { $0.asksForKeys = true }
        ) { client in
            try await body { address, key in
                try await client.call(address, headers: [.authorization: "Bearer key-" + key])
            }
        }
    }

    @Test(
        "silent-wrong-brand: a key of some brands names them without case; an all-clear covers its own"
    )
    func names() async throws {
        try await served { get in
            for address in ["/api/v1/brands/alpha", "/brands/alpha", "/api/v1/themes?brand=ALPHA"] {
                #expect(try await get(address, "alpha").status == 200, "\(address)")
                #expect(try await get(address, "beta").status == 404, "\(address)")
            }
            #expect(try await get("/", "alpha").text.contains("of 1 known product."))
            let coverage = try await get("/api/v1/inbox", "alpha").json?["coverage"]
            #expect(coverage?["known_products"]?.integer == 1)
        }
    }

    @Test("scoped-key-as-of: a product is its present brand's, at every moment and on every route")
    func presentBrand() async throws {
        try await served { get in
            let review = try #require(
                try await get("/api/v1/products/M2/reviews?as_of=1", "all")
                    .items.first?["review_id"]?.text)
            for moment in ["", "as_of=1", "as_of=2"] {
                for address in [
                    "/api/v1/products/M2", "/api/v1/products/M2/reviews",
                    "/api/v1/products/M2/insights", "/api/v1/reviews/M2/\(review)/history",
                    "/products/M2", "/reviews/M2/\(review)", "/api/v1/themes?product=M2",
                    "/csv/reviews.csv?product=M2", "/api/v1/safety?product=M2",
                    "/api/v1/search?q=the&product=M2",
                ] {
                    let joined = address + (address.contains("?") ? "&" : "?") + moment
                    #expect(try await get(joined, "alpha").status == 404, "\(joined)")
                    #expect(try await get(joined, "beta").status == 200, "\(joined)")
                }
                for address in [
                    "/api/v1/products", "/api/v1/inbox?since=0", "/api/v1/brands/Alpha",
                    "/api/v1/themes?brand=Alpha", "/api/v1/themes/leaks?brand=Alpha", "/",
                    "/brands/Alpha", "/csv/products.csv", "/api/v1/brands",
                    "/api/v1/brands/Alpha/changes?from=1&to=2", "/api/v1/search?q=the",
                ] where !(address.contains("changes") && moment == "as_of=1") {
                    let joined = address + (address.contains("?") ? "&" : "?") + moment
                    let answer = try await get(joined, "alpha")
                    #expect(answer.status == 200, "\(joined): \(answer.text)")
                    for other in ["M2", "M3", "Beta"] {
                        #expect(!answer.text.contains(other), "\(joined) \(other)")
                    }
                }
            }
            // Beta's key reads M2 as of run 1 too.
            let then = try await get("/api/v1/products?as_of=1", "beta")
            #expect(Set(then.items.map { $0["product_id"]?.text }) == ["M2", "M3"])
        }
    }

    @Test("scoped-key-inference: sums of a key of some brands are sums of what it may see")
    func inference() async throws {
        try await served { get in
            // Alpha's key reads only M1, which has no complaints, so nothing exceeds its own share.
            let own = try await get("/api/v1/brands/Alpha", "alpha").json?["item"]
            #expect(own?["review_count"]?.integer == 12)
            let all = try await get("/api/v1/brands/Alpha", "all").json?["item"]
            #expect(all?["review_count"]?.integer == 12)
            #expect(own?["impact_millionths"]?.integer == 0, "\(own?.canonical ?? "")")
            #expect(all?["impact_millionths"] != own?["impact_millionths"])
            // As of run 1 Alpha also had M2, which this key may not read.
            let then = try await get("/api/v1/brands/Alpha?as_of=1", "alpha").json?["item"]
            #expect(then?["review_count"]?.integer == 12)
            let thenAll = try await get("/api/v1/brands/Alpha?as_of=1", "all").json?["item"]
            #expect(thenAll?["review_count"]?.integer == 24)
        }
    }

    @Test("What a key of every brand sees is what is stored, then as now")
    func sameSums() async throws {
        let folder = try EmptyStore()
        try Self.load(folder.path)
        try SQLiteStore(path: folder.path, opening: .existing).read { reader in
            let scoped = ScopedReader(reader, brands: ["Alpha", "Beta"])
            func isSame<Value: Equatable>(
                _ read: (any StoreReader) throws -> Value
            ) throws -> Bool {
                let (own, stored) = (try read(scoped), try read(reader))
                return own == stored
            }
            var same = [
                try isSame { try $0.scopes() }, try isSame { try $0.scopeHistory() },
                try isSame { try $0.products(nil) },
                try isSame { try AsOfReader($0, run: 1).scopes() },
            ]
            for kind in ScopeKind.allCases {
                for from in Int64(0)...2 {
                    same.append(
                        try isSame { try $0.scopeHistory(kind, after: from, upTo: 2) })
                }
            }
            #expect(!same.contains(false), "\(same)")
        }
    }
}
