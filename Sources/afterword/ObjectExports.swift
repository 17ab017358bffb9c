import AfterwordObjects
import AfterwordPipeline
import Foundation

/// The target of an export: a folder, or a place in an object storage (`s3://…`).
///
/// - Throws: `RemoteFault`.
func exportTarget(_ path: String) throws -> any ExportTarget {
    guard ObjectAddress.isMeant(by: path) else { return ExportFolder(path) }
    return try remote(path) {
        let address = try ObjectAddress(parsing: path)
        return ExportBucket(client: try makeObjectClient(), address: address)
    }
}

/// Objects below an address. A file is written to a temporary one of this machine, then uploaded.
private struct ExportBucket: ExportTarget {
    var client: ObjectClient
    var address: ObjectAddress

    private func place(_ name: String) -> ObjectAddress {
        let prefix = address.key.hasSuffix("/") || address.key.isEmpty ? "" : "/"
        return ObjectAddress(bucket: address.bucket, key: address.key + prefix + name)
    }

    func read(_ name: String) throws -> [UInt8]? {
        try remote(name) {
            guard let object = try client.look(at: place(name)) else { return nil }
            let stream = ObjectStream(client, bucket: address.bucket, object)
            var bytes: [UInt8] = []
            while let more = try stream.next() { bytes += more }
            return bytes
        }
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try remote(name) { _ = try client.put(bytes, to: place(name), type: "application/json") }
    }

    func begin(_ name: String) throws -> String {
        "\(temporaryFolder())/afterword-export-\(UUID().uuidString)"
    }

    func commit(_ path: String, as name: String) throws {
        defer { discard(path) }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw CommandFault(.store, "the temporary file \(path) is gone")
        }
        try remote(name) {
            try client.upload(ObjectUpload(place(name))) {
                let slab = try file.read(upToCount: 1 << 20) ?? Data()
                return slab.isEmpty ? nil : Array(slab)
            }
        }
    }

    func discard(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
