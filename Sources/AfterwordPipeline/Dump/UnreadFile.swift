/// A file of a dump that may hold reviews and is not read.
package struct UnreadFile: Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        /// A link without a target, a pipe, a socket, a device.
        case notRegular
        /// Its name is no UTF-8: it cannot be opened by it.
        case name
        /// An ending that is not read: a part of a download, another compression or format.
        case form
    }
    package var name: String
    package var reason: Reason

    /// Nil for what holds no reviews: notes, checksums, pictures.
    ///
    /// - Parameter name: Inside the dump, with `/` between its parts.
    init?(name: String, isRegular: Bool) {
        let last = (name.split(separator: "/").last.map(String.init) ?? name).lowercased()
        if name.unicodeScalars.contains("\u{FFFD}") {
            reason = .name
        } else if !isRegular {
            reason = .notRegular
        } else if last.hasPrefix(".") {
            // A hidden file is one of the system's, unless it is a review file on its way.
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

    private static func isNote(_ name: String) -> Bool {
        if noteNames.contains(name) { return true }
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return false }
        // A note about a review file that ends like one is still that file: reviews.json.txt.
        let isReviews = reviewEndings.contains { name[..<dot].hasSuffix($0) }
        let ending = String(name[name.index(after: dot)...])
        return noteEndings.contains(ending) && (!isReviews || sideEndings.contains(ending))
    }
}

private let reviewEndings = [".json", ".jsonl", ".ndjson"]
/// Endings of notes, pictures and settings.
private let noteEndings: Set<String> = [
    "md", "txt", "rst", "adoc", "pdf", "log", "htm", "html", "css", "js", "py", "sh", "png", "jpg",
    "jpeg", "gif", "svg", "webp", "yaml", "yml", "toml", "ini", "cfg", "lock", "crc", "sha1",
    "sha256", "sha512", "md5", "asc", "sig", "sum", "schema",
]
/// Endings of what stands beside a file of another name.
private let sideEndings: Set<String> = [
    "crc", "sha1", "sha256", "sha512", "md5", "asc", "sig", "sum", "schema",
]
private let noteNames: Set<String> = [
    "readme", "license", "licence", "notice", "changelog", "makefile", "sha1sums", "sha256sums",
    "sha512sums", "md5sums", "checksums", "_success", "_started", "_committed", "thumbs.db",
    "desktop.ini",
]

extension UnreadFile {
    /// What is wrong with it and what to do.
    package var words: String {
        switch reason {
        case .notRegular: "\(name) is no regular file"
        case .name: "\(name): the file's name is no UTF-8"
        case .form:
            "\(name) may hold reviews and is not of a form that is read; where it holds none, "
                + "name the review files: --files GLOB"
        }
    }
}
