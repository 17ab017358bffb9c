import AfterwordCore
import Synchronization

/// Files: upload, list, retrieve, content, delete.
extension FakeOpenAI {
    func files(
        _ request: WireRequest, _ rest: [String], _ call: FakeCall
    ) throws(WireError) -> WireAnswer {
        switch (request.method, rest.count) {
        case ("POST", 0): return try upload(request, call)
        case ("GET", 0): return try listFiles(request, call)
        case ("GET", 1): return .json(200, try file(rest[0], call).json)
        case ("DELETE", 1):
            let found = try file(rest[0], call)
            cabinet.withLock { $0.remove(found) }
            return .json(
                200,
                .row([
                    "object": .string("file"), "deleted": .bool(true), "id": .string(found.id),
                ]))
        case ("GET", 2) where rest[1] == "content":
            let found = try file(rest[0], call)
            return WireAnswer(
                status: 200,
                headers: [
                    ("content-type", "application/octet-stream"),
                    ("content-disposition", "attachment; filename=\"\(found.plainName)\""),
                ], body: .stored(name: found.dataName, count: found.bytes))
        default: throw rest.count > 2 ? Self.noAddress(request) : Self.wrongMethod(request)
        }
    }

    private func file(_ id: String, _ call: FakeCall) throws(WireError) -> StoredFile {
        guard let found = cabinet.withLock({ $0.file(id, of: call.key, now: call.now) }) else {
            throw WireError(404, "No such File object: \(id)", param: "id")
        }
        return found
    }

    private func upload(_ request: WireRequest, _ call: FakeCall) throws(WireError) -> WireAnswer {
        let type = request.headers["content-type"] ?? ""
        let body = request.spool.map { FormBody($0, on: shelf) } ?? FormBody(request.body)
        let read = try shelved { () throws(ShelfFault) in try readForm(body, contentType: type) }
        guard let parts = read else {
            throw WireError(
                400, "The request must be a form of type 'multipart/form-data' with a file.")
        }
        func text(_ name: String) -> String? {
            guard let part = parts.last(where: { $0.name == name }), part.bytes.count <= 1_024,
                let bytes = try? body.read(part.bytes.lowerBound, part.bytes.count)
            else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }
        guard let part = parts.last(where: { $0.name == "file" }), let filename = part.filename
        else { throw .missing("file") }
        guard let purpose = text("purpose") else { throw .missing("purpose") }
        guard StoredFile.purposes.contains(purpose) else {
            throw .value("purpose", purpose, allowed: StoredFile.purposes)
        }
        if purpose == "batch" {
            guard filename.lowercased().hasSuffix(".jsonl") else {
                throw WireError(400, "Invalid file format for Batch API. Must be .jsonl")
            }
            guard part.bytes.count <= StoredFile.batchBytes else {
                throw WireError(
                    400, "The file is too large. Files for batches have at most 200 MB.",
                    code: "file_too_large")
            }
        }
        let seconds = try readExpiry(text("expires_after[anchor]"), text("expires_after[seconds]"))
        return .json(
            200, try store(body, part, purpose: purpose, seconds: seconds, call).json)
    }

    /// Copies a part of a form to a new file.
    ///
    /// - Parameter seconds: Until the file expires, where they are given.
    private func store(
        _ body: FormBody, _ part: FormPart, purpose: String, seconds: Int64?, _ call: FakeCall
    ) throws(WireError) -> StoredFile {
        let result = cabinet.withLock { cabinet -> Result<StoredFile, WireError> in
            do throws(WireError) {
                try cabinet.checkRoom(part.bytes.count)
                var file = cabinet.newFile(
                    key: call.key, purpose: purpose, filename: part.filename ?? "", now: call.now)
                file.bytes = part.bytes.count
                if let seconds { file.expires = file.created + seconds }
                try shelved { () throws(ShelfFault) in
                    try copy(body, part.bytes, to: file.dataName, on: cabinet.shelf)
                    try cabinet.keep(file)
                }
                return .success(file)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func copy(
        _ body: FormBody, _ range: Range<Int>, to name: String, on shelf: any Shelf
    ) throws(ShelfFault) {
        try shelf.replace(name, with: [])
        var offset = range.lowerBound
        while offset < range.upperBound {
            let part = try body.read(offset, min(1 << 20, range.upperBound - offset))
            guard !part.isEmpty else { throw ShelfFault("\(name): the upload ends early") }
            try shelf.append(part, to: name)
            offset += part.count
        }
    }

    // MARK: Bodies that are spooled

    /// Whether a request's body goes to the shelf as it arrives.
    package static func spools(_ method: String, _ path: String) -> Bool {
        method == "POST" && path == "/v1/files"
    }

    /// Appends to the body of a request that is spooled.
    package func spool(_ bytes: [UInt8], to name: String) throws(ShelfFault) {
        try shelf.append(bytes, to: name)
    }

    /// Forgets a spooled body.
    package func dropSpool(_ name: String) { shelf.remove(name) }

    private func readExpiry(
        _ anchor: String?, _ written: String?
    ) throws(WireError) -> Int64? {
        guard anchor != nil || written != nil else { return nil }
        guard let anchor else { throw .missing("expires_after.anchor") }
        guard let written else { throw .missing("expires_after.seconds") }
        return try expiry(
            .row(["anchor": .string(anchor), "seconds": .number(written)]), "expires_after")
    }

    /// The seconds of an expiry rule: from an hour to 30 days after the file's creation.
    func expiry(_ rule: JSONValue, _ place: String) throws(WireError) -> Int64 {
        let reader = try MemberReader(.row([place: rule]))
            .object(place, rule, ["anchor", "seconds"])
        guard try reader.text("anchor", among: ["created_at"]) != nil else {
            throw .missing(place + ".anchor")
        }
        guard let seconds = try reader.integer("seconds", 3_600...2_592_000) else {
            throw .missing(place + ".seconds")
        }
        return Int64(seconds)
    }

    private func listFiles(
        _ request: WireRequest, _ call: FakeCall
    ) throws(WireError) -> WireAnswer {
        var found = cabinet.withLock { $0.list(of: call.key, now: call.now) }
        if let purpose = request.query["purpose"], !purpose.isEmpty {
            found = found.filter { $0.purpose == purpose }
        }
        switch request.query["order"] {
        case nil, "desc": break
        case "asc": found.reverse()
        case .some(let order): throw .value("order", order, allowed: ["asc", "desc"])
        }
        let limit = try limit(request, usual: 10_000, most: 10_000)
        return .json(200, try page(found.map { ($0.id, $0.json) }, limit, request))
    }

    /// The query's limit.
    func limit(_ request: WireRequest, usual: Int, most: Int) throws(WireError) -> Int {
        guard let written = request.query["limit"] else { return usual }
        guard Int(written) != nil else {
            throw .type("limit", expected: "an integer", got: .string(written))
        }
        let reader = MemberReader(.row(["limit": .number(written)]))
        return try reader.integer("limit", 1...most) ?? usual
    }

    /// A page of a list, after the element that the query names.
    func page(
        _ elements: [(id: String, json: JSONValue)], _ limit: Int, _ request: WireRequest
    ) throws(WireError) -> JSONValue {
        var rest = elements[...]
        if let after = request.query["after"], !after.isEmpty {
            guard let index = elements.firstIndex(where: { $0.id == after }) else {
                throw WireError(
                    404, "No object found with id '\(after)'.", param: "after")
            }
            rest = elements[(index + 1)...]
        }
        let page = rest.prefix(limit)
        return .row([
            "object": .string("list"), "data": .array(page.map(\.json)),
            "first_id": JSONValue(page.first?.id), "last_id": JSONValue(page.last?.id),
            "has_more": .bool(rest.count > page.count),
        ])
    }

    /// Runs what needs the shelf; its fault is an error of the server.
    func shelved<Value>(_ body: () throws(ShelfFault) -> Value) throws(WireError) -> Value {
        do throws(ShelfFault) {
            return try body()
        } catch {
            throw WireError(
                500, "The fake server cannot use its files: \(error.words)",
                type: "server_error")
        }
    }

    /// A part of a stored file, for an answer that names it.
    package func stored(_ name: String, from offset: Int, count: Int) throws(ShelfFault) -> [UInt8]
    {
        try shelf.read(name, from: offset, count: count)
    }
}

extension StoredFile {
    /// The file's name without what a header cannot hold.
    fileprivate var plainName: String {
        String(
            filename.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "._- ".contains($0)) })
    }
}
