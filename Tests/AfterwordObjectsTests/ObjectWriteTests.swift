import Synchronization
import Testing

@testable import AfterwordObjects

@Suite struct ObjectWriteTests {
    private static let address = ObjectAddress(bucket: "bucket", key: "r/a b.json")
    private static let whole = ObjectUpload(address)
    private static let new: ObjectUpload = {
        var upload = whole
        upload.isNew = true
        return upload
    }()

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
        try fixture.client.upload(Self.whole, partBytes: 10, next: pieces([1, 2, 3], 2))
        let requests = fixture.server.requests
        #expect(requests.map(\.body) == [Array("text".utf8), Array("text".utf8), [1, 2, 3]])
        #expect(requests.allSatisfy { $0.method == "PUT" && $0.uri == "/bucket/r/a%20b.json" })
        #expect(requests[0].headers["if-none-match"] == "*")
        #expect(requests[2].headers["if-none-match"] == nil)
        #expect(requests[0].headers["content-type"] == "application/json")
        let taken = try StorageFixture { request, _ in
            request.method == "HEAD" ? .answer(200) : .error(412, "PreconditionFailed")
        }
        #expect(throws: ObjectFault.alreadyThere("s3://bucket/r/a b.json")) {
            try taken.client.put([], to: Self.address, isNew: true)
        }
        #expect(throws: ObjectFault.changed("s3://bucket/r/a b.json")) {
            try taken.client.put([], to: Self.address)
        }
    }

    @Test("An object is replaced only where it is the one that was read") func replacing() throws {
        let mark = Made()
        let fixture = try StorageFixture { request, number in
            if let own = request.headers["x-amz-meta-afterword-upload"], number < 4 {
                mark.set(own)
            }
            return switch (request.method, request.headers["if-match"], number) {
            case ("HEAD", _, _):
                .answer(
                    200,
                    headers: [
                        "etag": "\"e\"", "x-amz-meta-afterword-upload": mark.value,
                    ])
            // Another write was under way; the answer to this one is lost.
            case ("PUT", "\"old\"", 0): .error(409, "ConditionalRequestConflict")
            case ("PUT", "\"old\"", 1): .hangUp
            case ("PUT", "\"gone\"", _): .error(404, "NoSuchKey")
            default: .error(412, "PreconditionFailed")
            }
        }
        let put = { (tag: String) in
            try fixture.client.put([1], to: Self.address, replacing: tag)
        }
        #expect(try put("\"old\"") == "\"e\"")
        let fault = ObjectFault.changed("\(Self.address)")
        #expect(throws: fault) { try put("\"other\"") }
        #expect(throws: fault) { try put("\"gone\"") }
        let first = fixture.server.requests[0].headers
        #expect(first["authorization"]?.contains("if-match;") == true)
        #expect(first["if-none-match"] == nil)
    }

    @Test("An address of a bucket or a folder takes no object", arguments: ["", "r/"])
    func folders(key: String) throws {
        let fixture = try StorageFixture { _, _ in .answer(200) }
        let address = ObjectAddress(bucket: "bucket", key: key)
        #expect(throws: ObjectFault.noObject("s3://bucket/\(key)")) {
            try fixture.client.put([], to: address)
        }
        #expect(throws: ObjectFault.noObject("s3://bucket/\(key)")) {
            try fixture.client.upload(ObjectUpload(address), partBytes: 1, next: pieces([1, 2], 1))
        }
        #expect(throws: ObjectFault.noObject("s3://bucket/\(key)")) {
            try fixture.client.read(address) { _, _ in }
        }
        #expect(fixture.server.requests.isEmpty)
    }

    @Test("Parts grow with the object, to 5 TiB") func partSizes() throws {
        func bytes(_ count: Int64) throws -> Int {
            try ObjectClient.partBytes(for: count, to: Self.address)
        }
        let least = Int64(ObjectClient.partBytes)
        #expect(try bytes(0) == 8 << 20 && bytes(10_000 * least) == 8 << 20)
        #expect(try bytes(10_000 * least + 1) == 9 << 20)
        #expect(try bytes(5 << 40) == 525 << 20)
        for count in [Int64(1), 1 << 36, 1 << 40, 5 << 40] {
            #expect(try Int64(bytes(count)) * 10_000 >= count)
        }
        let fault = ObjectFault.tooLarge("\(Self.address)", 5 << 40 + 1)
        #expect(throws: fault) { try bytes(5 << 40 + 1) }
        #expect(fault.words.contains("at most 5497558138880"))
        let fixture = try StorageFixture { _, _ in .answer(200) }
        var huge = Self.whole
        huge.byteCount = 5 << 40 + 1
        #expect(throws: fault) {
            try fixture.client.upload(huge, next: { nil })
        }
        #expect(fixture.server.requests.isEmpty)
    }

    /// A server that takes an upload and says nothing of it the first time.
    private func losing(_ lost: String, mark isOwn: Bool = true) throws -> StorageFixture {
        let (mark, tries) = (Made(), Made())
        return try StorageFixture { request, _ in
            let kind = Self.kind(request)
            if let own = request.headers["x-amz-meta-afterword-upload"] { mark.set(own) }
            if kind == lost {
                if tries.value.isEmpty {
                    tries.set("lost")
                    return .hangUp
                }
                return kind == "complete"
                    ? .error(404, "NoSuchUpload") : .error(412, "PreconditionFailed")
            }
            switch kind {
            case "look":
                return .answer(
                    200,
                    headers: [
                        "etag": "\"e\"", "x-amz-meta-afterword-upload": isOwn ? mark.value : "x",
                    ])
            case "begin":
                return .answer(200, body: Array("<R><UploadId>u</UploadId></R>".utf8))
            default: return .answer(200, headers: ["etag": "\"1\""])
            }
        }
    }

    /// A text that a server keeps. Thread-safe.
    private final class Made: Sendable {
        private let text = Mutex("")
        var value: String { text.withLock { $0 } }
        func set(_ value: String) { text.withLock { $0 = value } }
    }

    private static func kind(_ request: ScriptedStorage.Request) -> String {
        switch request.method {
        case "HEAD": "look"
        case "POST": request.query["uploads"] == nil ? "complete" : "begin"
        case "DELETE": "abort"
        default: request.query["partNumber"] == nil ? "put" : "part"
        }
    }

    @Test("An upload whose answer was lost is known again", arguments: ["put", "complete"])
    func lostAnswers(lost: String) throws {
        let fixture = try losing(lost)
        if lost == "put" {
            #expect(try fixture.client.put([1], to: Self.address, isNew: true) == "\"e\"")
        } else {
            try fixture.client.upload(
                Self.new, partBytes: 1, next: pieces([1, 2], 1))
        }
        #expect(fixture.server.requests.map(Self.kind).last == "look")
        let other = try losing(lost, mark: false)
        let fault: ObjectFault =
            lost == "put"
            ? .alreadyThere("\(Self.address)") : .nothingThere("\(Self.address)")
        #expect(throws: fault) {
            try other.client.upload(
                Self.new, partBytes: lost == "put" ? 10 : 1,
                next: pieces([1, 2], 1))
        }
    }

    @Test("An object in parts that must be new and is there is not replaced")
    func newInParts() throws {
        for status in [200, 412] {
            let fixture = try StorageFixture { request, _ in
                switch Self.kind(request) {
                case "begin": .answer(200, body: Array("<R><UploadId>u</UploadId></R>".utf8))
                case "complete" where request.headers["if-none-match"] == "*":
                    .error(status, "PreconditionFailed")
                default: .answer(200, headers: ["etag": "\"1\""])
                }
            }
            #expect(throws: ObjectFault.alreadyThere("\(Self.address)")) {
                try fixture.client.upload(
                    Self.new, partBytes: 1, next: pieces([1, 2], 1))
            }
            let kinds = fixture.server.requests.map(Self.kind)
            #expect(kinds == ["begin", "part", "part", "complete", "look", "abort"])
        }
    }

    @Test("Parts are taken back where the user ends the program") func interrupted() throws {
        let fixture = try StorageFixture { request, _ in
            Self.kind(request) == "begin"
                ? .answer(200, body: Array("<R><UploadId>u</UploadId></R>".utf8))
                : .answer(200, headers: ["etag": "\"1\""])
        }
        var count = 0
        #expect(throws: ObjectFault.interrupted) {
            try fixture.client.upload(Self.whole, partBytes: 2) {
                count += 1
                if count == 4 { fixture.pauses.isInterrupted.withLock { $0 = true } }
                return [1]
            }
        }
        #expect(fixture.server.requests.map(Self.kind).last == "abort")
    }

    @Test("An object is read as it was when it was looked at") func reading() throws {
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let bucket = MadeBucket(objects: ["r/a b.json": bytes])
        let fixture = try StorageFixture { request, _ in
            guard request.method == "HEAD" else { return bucket.answer(request) }
            let key = request.path.hasSuffix("a%20b.json") ? "r/a b.json" : ""
            guard !key.isEmpty else { return .answer(404) }
            return .answer(
                200, headers: ["content-length": "\(bytes.count)", "etag": bucket.etag(key)])
        }
        var got: [UInt8] = []
        try fixture.client.read(Self.address) { more, count in
            got += more
            #expect(count == 200_000)
        }
        #expect(got == bytes)
        #expect(fixture.server.requests.last?.headers["if-match"] == bucket.etag("r/a b.json"))
        #expect(throws: ObjectFault.nothingThere("s3://bucket/none")) {
            try fixture.client.read(ObjectAddress(bucket: "bucket", key: "none")) { _, _ in }
        }
    }

    @Test("That an object can be written is shown by an upload that is taken back")
    func writable() throws {
        let fixture = try StorageFixture { request, _ in
            Self.kind(request) == "begin"
                ? .answer(200, body: Array("<R><UploadId>u</UploadId></R>".utf8)) : .answer(204)
        }
        try fixture.client.requireWritable(Self.address)
        #expect(fixture.server.requests.map(Self.kind) == ["begin", "abort"])
        #expect(fixture.server.requests.last?.query["uploadId"] == "u")
        for denied in ["begin", "abort"] {
            let other = try StorageFixture { request, _ in
                Self.kind(request) == denied
                    ? .error(403, "AccessDenied")
                    : .answer(200, body: Array("<R><UploadId>u</UploadId></R>".utf8))
            }
            #expect(throws: ObjectFault.forbidden(address: "\(Self.address)", action: "write")) {
                try other.client.requireWritable(Self.address)
            }
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
            try fixture.client.upload(Self.whole, partBytes: 10, next: pieces(bytes, size))
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
                    Self.whole, partBytes: 2, next: pieces([1, 2, 3], 1))
            }
            #expect((fixture.server.requests.last?.method == "DELETE") == aborts)
        }
        let fixture = try StorageFixture { _, number in number == 0 ? begun : part }
        var count = 0
        #expect(throws: Stop.self) {
            try fixture.client.upload(Self.whole, partBytes: 2) {
                count += 1
                guard count < 5 else { throw Stop() }
                return [1]
            }
        }
        #expect(fixture.server.requests.last?.method == "DELETE")
    }
}
