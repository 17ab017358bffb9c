import AfterwordPipeline
import Foundation

/// Writes a command's output to the file that an option names, using `writeFile`. `-` and
/// `/dev/stdout` print to standard output.
///
/// - Parameter mode: The mode of a newly created file.
/// - Throws: `OutputFault`.
func writeOutput(_ text: String, to path: String, mode: UInt32 = 0o600) throws {
    if path == "-" || namedDescriptor(path) == STDOUT_FILENO {
        return print(text, terminator: "")
    }
    try writeFile(Array(text.utf8), to: path, mode: mode)
}

/// The mode 0666 restricted by the user's umask.
func openMode() -> UInt32 {
    let mask = umask(0)
    _ = umask(mask)
    return 0o666 & ~UInt32(mask)
}
