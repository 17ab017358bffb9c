import AfterwordCore
import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Calls `body` with the path of a file that does not exist yet, in a folder of its own that only
/// this user may read (in `temporaryFolder`), and removes both afterwards.
///
/// - Throws: `OutputFault`, and what `body` throws.
package func withTemporaryFile<Result>(
    named name: String, _ body: (_ path: String) throws -> Result
) throws -> Result {
    let parent = temporaryFolder()
    var template = Array("\(parent)/afterword-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw OutputFault(path: parent, number: errno) }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body("\(folder)/\(name)")
}

/// Calls `body` with a closure that gives the next bytes of a file, at most 1 MiB; nil at its end.
///
/// - Throws: `OutputFault` where the file cannot be read, and what `body` throws.
package func withBytes<Result>(
    ofFile path: String, _ body: (_ next: () throws -> [UInt8]?) throws -> Result
) throws -> Result {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw OutputFault(path: path, number: errno) }
    defer { close(descriptor) }
    return try body {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        var count = -1
        repeat {
            count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        } while count < 0 && errno == EINTR
        guard count >= 0 else { throw OutputFault(path: path, number: errno) }
        return count == 0 ? nil : Array(bytes.prefix(count))
    }
}

/// Makes a file, readable by its owner alone, and calls `body` with a closure that appends bytes.
///
/// - Throws: `OutputFault`, and what `body` throws.
package func makeFile(
    at path: String, _ body: (_ append: ([UInt8]) throws -> Void) throws -> Void
) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw OutputFault(path: path, number: errno) }
    var isOpen = true
    defer { if isOpen { close(descriptor) } }
    try body { bytes in
        let number = writeAll(bytes, to: descriptor)
        guard number == 0 else { throw OutputFault(path: path, number: number) }
    }
    isOpen = false
    guard close(descriptor) == 0 else { throw OutputFault(path: path, number: errno) }
}
