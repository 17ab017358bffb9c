import AfterwordDelivery
import AfterwordPipeline
import AfterwordTesting
import Synchronization
import Testing

/// Posts to a scripted server on this machine.
@Suite struct HTTPPostTests {
    @Test(
        "A message goes to https, or to this machine",
        arguments: [
            ("https://hooks.example.com/a", true), ("http://127.0.0.1:80/a", true),
            ("http://[::1]:8080", true), ("http://localhost/a", true), ("http://localhost", true),
            ("http://localhost.example.com/", false), ("http://127.0.0.1:80@example.com/", false),
            ("https://a@example.com/", false), ("http://example.com", false), ("https://", false),
            ("ftp://127.0.0.1/", false), ("127.0.0.1", false), ("http://127.0.0.2:80", true),
            ("http://127.example.com/", false), ("http://[::1]example.com/", false),
            ("http://[::1/", false), ("HTTPS://example.com/", true), ("Http://[::1]/", true),
            ("HTTP://example.com/", false), ("https://example.com:65535/a", true),
            ("https://example.com:65536/a", false), ("http://127.0.0.1:0/a", false),
            ("http://127.0.0.1:/a", false), ("http://[::1]:99999999999999999999/", false),
        ])
    func addresses(url: String, may: Bool) async {
        #expect(HTTPPost.mayGet(url) == may)
        guard !may else { return }
        await #expect(throws: DeliveryFault.self) {
            try await HTTPPost(url: url, headers: [], body: []).send()
        }
    }

    @Test(
        "What a status means",
        arguments: [
            (200, nil), (204, nil), (302, true), (400, true), (410, true), (408, false),
            (425, false), (429, false), (500, false), (503, false),
        ] as [(Int, Bool?)])
    func statuses(status: Int, isPermanent: Bool?) async throws {
        let server = try await ScriptedServer { request, _ in
            .answer(status, headers: ["Location": "http://127.0.0.1:1/"], body: request.body)
        }
        var post = HTTPPost(
            url: server.url + "?key=hidden", headers: [("X-A", "b")], body: Array("{}".utf8))
        // No machine is so busy that it decides what a status means.
        post.seconds = 600
        do throws(DeliveryFault) {
            try await outcome(post)
            #expect(isPermanent == nil)
        } catch {
            #expect(error.isPermanent == isPermanent)
            #expect(error.words == "the receiver answers \(status)")
        }
        #expect(server.requests.count == 1)
        #expect(server.requests[0].body == "{}" && server.requests[0].headers["x-a"] == "b")
        await server.stop()
    }

    private func outcome(_ post: HTTPPost) async throws(DeliveryFault) {
        do {
            try await post.send()
        } catch let fault as DeliveryFault {
            throw fault
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test("Cancelled before its body, a post sends nothing; after it, the answer is waited for")
    func cancelled() async throws {
        let posting = Mutex<Task<Void, any Error>?>(nil)
        let server = try await ScriptedServer { _, _ in
            posting.withLock { $0?.cancel() }
            return .answer(200, body: "")
        }
        let post = HTTPPost(url: server.url, headers: [], body: Array("{}".utf8))
        let early = Task {
            while !Task.isCancelled { await Task.yield() }
            try await post.send()
        }
        early.cancel()
        await #expect(throws: CancellationError.self) { try await early.value }
        #expect(server.requests.isEmpty)
        let late = posting.withLock { posting in
            let task = Task { try await post.send() }
            posting = task
            return task
        }
        try await late.value
        #expect(server.requests.map(\.body) == ["{}"])
        await server.stop()
    }

    @Test("A server that is away, hangs up or says nothing is tried again; no address is named")
    func away() async throws {
        let server = try await ScriptedServer { request, _ in
            request.uri.contains("silent") ? .silence : .hangUp
        }
        for (path, seconds) in [("/hang", 30), ("/silent", 1)] as [(String, Int64)] {
            var post = HTTPPost(url: server.url + path, headers: [], body: [])
            post.seconds = seconds
            await #expect(throws: DeliveryFault("the address cannot be reached")) {
                try await post.send()
            }
        }
        await server.stop()
        await #expect(throws: DeliveryFault("the address cannot be reached")) {
            try await HTTPPost(url: server.url, headers: [], body: []).send()
        }
    }
}
