import AfterwordCore
import Foundation

/// The dumps at a path: one, or a series where the folder's direct subfolders have names that begin
/// with a date.
///
/// - Parameter glob: Selects files whose name inside the dump, or its last component, matches (`*`,
///   `?`, `[…]`); the others count as ignored.
/// - Throws: `InputFault` where there is nothing to read, something cannot be read, the path is
///   neither a file nor a folder, or a link leads out of the folder. No file is opened.
package func openDumps(_ path: String, files glob: String? = nil) throws -> [Dump] {
    let name = URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
    // The kind is that of the path as given: a shell's pipe has no path to resolve to.
    guard try FileKind(at: path, name: name) == .folder else {
        try requireRegularFile(at: path, name: name)
        let real = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath()
        return [Dump(name: name, files: [DumpFile(name: name, content: .path(real.path))])]
    }
    let root = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath()
    let series = try entries(root, named: name).filter { entry in
        try isDirectory(entry) && instant(inName: entry.lastPathComponent) != nil
    }
    guard series.isEmpty else {
        try refuseOutsiders(root, series)
        return try series.map { try dump(name: $0.lastPathComponent, folder: $0, glob) }
    }
    return [try dump(name: name, folder: root, glob)]
}

/// Refuses reviews next to the dated folders of a series: they belong to no run.
///
/// - Throws: `InputFault.outsideSeries`.
private func refuseOutsiders(_ root: URL, _ series: [URL]) throws {
    for entry in try entries(root, named: root.lastPathComponent) where !series.contains(entry) {
        let name = entry.lastPathComponent
        guard try isDirectory(entry) else {
            if isReviewFile(name) { throw InputFault.outsideSeries(name) }
            continue
        }
        if let inside = try? dump(name: name, folder: entry, nil), let file = inside.files.first {
            throw InputFault.outsideSeries("\(name)/\(file.name)")
        }
    }
}

/// Whether a name inside a dump, or its last component, matches the pattern of `--files`.
func fits(_ name: String, _ glob: String) -> Bool {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    return fnmatch(glob, name, 0) == 0 || fnmatch(glob, last, 0) == 0
}

private let readEndings = [".json", ".jsonl", ".ndjson"]

/// Whether a file of this name is read as a review file.
package func isReviewFile(_ name: String) -> Bool {
    let plain = name.lowercased()
    let base = plain.hasSuffix(".gz") ? String(plain.dropLast(3)) : plain
    return readEndings.contains { base.hasSuffix($0) }
}

/// The entries of a folder in byte order of their names, without hidden ones.
private func entries(_ folder: URL, named name: String) throws -> [URL] {
    try names(folder, named: name).filter { !$0.hasPrefix(".") }.sorted { Text($0) < Text($1) }
        .map { folder.appendingPathComponent($0) }
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

private func isDirectory(_ url: URL) throws -> Bool {
    try FileKind(at: url.path, name: url.lastPathComponent) == .folder
}

private func dump(name: String, folder: URL, _ glob: String?) throws -> Dump {
    var found = FolderContents()
    try collect(folder, root: folder.resolvingSymlinksInPath().path, prefix: "", &found)
    if let glob {
        found.ignored += found.files.map(\.name).filter { !fits($0, glob) }
        found.files.removeAll { !fits($0.name, glob) }
        found.unread.removeAll { !$0.isAsked(by: glob) }
    }
    guard !found.files.isEmpty else {
        for name in found.ignored {
            guard let format = OtherFormat(ending: name) else { continue }
            throw InputFault.otherFormat(file: name, format)
        }
        throw InputFault.nothingToRead(dump: name, ignored: found.ignored.count)
    }
    return Dump(name: name, files: found.files, ignored: found.ignored, unread: found.unread)
}

/// The files found below a folder.
private struct FolderContents {
    var files: [DumpFile] = []
    var ignored: [String] = []
    var unread: [UnreadFile] = []

    /// Number of entries found so far, without the system's hidden files.
    var count: Int { files.count + ignored.count + unread.count }
}

/// Adds the files below a folder; symbolic links are followed inside the dump.
///
/// - Throws: `InputFault.linkLeavesDump`, `.unreadableFile`.
private func collect(
    _ folder: URL, root: String, prefix: String, _ found: inout FolderContents
) throws {
    let folderName = prefix.isEmpty ? folder.lastPathComponent : String(prefix.dropLast())
    found.unread += try names(folder, named: folderName).filter { $0.hasPrefix(".") }
        .compactMap { UnreadFile(name: prefix + $0, isRegular: true) }
    for entry in try entries(folder, named: folderName) {
        let name = prefix + entry.lastPathComponent
        let real = entry.resolvingSymlinksInPath().path
        guard real.hasPrefix(root + "/") else { throw InputFault.linkLeavesDump(name) }
        let kind = try FileKind(at: real, name: name)
        if kind == .folder {
            let before = found.count
            try collect(entry, root: root, prefix: name + "/", &found)
            if found.count == before, let folder = UnreadFile(emptyFolder: name) {
                found.unread.append(folder)
            }
            continue
        }
        let isRegular = kind == .regular
        if isRegular, isReviewFile(name) {
            found.files.append(DumpFile(name: name, content: .path(real)))
        } else {
            found.ignored.append(name)
            if let file = UnreadFile(name: name, isRegular: isRegular) { found.unread.append(file) }
        }
    }
}
