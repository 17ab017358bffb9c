extension ObjectClient {
    /// The objects whose keys begin with a prefix, in byte order of their keys, page by page: only
    /// one page is held.
    ///
    /// - Parameter take: Called with each page; returning false ends the listing.
    /// - Throws: `ObjectFault`, and what `take` throws.
    package func list(
        bucket: String, prefix: String, pageSize: Int = 1_000,
        take: ([ListedObject]) throws -> Bool
    ) throws {
        let address = ObjectAddress(bucket: bucket, key: "")
        var (token, last): (String?, String?) = (nil, nil)
        repeat {
            var request = ObjectRequest(method: "GET", path: "/")
            request.query = [
                ("list-type", "2"), ("encoding-type", "url"), ("max-keys", "\(pageSize)"),
                ("prefix", prefix),
            ]
            if let token { request.query.append(("continuation-token", token)) }
            let page = try page(request, address)
            for object in page.objects {
                guard object.key.hasPrefix(prefix), last.map({ precedes($0, object.key) }) ?? true
                else { throw ObjectFault.unreadableAnswer(host: address.description) }
                last = object.key
            }
            guard page.next == nil || page.next != token else {
                throw ObjectFault.unreadableAnswer(host: address.description)
            }
            guard try take(page.objects) else { return }
            token = page.next
        } while token != nil
    }

    /// One page. An answer that is cut is asked for again.
    private func page(
        _ request: ObjectRequest, _ address: ObjectAddress
    ) throws(ObjectFault) -> ObjectPage {
        var number = 1
        while true {
            let reply = try send(request, Purpose(address: address, action: "list"))
            do throws(ObjectFault) {
                let body = try reply.rest(limit: 16 << 20)
                guard let page = try? ObjectPage(body) else {
                    throw ObjectFault.unreadableAnswer(host: reply.host)
                }
                return page
            } catch {
                guard error.isRetryable, error != .interrupted, number < settings.tries else {
                    throw error
                }
            }
            number += 1
            try surroundings.wait(surroundings.pauseSeconds(before: number))
        }
    }

    /// What a server says of an object; nil where there is none.
    ///
    /// - Throws: `ObjectFault`.
    package func look(at address: ObjectAddress) throws(ObjectFault) -> ListedObject? {
        let request = ObjectRequest(method: "HEAD", path: Self.path(address.key))
        let purpose = Purpose(address: address, action: "read", expected: [404])
        let reply = try send(request, purpose)
        // The answer to HEAD has no body that could say whether it is the bucket that is missing.
        if reply.status == 404 { return nil }
        guard let size = reply.header("content-length").flatMap({ Int64($0) }), size >= 0 else {
            throw .unreadableAnswer(host: reply.host)
        }
        return ListedObject(
            key: address.key, size: size, etag: reply.header("etag") ?? "",
            modified: reply.header("last-modified").flatMap { UTCStamp(http: $0) })
    }

    /// Reads an object from start to end, all of one version.
    ///
    /// - Parameter take: Called with the next bytes, and the number of all.
    /// - Throws: `ObjectFault`, and what `take` throws.
    package func read(
        _ address: ObjectAddress, take: (_ bytes: [UInt8], _ of: Int64) throws -> Void
    ) throws {
        guard address.isObject else { throw ObjectFault.noObject("\(address)") }
        guard let object = try look(at: address) else {
            throw ObjectFault.nothingThere("\(address)")
        }
        let stream = ObjectStream(self, bucket: address.bucket, object)
        while let bytes = try stream.next() { try take(bytes, object.size) }
    }

    /// The path of a key after the bucket.
    static func path(_ key: String) -> String { "/" + percentEncoded(key, keepsSlashes: true) }
}

/// Whether a key stands before another one in byte order.
private func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
}

/// The bytes of an object, from an offset on, as they come. A connection that is cut or falls
/// silent is opened again where it ended, of the same version of the object only. For one thread at
/// a time.
package final class ObjectStream {
    private let client: ObjectClient
    private let address: ObjectAddress
    /// The entity tag that the object must have; empty where its server gives none.
    private let etag: String
    private let end: Int64
    /// The offset of the next byte.
    private var offset: Int64
    private var reply: HTTPReply?
    /// Tries since bytes last came.
    private var number = 1
    /// The version that the server read from; nil where it keeps none.
    package private(set) var versionID: String?

    /// Opens nothing yet.
    ///
    /// - Parameter object: As it was listed. Only the bytes before `end` are read; all where it is
    ///   nil.
    package init(
        _ client: ObjectClient, bucket: String, _ object: ListedObject, from offset: Int64 = 0,
        to end: Int64? = nil
    ) {
        self.client = client
        address = ObjectAddress(bucket: bucket, key: object.key)
        etag = object.etag
        self.offset = min(offset, object.size)
        self.end = min(end ?? object.size, object.size)
        size = object.size
    }

    private let size: Int64

    /// The next bytes; nil at the end.
    ///
    /// - Throws: `ObjectFault.changed` where the object is no longer the one that was listed; other
    ///   `ObjectFault`s.
    package func next() throws(ObjectFault) -> [UInt8]? {
        while offset < end {
            do throws(ObjectFault) {
                if let bytes = try read() { return bytes }
                reply = nil
                throw ObjectFault.cut(host: "s3://\(address.bucket)")
            } catch {
                reply = nil
                guard error.isRetryable, error != .interrupted, number < client.settings.tries
                else { throw error }
                if case .changed = error { throw error }
            }
            number += 1
            try client.surroundings.wait(client.surroundings.pauseSeconds(before: number))
        }
        return nil
    }

    /// Bytes of the open answer, or of a new one; nil where it ends.
    private func read() throws(ObjectFault) -> [UInt8]? {
        if reply == nil { reply = try open() }
        guard var bytes = try reply?.next() else { return nil }
        if Int64(bytes.count) > end - offset { bytes = Array(bytes.prefix(Int(end - offset))) }
        offset += Int64(bytes.count)
        number = 1
        if offset == end { reply = nil }
        return bytes
    }

    private func open() throws(ObjectFault) -> HTTPReply {
        var request = ObjectRequest(method: "GET", path: ObjectClient.path(address.key))
        let isPart = offset > 0 || end < size
        if isPart { request.headers.append(("range", "bytes=\(offset)-\(end - 1)")) }
        if !etag.isEmpty { request.headers.append(("if-match", etag)) }
        let purpose = ObjectClient.Purpose(
            address: address, action: "read", expected: [404, 416])
        let reply = try client.send(request, purpose)
        if reply.status == 404 || reply.status == 416 {
            if ServerError(xml: (try? reply.rest(limit: 1 << 16)) ?? []).code == "NoSuchBucket" {
                throw .noSuchBucket(address.bucket)
            }
            throw .changed("\(address)")
        }
        let other = reply.header("etag")
        guard etag.isEmpty || other == nil || other == etag else { throw .changed("\(address)") }
        try check(reply, isPart: isPart)
        if let version = reply.header("x-amz-version-id"), version != "null" {
            versionID = version
        }
        return reply
    }

    /// Whether the answer holds the bytes that were asked for.
    private func check(_ reply: HTTPReply, isPart: Bool) throws(ObjectFault) {
        let length = reply.header("content-length").flatMap { Int64($0) }
        if isPart {
            let range = reply.header("content-range") ?? ""
            guard reply.status == 206, range.hasPrefix("bytes \(offset)-") else {
                throw .unreadableAnswer(host: reply.host)
            }
            guard range.hasSuffix("/\(size)") || range.hasSuffix("/*") else {
                throw .changed("\(address)")
            }
        }
        guard length == nil || length == end - offset else { throw .changed("\(address)") }
    }
}
