/// A file of a dump that may hold reviews and is not read, or a folder in which files may be
/// missing.
package struct UnreadFile: Equatable, Sendable {
    /// Why it is not read.
    package enum Reason: Equatable, Sendable {
        /// A link without a target, a pipe, a socket, or a device.
        case notRegular
        /// Its name is not UTF-8, so that it cannot be opened by it.
        case name
        /// An extension that is not read: a partial download, another compression or format.
        case form
        /// A table that no shape fits, beside files of reviews.
        case table
        /// A folder without any file: a volume may not be mounted, or files may have been removed.
        case emptyFolder
    }
    package var name: String
    package var reason: Reason

    /// Nil for a file that holds no reviews: notes, checksums, images.
    ///
    /// - Parameter name: Path inside the dump, with `/` as separator.
    init?(name: String, isRegular: Bool) {
        let last = (name.split(separator: "/").last.map(String.init) ?? name).lowercased()
        if name.unicodeScalars.contains("\u{FFFD}") {
            reason = .name
        } else if !isRegular {
            reason = .notRegular
        } else if last.hasPrefix(".") {
            // A hidden file belongs to the system, unless it is a review file being transferred.
            guard !last.hasPrefix("._"), reviewEndings.contains(where: last.contains) else {
                return nil
            }
            reason = .form
        } else if Self.isNote(last) {
            return nil
        } else {
            reason = .form
        }
        self.name = name
    }

    /// A table of separated values that is not read.
    init(table name: String) {
        self.name = name
        reason = .table
    }

    /// Nil for a folder that operating systems create.
    ///
    /// - Parameter emptyFolder: Path inside the dump, with `/` as separator.
    init?(emptyFolder: String) {
        let parts = emptyFolder.lowercased().split(separator: "/").map(String.init)
        guard systemFolders.isDisjoint(with: parts) else { return nil }
        name = emptyFolder
        reason = .emptyFolder
    }

    /// Whether `--files` selects the file; for a folder, whether it could select a file in it.
    func isAsked(by glob: String) -> Bool {
        guard reason == .emptyFolder else { return fits(name, glob) }
        // A pattern without a slash is compared with the last component of a name.
        guard glob.contains("/") else { return true }
        let beginning = glob.prefix { !"*?[\\".contains($0) }
        let folder = name + "/"
        return folder.hasPrefix(beginning) || beginning.hasPrefix(folder)
    }

    private static func isNote(_ name: String) -> Bool {
        if noteNames.contains(name) { return true }
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return false }
        // `reviews.json.txt` may hold reviews; `reviews.json.sha256` does not.
        let isReviews = reviewEndings.contains { name[..<dot].hasSuffix($0) }
        let ending = String(name[name.index(after: dot)...])
        return noteEndings.contains(ending) && (!isReviews || sideEndings.contains(ending))
    }
}

private let reviewEndings = [".json", ".jsonl", ".ndjson", ".csv", ".tsv"]
/// Extensions of notes, images and settings.
private let noteEndings: Set<String> = [
    "md", "txt", "rst", "adoc", "pdf", "log", "htm", "html", "css", "js", "py", "sh", "png", "jpg",
    "jpeg", "gif", "svg", "webp", "yaml", "yml", "toml", "ini", "cfg", "lock", "crc", "sha1",
    "sha256", "sha512", "md5", "asc", "sig", "sum", "schema",
]
/// Extensions of files that accompany another file: checksums, signatures, schemas.
private let sideEndings: Set<String> = [
    "crc", "sha1", "sha256", "sha512", "md5", "asc", "sig", "sum", "schema",
]
private let noteNames: Set<String> = [
    "readme", "license", "licence", "notice", "changelog", "makefile", "sha1sums", "sha256sums",
    "sha512sums", "md5sums", "checksums", "_success", "_started", "_committed", "thumbs.db",
    "desktop.ini",
]
/// Folders created by file systems, archivers and network drives.
private let systemFolders: Set<String> = [
    "__macosx", "@eadir", "#recycle", "$recycle.bin", "lost+found", "system volume information",
]

extension UnreadFile {
    /// What is wrong with the file, and what to do.
    package var words: String {
        switch reason {
        case .notRegular: "\(name) is no regular file"
        case .name: "\(name): the file's name is no UTF-8"
        case .form:
            "\(name) may hold reviews and is not of a form that is read; where it holds none, "
                + "name the review files: --files GLOB"
        case .table:
            "\(name) is a table that no known shape fits; where it holds reviews, propose one: "
                + "shape detect FILE; where it holds none, name the review files: --files GLOB"
        case .emptyFolder:
            "\(name) is a folder without any file: what belongs there may be missing, as where a "
                + "volume is not mounted; where nothing does, take the folder away"
        }
    }
}
