import AfterwordObjects
import AfterwordPipeline

/// Schemes that are meant as addresses also without two slashes after them.
private let knownSchemes: Set = [
    "s3", "s3a", "s3n", "gs", "gcs", "az", "adl", "abfs", "abfss", "wasb", "wasbs", "file", "http",
    "https", "ftp", "ftps", "sftp", "scp", "hdfs", "dbfs",
]

/// The scheme of a text that is meant as an address, in lower case: what stands before `://`, or
/// one of the known ones before a colon. Nil for a path; `./` before it makes any text one.
func addressScheme(of text: String) -> String? {
    let scheme = text.prefix { $0 != ":" }
    guard scheme.utf8.count < text.utf8.count, let first = scheme.first, first.isLetter,
        scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
    else { return nil }
    let word = scheme.lowercased()
    let hasSlashes = text.dropFirst(scheme.count).hasPrefix("://")
    return hasSlashes || knownSchemes.contains(word) ? word : nil
}

/// Refuses an address that no command reads or writes, and a blank one: as a path it would be a
/// folder of this machine that nobody means.
///
/// - Throws: `CommandFault`.
func requireKnownPlace(_ path: String) throws {
    guard !path.allSatisfy(\.isWhitespace) else {
        throw CommandFault(.usage, "a path is empty: name a file or a folder (. is this one)")
    }
    guard addressScheme(of: path) != nil, !ObjectAddress.isMeant(by: path) else { return }
    throw CommandFault(
        .usage,
        "\(path) is an address of a kind that is not supported: name a file or a folder by its "
            + "path (./\(path) where it is called so), or an object storage by s3://BUCKET/NAME")
}
