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

/// What a command reads: files, folders and prefixes with all that lies in them. Of files that are
/// there identities are compared, not names, which may differ by case, links and mounts.
struct InputPlaces {
    /// Where a place is that a command writes to.
    enum Relation {
        /// It is an input.
        case itself
        /// It lies in a folder or below a prefix that is one.
        case inside
    }

    private var addresses: [ObjectAddress] = []
    private var files: Set<FileIdentity> = []

    /// - Parameter paths: What is no address, and what is not there, is no input: its command
    ///   refuses it.
    init(_ paths: [String]) {
        for path in paths {
            if ObjectAddress.isMeant(by: path) {
                if let address = try? ObjectAddress(parsing: path) { addresses.append(address) }
            } else if let own = FileIdentity(path) {
                files.insert(own)
                if FileKind.irregular(at: path) == .folder { files.formUnion(linked(in: path)) }
            }
        }
    }

    /// Where a place is among the inputs; nil where it is in none.
    func relation(of path: String) -> Relation? {
        guard let place = place(of: path, orFolder: true) else { return nil }
        if ObjectAddress.isMeant(by: path) {
            guard let address = try? ObjectAddress(parsing: path) else { return nil }
            let relations = addresses.compactMap { address.relation(to: $0) }
            return relations.contains { $0 == .itself } ? .itself : relations.first
        }
        guard !files.isEmpty else { return nil }
        if FileIdentity(place).map(files.contains) ?? false { return .itself }
        var folder = URL(fileURLWithPath: place).deletingLastPathComponent()
        while true {
            if FileIdentity(folder.path).map(files.contains) ?? false { return .inside }
            guard folder.path != "/" else { return nil }
            folder = folder.deletingLastPathComponent()
        }
    }
}

/// What the links in a folder lead to: a link to a dated folder may lead out of it, and what it
/// leads to is read as if it lay there.
private func linked(in folder: String) -> [FileIdentity] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.map { "\(folder)/\($0)" }.filter(isLink).compactMap(FileIdentity.init)
}

private func isLink(_ path: String) -> Bool {
    var info = stat()
    return lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFLNK
}

/// What a file or folder is to the system, whatever its names; links are followed.
private struct FileIdentity: Hashable {
    private let device: UInt64
    private let number: UInt64

    /// Nil where nothing is there.
    init?(_ path: String) {
        var info = stat()
        guard stat(path, &info) == 0 else { return nil }
        device = UInt64(truncatingIfNeeded: info.st_dev)
        number = UInt64(truncatingIfNeeded: info.st_ino)
    }
}

extension ObjectAddress {
    /// Where the address is that of an input, or lies below one. Keys are compared by their bytes.
    fileprivate func relation(to input: ObjectAddress) -> InputPlaces.Relation? {
        guard bucket == input.bucket else { return nil }
        if key.utf8.elementsEqual(input.key.utf8) { return .itself }
        let isPrefix = input.key.isEmpty || input.key.hasSuffix("/")
        let prefix = isPrefix ? input.key : input.key + "/"
        return key.utf8.starts(with: prefix.utf8) ? .inside : nil
    }
}
