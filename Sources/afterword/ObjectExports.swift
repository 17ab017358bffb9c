import AfterwordObjects
import AfterwordPipeline
import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Where an export goes: a folder, or a place in an object storage (`s3://…`). What the user gave
/// is read once, here; the program that commits to Delta gets what came of it.
struct ExportDestination {
    /// The path of a folder, or `s3://BUCKET/PREFIX` without slashes at its end.
    let path: String
    let target: any ExportTarget
    private let bucket: ExportBucket?

    /// - Throws: `RemoteFault`, `CommandFault` for an address that others read otherwise.
    init(_ path: String) throws {
        try requireKnownPlace(path)
        guard ObjectAddress.isMeant(by: path) else {
            (self.path, target, bucket) = (path, ExportFolder(path), nil)
            return
        }
        let bucket = try remote(path) {
            let given = try ObjectAddress(parsing: path)
            var key = given.key[...]
            while key.hasSuffix("/") { key.removeLast() }
            let address = ObjectAddress(bucket: given.bucket, key: String(key))
            return ExportBucket(client: try makeObjectClient(), address: address)
        }
        let parts = bucket.address.key.split(separator: "/", omittingEmptySubsequences: false)
        let isClear = parts.allSatisfy { !["", ".", ".."].contains($0) }
        guard bucket.address.key.isEmpty || isClear else {
            throw CommandFault(
                .usage,
                "\(path) is no address of an export: of an empty part, . or .. between slashes "
                    + "other programs make another place")
        }
        (self.path, target, self.bucket) = ("\(bucket.address)", bucket, bucket)
    }

    /// Refuses what delta-rs would read as another place, before anything is written.
    ///
    /// - Throws: `CommandFault`.
    func requirePublishable() throws {
        guard let reason = deltaFault(of: bucket == nil ? wholePath(path) : path, bucket == nil)
        else { return }
        throw CommandFault(
            .usage,
            "Delta tables cannot lie at \(path): \(reason) means another place to them; 'export' "
                + "can write there")
    }

    /// Fails where a bucket cannot be written to, before anything of the history is read.
    ///
    /// - Throws: `RemoteFault`.
    func requireWritable() throws { try bucket?.requireWritable() }

    /// The environment of the program that commits to Delta: with the key of a bucket.
    ///
    /// - Throws: `RemoteFault`.
    func environment() throws -> [String: String]? {
        guard let bucket else { return nil }
        return try remote(path) {
            try bucket.client.environment(forBucket: bucket.address.bucket)
        }
    }
}

/// What in a place has another meaning for delta-rs; nil where nothing has.
private func deltaFault(of path: String, _ isFolder: Bool) -> String? {
    if path.split(separator: "/").contains("_delta_log") { return "a folder named _delta_log" }
    // Which readers of logs take for the end of a line.
    if path.unicodeScalars.contains(where: { [0x85, 0x2028, 0x2029].contains($0.value) }) {
        return "a character that ends a line"
    }
    let bytes = Array(path.utf8)
    func isHexadecimal(_ place: Int) -> Bool {
        place < bytes.count && Character(UnicodeScalar(bytes[place])).isHexDigit
    }
    for (place, byte) in bytes.enumerated() {
        switch byte {
        case 0x25 where isHexadecimal(place + 1) && isHexadecimal(place + 2):
            return "% with two hexadecimal digits"
        case 0..<0x20, 0x7F: return "a control character"
        case 0x5C where isFolder: return "a backslash"
        default: break
        }
    }
    return nil
}

/// A path from the root on, without links where it is there.
private func wholePath(_ path: String) -> String {
    if let real = realpath(path, nil) {
        defer { free(real) }
        return String(cString: real)
    }
    return path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
}

/// Objects below an address. A file is written to a temporary one of this machine, then uploaded.
private struct ExportBucket: ExportTarget {
    var client: ObjectClient
    var address: ObjectAddress
    private let scratch = ScratchFiles()

    init(client: ObjectClient, address: ObjectAddress) {
        self.client = client
        self.address = address
    }

    private func place(_ name: String) -> ObjectAddress {
        let prefix = address.key.isEmpty ? "" : "/"
        return ObjectAddress(bucket: address.bucket, key: address.key + prefix + name)
    }

    func requireWritable() throws {
        try remote("\(address)") { try client.requireWritable(place("manifest.json")) }
    }

    /// Of one version: one that is replaced meanwhile is read again.
    func read(_ name: String) throws -> TargetFile? {
        try remote(name) {
            for _ in 1..<Self.reads {
                do { return try readOnce(name) } catch ObjectFault.changed {}
            }
            return try readOnce(name)
        }
    }

    private static let reads = 10

    private func readOnce(_ name: String) throws -> TargetFile? {
        guard let object = try client.look(at: place(name)) else { return nil }
        let stream = ObjectStream(client, bucket: address.bucket, object)
        var bytes: [UInt8] = []
        while let more = try stream.next() { bytes += more }
        return TargetFile(bytes: bytes, mark: object.etag)
    }

    func replace(_ mark: String?, with bytes: [UInt8], at name: String) throws -> String? {
        try remote(name) {
            do {
                return try client.put(
                    bytes, to: place(name), type: "application/json", isNew: mark == nil,
                    replacing: mark == "" ? nil : mark)
            } catch ObjectFault.changed, ObjectFault.alreadyThere {
                return nil
            }
        }
    }

    func begin(_ name: String) throws -> String { try scratch.make() }

    func commit(_ path: String, as name: String) throws {
        defer { discard(path) }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw CommandFault(.store, "the temporary file \(path) is gone")
        }
        var upload = ObjectUpload(place(name))
        upload.byteCount = Int64(try file.seekToEnd())
        try file.seek(toOffset: 0)
        try remote(name) {
            try client.upload(upload) {
                let slab = try file.read(upToCount: 1 << 20) ?? Data()
                return slab.isEmpty ? nil : Array(slab)
            }
        }
    }

    func discard(_ path: String) { scratch.remove(path) }

    func hold(isInterrupted: () -> Bool) throws -> FolderHold? { nil }
}
