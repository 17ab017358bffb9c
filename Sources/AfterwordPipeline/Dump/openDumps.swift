import AfterwordCore
import Foundation

/// The dumps at a path: one, or a series where the names of its files or folders hold dates
/// (`DatedNames`).
///
/// - Parameter glob: Selects files whose name inside the dump, or its last component, matches (`*`,
///   `?`, `[…]`); the others count as ignored.
/// - Returns: In the order in which they were taken.
/// - Throws: `InputFault` where there is nothing to read, something cannot be read, the path is
///   neither a file nor a folder, or a link leads out of the folder. No review file is opened.
package func openDumps(_ path: String, files glob: String? = nil) throws -> [Dump] {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    let names = DatedNames(path: path, name: url.lastPathComponent)
    // The kind is that of the path as given: a shell's pipe has no path to resolve to.
    let kind = try FileKind(at: path, name: path)
    let real = url.resolvingSymlinksInPath()
    var found = FolderContents()
    if kind == .folder {
        try found.collect(real)
    } else {
        try requireRegularFile(at: path, name: url.lastPathComponent)
        let file = DumpFile(name: url.lastPathComponent, content: .path(real.path))
        guard try isArchive(file) else { return [names.dump(ofFile: file)] }
        try found.collect(archive: file)
    }
    try found.refuseUnreadable(glob)
    return try names.dumps(of: found, files: glob)
}

/// Whether a name inside a dump, or its last component, matches the pattern of `--files`.
func fits(_ name: String, _ glob: String) -> Bool {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    return fnmatch(glob, name, 0) == 0 || fnmatch(glob, last, 0) == 0
}

private let jsonEndings = [".json", ".jsonl", ".ndjson"]
private let tableEndings = [".csv", ".tsv"]

/// Whether a file of this name is read as a review file.
package func isReviewFile(_ name: String) -> Bool {
    hasEnding(name, jsonEndings) || isNamedAsTable(name)
}

/// Whether a file is named as a table of separated values.
package func isNamedAsTable(_ name: String) -> Bool { hasEnding(name, tableEndings) }

private func hasEnding(_ name: String, _ endings: [String]) -> Bool {
    let plain = name.lowercased()
    let base = plain.hasSuffix(".gz") ? String(plain.dropLast(3)) : plain
    return endings.contains { base.hasSuffix($0) }
}
