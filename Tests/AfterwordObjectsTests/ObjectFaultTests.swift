import Foundation
import Synchronization
import Testing

@testable import AfterwordObjects

@Suite struct ObjectFaultTests {
    private func fault(
        environment: [String: String] = StorageFixture.key, idleSeconds: Int = 30,
        _ reply: ScriptedStorage.Reply
    ) throws -> (ObjectFault?, requests: Int) {
        let fixture = try StorageFixture(
            environment: environment, tries: 3, idleSeconds: idleSeconds
        ) { _, _ in reply }
        do {
            _ = try fixture.list()
            return (nil, fixture.server.requests.count)
        } catch let fault as ObjectFault {
            return (fault, fixture.server.requests.count)
        }
    }

    @Test("Each answer of a server is one clear fault, and only what may pass is tried again")
    func answers() throws {
        let host = "127.0.0.1"
        let cases: [(ScriptedStorage.Reply, ObjectFault, requests: Int)] = [
            (.error(404, "NoSuchBucket"), .noSuchBucket("bucket"), 1),
            (.error(403, "InvalidAccessKeyId"), .unknownKey(host: host), 1),
            (.error(403, "SignatureDoesNotMatch"), .wrongSecret(host: host), 1),
            (.error(403, "AccessDenied"), .forbidden(address: "s3://bucket/", action: "list"), 1),
            (.error(403, "RequestTimeTooSkewed"), .wrongClock(host: host), 1),
            (
                .error(400, "ExpiredToken"),
                .expiredCredentials(source: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"), 1
            ),
            (
                .error(400, "AuthorizationHeaderMalformed", region: "eu-west-1"),
                .otherRegion(bucket: "bucket", asked: "us-east-1", region: "eu-west-1"), 1
            ),
            (
                .error(301, "PermanentRedirect"),
                .otherRegion(bucket: "bucket", asked: "us-east-1", region: nil), 1
            ),
            (
                .answer(301, headers: ["x-amz-bucket-region": "eu-west-1"]),
                .otherRegion(bucket: "bucket", asked: "us-east-1", region: "eu-west-1"), 1
            ),
            (
                .answer(400, headers: ["x-amz-bucket-region": "eu-west-1"]),
                .otherRegion(bucket: "bucket", asked: "us-east-1", region: "eu-west-1"), 1
            ),
            (.error(403, "InvalidObjectState"), .archived("s3://bucket/"), 1),
            (.error(412, "PreconditionFailed"), .changed("s3://bucket/"), 1),
            (.answer(412), .changed("s3://bucket/"), 1),
            (.answer(404), .noSuchBucket("bucket"), 1),
            (.answer(418), .refused(host: host, status: 418, code: ""), 1),
            (
                .error(400, "InvalidRequest"),
                .refused(host: host, status: 400, code: "InvalidRequest"), 1
            ),
            (.error(503, "SlowDown"), .serverFailed(host: host, status: 503, code: "SlowDown"), 3),
            (.answer(500), .serverFailed(host: host, status: 500, code: ""), 3),
            (.answer(429), .serverFailed(host: host, status: 429, code: ""), 3),
            (.hangUp, .cut(host: host), 3),
            (.raw(Array("no HTTP at all\r\n\r\n".utf8)), .unreadableAnswer(host: host), 1),
        ]
        for (reply, expected, requests) in cases {
            let seen = try fault(reply)
            #expect(seen.0 == expected)
            #expect(seen.requests == requests, "\(expected)")
        }
    }

    @Test("Why HEAD was refused is learned by a request whose answer has a body")
    func heads() throws {
        let host = "127.0.0.1"
        let address = ObjectAddress(bucket: "bucket", key: "a/b")
        let variables = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        let forbidden = ObjectFault.forbidden(address: "s3://bucket/a/b", action: "read")
        let cases: [(Int, ScriptedStorage.Reply, ObjectFault, requests: Int)] = [
            (400, .error(400, "ExpiredToken"), .expiredCredentials(source: variables), 2),
            (403, .error(403, "InvalidAccessKeyId"), .unknownKey(host: host), 2),
            (403, .error(403, "SignatureDoesNotMatch"), .wrongSecret(host: host), 2),
            (403, .error(403, "RequestTimeTooSkewed"), .wrongClock(host: host), 2),
            (
                400, .error(503, "SlowDown"),
                .serverFailed(host: host, status: 503, code: "SlowDown"), 6
            ),
            (403, .error(403, "AccessDenied"), forbidden, 2),
            // What says nothing of the refusal.
            (403, .answer(206, body: [0x31]), forbidden, 2),
            (403, .error(404, "NoSuchKey"), forbidden, 2),
            (400, .answer(400), .refused(host: host, status: 400, code: ""), 2),
        ]
        for (status, reply, expected, requests) in cases {
            let fixture = try StorageFixture(tries: 3) { request, _ in
                request.method == "HEAD" ? .answer(status) : reply
            }
            #expect(throws: expected) { try fixture.client.look(at: address) }
            #expect(fixture.server.requests.count == requests, "\(expected)")
            let second = try #require(fixture.server.requests.dropFirst().first)
            #expect(second.method == "GET" && second.headers["range"] == "bytes=0-0")
            #expect(second.path == "/bucket/a/b")
        }
    }

    @Test("Credentials that expire before HEAD are renewed once")
    func renewedHead() throws {
        let issuer = try ScriptedStorage { _, number in
            let document =
                "{\"AccessKeyId\": \"key\(number)\", \"SecretAccessKey\": \"made\"}"
            return .answer(200, body: Array(document.utf8))
        }
        let environment = [
            "AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nowhere",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": issuer.url + "/c",
        ]
        let fixture = try StorageFixture(environment: environment) { request, _ in
            let isFresh = request.headers["authorization"]?.contains("=key1/") == true
            if isFresh { return .answer(200, headers: ["etag": "\"e\"", "content-length": "3"]) }
            return request.method == "HEAD" ? .answer(400) : .error(400, "ExpiredToken")
        }
        let address = ObjectAddress(bucket: "bucket", key: "a")
        #expect(try fixture.client.look(at: address)?.size == 3)
        #expect(fixture.server.requests.map(\.method) == ["HEAD", "GET", "HEAD"])
    }

    @Test("A silent server is given up after every try") func silence() throws {
        let seen = try fault(idleSeconds: 1, .silence)
        #expect(seen.0 == .timedOut(host: "127.0.0.1", seconds: 1))
        #expect(seen.requests == 3)
    }

    @Test("A server that is not there is said, with the reason") func notThere() throws {
        let server = try ScriptedStorage { _, _ in .hangUp }
        let url = server.url
        withExtendedLifetime(server) {}
        for (address, word) in [
            ("http://127.0.0.1:1", "refused"), ("https://no-such-host.invalid", "host"),
            (url.replacing("http:", with: "https:"), "connection"),
        ] {
            var settings = try ObjectSettings(
                environment: StorageFixture.key.merging(["AWS_ENDPOINT_URL": address]) { $1 })
            settings.tries = 1
            let client = ObjectClient(settings, StorageFixture.surroundings(.init()))
            let fault = #expect(throws: ObjectFault.self) {
                try client.list(bucket: "bucket", prefix: "") { _ in true }
            }
            #expect(fault?.words.contains(word) == true, "\(fault?.words ?? "")")
            #expect(fault?.isRetryable == true && fault?.isOfServer == true)
        }
    }

    @Test("Pauses grow, differ by chance, and end with an interruption") func pauses() throws {
        let fixture = try StorageFixture(tries: 7) { _, _ in .answer(503) }
        #expect(throws: ObjectFault.self) { try fixture.list() }
        let total = fixture.pauses.seconds.withLock { $0.reduce(0, +) }
        // A quarter of 0.5, 1, 2, 4, 8 and 16 seconds: the jitter of the fixture is 0.
        #expect(abs(total - 31.5 / 4) < 0.001)
        #expect(fixture.pauses.seconds.withLock { $0.allSatisfy { $0 <= 0.2 } })
        var surroundings = ObjectSurroundings()
        surroundings.jitter = { 0.999 }
        #expect(surroundings.pauseSeconds(before: 2) > 0.49)
        #expect(surroundings.pauseSeconds(before: 60) < 20)

        fixture.pauses.isInterrupted.withLock { $0 = true }
        #expect(throws: ObjectFault.interrupted) { try fixture.list() }
        let pauses = fixture.pauses
        let late = try StorageFixture { _, _ in
            pauses.isInterrupted.withLock { $0 = true }
            return .silence
        }
        #expect(throws: ObjectFault.interrupted) {
            var surroundings = StorageFixture.surroundings(pauses)
            surroundings.pause = { _ in }
            pauses.isInterrupted.withLock { $0 = false }
            let client = ObjectClient(late.client.settings, surroundings)
            try client.list(bucket: "bucket", prefix: "") { _ in true }
        }
    }

    @Test("A fault in words names no key and says what to do") func words() {
        let faults: [ObjectFault] = [
            .badAddress("s3:/x"), .badSetting(variable: "AWS_REGION", reason: "is no region"),
            .noCredentials(lookedAt: ["a", "b"]), .noCredentialsFrom(source: "a", reason: "b"),
            .unknownKey(host: "h"), .wrongSecret(host: "h"), .expiredCredentials(source: "a"),
            .wrongClock(host: "h"), .forbidden(address: "s3://b/", action: "list"),
            .noSuchBucket("b"), .nothingThere("s3://b/x"),
            .otherRegion(bucket: "b", asked: "a", region: "c"),
            .otherRegion(bucket: "b", asked: "a", region: nil), .changed("s3://b/x"),
            .archived("s3://b/x"), .notReached(host: "h", reason: "r"),
            .timedOut(host: "h", seconds: 3), .cut(host: "h"),
            .serverFailed(host: "h", status: 503, code: "SlowDown"),
            .refused(host: "h", status: 400, code: ""), .unreadableAnswer(host: "h"), .interrupted,
        ]
        for fault in faults {
            #expect(fault.words.count > 8 && !fault.words.contains("Optional"))
            if fault.isOfServer {
                #expect(fault.isRetryable || fault == .unreadableAnswer(host: "h"))
            }
        }
        #expect(Set(faults.map(\.words)).count == faults.count)
    }
}
