import AfterwordPipeline
import Foundation

/// Writes what a command makes to the file that an option names, as `writeFile` does; what stands
/// for standard output (`/dev/stdout`, `-`) is printed.
///
/// - Parameter mode: Of a file that was not there.
func writeOutput(_ text: String, to path: String, mode: UInt32 = 0o600) throws {
    if path == "-" || namedDescriptor(path) == STDOUT_FILENO {
        return print(text, terminator: "")
    }
    try writeFile(Array(text.utf8), to: path, mode: mode)
}

/// The mode of a file that others may read, as far as this user lets them.
func openMode() -> UInt32 {
    let mask = umask(0)
    _ = umask(mask)
    return 0o666 & ~UInt32(mask)
}
