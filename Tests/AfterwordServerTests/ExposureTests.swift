import AfterwordPipeline
import AfterwordServer
import AfterwordTesting
import HTTPTypes
import Testing

/// Whether keys are required and which hosts are accepted depends on one condition: whether a
/// client on another machine can reach the service.
@Suite struct ExposureTests {
    private struct Place: CustomStringConvertible {
        var host: String
        var isOwn: Bool
        var description: String { host }
    }

    private static let places = [
        Place(host: "127.0.0.1", isOwn: true), Place(host: "localhost", isOwn: true),
        Place(host: "LocalHost", isOwn: true), Place(host: "::1", isOwn: true),
        Place(host: "127.0.0.2", isOwn: true), Place(host: "0.0.0.0", isOwn: false),
        Place(host: "::", isOwn: false), Place(host: "192.168.1.7", isOwn: false),
        Place(host: "reviews.example.com", isOwn: false), Place(host: "127.evil", isOwn: false),
    ]

    @Test("behind-proxy-no-keys: whoever can be reached from elsewhere asks for keys, at any host")
    func matrix() async throws {
        for place in Self.places {
            for isBehindProxy in [false, true] {
                for asksForKeys in [false, true] {
                    let isElsewhere = !place.isOwn || isBehindProxy
                    try await check(
                        place.host, isBehindProxy, asksForKeys,
                        own: isElsewhere || asksForKeys ? 401 : 200,
                        foreign: isElsewhere ? 401 : 421)
                }
            }
        }
    }

    private func check(
        _ host: String, _ isBehindProxy: Bool, _ asksForKeys: Bool, own: Int, foreign: Int
    ) async throws {
        let name = "\(host) proxy \(isBehindProxy) keys \(asksForKeys)"
        try await serving(
            "first-load",
            {
                $0.host = host
                $0.isBehindProxy = isBehindProxy
                $0.asksForKeys = asksForKeys
            }, insights: { _, _ in .notTried }
        ) { client, _ in
            for address in ["/api/v1/products", "/", "/csv/products.csv", "/metrics"] {
                #expect(try await client.get(address).status == own, "\(name) \(address)")
                let answer = try await client.call(
                    address,
                    headers: [
                        .init("X-Test-Host")!: "reviews.example.com",
                        .init("X-Forwarded-For")!: "8.8.8.8",
                    ])
                #expect(answer.status == foreign, "\(name) \(address)")
            }
            // Nobody can spend money there without a key.
            func post() async throws -> ServedAnswer {
                try await client.call(
                    "/api/v1/brands/Lumora/insights?wait=60", method: .post,
                    headers: [.contentType: "application/json"], body: "{}")
            }
            var answer = try await post()
            // On a busy machine the job may take longer than the wait.
            for _ in 0..<9 where answer.status == 202 { answer = try await post() }
            #expect(answer.status == (own == 401 ? 401 : 402), "\(name)")
        }
    }
}
