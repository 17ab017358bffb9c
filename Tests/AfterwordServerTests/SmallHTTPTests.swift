import AfterwordCore
import AfterwordServer
import AfterwordTesting
import Foundation
import HTTPTypes
import Testing

/// The cases http-small and long-search-text, on a router.
@Suite struct SmallHTTPTests {
    @Test(
        "http-small: a host's name has no case; another method is 405 wherever there is an address")
    func hostsAndMethods() async throws {
        try await serving { client, _ in
            let host = HTTPField.Name("X-Test-Host")!
            for name in ["LOCALHOST", "LocalHost:8080", "127.0.0.1:1", "[::1]"] {
                #expect(try await client.call("/healthz", headers: [host: name]).status == 200)
            }
            for address in [
                "/", "/csv/products.csv", "/static/page.css", "/healthz", "/readyz", "/metrics",
                "/openapi.json", "/products/B0FLASK001", "/api/v1/brands",
            ] {
                for method in [HTTPRequest.Method.post, .put, .options, .delete, .patch] {
                    let answer = try await client.call(address, method: method)
                    #expect(answer.status == 405, "\(method) \(address)")
                    #expect(answer.headers[.allow] == "GET, HEAD", "\(method) \(address)")
                }
            }
            let insights = try await client.call("/api/v1/brands/Lumora/insights", method: .put)
            #expect(insights.status == 405 && insights.headers[.allow] == "GET, HEAD, POST")
            #expect(try await client.call("/nowhere", method: .post).status == 404)
        }
    }

    @Test(
        "http-small: gzip is given to whoever takes it, and to nobody else",
        arguments: [
            ("gzip", true), ("GZIP", true), ("*", true), ("gzip;q=0.5", true), ("x-gzip", true),
            ("br, gzip; q=1", true), ("gzip;q=0.0", false), ("gzip;q=0", false),
            ("gzip; q=0.000", false), ("*;q=0", false), ("*, gzip;q=0", false), ("identity", false),
            ("br", false), ("", false),
        ])
    func gzip(header: String, isPacked: Bool) async throws {
        try await serving { client, _ in
            for address in ["/api/v1/products", "/static/page.js"] {
                let answer = try await client.call(address, headers: [.acceptEncoding: header])
                #expect((answer.headers[.contentEncoding] == "gzip") == isPacked, "\(address)")
            }
        }
    }

    @Test("http-small: a tag is compared weakly, among several, or by a star; not by its parts")
    func tags() async throws {
        try await serving { client, _ in
            for address in ["/api/v1/brands", "/static/page.css"] {
                let tag = try #require(try await client.get(address).headers[.eTag])
                let strong = String(tag.dropFirst(2))
                for known in [tag, strong, "\"x\", \(strong)", "*", "W/\"a\" ,\(tag)"] {
                    let answer = try await client.call(address, headers: [.ifNoneMatch: known])
                    #expect(answer.status == 304, "\(address) \(known)")
                }
                for other in ["\"x\"", "W/", String(strong.dropLast(2)), "x\(strong)"] {
                    let answer = try await client.call(address, headers: [.ifNoneMatch: other])
                    #expect(answer.status == 200, "\(address) \(other)")
                }
            }
        }
    }

    @Test("http-small: a cursor is of one list and one moment")
    func cursors() async throws {
        try await serving { client, _ in
            let page = try await client.get("/api/v1/products?limit=2")
            let cursor = try #require(page.json?["next"]?.text)
            let run = try #require(page.json?["as_of"]?["run"]?.integer)
            func status(_ address: String) async throws -> Int {
                try await client.get("/api/v1/" + address).status
            }
            #expect(try await status("products?cursor=\(cursor)") == 200)
            #expect(try await status("products?limit=7&cursor=\(cursor)") == 200)
            #expect(try await status("products?as_of=\(run)&cursor=\(cursor)") == 200)
            #expect(try await status("products?as_of=1&cursor=\(cursor)") == 409)
            for other in ["brands?", "products?brand=Lumora&", "products?sort=id&", "safety?"] {
                #expect(try await status("\(other)cursor=\(cursor)") == 409, "\(other)")
            }
            #expect(try await status("products?cursor=1-2") == 409)
        }
    }

    @Test(
        "http-small: what the description does not allow is refused, and what it allows is said",
        arguments: [
            ("as_observed=9999-12-31T23:59:59.999999Z", "a date"),
            ("as_observed=2026-5-4", "a date"),
            ("as_of=%20last", "give a run"), ("as_of=%01", "give a run"),
            ("limit=500", "1 to 200"), ("sort=nonsense", "one of"), ("rating_min=9", "1 to 5"),
            ("nonsense=1", "brand, category"), ("nonsense=1", "nonsense: is not known"),
            ("%3Cscript%3E=1", "a parameter that is not known"),
            ("q=\(String(repeating: "x", count: 201))", "1 to 200 characters"),
            ("brand=\(String(repeating: "x", count: 1_025))", "1 to 1024 characters"),
            ("q=", "1 to"),
        ])
    func refused(query: String, words: String) async throws {
        try await serving { client, _ in
            let answer = try await client.get("/api/v1/products?" + query)
            #expect(answer.status == 400, "\(answer.text)")
            let detail = answer.json?["detail"]?.text ?? ""
            #expect(detail.contains(words) && !detail.contains("<"), "\(detail)")
        }
    }

    @Test("long-search-text: every text that a request may bring has a length in the description")
    func lengths() async throws {
        try await serving { client, _ in
            let description = try #require(try await client.get("/openapi.json").json)
            for (path, operations) in description["paths"]?.members ?? [] {
                for (_, operation) in operations.members ?? [] {
                    for parameter in operation["parameters"]?.elements ?? [] {
                        // A header is bounded by the size limit of the whole head.
                        if parameter["name"]?.text == "If-None-Match" { continue }
                        let schema = parameter["schema"]
                        let isBounded =
                            schema?["type"]?.text != "string" || schema?["maxLength"] != nil
                            || schema?["enum"] != nil || schema?["format"] != nil
                            || schema?["pattern"]?.text?.hasPrefix("^[0-9]{1,15}") == true
                        #expect(isBounded, "\(path) \(parameter.canonical)")
                    }
                }
            }
            for address in [
                "/?q=", "/csv/products.csv?q=", "/api/v1/brands?q=", "/api/v1/products?q=",
            ] {
                let long = try await client.get(address + String(repeating: "x", count: 5_000))
                #expect(long.status == 400, "\(address)")
                let fits = try await client.get(address + String(repeating: "x", count: 200))
                #expect(fits.status == 200, "\(address)")
            }
            // Case folding must not change what is found.
            let found = try await client.get("/api/v1/products?q=FLASK")
            #expect(!found.items.isEmpty)
            #expect(found.items == (try await client.get("/api/v1/products?q=flask")).items)
        }
    }

    @Test(
        "http-small: counts say what they are, and are for keys that see all where keys are needed")
    func metrics() async throws {
        try await serving { client, _ in
            _ = try await client.get("/api/v1/products")
            _ = try await client.get("/api/v1/products")
            let lines = try await client.get("/metrics").text.split(separator: "\n")
            let types = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
            let helps = lines.filter { $0.hasPrefix("# HELP ") }.map { $0.split(separator: " ")[2] }
            #expect(types == helps && types.count >= 3)
        }
        try await serving("first-load", { $0.isBehindProxy = true }) { client, path in
            try addKey("all", to: path)
            try addKey("lumora", brands: ["Lumora"], to: path)
            #expect(try await client.get("/metrics").status == 401)
            for (key, status) in [("all", 200), ("lumora", 404)] {
                let answer = try await client.call(
                    "/metrics", headers: [.authorization: "Bearer key-\(key)"])
                #expect(answer.status == status)
            }
        }
    }
}
