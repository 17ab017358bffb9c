import AfterwordPipeline
import Foundation

/// Writes a command's output to the file that an option names, using `writeFile`, or as an object
/// (`s3://BUCKET/NAME`). `-` and `/dev/stdout` print to standard output.
///
/// - Parameters:
///   - mode: The mode of a newly created file.
///   - type: The media type of an object; nil where only a file may be written.
/// - Throws: `OutputFault`, `RemoteFault`.
func writeOutput(
    _ text: String, to path: String, mode: UInt32 = 0o600, type: String? = nil
) throws {
    if let type, let object = try ObjectFile(path) { return try object.write(text, type: type) }
    if path == "-" || namedDescriptor(path) == STDOUT_FILENO {
        return print(text, terminator: "")
    }
    try writeFile(Array(text.utf8), to: path, mode: mode)
}

/// Fails where an output is an object that cannot be written, before a command does its work. Of
/// other places nothing is looked at.
///
/// - Parameter path: Nil where nothing is written.
/// - Throws: `RemoteFault`.
func requireWritableObject(_ path: String?) throws {
    guard let path else { return }
    try ObjectFile(path)?.requireWritable()
}

/// The mode 0666 restricted by the user's umask.
func openMode() -> UInt32 {
    let mask = umask(0)
    _ = umask(mask)
    return 0o666 & ~UInt32(mask)
}

/// The media type of Markdown.
let markdownType = "text/markdown; charset=utf-8"
