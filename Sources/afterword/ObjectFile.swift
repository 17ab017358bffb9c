import AfterwordObjects
import AfterwordPipeline
import AfterwordStores

/// An object of an object storage (`s3://…`) that a command writes or reads as a whole.
struct ObjectFile {
    private let client: ObjectClient
    private let address: ObjectAddress

    /// Nil for a path of this machine.
    ///
    /// - Throws: `RemoteFault`; `CommandFault` for an address of another kind.
    init?(_ path: String) throws {
        try requireKnownPlace(path)
        guard ObjectAddress.isMeant(by: path) else { return nil }
        let parsed = try remote(path) {
            let address = try ObjectAddress(parsing: path)
            guard address.isObject else { throw ObjectFault.noObject("\(address)") }
            return (address, try makeObjectClient())
        }
        (address, client) = parsed
    }

    /// Fails where the object cannot be written, so that a command ends before its work.
    ///
    /// - Throws: `RemoteFault`.
    func requireWritable() throws {
        try remote("\(address)") { try client.requireWritable(address) }
    }

    /// Writes a text. An object of that name is replaced.
    ///
    /// - Throws: `RemoteFault`.
    func write(_ text: String, type: String) throws {
        try remote("\(address)") { _ = try client.put(Array(text.utf8), to: address, type: type) }
    }

    /// Refuses to go on where an object is there.
    ///
    /// - Throws: `BackupFault.targetExists`, `RemoteFault`.
    func requireNew() throws {
        try remote("\(address)") {
            guard try client.look(at: address) == nil else {
                throw BackupFault.targetExists("\(address)")
            }
        }
    }

    /// Sends a file as a new object.
    ///
    /// - Throws: `BackupFault.targetExists`, `RemoteFault`, `OutputFault`.
    func upload(
        file path: String, byteCount: Int64, progress: (_ done: Int64, _ of: Int64) -> Void
    ) throws {
        var done: Int64 = 0
        var upload = ObjectUpload(address)
        (upload.type, upload.byteCount, upload.isNew) = (
            "application/vnd.sqlite3", byteCount, true
        )
        try remote("\(address)") {
            do {
                try withBytes(ofFile: path) { next in
                    try client.upload(upload) {
                        let bytes = try next()
                        done += Int64(bytes?.count ?? 0)
                        progress(done, byteCount)
                        return bytes
                    }
                }
            } catch ObjectFault.alreadyThere {
                throw BackupFault.targetExists("\(address)")
            }
        }
    }

    /// Gets the object into a new file.
    ///
    /// - Throws: `InputFault.changedWhileRead`, `RemoteFault`, `OutputFault`.
    func download(
        toFile path: String, progress: (_ done: Int64, _ of: Int64) -> Void
    ) throws {
        var done: Int64 = 0
        try remote("\(address)") {
            try makeFile(at: path) { append in
                try client.read(address) { bytes, count in
                    try append(bytes)
                    done += Int64(bytes.count)
                    progress(done, count)
                }
            }
        }
    }
}
