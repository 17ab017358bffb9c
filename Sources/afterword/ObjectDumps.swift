import AfterwordCore
import AfterwordObjects
import AfterwordPipeline
import Foundation

/// The dumps at a path: a file or folder, or what lies in an object storage (`s3://…`).
///
/// - Throws: `InputFault`, `RemoteFault`, `CommandFault`.
func openInput(_ path: String, files glob: String? = nil) throws -> [Dump] {
    try requireKnownPlace(path)
    guard ObjectAddress.isMeant(by: path) else { return try openDumps(path, files: glob) }
    return try remote(path) {
        let address = try ObjectAddress(parsing: path)
        let client = try makeObjectClient()
        let folder = try client.folder(at: address, isFile: isNamedAsInput)
        return try openDumps(listing(of: folder, client), files: glob)
    }
}

/// A client of the object storage that the environment names.
///
/// - Throws: `ObjectFault`.
func makeObjectClient() throws(ObjectFault) -> ObjectClient {
    var surroundings = ObjectSurroundings()
    surroundings.isInterrupted = Interrupts.isSignalled
    let settings = try ObjectSettings(environment: ProcessInfo.processInfo.environment)
    return ObjectClient(settings, surroundings)
}

/// Whether a key is that of a file rather than of a folder of files.
func isNamedAsInput(_ key: String) -> Bool {
    isReviewFile(key) || isNamedAsArchive(key)
}

private func listing(of folder: ObjectFolder, _ client: ObjectClient) -> RemoteListing {
    var listing = RemoteListing(path: "\(folder.address)")
    listing.emptyFolders = folder.emptyFolders
    listing.isFile = folder.isObject
    // Only review files and archives are read, so that only these are asked for before their turn.
    let read = folder.objects.filter { folder.isObject || isNamedAsInput($0.name) }
    let reads = ObjectReads(client, bucket: folder.address.bucket, read.map(\.object))
    var place = 0
    for (name, object) in folder.objects {
        let isRead = folder.isObject || isNamedAsInput(name)
        let file = ObjectDumpFile(
            reads: reads, place: isRead ? place : -1, name: name, object: object)
        if isRead { place += 1 }
        listing.files.append((name, file))
    }
    return listing
}

/// An object as a file of a dump.
private struct ObjectDumpFile: RemoteFile {
    var reads: ObjectReads
    var place: Int
    var name: String
    var object: ListedObject

    var byteCount: Int64 { object.size }

    var version: FileVersion? {
        FileVersion(
            said: object.etag, versionID: reads.versionID(place),
            modifiedAt: object.modified.map { Instant(seconds: $0.seconds) })
    }

    func open(from start: Int64, to end: Int64) -> any RemoteStream {
        ObjectDumpStream(reads.open(place, from: start, to: end), name)
    }
}

private final class ObjectDumpStream: RemoteStream {
    private let part: ObjectPart
    private let name: String

    init(_ part: ObjectPart, _ name: String) {
        self.part = part
        self.name = name
    }

    func next() throws -> [UInt8]? {
        try remote(name) { try part.next() }
    }
}

/// Gives faults of an object storage the types that loads know.
func remote<Value>(_ name: String, _ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch ObjectFault.changed {
        throw InputFault.changedWhileRead(name)
    } catch ObjectFault.interrupted {
        throw StoreFault.interrupted
    } catch let fault as ObjectFault {
        let kind = String(String(describing: fault).prefix { $0 != "(" })
        throw RemoteFault(
            kind: kind, words: fault.words, isOfServer: fault.isOfServer,
            isRetryable: fault.isRetryable)
    }
}
