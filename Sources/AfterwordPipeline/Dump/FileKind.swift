#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The kind of file at a path; symbolic links are followed.
package enum FileKind: Equatable, Sendable {
    case regular
    case folder
    case pipe
    case socket
    case device

    /// For messages: `p.json is a pipe`.
    package var words: String {
        switch self {
        case .regular: "a file"
        case .folder: "a folder"
        case .pipe: "a pipe"
        case .socket: "a socket"
        case .device: "a device"
        }
    }

    init(mode: mode_t) {
        switch mode & S_IFMT {
        case S_IFREG: self = .regular
        case S_IFDIR: self = .folder
        case S_IFIFO: self = .pipe
        case S_IFSOCK: self = .socket
        default: self = .device
        }
    }

    /// Nil where no file exists.
    ///
    /// - Throws: `InputFault.unreadableFile` for `name`, with the system's reason.
    init?(at path: String, name: String) throws {
        var info = stat()
        guard stat(path, &info) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw InputFault.unreadableFile(name, reason: systemReason(errno))
        }
        self.init(mode: info.st_mode)
    }

    /// The kind of file at a path where it is not a regular file. Nil for a regular file, and where
    /// there is none or its kind cannot be read: opening it will report why.
    package static func irregular(at path: String) -> FileKind? {
        guard let kind = try? FileKind(at: path, name: path), kind != .regular else { return nil }
        return kind
    }
}

/// Refuses anything except a regular file before it is opened: opening a pipe would block until
/// another process writes to it.
///
/// - Throws: `InputFault.noSuchDump` and `.unreadableFile` with the path, `.notAFile` or
///   `.folderForFile`.
package func requireRegularFile(at path: String, name: String) throws {
    guard let kind = try FileKind(at: path, name: path) else {
        throw InputFault.noSuchDump(path)
    }
    switch kind {
    case .regular: return
    case .folder: throw InputFault.folderForFile(name)
    case .pipe, .socket, .device:
        // A descriptor opened by a shell is a number below /dev/fd: only the full path means
        // something to the user.
        let isOfSystem = ["/dev/", "/proc/"].contains { path.hasPrefix($0) }
        throw InputFault.notAFile(isOfSystem ? path : name, kind: kind.words)
    }
}

/// The system's message for an error number: `Permission denied`.
package func systemReason(_ number: Int32) -> String { String(cString: strerror(number)) }
