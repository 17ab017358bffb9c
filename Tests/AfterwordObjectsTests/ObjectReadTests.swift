import Foundation
import Synchronization
import Testing

@testable import AfterwordObjects

@Suite struct ObjectReadTests {
    private static let keys = [
        "d/2026-01-05/de.jsonl", "d/a b+c.json", "d/percent%25/%2F.json", "d/ü/日本.json",
        "d//double.json", "d/q?a&b#c.json", "d/./x/../y.json", "d/it's (1)!*.json",
    ]
    private static let bucket = MadeBucket(
        objects: Dictionary(uniqueKeysWithValues: keys.map { ($0, Array("bytes of \($0)".utf8)) }))

    @Test("Objects are listed page by page in byte order, and read, whatever their keys")
    func reading() throws {
        let fixture = try StorageFixture { request, _ in Self.bucket.answer(request) }
        for size in [1, 3, 1_000] {
            let listed = try fixture.list("d/", pageSize: size)
            #expect(
                listed.map(\.key)
                    == Self.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            for object in listed where size == 3 {
                #expect(try fixture.read(object) == Array("bytes of \(object.key)".utf8))
                #expect(try fixture.read(object, from: 3, to: 8) == Array("es of".utf8))
            }
        }
        for request in fixture.server.requests {
            #expect(request.headers["authorization"]?.hasPrefix("AWS4-HMAC-SHA256 ") == true)
            #expect(request.headers["x-amz-date"] == "20260105T080000Z")
        }
        let facts = try fixture.client.look(
            at: ObjectAddress(bucket: "bucket", key: "d/a b+c.json"))
        #expect(facts == Self.bucket.listed("d/a b+c.json"))
        #expect(try fixture.client.look(at: ObjectAddress(bucket: "bucket", key: "no")) == nil)
    }

    @Test("A listing ends where its reader wants it") func listingEnds() throws {
        let fixture = try StorageFixture { request, _ in Self.bucket.answer(request) }
        var count = 0
        try fixture.client.list(bucket: "bucket", prefix: "", pageSize: 2) { page in
            count += page.count
            return count < 4
        }
        #expect(count == 4 && fixture.server.requests.count == 2)
    }

    @Test("A connection that is cut or falls silent is read on where it ended") func resuming()
        throws
    {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let bucket = MadeBucket(objects: ["a": bytes])
        let fixture = try StorageFixture(idleSeconds: 1) { request, number in
            guard case .answer(let status, let headers, let body) = bucket.answer(request) else {
                return .hangUp
            }
            let beginning = Array(body.prefix(20_000))
            switch number {
            case 0, 2:
                return .cut(status, headers: headers, length: body.count, body: beginning)
            case 1: return .hangUp
            case 3: return .stall(status, headers: headers, length: body.count, body: beginning)
            default: return .answer(status, headers: headers, body: body)
            }
        }
        #expect(try fixture.read(bucket.listed("a")) == bytes)
        let ranges = fixture.server.requests.map { $0.headers["range"] ?? "" }
        #expect(ranges.first == "" && ranges.dropFirst().allSatisfy { $0.hasSuffix("-99999") })
        #expect(
            fixture.server.requests.allSatisfy { $0.headers["if-match"] == bucket.etag("a") })
    }

    @Test("An object that changes, vanishes or grows while it is read is refused") func changes()
        throws
    {
        let (old, new) = (
            MadeBucket(objects: ["a": [UInt8](repeating: 1, count: 50_000)]),
            MadeBucket(objects: ["a": [UInt8](repeating: 2, count: 50_000)])
        )
        let object = old.listed("a")
        // Before the first byte, and in the middle.
        for place in [0, 1] {
            for other in [new, MadeBucket()] {
                let fixture = try StorageFixture { request, number in
                    guard number < place,
                        case .answer(let status, let headers, let body) = old.answer(request)
                    else { return other.answer(request) }
                    return .cut(
                        status, headers: headers, length: body.count, body: Array(body.prefix(9)))
                }
                #expect(throws: ObjectFault.changed("s3://bucket/a")) { try fixture.read(object) }
            }
        }
        // A server that does not know If-Match.
        for headers in [
            ["etag": "\"other\""], ["etag": object.etag, "content-length": "50001"],
        ] {
            let fixture = try StorageFixture { _, _ in
                .answer(200, headers: headers, body: [UInt8](repeating: 1, count: 50_001))
            }
            #expect(throws: ObjectFault.changed("s3://bucket/a")) { try fixture.read(object) }
        }
        let gone = try StorageFixture { _, _ in .error(404, "NoSuchBucket") }
        #expect(throws: ObjectFault.noSuchBucket("bucket")) { try gone.read(object) }
    }

    @Test("A server that ignores ranges is refused") func ranges() throws {
        let object = ListedObject(key: "a", size: 10, etag: "\"1\"")
        let whole = try StorageFixture { _, _ in
            .answer(200, headers: ["etag": "\"1\""], body: Array("0123456789".utf8))
        }
        #expect(throws: ObjectFault.unreadableAnswer(host: "127.0.0.1")) {
            try whole.read(object, from: 4)
        }
        let longer = try StorageFixture { _, _ in
            .answer(
                206, headers: ["content-range": "bytes 4-9/11"], body: Array("456789".utf8))
        }
        #expect(throws: ObjectFault.changed("s3://bucket/a")) { try longer.read(object, from: 4) }
        #expect(try whole.read(object, from: 10) == [])
        #expect(whole.server.requests.count == 1)
    }

    @Test("A list out of order, outside its prefix or without an end is refused") func badLists()
        throws
    {
        func page(_ keys: [String], next: String? = nil) -> ScriptedStorage.Reply {
            let all = keys.map { "<Contents><Key>\($0)</Key><Size>1</Size></Contents>" }.joined()
            let end = next.map { "<NextContinuationToken>\($0)</NextContinuationToken>" } ?? ""
            let text =
                "<ListBucketResult><IsTruncated>\(next != nil)</IsTruncated>\(all)\(end)"
                + "</ListBucketResult>"
            return .answer(200, body: Array(text.utf8))
        }
        for reply in [
            page(["d/b", "d/a"]), page(["d/a", "d/a"]), page(["e"]), page(["d/a"], next: "x"),
            .answer(200, body: Array("<html>".utf8)), .answer(200, body: Array("<html/>".utf8)),
        ] {
            let fixture = try StorageFixture { _, _ in reply }
            #expect(throws: ObjectFault.self) { try fixture.list("d/") }
            #expect(fixture.server.requests.count <= 2)
        }
    }

    @Test("A list that is cut is asked for again") func cutList() throws {
        let fixture = try StorageFixture { request, number in
            guard number < 2,
                case .answer(let status, let headers, let body) =
                    Self.bucket.answer(request)
            else { return Self.bucket.answer(request) }
            return .cut(
                status, headers: headers, length: body.count, body: Array(body.prefix(99)))
        }
        #expect(try fixture.list("d/").count == Self.keys.count)
        #expect(fixture.server.requests.count == 3)
    }

    @Test("A million keys are listed with one page in memory") func manyKeys() throws {
        let fixture = try StorageFixture { request, _ in
            let start = Int(request.query["continuation-token"] ?? "0") ?? 0
            var text = "<ListBucketResult><IsTruncated>\(start + 1_000 < 1_000_000)</IsTruncated>"
            for number in start..<start + 1_000 {
                text +=
                    "<Contents><Key>d/\(10_000_000 + number).jsonl</Key><Size>1</Size></Contents>"
            }
            text += "<NextContinuationToken>\(start + 1_000)</NextContinuationToken>"
            return .answer(200, body: Array((text + "</ListBucketResult>").utf8))
        }
        var (count, longest) = (0, 0)
        try fixture.client.list(bucket: "bucket", prefix: "d/") { page in
            count += page.count
            longest = max(longest, page.count)
            return count < manyKeysListed
        }
        #expect(count == manyKeysListed && longest == 1_000)
    }

    @Test("The version that was read is known, and when it was put there")
    func versions() throws {
        let bytes = [UInt8](repeating: 7, count: 3 << 20)
        let bucket = MadeBucket(objects: ["a.json": bytes, "b.json": [1]])
        let fixture = try StorageFixture { request, _ in bucket.answer(request) }
        let listed = try fixture.list()
        let at = UTCStamp(seconds: 1_767_597_300)
        #expect(listed.map(\.modified) == [at, at])
        let reads = ObjectReads(fixture.client, bucket: "bucket", listed)
        #expect(reads.versionID(0) == nil && reads.versionID(-1) == nil)
        let part = reads.open(0, from: 0, to: Int64(bytes.count))
        var got = 0
        while let more = try part.next() { got += more.count }
        #expect(got == bytes.count && reads.versionID(0) == "v1")
        let rest = reads.open(1, from: 0, to: 1)
        #expect(try rest.next() == [1] && reads.versionID(1) == "v1")
        let single = try StorageFixture { _, _ in
            .answer(
                200,
                headers: [
                    "content-length": "1", "etag": "\"e\"",
                    "last-modified": "Mon, 05 Jan 2026 07:15:00 GMT",
                ])
        }
        let found = try single.client.look(at: ObjectAddress(bucket: "bucket", key: "x"))
        #expect(found?.modified == at)
    }

    @Test(
        "Dates of HTTP are read, and nothing else",
        arguments: [
            ("Mon, 05 Jan 2026 07:08:09 GMT", 1_767_596_889),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Wed, 31 Dec 2025 23:59:59 GMT", 1_767_225_599),
            ("Tue, 29 Oct 2024 00:00:00 GMT", 1_730_160_000),
        ] as [(String, Int64)])
    func dates(text: String, seconds: Int64) {
        #expect(UTCStamp(http: text)?.seconds == seconds)
        let zone = text.replacing("GMT", with: "CET")
        for odd in ["", "05 Jan 2026 07:08:09 GMT", text + " x", zone] {
            #expect(UTCStamp(http: odd) == nil)
        }
        #expect(UTCStamp(http: "Mon, 05 Jam 2026 07:08:09 GMT") == nil)
        #expect(UTCStamp(http: "Mon, 5 Jan 2026 07:08:09 GMT") == nil)
    }
}

/// A million where there is time; else a twentieth, which reads as many pages a second.
private let manyKeysListed =
    ProcessInfo.processInfo.environment["AFTERWORD_LONG_TESTS"] == "1" ? 1_000_000 : 50_000
