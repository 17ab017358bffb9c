import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import Foundation
import Testing

/// The running service with wrong arguments and in unfavorable environments.
@Suite struct ServeRobustnessTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(
            "dump/a.json",
            """
            [{"PRODUCT_BRAND": "Lumora", "CUSTOMER_REVIEW_RATING": 2, "CUSTOMER_REVIEW_TITLE": "t",
              "CUSTOMER_REVIEW_DESCRIPTION": "It leaks", "CHILD_ASIN": "P1"}]
            """)
        let run = try Program.run(["run", "dump", "--quiet"], in: folder.path)
        #expect(run.code == 0, "\(run.errors)")
    }

    private func shell(_ script: String) throws -> (code: Int32, output: String) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = folder.url
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    private func port(_ server: RunningService) -> String {
        server.url.split(separator: ":").last.map { String($0.filter(\.isNumber)) } ?? ""
    }

    @Test("cli-small: a port in use is named, with what helps; so is an address that is another's")
    func listening() throws {
        let server = try RunningService(folder)
        defer { _ = server.stop() }
        let taken = try Program.run(["serve", "--port", port(server)], in: folder.path)
        #expect(taken.code == 2 && taken.errors.contains("port \(port(server)) is in use"))
        #expect(taken.errors.contains("--port 0") && !taken.errors.contains("errno"))
        for host in ["203.0.113.9", "no-such-host.invalid"] {
            let elsewhere = try Program.run(
                ["serve", "--port", "0", "--host", host, "--behind-proxy"], in: folder.path)
            #expect(elsewhere.code == 2, "\(elsewhere.errors)")
            #expect(elsewhere.errors.contains("\(host) is no address"), "\(elsewhere.errors)")
        }
    }

    @Test(
        "cli-small: an address of IPv6 is written in brackets",
        .enabled(if: FileManager.default.fileExists(atPath: "/proc/net/if_inet6")))
    func brackets() throws {
        let server = try RunningService(folder, ["--host", "::1"], address: "http://[::1]:")
        defer { _ = server.stop() }
        #expect(try server.get("brands")["items"]?.elements?.count == 1)
    }

    @Test(
        "cli-small: a setting that means nothing is refused by its name",
        arguments: [
            ("AFTERWORD_CACHE_BYTES", "abc"), ("AFTERWORD_CACHE_BYTES", "-1"),
            ("AFTERWORD_CACHE_BYTES", "64MiB"), ("AFTERWORD_LOG", "loud"),
            ("AFTERWORD_LOG", "INFO "), ("AFTERWORD_THREADS", "0"), ("AFTERWORD_THREADS", "many"),
        ])
    func settings(name: String, value: String) throws {
        let result = try Program.run(
            ["serve", "--port", "0"], in: folder.path, environment: [name: value])
        #expect(result.code == 2 && result.errors.contains(name), "\(result.errors)")
        // Help works even with invalid settings.
        let help = try Program.run(["serve", "--help"], environment: [name: value])
        #expect(help.code == 0)
    }

    @Test(
        "cli-small: a key that would see nothing, or has no name, is not made; a name is used again"
    )
    func keys() throws {
        func create(_ arguments: String...) throws -> Program.Result {
            try Program.run(["key", "create"] + arguments, in: folder.path)
        }
        let typo = try create("x", "--brand", "Nosuch")
        #expect(typo.code == 2 && typo.errors.contains("Nosuch") && typo.errors.contains("Lumora"))
        for arguments in [[""], ["  "], ["a\nb"], ["x", "--brand", ""]] {
            let refused = try Program.run(["key", "create"] + arguments, in: folder.path)
            #expect(refused.code == 2, "\(arguments)")
        }
        #expect(try Program.run(["key", "list", "--json"], in: folder.path).output.isEmpty)
        let first = try create("crm", "--brand", "lumora")
        #expect(first.code == 0, "\(first.errors)")
        #expect(try create("crm").code == 2)
        #expect(try Program.run(["key", "revoke", "crm"], in: folder.path).code == 0)
        let second = try create("crm")
        #expect(second.code == 0 && second.output != first.output)
        let server = try RunningService(folder, ["--keys"])
        defer { _ = server.stop() }
        func ask(_ key: String) throws -> JSONValue {
            try server.get("brands", key: key.filter { !$0.isWhitespace })
        }
        #expect(try ask(first.output)["status"]?.integer == 401)
        #expect(try ask(second.output)["items"]?.elements?.count == 1)
    }

    @Test(
        "revoke-refused-during-run: a key is ended while a run writes, as soon as it lets the store go"
    )
    func revokeDuringRun() throws {
        #expect(try Program.run(["key", "create", "nfc"], in: folder.path).code == 0)
        let store = try SQLiteStore(path: folder.path + "/afterword.sqlite")
        let revoked = try Program.run(["key", "revoke", "nfc"], in: folder.path) { program in
            // Hold the store's lock until the command has printed that it waits.
            try store.load(LoadIntent(isRehearsal: true)) { _ in
                program.waitForErrors(containing: "waits until")
            }
        }
        #expect(revoked.code == 0, "\(revoked.errors)")
        #expect(!revoked.errors.contains("--wait"))
        let keys = try store.read { try $0.apiKeys() }
        #expect(keys.first?.revokedAt != nil)
    }

    @Test("sigterm-waits-for-client: the end does not wait for a client that drips its body")
    func ends() throws {
        let server = try RunningService(folder)
        let client = Process()
        client.executableURL = URL(fileURLWithPath: "/bin/bash")
        client.arguments = [
            "-c",
            """
            trap '' PIPE
            exec 3<>/dev/tcp/127.0.0.1/\(port(server))
            printf 'POST /api/v1/brands/Lumora/insights HTTP/1.1\\r\\nHost: localhost\\r\\n' >&3
            printf 'Content-Type: application/json\\r\\nContent-Length: 16000\\r\\n\\r\\n{' >&3
            echo sent
            while printf ' ' >&3; do sleep 1; done
            """,
        ]
        let output = Pipe()
        client.standardOutput = output
        client.standardError = FileHandle.nullDevice
        client.standardInput = FileHandle.nullDevice
        try client.run()
        _ = output.fileHandleForReading.availableData
        // The service ends by its own deadline, not by one of this test.
        #expect(server.stop() == 0)
        client.waitUntilExit()
    }

    @Test("cli-small: few open files mean fewer connections, and that is said")
    func openFiles() throws {
        let few = try shell(
            """
            ulimit -n 300
            '\(Program.path)' serve --port 0 > out 2> errors & server=$!
            until grep -q serves out || ! kill -0 $server; do :; done
            kill -TERM $server; wait $server; cat errors
            """)
        #expect(few.code == 0 && few.output.contains("300 files may be open"), "\(few.output)")
        let none = try shell("ulimit -n 100; '\(Program.path)' serve --port 0")
        #expect(none.code == 2 && none.output.contains("ulimit -n"), "\(none.output)")
    }

    // MARK: TLS

    private func makeCertificate(_ name: String, days: Int) throws {
        let made = try shell(
            """
            openssl req -x509 -newkey rsa:2048 -nodes -days \(days) -subj /CN=localhost \
                -addext subjectAltName=DNS:localhost -keyout \(name)-key.pem -out \(name).pem
            """)
        #expect(made.code == 0, "\(made.output)")
    }

    @Test("tls-1-0: a certificate that ended, or is another key's, is refused in words")
    func certificates() throws {
        try makeCertificate("own", days: 2)
        try makeCertificate("other", days: 2)
        try folder.write("expired.pem", Self.expired)
        try folder.write("empty.pem", "")
        let cases = [
            ("expired.pem", "own-key.pem", "ended at 2020-02-01"),
            ("own.pem", "other-key.pem", "is not that of the certificate"),
            ("empty.pem", "own-key.pem", "empty.pem cannot be read, or holds no certificate"),
            ("own.pem", "empty.pem", "empty.pem holds no key"),
            ("nowhere.pem", "own-key.pem", "nowhere.pem cannot be read, or holds no certificate"),
        ]
        for (certificate, key, words) in cases {
            let refused = try Program.run(
                ["serve", "--port", "0", "--tls-certificate", certificate, "--tls-key", key],
                in: folder.path)
            #expect(refused.code == 2 && refused.errors.contains(words), "\(refused.errors)")
            #expect(!refused.errors.contains("failedTo"))
        }
    }

    @Test("tls-1-0: nothing older than TLS 1.2, always with forward secrecy; renewed on SIGHUP")
    func tls() throws {
        try makeCertificate("own", days: 20)
        let server = try RunningService(
            folder, ["--tls-certificate", "own.pem", "--tls-key", "own-key.pem"],
            address: "https://127.0.0.1:")
        defer { _ = server.stop() }
        func handshake(_ options: String) throws -> String {
            try shell(
                """
                echo | openssl s_client -connect 127.0.0.1:\(port(server)) \(options) 2>&1 \
                    | grep -E 'Cipher is|Protocol *:|serial|Verify return'
                """
            ).output
        }
        for old in ["-tls1", "-tls1_1"] {
            let refused = try handshake("\(old) -cipher ALL:@SECLEVEL=0")
            #expect(refused.contains("Cipher is (NONE)"), "\(refused)")
        }
        let weak = try handshake("-tls1_2 -cipher AES128-SHA:AES128-GCM-SHA256:@SECLEVEL=0")
        #expect(weak.contains("Cipher is (NONE)"), "\(weak)")
        for new in ["-tls1_2", "-tls1_3"] {
            #expect(try !handshake(new).contains("(NONE)"), "\(new)")
        }
        func head() throws -> (code: Int32, output: String) {
            try shell(
                "curl -sSI --cacert own.pem --resolve localhost:\(port(server)):127.0.0.1 "
                    + "https://localhost:\(port(server))/healthz")
        }
        let before = try head()
        #expect(before.code == 0, "\(before.output)")
        #expect(before.output.lowercased().contains("strict-transport-security: max-age="))
        // A new certificate in the same files is served once the service has reloaded it.
        try makeCertificate("own", days: 30)
        #expect(try head().code != 0)
        kill(server.process.processIdentifier, SIGHUP)
        while try head().code != 0 {}
        // If the new files cannot be used, the previous certificate stays in use.
        try folder.write("own-key.pem", "")
        kill(server.process.processIdentifier, SIGHUP)
        try server.waitForErrors(containing: "the certificate is the one before")
        #expect(try head().code == 0)
    }

    /// A certificate that was valid in January 2020. Its private key was not kept.
    private static let expired = """
        -----BEGIN CERTIFICATE-----
        MIIBDzCBtgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwHhcN
        MjAwMTAxMDAwMDAwWhcNMjAwMjAxMDAwMDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhv
        c3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASkugs5QGZhR5PFRIwowV252b+3
        Qql4YdVVgrWtvMOu/D6Vp23+Rppso1yYO2mMySheYz8JAjZvWxzqQojiDK0GMAoG
        CCqGSM49BAMCA0gAMEUCIQDU/FYZepuTbVVB5G7NtINqU1f5WppmAkd8HIPQCdar
        IwIgFaRFhwQy/WeR7t/aa4ITtizroQBOxQGlRZknA5pKXIA=
        -----END CERTIFICATE-----

        """
}
