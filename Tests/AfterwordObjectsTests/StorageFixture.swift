import Foundation
import Synchronization
import Testing

@testable import AfterwordObjects

/// A client of a scripted server, with a clock and pauses of its own.
struct StorageFixture {
    let server: ScriptedStorage
    let client: ObjectClient
    let pauses = Pauses()

    /// Seconds of pauses, and what a test decides meanwhile. Thread-safe.
    final class Pauses: Sendable {
        let seconds = Mutex<[Double]>([])
        let isInterrupted = Mutex(false)
    }

    /// The environment of a key that the example server takes.
    static let key = [
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_EC2_METADATA_DISABLED": "true",
    ]

    init(
        environment: [String: String] = key, tries: Int = 3, idleSeconds: Int = 30,
        _ answer: @escaping @Sendable (ScriptedStorage.Request, Int) -> ScriptedStorage.Reply
    ) throws {
        server = try ScriptedStorage(answer)
        var settings = try ObjectSettings(
            environment: environment.merging(["AWS_ENDPOINT_URL_S3": server.url]) { $1 })
        settings.tries = tries
        settings.idleSeconds = idleSeconds
        client = ObjectClient(settings, Self.surroundings(pauses))
    }

    static func surroundings(_ pauses: Pauses) -> ObjectSurroundings {
        var surroundings = ObjectSurroundings()
        surroundings.now = { UTCStamp(seconds: 1_767_600_000) }
        surroundings.pause = { second in pauses.seconds.withLock { $0.append(second) } }
        surroundings.jitter = { 0 }
        surroundings.isInterrupted = { pauses.isInterrupted.withLock { $0 } }
        return surroundings
    }

    /// All objects below a prefix.
    func list(_ prefix: String = "", pageSize: Int = 1_000) throws -> [ListedObject] {
        var all: [ListedObject] = []
        try client.list(bucket: "bucket", prefix: prefix, pageSize: pageSize) { page in
            all += page
            return true
        }
        return all
    }

    /// The bytes of an object as it was listed.
    func read(_ object: ListedObject, from offset: Int64 = 0, to end: Int64? = nil) throws
        -> [UInt8]
    {
        let stream = ObjectStream(client, bucket: "bucket", object, from: offset, to: end)
        var bytes: [UInt8] = []
        while let more = try stream.next() { bytes += more }
        return bytes
    }
}

/// A bucket in memory: answers lists and reads as S3 does.
struct MadeBucket: Sendable {
    var objects: [String: [UInt8]] = [:]

    func etag(_ key: String) -> String { "\"\(objects[key]?.hashValue ?? 0)\"" }

    func listed(_ key: String) -> ListedObject {
        ListedObject(
            key: key, size: Int64(objects[key]?.count ?? 0), etag: etag(key),
            modified: UTCStamp(seconds: 1_767_597_300))
    }

    /// The answer to a request below `/bucket/`.
    func answer(_ request: ScriptedStorage.Request) -> ScriptedStorage.Reply {
        let key = request.path.dropFirst("/bucket/".count).removingPercentEncoding ?? ""
        if key.isEmpty { return list(request) }
        guard let bytes = objects[key] else { return .error(404, "NoSuchKey") }
        if let wanted = request.headers["if-match"], wanted != etag(key) {
            return .error(412, "PreconditionFailed")
        }
        var headers = [
            "etag": etag(key), "x-amz-version-id": "v1",
            "last-modified": "Mon, 05 Jan 2026 07:15:00 GMT",
        ]
        guard let range = request.headers["range"]?.dropFirst("bytes=".count) else {
            headers["content-length"] = "\(bytes.count)"
            return .answer(200, headers: headers, body: bytes)
        }
        let sides = range.split(separator: "-", omittingEmptySubsequences: false)
        let start = Int(sides[0]) ?? 0
        let end = min(Int(sides[1]) ?? .max, bytes.count - 1)
        headers["content-range"] = "bytes \(start)-\(end)/\(bytes.count)"
        return .answer(206, headers: headers, body: Array(bytes[start...end]))
    }

    private func list(_ request: ScriptedStorage.Request) -> ScriptedStorage.Reply {
        let (query, prefix) = (request.query, request.query["prefix"] ?? "")
        let all = objects.keys.filter { $0.hasPrefix(prefix) }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let start = Int(query["continuation-token"] ?? "0") ?? 0
        let size = Int(query["max-keys"] ?? "") ?? 1_000
        let page = all.dropFirst(start).prefix(size)
        let contents = page.map { key in
            "<Contents><Key>\(percentEncoded(key))</Key>"
                + "<ETag>\(etag(key).replacing("\"", with: "&quot;"))</ETag>"
                + "<LastModified>2026-01-05T07:15:00.000Z</LastModified>"
                + "<Size>\(objects[key]?.count ?? 0)</Size></Contents>"
        }
        let isCut = start + page.count < all.count
        let next = "<NextContinuationToken>\(start + page.count)</NextContinuationToken>"
        let text =
            "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>\(isCut)</IsTruncated>"
            + "<EncodingType>url</EncodingType>\(contents.joined())\(isCut ? next : "")"
            + "</ListBucketResult>"
        return .answer(200, body: Array(text.utf8))
    }
}

extension ScriptedStorage.Reply {
    /// An error as S3 says it.
    static func error(
        _ status: Int, _ code: String, region: String? = nil
    ) -> ScriptedStorage.Reply {
        let place = region.map { "<Region>\($0)</Region>" } ?? ""
        let text = "<?xml version=\"1.0\"?><Error><Code>\(code)</Code>\(place)</Error>"
        return .answer(status, body: Array(text.utf8))
    }
}
