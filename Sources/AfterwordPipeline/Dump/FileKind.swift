#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What lies at a path, links followed.
package enum FileKind: Equatable, Sendable {
    case regular
    case folder
    case pipe
    case socket
    case device

    /// In a message: `p.json is a named pipe`.
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

    /// Nil where nothing lies there.
    ///
    /// - Throws: `InputFault.unreadableFile` under `name` where the system does not say.
    init?(at path: String, name: String) throws {
        var info = stat()
        guard stat(path, &info) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw InputFault.unreadableFile(name, reason: systemReason(errno))
        }
        self.init(mode: info.st_mode)
    }

    /// What lies at a path in place of a regular file; nil for a regular file, and where nothing
    /// lies there or the system does not say: who opens it is told why.
    package static func irregular(at path: String) -> FileKind? {
        guard let kind = try? FileKind(at: path, name: path), kind != .regular else { return nil }
        return kind
    }
}

/// Refuses what is no regular file, before it is opened: to open a pipe waits until somebody writes
/// to it.
///
/// - Throws: `InputFault.noSuchDump`, `.notAFile`, `.folderForFile`, or `.unreadableFile`.
package func requireRegularFile(at path: String, name: String) throws {
    guard let kind = try FileKind(at: path, name: name) else {
        throw InputFault.noSuchDump(name)
    }
    switch kind {
    case .regular: return
    case .folder: throw InputFault.folderForFile(name)
    case .pipe, .socket, .device:
        // What a shell opened is a number below /dev/fd, which says nothing without the way to it.
        let isOfSystem = ["/dev/", "/proc/"].contains { path.hasPrefix($0) }
        throw InputFault.notAFile(isOfSystem ? path : name, kind: kind.words)
    }
}

/// The system's words for an error number: `Permission denied`.
package func systemReason(_ number: Int32) -> String { String(cString: strerror(number)) }
