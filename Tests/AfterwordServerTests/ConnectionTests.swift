import AfterwordPipeline
import AfterwordServer
import AfterwordTesting
import NIOCore
import Testing

/// The service on real sockets, with slow, broken and disconnected clients.
@Suite struct ConnectionTests {
    private static let slowBody = """
        POST /api/v1/brands/Lumora/insights HTTP/1.1\r\nHost: localhost\r\n\
        Content-Type: application/json\r\nContent-Length: 16000\r\n\r\n{
        """

    private static func chunked(_ body: String) -> String {
        """
        POST /api/v1/brands/Lumora/insights HTTP/1.1\r\nHost: localhost\r\n\
        Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n
        """ + body
    }

    @Test("slow-body-outage: a body that does not come is given up, and others are answered")
    func slowBody() async throws {
        try await live("first-load", { $0.limits.bodySeconds = 1 }, insights: { _, _ in .notTried })
        { live in
            var slow: [RawConnection] = []
            for _ in 0..<50 {
                let connection = try await live.connect()
                try await connection.send(Self.slowBody)
                slow.append(connection)
            }
            #expect(try await live.get("/healthz").contains("200 OK"))
            #expect(try await live.get("/readyz").contains("200 OK"))
            // The service must close each connection; otherwise this waits forever.
            for connection in slow {
                #expect(try await !connection.everything().contains(" 5"))
            }
            #expect(try await !live.get("/metrics").contains(#"status="5"#))
        }
    }

    @Test("slow-body-outage: without a key no body is read, and the connection is closed")
    func keyBeforeBody() async throws {
        try await live(
            "first-load",
            {
                $0.asksForKeys = true
                // With this deadline only an answer can end the connection.
                $0.limits.bodySeconds = 100_000
            }, insights: { _, _ in .notTried }
        ) { live in
            let answer = try await live.exchange(Self.slowBody)
            #expect(answer.contains("401 Unauthorized"), "\(answer)")
            #expect(answer.lowercased().contains("connection: close"), "\(answer)")
        }
    }

    @Test(
        "slow-body-outage: a head that does not come, and a pause, end too",
        arguments: [true, false])
    func slowHead(isFirst: Bool) async throws {
        try await live(
            "first-load",
            {
                if isFirst { $0.limits.headSeconds = 1 } else { $0.limits.idleSeconds = 1 }
            }
        ) { live in
            let connection = try await live.connect()
            if !isFirst {
                try await connection.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                _ = try await connection.head.get()
            }
            // If the deadline comes first, the connection is already closed.
            try? await connection.send("GET /healthz HTTP/1.1\r\nHost: local")
            let answer = try await connection.everything()
            #expect(answer.contains("200 OK") == !isFirst, "\(answer)")
        }
    }

    @Test("slow-body-outage: where all connections are taken, who waits longest makes room")
    func makingRoom() async throws {
        try await live(
            "first-load",
            {
                $0.limits.connections = 8
                $0.limits.bodySeconds = 100_000
                $0.limits.headSeconds = 100_000
            }, insights: { _, _ in .notTried }
        ) { live in
            var slow: [RawConnection] = []
            for _ in 0..<8 {
                let connection = try await live.connect()
                try await connection.send(Self.slowBody)
                slow.append(connection)
            }
            #expect(try await live.get("/healthz").contains("200 OK"))
            // One of them was closed to make room.
            _ = try await slow[0].everything()
            for connection in slow.dropFirst() { try await connection.channel.close() }
        }
    }

    @Test(
        "client-faults-are-500: a body that is none is the client's fault, and no error of ours",
        arguments: [
            "0x2\r\n{}\r\n0\r\n\r\n", "2;a\nxx\r\n0\r\n\r\n", "ffffffffffffffff\r\n{}\r\n0\r\n\r\n",
            "fffffffffffffffff\r\n{}", "2\r\n{}0\r\n\r\n", "2\n{}\n0\n\n", "-1\r\n{}\r\n", "2\r\n{",
            "",
        ])
    func badBody(body: String) async throws {
        try await live("first-load", insights: { _, _ in .notTried }) { live in
            // The client closes its side, so that a truncated body is detected at once.
            let answer = try await live.exchange(Self.chunked(body), halfCloses: true)
            #expect(answer.isEmpty || answer.contains("HTTP/1.1 4"), "\(answer)")
            let metrics = try await live.get("/metrics")
            #expect(!metrics.contains(#"status="5"#), "\(metrics)")
            #expect(!live.log.all.contains { $0.hasPrefix("error") }, "\(live.log.all)")
        }
    }

    @Test(
        "refused-requests-unseen: what the parser refuses is a problem with an id, counted, logged",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: UA\u{1B}\r\n\r\n", 400),
            (
                "GET / HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n",
                431
            ),
            (
                "GET /?q=\(String(repeating: "x", count: 20_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n",
                431
            ),
            (
                "GET / HTTP/1.1\r\nHost: localhost\r\n\(String(repeating: "a: b\r\n", count: 70))\r\n",
                431
            ),
            ("FOO / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
            ("GET /\u{E4} HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
            (
                "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                400
            ),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", 400),
            ("\u{16}\u{3}\u{1}\u{2}\r\n\r\n", 400),
        ])
    func refused(request: String, status: Int) async throws {
        try await live { live in
            let answer = try await live.exchange(request)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
            #expect(answer.contains("application/problem+json"), "\(answer)")
            #expect(answer.contains("urn:afterword:problem:"), "\(answer)")
            #expect(answer.lowercased().contains("x-request-id: "), "\(answer)")
            let metrics = try await live.get("/metrics")
            #expect(metrics.contains(#"route="refused",status="\#(status)"} 1"#), "\(metrics)")
            let line = live.log.all.first { $0.contains("request refused") }
            #expect(line?.contains("client=127.0.0.1") == true, "\(live.log.all)")
        }
    }

    @Test(
        "refused-requests-unseen: the log names the client's address and the key, never the key itself"
    )
    func whoAsked() async throws {
        try await live("first-load", { $0.isBehindProxy = true }) { live in
            _ = try await live.get(
                "/api/v1/brands",
                "Authorization: Bearer guessed\r\nX-Forwarded-For: 9.9.9.9, 203.0.113.7\r\n")
            let line = live.log.all.first { $0.contains("status=401") } ?? ""
            #expect(line.hasPrefix("notice") && line.contains("client=203.0.113.7"), "\(line)")
            #expect(!line.contains("guessed"))
        }
    }

    @Test("http-small: HTTP/1.0 and `Connection: close` end after the answer, which says so")
    func closing() async throws {
        try await live { live in
            let old = try await live.exchange("GET /healthz HTTP/1.0\r\n\r\n")
            // A request without a Host is not for this service.
            #expect(old.contains(" 421 ") && old.lowercased().contains("connection: close"))
            let own = try await live.exchange("GET /healthz HTTP/1.0\r\nHost: LOCALHOST\r\n\r\n")
            #expect(own.contains("200 OK") && own.lowercased().contains("connection: close"))
            let new = try await live.get("/healthz")
            #expect(new.contains("200 OK") && new.lowercased().contains("connection: close"))
        }
    }

    @Test("http-small: who waits with its body is asked for it; not without a right to send it")
    func expectation() async throws {
        let request = """
            POST /api/v1/brands/Lumora/insights HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
            Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n
            """
        try await live("first-load", insights: { _, _ in .notTried }) { live in
            let connection = try await live.connect()
            try await connection.send(request)
            #expect(try await connection.head.get().hasPrefix("HTTP/1.1 100 Continue"))
            try await connection.send("{}")
            let answer = try await connection.everything()
            // Where the machine is busy, the job is not done yet.
            let states = ["402", "202"].map { "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 \($0)" }
            #expect(states.contains { answer.hasPrefix($0) }, "\(answer)")
        }
        try await live("first-load", { $0.asksForKeys = true }, insights: { _, _ in .notTried }) {
            live in
            let answer = try await live.exchange(request)
            #expect(answer.hasPrefix("HTTP/1.1 401"), "\(answer)")
        }
    }

    @Test("A client that closes its side after its request still gets its answer")
    func halfClosed() async throws {
        try await live { live in
            let answer = try await live.exchange(
                "GET /api/v1/brands HTTP/1.1\r\nHost: localhost\r\n\r\n", halfCloses: true)
            #expect(answer.contains("200 OK") && answer.contains(#""items""#), "\(answer)")
        }
    }

    @Test("Requests that come one after another on a connection are answered in order")
    func pipelined() async throws {
        try await live { live in
            let one = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let answer = try await live.exchange(
                one + one + "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    + "FOO / HTTP/1.1\r\n\r\n")
            let states = answer.split(separator: "HTTP/1.1 ").dropFirst(0).map { $0.prefix(3) }
            #expect(states == ["200", "200", "404", "400"], "\(answer)")
        }
    }
}
