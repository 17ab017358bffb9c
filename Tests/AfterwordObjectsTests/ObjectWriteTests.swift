import Synchronization
import Testing

@testable import AfterwordObjects

@Suite struct ObjectWriteTests {
    private static let address = ObjectAddress(bucket: "bucket", key: "r/a b.json")

    /// Bytes in pieces, as a reader gives them.
    private func pieces(_ bytes: [UInt8], _ size: Int) -> () -> [UInt8]? {
        var offset = 0
        return {
            guard offset < bytes.count else { return nil }
            defer { offset += size }
            return Array(bytes[offset..<min(bytes.count, offset + size)])
        }
    }

    @Test("A small object is one signed request") func small() throws {
        let fixture = try StorageFixture { _, number in
            number == 0 ? .answer(503) : .answer(200, headers: ["etag": "\"e\""])
        }
        let tag = try fixture.client.put(
            Array("text".utf8), to: Self.address, type: "application/json", isNew: true)
        #expect(tag == "\"e\"")
        try fixture.client.upload(to: Self.address, partBytes: 10, next: pieces([1, 2, 3], 2))
        let requests = fixture.server.requests
        #expect(requests.map(\.body) == [Array("text".utf8), Array("text".utf8), [1, 2, 3]])
        #expect(requests.allSatisfy { $0.method == "PUT" && $0.uri == "/bucket/r/a%20b.json" })
        #expect(requests[0].headers["if-none-match"] == "*")
        #expect(requests[2].headers["if-none-match"] == nil)
        #expect(requests[0].headers["content-type"] == "application/json")
        let taken = try StorageFixture { _, _ in .error(412, "PreconditionFailed") }
        #expect(throws: ObjectFault.changed("s3://bucket/r/a b.json")) {
            try taken.client.put([], to: Self.address, isNew: true)
        }
    }

    @Test("A large object is sent in parts, and put together at the end") func parts() throws {
        let fixture = try StorageFixture { request, _ in
            switch (request.method, request.query["partNumber"]) {
            case ("POST", nil) where request.query["uploads"] != nil:
                let text = "<R><UploadId>u+/=1</UploadId></R>"
                return .answer(200, body: Array(text.utf8))
            case ("PUT", let number?): return .answer(200, headers: ["etag": "\"&\(number)\""])
            default: return .answer(200, body: Array("<R><ETag>x</ETag></R>".utf8))
            }
        }
        let bytes = (0..<25).map { UInt8($0) }
        for size in [1, 7, 25] {
            try fixture.client.upload(to: Self.address, partBytes: 10, next: pieces(bytes, size))
            let requests = fixture.server.requests.suffix(5)
            #expect(requests.dropFirst().prefix(3).flatMap(\.body) == bytes)
            #expect(requests.dropFirst().allSatisfy { $0.query["uploadId"] == "u+/=1" })
            let end = String(decoding: requests.last?.body ?? [], as: UTF8.self)
            #expect(
                end.contains(
                    "<Part><PartNumber>3</PartNumber><ETag>&quot;&amp;3&quot;</ETag></Part>"))
        }
    }

    @Test("Parts of an upload that fails are taken back") func failures() throws {
        struct Stop: Error {}
        let begun = ScriptedStorage.Reply.answer(
            200, body: Array("<R><UploadId>u</UploadId></R>".utf8))
        let part = ScriptedStorage.Reply.answer(200, headers: ["etag": "\"1\""])
        let failures: [([ScriptedStorage.Reply], aborts: Bool)] = [
            ([.answer(200, body: Array("<R/>".utf8))], false),
            ([.error(403, "AccessDenied")], false),
            ([begun, .error(403, "AccessDenied")], true), ([begun, .answer(200)], true),
            ([begun, part, part, .error(200, "InternalError")], true),
            ([begun, part, part, .answer(400)], true),
        ]
        for (replies, aborts) in failures {
            let fixture = try StorageFixture { _, number in
                number < replies.count ? replies[number] : .answer(204)
            }
            #expect(throws: ObjectFault.self) {
                try fixture.client.upload(
                    to: Self.address, partBytes: 2, next: pieces([1, 2, 3], 1))
            }
            #expect((fixture.server.requests.last?.method == "DELETE") == aborts)
        }
        let fixture = try StorageFixture { _, number in number == 0 ? begun : part }
        var count = 0
        #expect(throws: Stop.self) {
            try fixture.client.upload(to: Self.address, partBytes: 2) {
                count += 1
                guard count < 5 else { throw Stop() }
                return [1]
            }
        }
        #expect(fixture.server.requests.last?.method == "DELETE")
    }
}
