import Foundation
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A file that could not be written.
package struct OutputFault: Error, Equatable, Sendable {
    package var path: String
    /// The system's error number.
    package var number: Int32

    package var reason: String { systemReason(number) }
    /// Whether the device or the reader failed, rather than the given path being wrong.
    package var isOfDisk: Bool { [ENOSPC, EDQUOT, EIO, EFBIG, EPIPE].contains(number) }
}

/// Writes a whole file atomically where possible: a reader sees either the old content or all new
/// bytes.
///
/// 1. A symbolic link is followed; its target is written and the link stays.
/// 2. Only a regular file, or a missing one, is replaced, by renaming. An existing file keeps its
///    mode, and its owner where the system allows.
/// 3. A device or a pipe is opened and written in place, as is a file that cannot be replaced
///    (mounted by itself, or in a folder without write permission).
/// 4. A path that denotes an open descriptor (`/dev/stdout`, `/dev/fd/3`) is written through that
///    descriptor.
/// 5. Every write and close is checked.
///
/// - Parameter mode: The mode of a new file.
/// - Throws: `OutputFault`.
package func writeFile(
    _ bytes: [UInt8], to path: String, mode: UInt32 = 0o600
) throws(OutputFault) {
    if let descriptor = namedDescriptor(path) {
        let copy = InheritedDescriptors.duplicate(descriptor)
        guard copy >= 0 else { throw OutputFault(path: path, number: errno) }
        return try fill(copy, bytes, path)
    }
    var info = stat()
    if stat(path, &info) == 0 {
        guard FileKind(mode: info.st_mode) == .regular else {
            return try writeInPlace(bytes, path, O_WRONLY)
        }
        let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        return try replace(real, bytes, like: info, mode_t(mode), path)
    }
    guard errno == ENOENT else { throw OutputFault(path: path, number: errno) }
    try replace(linkEnd(path), bytes, like: nil, mode_t(mode), path)
}

/// Fails where a file can certainly not be written, so that a command ends before its work.
///
/// - Parameter path: As for `writeFile`.
/// - Throws: `OutputFault`: the folder is missing or may not be written, it is a folder, or the
///   descriptor is not open. A device that is full says so only when it is written.
package func checkOutput(_ path: String) throws(OutputFault) {
    if let descriptor = namedDescriptor(path) {
        let copy = InheritedDescriptors.duplicate(descriptor)
        guard copy >= 0 else { throw OutputFault(path: path, number: errno) }
        close(copy)
        return
    }
    var info = stat()
    if stat(path, &info) == 0 {
        let kind = FileKind(mode: info.st_mode)
        guard kind != .folder else { throw OutputFault(path: path, number: EISDIR) }
        if kind == .regular, mayWrite(inFolderOf: path) == 0 { return }
        guard access(path, W_OK) == 0 else { throw OutputFault(path: path, number: errno) }
        return
    }
    guard errno == ENOENT else { throw OutputFault(path: path, number: errno) }
    let number = mayWrite(inFolderOf: linkEnd(path))
    if number != 0 { throw OutputFault(path: path, number: number) }
}

/// 0, or why no file can be made in the folder that holds this one.
private func mayWrite(inFolderOf path: String) -> Int32 {
    let folder = URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent()
    return access(folder.path, W_OK | X_OK) == 0 ? 0 : errno
}

/// The descriptors that the program was started with. Only these may be named as an output: any
/// other number is that of a file that the program opened itself, as its store, or will open.
package enum InheritedDescriptors {
    private static let noted = Mutex<Set<Int32>?>(nil)

    /// Notes the descriptors below 1,024 that are open. To be called before anything is opened; a
    /// process that never calls this may name any descriptor.
    package static func note() {
        noted.withLock { $0 = Set((0..<1_024).filter { fcntl($0, F_GETFD) != -1 }) }
    }

    /// A copy of a descriptor; -1 with `errno` set where the program was not started with it.
    static func duplicate(_ descriptor: Int32) -> Int32 {
        guard noted.withLock({ $0?.contains(descriptor) ?? true }) else {
            errno = EBADF
            return -1
        }
        return dup(descriptor)
    }
}

/// The descriptor of this process that a path denotes; nil for any other path.
package func namedDescriptor(_ path: String) -> Int32? {
    var path = path
    for _ in 0..<longestChain {
        for folder in ["/dev/fd/", "/proc/self/fd/", "/proc/\(getpid())/fd/"]
        where path.hasPrefix(folder) {
            return Int32(path.dropFirst(folder.count))
        }
        guard let next = linkTarget(path) else { return nil }
        path = next
    }
    return nil
}

/// The most symbolic links followed in a chain, as on Linux.
private let longestChain = 40

private func linkTarget(_ path: String) -> String? {
    guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else {
        return nil
    }
    if target.hasPrefix("/") { return target }
    return URL(fileURLWithPath: path).deletingLastPathComponent()
        .appendingPathComponent(target).path
}

/// The end of a chain of links, of which the last may lead to no file.
package func linkEnd(_ path: String) -> String {
    var end = path
    for _ in 0..<longestChain {
        guard let next = linkTarget(end) else { break }
        end = next
    }
    return end
}

private func replace(
    _ target: String, _ bytes: [UInt8], like info: stat?, _ mode: mode_t, _ path: String
) throws(OutputFault) {
    let url = URL(fileURLWithPath: target)
    let folder = url.deletingLastPathComponent().path
    var template = Array("\(folder)/.\(url.lastPathComponent.prefix(100)).XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
        guard info != nil, [EACCES, EPERM, EROFS].contains(errno) else {
            throw OutputFault(path: path, number: errno)
        }
        return try writeInPlace(bytes, target, O_WRONLY | O_TRUNC)
    }
    var isRenamed = false
    defer { if !isRenamed { unlink(template) } }
    // Keeping the owner may fail without privileges; the mode is kept all the same.
    if let info { _ = fchown(descriptor, info.st_uid, info.st_gid) }
    _ = fchmod(descriptor, info.map { $0.st_mode & 0o7777 } ?? mode)
    try fill(descriptor, bytes, path, synchronises: true)
    guard rename(template, target) == 0 else {
        guard info != nil, [EBUSY, EXDEV, EPERM, EACCES].contains(errno) else {
            throw OutputFault(path: path, number: errno)
        }
        return try writeInPlace(bytes, target, O_WRONLY | O_TRUNC)
    }
    isRenamed = true
}

private func writeInPlace(
    _ bytes: [UInt8], _ path: String, _ flags: Int32
) throws(OutputFault) {
    let descriptor = open(path, flags | O_CLOEXEC)
    guard descriptor >= 0 else { throw OutputFault(path: path, number: errno) }
    try fill(descriptor, bytes, path)
}

/// Writes all bytes and closes the descriptor, even after an error.
private func fill(
    _ descriptor: Int32, _ bytes: [UInt8], _ path: String, synchronises: Bool = false
) throws(OutputFault) {
    var number = writeAll(bytes, to: descriptor)
    if number == 0, synchronises, fsync(descriptor) != 0 { number = errno }
    if close(descriptor) != 0, number == 0 { number = errno }
    if number != 0 { throw OutputFault(path: path, number: number) }
}

/// Writes all bytes to a descriptor.
///
/// - Returns: 0, or the system's error number.
package func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var written = 0
    while written < bytes.count {
        let count = bytes[written...].withUnsafeBytes {
            write(descriptor, $0.baseAddress, $0.count)
        }
        if count < 0, errno == EINTR { continue }
        if count < 0, errno == EAGAIN {
            // Another process may have made a terminal or pipe non-blocking: wait until it is
            // writable.
            var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&ready, 1, -1)
            continue
        }
        guard count > 0 else { return count < 0 ? errno : EIO }
        written += count
    }
    return 0
}
