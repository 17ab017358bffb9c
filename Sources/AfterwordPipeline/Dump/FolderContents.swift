import AfterwordCore
import Foundation

/// The files found below a folder, with their names relative to it. A ZIP archive is a folder of
/// its files.
struct FolderContents {
    var files: [DumpFile] = []
    var ignored: [String] = []
    var unread: [UnreadFile] = []
    /// ZIP archives whose directory cannot be read.
    private var broken: [(name: String, fault: ArchiveFault)] = []

    /// Number of entries found so far, without the system's hidden files.
    private var count: Int {
        files.count + ignored.count + unread.count + broken.count
    }

    /// Adds the files below a folder; symbolic links are followed inside it. A link to a dated
    /// folder may lead elsewhere: it is a dump of its own.
    ///
    /// - Throws: `InputFault.linkLeavesDump`, `.unreadableFile`.
    mutating func collect(_ folder: URL) throws {
        try collect(folder, root: folder.resolvingSymlinksInPath().path, prefix: "")
    }

    /// Adds the files of a ZIP archive.
    ///
    /// - Parameter prefix: The archive's name and `/`, where it lies in a folder.
    /// - Throws: `InputFault.badArchive`, `.unreadableFile`.
    mutating func collect(archive: DumpFile, prefix: String = "") throws {
        let before = count
        var known: Set<String> = []
        // Of two files of one name the later counts: archives are changed by adding at their end.
        for entry in try ZipArchive(archive).entries.reversed() where !entry.name.hasSuffix("/") {
            let name = prefix + entry.name
            let parts = entry.name.split(separator: "/", omittingEmptySubsequences: false)
            let last = parts.last.map(String.init) ?? ""
            if parts.contains("__MACOSX") { continue }
            if parts.contains(where: { $0.hasPrefix(".") && $0 != ".." && $0 != "." }) {
                let file = UnreadFile(name: name, isRegular: true)
                if last.hasPrefix("."), let file { unread.append(file) }
                continue
            }
            let isPlain = !parts.contains("..") && !parts.contains(".") && !parts.contains("")
            if isPlain, entry.isRegular, isReviewFile(name), known.insert(name).inserted {
                files.append(
                    DumpFile(name: name, content: .packed(archive: archive, entry)))
                continue
            }
            ignored.append(name)
            if let file = UnreadFile(name: name, isRegular: entry.isRegular) {
                unread.append(file)
            }
        }
        if count == before, !prefix.isEmpty,
            let empty = UnreadFile(emptyFolder: String(prefix.dropLast()))
        {
            unread.append(empty)
        }
    }

    private mutating func collect(_ folder: URL, root: String, prefix: String) throws {
        let folderName = prefix.isEmpty ? folder.lastPathComponent : String(prefix.dropLast())
        let all = try names(folder, named: folderName)
        unread += all.filter { $0.hasPrefix(".") }
            .compactMap { UnreadFile(name: prefix + $0, isRegular: true) }
        for last in all.filter({ !$0.hasPrefix(".") }).sorted(by: { Text($0) < Text($1) }) {
            let entry = folder.appendingPathComponent(last)
            let name = prefix + last
            let real = entry.resolvingSymlinksInPath().path
            let kind = try FileKind(at: real, name: name)
            let isDump = kind == .folder && prefix.isEmpty && instant(inName: last) != nil
            guard isDump || real.hasPrefix(root + "/") else {
                throw InputFault.linkLeavesDump(name)
            }
            guard kind == .folder else {
                try add(name, at: real, isRegular: kind == .regular)
                continue
            }
            let before = count
            try collect(entry, root: isDump ? real : root, prefix: name + "/")
            if count == before, let folder = UnreadFile(emptyFolder: name) {
                unread.append(folder)
            }
        }
    }

    private mutating func add(_ name: String, at real: String, isRegular: Bool) throws {
        let file = DumpFile(name: name, content: .path(real))
        if isRegular, try isArchive(file) { return try add(archive: file) }
        if isRegular, isReviewFile(name) {
            files.append(file)
            return
        }
        ignored.append(name)
        if let file = UnreadFile(name: name, isRegular: isRegular) { unread.append(file) }
    }
}

extension FolderContents {
    /// Adds the files of an archive in a folder.
    private mutating func add(archive file: DumpFile) throws {
        do {
            try collect(archive: file, prefix: file.name + "/")
        } catch InputFault.badArchive(_, let fault) {
            broken.append((file.name, fault))
        }
    }

    /// Adds a file that lies elsewhere. Hidden files and folders are the system's.
    ///
    /// - Throws: `InputFault`, `RemoteFault`, `StoreFault` from a ZIP archive.
    mutating func add(_ name: String, remote: any RemoteFile) throws {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        if parts.contains(where: { $0.hasPrefix(".") && $0 != ".." && $0 != "." }) {
            let isHidden = parts.last?.hasPrefix(".") == true
            if isHidden, let file = UnreadFile(name: name, isRegular: true) { unread.append(file) }
            return
        }
        let file = DumpFile(name: name, content: .remote(remote))
        if isReviewFile(name) {
            files.append(file)
            return
        }
        if try isArchive(file) { return try add(archive: file) }
        ignored.append(name)
        if let file = UnreadFile(name: name, isRegular: true) { unread.append(file) }
    }

    /// Refuses archives, and files in them, that are selected and cannot be read.
    ///
    /// - Throws: `InputFault.badArchive`.
    func refuseUnreadable(_ glob: String?) throws {
        for (name, fault) in broken where glob.map({ fits(name, $0) }) ?? true {
            throw InputFault.badArchive(file: name, fault)
        }
        for file in files where glob.map({ fits(file.name, $0) }) ?? true {
            guard case .packed(_, let entry) = file.content, let fault = entry.fault else {
                continue
            }
            throw InputFault.badArchive(file: file.name, fault)
        }
    }
}

/// Whether a file is named as a ZIP archive.
package func isNamedAsArchive(_ name: String) -> Bool { name.lowercased().hasSuffix(".zip") }

/// Whether a file is a ZIP archive, by its name and its first bytes.
func isArchive(_ file: DumpFile) throws -> Bool {
    guard isNamedAsArchive(file.name) else { return false }
    let head = try ByteSource(archive: file, OpenFiles()).read(at: 0, count: 4)
    return ZipArchive.signatures.contains { head.starts(with: $0) }
}

/// - Throws: `InputFault.unreadableFile` with the system's reason.
private func names(_ folder: URL, named name: String) throws -> [String] {
    do {
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
        throw InputFault.unreadableFile(name, reason: folderReason(error))
    }
}

/// The system's message for an error of Foundation.
private func folderReason(_ error: any Error) -> String {
    let inner = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    if let inner, inner.domain == NSPOSIXErrorDomain { return systemReason(Int32(inner.code)) }
    let isForbidden = (error as? CocoaError)?.code == .fileReadNoPermission
    return systemReason(isForbidden ? EACCES : EIO)
}
