import Foundation

/// An object that is written.
package struct ObjectUpload: Sendable {
    package var address: ObjectAddress
    /// Its media type.
    package var type = "application/octet-stream"
    /// How many bytes it has, where this is known: the parts of a large one are larger.
    package var byteCount: Int64 = 0
    /// Refuses to replace an object.
    package var isNew = false

    package init(_ address: ObjectAddress) { self.address = address }
}

extension ObjectClient {
    /// The bytes of one part of an upload: smaller objects are sent in one request.
    package static let partBytes = 8 << 20

    /// The bytes of one part of an upload of so many bytes: S3 takes 10,000 parts, all of one size
    /// but the last.
    ///
    /// - Throws: `ObjectFault.tooLarge` above `greatestObject`.
    static func partBytes(
        for byteCount: Int64, to address: ObjectAddress
    ) throws(ObjectFault) -> Int {
        guard byteCount <= greatestObject else { throw .tooLarge("\(address)", byteCount) }
        let least = (byteCount + Int64(partsLimit) - 1) / Int64(partsLimit)
        // Whole MiB.
        let mebibytes = (least + (1 << 20) - 1) >> 20
        return max(partBytes, Int(mebibytes << 20))
    }

    /// The largest object, 5 TiB.
    package static let greatestObject: Int64 = 5 << 40

    /// Writes an object. It is there whole, or not at all.
    ///
    /// - Parameters:
    ///   - isNew: Refuses to replace an object.
    ///   - etag: The entity tag of the only object that is replaced.
    /// - Returns: Its entity tag.
    /// - Throws: `ObjectFault`; `.alreadyThere` where the object must be new and is there,
    ///   `.changed` where another one is there than it has to replace, or none.
    @discardableResult
    package func put(
        _ bytes: [UInt8], to address: ObjectAddress, type: String = "application/octet-stream",
        isNew: Bool = false, replacing etag: String? = nil
    ) throws(ObjectFault) -> String {
        var request = ObjectRequest(method: "PUT", path: try Self.writtenPath(address))
        let mark = UUID().uuidString
        request.headers = [("content-type", type), (Self.markHeader, mark)]
        if isNew { request.headers.append(("if-none-match", "*")) }
        if let etag { request.headers.append(("if-match", etag)) }
        request.body = bytes
        do throws(ObjectFault) {
            let reply = try send(request, Purpose(address: address, action: "write"))
            _ = try reply.rest(limit: 1 << 16)
            return reply.header("etag") ?? ""
        } catch .changed where isNew {
            return try own(mark, at: address)
        } catch .changed where etag != nil {
            do throws(ObjectFault) {
                return try own(mark, at: address)
            } catch .alreadyThere {
                throw .changed("\(address)")
            }
        } catch .nothingThere where etag != nil {
            throw .changed("\(address)")
        }
    }

    /// Writes an object of any length in parts, of which one is held at a time. It is there whole,
    /// or not at all.
    ///
    /// - Parameters:
    ///   - partBytes: The size of a part; where it is nil, as many as the object needs.
    ///   - next: The next bytes; nil at the end.
    /// - Throws: `ObjectFault`, and what `next` throws; then the parts are taken back, so that
    ///   nothing is there.
    package func upload(
        _ object: ObjectUpload, partBytes: Int? = nil, next: () throws -> [UInt8]?
    ) throws {
        let address = object.address
        let partBytes = try partBytes ?? Self.partBytes(for: object.byteCount, to: address)
        var part = try Self.part(partBytes, [], next)
        guard part.bytes.count >= partBytes else {
            try put(part.bytes, to: address, type: object.type, isNew: object.isNew)
            return
        }
        let upload = try begin(address, object.type)
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
            try complete(upload, tags, isNew: object.isNew)
        } catch {
            try? uninterrupted.abort(upload)
            throw error
        }
    }

    /// Shows that an object can be written, and leaves nothing: an upload is begun and taken back.
    /// No object appears, and none of that name is changed.
    ///
    /// - Throws: `ObjectFault`, as a write would.
    package func requireWritable(_ address: ObjectAddress) throws(ObjectFault) {
        let upload = try begin(address, "application/octet-stream")
        do throws(ObjectFault) {
            try abort(upload)
        } catch {
            if error == .interrupted { try? uninterrupted.abort(upload) }
            throw error
        }
    }

    private static let partsLimit = 10_000

    /// Names an upload, so that one whose answer was lost is known again.
    private static let markHeader = "x-amz-meta-afterword-upload"

    /// The path of an object that is written.
    ///
    /// - Throws: `ObjectFault.noObject` where the address is that of a folder.
    private static func writtenPath(_ address: ObjectAddress) throws(ObjectFault) -> String {
        guard address.isObject else { throw .noObject("\(address)") }
        return path(address.key)
    }

    /// The entity tag of an object that an earlier try of the same upload has written.
    ///
    /// - Throws: `ObjectFault.alreadyThere` where another one is there.
    private func own(
        _ mark: String, at address: ObjectAddress
    ) throws(ObjectFault) -> String {
        let request = ObjectRequest(method: "HEAD", path: Self.path(address.key))
        let purpose = Purpose(address: address, action: "read", expected: [404])
        let reply = try send(request, purpose)
        guard reply.header(Self.markHeader) == mark else { throw .alreadyThere("\(address)") }
        return reply.header("etag") ?? ""
    }

    /// An upload that has begun.
    private struct Upload {
        var address: ObjectAddress
        var id: String
        var mark: String
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
        var request = ObjectRequest(method: "POST", path: try Self.writtenPath(address))
        let mark = UUID().uuidString
        request.query = [("uploads", "")]
        request.headers = [("content-type", type), (Self.markHeader, mark)]
        let reply = try send(request, Purpose(address: address, action: "write"))
        let body = try reply.rest(limit: 1 << 16)
        guard let id = (try? XMLFields(body))?["UploadId"], !id.isEmpty else {
            throw .unreadableAnswer(host: reply.host)
        }
        return Upload(address: address, id: id, mark: mark)
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

    private func complete(
        _ upload: Upload, _ tags: [String], isNew: Bool
    ) throws(ObjectFault) {
        let parts = tags.enumerated().map { place, tag in
            "<Part><PartNumber>\(place + 1)</PartNumber><ETag>\(Self.escaped(tag))</ETag></Part>"
        }
        var request = ObjectRequest(method: "POST", path: Self.path(upload.address.key))
        request.query = [("uploadId", upload.id)]
        if isNew { request.headers = [("if-none-match", "*")] }
        let namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
        request.body = Array(
            ("<CompleteMultipartUpload xmlns=\"\(namespace)\">\(parts.joined())"
                + "</CompleteMultipartUpload>").utf8)
        do throws(ObjectFault) {
            let reply = try send(request, Purpose(address: upload.address, action: "write"))
            // The server says 200 before it is done, and an error may follow.
            let body = try reply.rest(limit: 1 << 16)
            let error = ServerError(xml: body)
            guard error.code.isEmpty else {
                if error.code == "PreconditionFailed" {
                    throw ObjectFault.changed("\(upload.address)")
                }
                throw ObjectFault.serverFailed(host: reply.host, status: 200, code: error.code)
            }
        } catch .changed where isNew {
            _ = try own(upload.mark, at: upload.address)
        } catch .nothingThere {
            // An earlier try has ended the upload, and its answer was lost.
            do throws(ObjectFault) {
                _ = try own(upload.mark, at: upload.address)
            } catch .alreadyThere {
                throw .nothingThere("\(upload.address)")
            }
        }
    }

    /// A client that goes on where the user ends the program: what is there is taken back.
    private var uninterrupted: ObjectClient {
        var settings = settings
        var surroundings = surroundings
        settings.tries = 1
        surroundings.isInterrupted = { false }
        return ObjectClient(settings, surroundings)
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
