import AfterwordCore
import Foundation

/// The dumps that a path given by the user stands for: one, or a series where the folder's direct
/// subfolders begin with a date.
///
/// - Throws: `InputFault` where there is nothing to read or a link leads out of the folder.
///
/// - Parameter glob: narrows the files to those whose name inside the dump, or its last part, fits (`*`, `?`, `[…]`);
///   the others count as ignored.
package func openDumps(_ path: String, files glob: String? = nil) throws -> [Dump] {
    let manager = FileManager.default
    let root = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath()
    var isFolder: ObjCBool = false
    let name = URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
    guard manager.fileExists(atPath: root.path, isDirectory: &isFolder) else {
        throw InputFault.noSuchDump(name)
    }
    guard isFolder.boolValue else {
        return [Dump(name: name, files: [DumpFile(name: name, content: .path(root.path))])]
    }
    let series = try entries(root).filter { entry in
        isDirectory(entry) && instant(inName: entry.lastPathComponent) != nil
    }
    guard series.isEmpty else {
        try refuseOutsiders(root, series)
        return try series.map { try dump(name: $0.lastPathComponent, folder: $0, glob) }
    }
    return [try dump(name: name, folder: root, glob)]
}

/// Reviews beside the dated folders belong to no run: they are told of, not passed over.
private func refuseOutsiders(_ root: URL, _ series: [URL]) throws {
    for entry in try entries(root) where !series.contains(entry) {
        let name = entry.lastPathComponent
        guard isDirectory(entry) else {
            if isReviewFile(name) { throw InputFault.outsideSeries(name) }
            continue
        }
        if let inside = try? dump(name: name, folder: entry, nil), let file = inside.files.first {
            throw InputFault.outsideSeries("\(name)/\(file.name)")
        }
    }
}

private func fits(_ name: String, _ glob: String) -> Bool {
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

private func entries(_ folder: URL) throws -> [URL] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return names.filter { !$0.hasPrefix(".") }.sorted { Text($0) < Text($1) }
        .map { folder.appendingPathComponent($0) }
}

private func isDirectory(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        && isFolder.boolValue
}

private func dump(name: String, folder: URL, _ glob: String?) throws -> Dump {
    var found = FolderContents()
    try collect(folder, root: folder.resolvingSymlinksInPath().path, prefix: "", &found)
    if let glob {
        found.ignored += found.files.map(\.name).filter { !fits($0, glob) }
        found.files.removeAll { !fits($0.name, glob) }
        found.unread.removeAll { !fits($0.name, glob) }
    }
    guard !found.files.isEmpty else {
        throw InputFault.nothingToRead(dump: name, ignored: found.ignored.count)
    }
    return Dump(name: name, files: found.files, ignored: found.ignored, unread: found.unread)
}

/// What lies below a folder.
private struct FolderContents {
    var files: [DumpFile] = []
    var ignored: [String] = []
    var unread: [UnreadFile] = []
}

/// Regular files below a folder; a link is followed where it stays inside the dump.
private func collect(
    _ folder: URL, root: String, prefix: String, _ found: inout FolderContents
) throws {
    let hidden = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .filter { $0.hasPrefix(".") }
    found.unread += hidden.compactMap { UnreadFile(name: prefix + $0, isRegular: true) }
    for entry in try entries(folder) {
        let name = prefix + entry.lastPathComponent
        let real = entry.resolvingSymlinksInPath().path
        guard real.hasPrefix(root + "/") else { throw InputFault.linkLeavesDump(name) }
        if isDirectory(entry) {
            try collect(entry, root: root, prefix: name + "/", &found)
            continue
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: real)
        let isRegular = attributes?[.type] as? FileAttributeType == .typeRegular
        if isRegular, isReviewFile(name) {
            found.files.append(DumpFile(name: name, content: .path(real)))
        } else {
            found.ignored.append(name)
            if let file = UnreadFile(name: name, isRegular: isRegular) { found.unread.append(file) }
        }
    }
}
