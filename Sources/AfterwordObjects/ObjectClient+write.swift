extension ObjectClient {
    /// The bytes of one part of an upload: smaller objects are sent in one request.
    package static let partBytes = 8 << 20

    /// Writes an object. It is there whole, or not at all.
    ///
    /// - Parameter isNew: Refuses to replace an object.
    /// - Returns: Its entity tag.
    /// - Throws: `ObjectFault`; `.changed` where the object must be new and is there.
    @discardableResult
    package func put(
        _ bytes: [UInt8], to address: ObjectAddress, type: String = "application/octet-stream",
        isNew: Bool = false
    ) throws(ObjectFault) -> String {
        var request = ObjectRequest(method: "PUT", path: Self.path(address.key))
        request.headers = [("content-type", type)]
        if isNew { request.headers.append(("if-none-match", "*")) }
        request.body = bytes
        let reply = try send(request, Purpose(address: address, action: "write"))
        _ = try reply.rest(limit: 1 << 16)
        return reply.header("etag") ?? ""
    }

    /// Writes an object of any length in parts, of which one is held at a time.
    ///
    /// - Parameter next: The next bytes; nil at the end.
    /// - Throws: `ObjectFault`, and what `next` throws; then the parts are taken back, so that
    ///   nothing is there.
    package func upload(
        to address: ObjectAddress, type: String = "application/octet-stream",
        partBytes: Int = ObjectClient.partBytes, next: () throws -> [UInt8]?
    ) throws {
        var part = try Self.part(partBytes, [], next)
        guard part.bytes.count >= partBytes else {
            try put(part.bytes, to: address, type: type)
            return
        }
        let upload = try begin(address, type)
        do {
            var tags: [String] = []
            while !part.bytes.isEmpty {
                guard tags.count < Self.partsLimit else {
                    throw ObjectFault.refused(
                        host: "s3://\(address.bucket)", status: 400, code: "TooManyParts")
                }
                tags.append(try send(part.bytes, upload, number: tags.count + 1))
                part = try Self.part(partBytes, part.rest, next)
            }
            try complete(upload, tags)
        } catch {
            try? abort(upload)
            throw error
        }
    }

    private static let partsLimit = 10_000

    /// An upload that has begun.
    private struct Upload {
        var address: ObjectAddress
        var id: String
    }

    /// Bytes for one part, and those beyond it.
    private static func part(
        _ count: Int, _ begun: [UInt8], _ next: () throws -> [UInt8]?
    ) throws -> (bytes: [UInt8], rest: [UInt8]) {
        var bytes = begun
        while bytes.count < count, let more = try next() { bytes += more }
        return (Array(bytes.prefix(count)), Array(bytes.dropFirst(count)))
    }

    private func begin(_ address: ObjectAddress, _ type: String) throws(ObjectFault) -> Upload {
        var request = ObjectRequest(method: "POST", path: Self.path(address.key))
        request.query = [("uploads", "")]
        request.headers = [("content-type", type)]
        let reply = try send(request, Purpose(address: address, action: "write"))
        let body = try reply.rest(limit: 1 << 16)
        guard let id = (try? XMLFields(body))?["UploadId"], !id.isEmpty else {
            throw .unreadableAnswer(host: reply.host)
        }
        return Upload(address: address, id: id)
    }

    private func send(
        _ bytes: [UInt8], _ upload: Upload, number: Int
    ) throws(ObjectFault) -> String {
        var request = ObjectRequest(method: "PUT", path: Self.path(upload.address.key))
        request.query = [("partNumber", "\(number)"), ("uploadId", upload.id)]
        request.body = bytes
        let reply = try send(request, Purpose(address: upload.address, action: "write"))
        _ = try reply.rest(limit: 1 << 16)
        guard let tag = reply.header("etag") else { throw .unreadableAnswer(host: reply.host) }
        return tag
    }

    private func complete(_ upload: Upload, _ tags: [String]) throws(ObjectFault) {
        let parts = tags.enumerated().map { place, tag in
            "<Part><PartNumber>\(place + 1)</PartNumber><ETag>\(Self.escaped(tag))</ETag></Part>"
        }
        var request = ObjectRequest(method: "POST", path: Self.path(upload.address.key))
        request.query = [("uploadId", upload.id)]
        let namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
        request.body = Array(
            ("<CompleteMultipartUpload xmlns=\"\(namespace)\">\(parts.joined())"
                + "</CompleteMultipartUpload>").utf8)
        let reply = try send(request, Purpose(address: upload.address, action: "write"))
        // The server says 200 before it is done, and an error may follow.
        let body = try reply.rest(limit: 1 << 16)
        let error = ServerError(xml: body)
        guard error.code.isEmpty else {
            throw .serverFailed(host: reply.host, status: 200, code: error.code)
        }
    }

    private func abort(_ upload: Upload) throws(ObjectFault) {
        var request = ObjectRequest(method: "DELETE", path: Self.path(upload.address.key))
        request.query = [("uploadId", upload.id)]
        let purpose = Purpose(address: upload.address, action: "write", expected: [404])
        _ = try send(request, purpose).rest(limit: 1 << 16)
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing("\"", with: "&quot;")
    }
}
