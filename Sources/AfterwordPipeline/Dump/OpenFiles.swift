import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The open files of a dump: at most `limit` of its files and two temporary files, however many
/// files the dump has.
///
/// The sources of one dump share it. Several threads may read them at once: opening and closing
/// happen under one lock, and a descriptor is closed when its last reader is done with it. Only one
/// thread may append to the temporary file.
final class OpenFiles {
    private struct Entry { weak var file: ReadFile? }

    private let limit: Int
    /// Guards `entries` and what changes in every `ReadFile` of the dump.
    fileprivate let lock = Mutex(())
    /// Open files, in the order in which they were opened or last spared.
    private var entries: [Entry] = []
    private var spool: Spool?
    private var unpacked: Spool?
    /// The archive elsewhere that was read last.
    private var archive: (name: String, ranges: RemoteRanges)?

    /// - Parameter limit: Greatest number of files open at once.
    init(limit: Int = 16) { self.limit = limit }

    /// Number of files open now.
    var count: Int { lock.withLock { _ in entries.count { ($0.file?.isOpen) == true } } }

    /// Adds a file that was just opened, under the lock. Where too many are open, closes one that
    /// was not read since the last check (second-chance order).
    fileprivate func admit(_ file: ReadFile) {
        entries.removeAll { $0.file?.isOpen != true }
        while entries.count >= limit {
            let entry = entries.removeFirst()
            guard let oldest = entry.file else { continue }
            if oldest.wasRead {
                oldest.wasRead = false
                entries.append(entry)
            } else {
                oldest.close()
            }
        }
        entries.append(Entry(file: file))
    }

    /// An archive that lies elsewhere: its files, read one after another, share a stream.
    func ranges(of file: any RemoteFile, named name: String) -> RemoteRanges {
        if let archive, archive.name == name { return archive.ranges }
        let made = RemoteRanges(file, name: name)
        archive = (name, made)
        return made
    }

    /// The temporary file shared by all streams that differ from their file's bytes.
    func temporaryFile(for name: String) throws -> Spool {
        if let spool { return spool }
        let made = try Spool(for: name)
        spool = made
        return made
    }

    /// The temporary file shared by all files unpacked from ZIP archives. It is another one: an
    /// unpacked file may itself be inflated or transcoded while it is read.
    func unpackedFile(for name: String) throws -> Spool {
        if let unpacked { return unpacked }
        let made = try Spool(for: name)
        unpacked = made
        return made
    }
}

/// A regular file of a dump. It is opened when it is read, closed when others need to be open, and
/// opened again only if it is still the same file.
final class ReadFile {
    private let path: String
    private let name: String
    private let files: OpenFiles
    private var descriptor: OpenDescriptor?
    /// Device and inode of the file when it was opened first.
    private var identity: (device: dev_t, number: ino_t)?
    fileprivate var wasRead = false
    fileprivate var isOpen: Bool { descriptor != nil }

    init(path: String, name: String, files: OpenFiles) {
        self.path = path
        self.name = name
        self.files = files
    }

    fileprivate func close() { descriptor = nil }

    /// The descriptor of the file, opened where necessary. It stays open as long as it is held.
    ///
    /// - Throws: `InputFault.unreadableFile` with the system's reason, `.notAFile`, or
    ///   `.changedWhileRead` where another file has this path now.
    func opened() throws -> OpenDescriptor {
        try files.lock.withLock { _ in try openedLocked() }
    }

    private func openedLocked() throws -> OpenDescriptor {
        wasRead = true
        if let descriptor { return descriptor }
        // O_NONBLOCK: where a pipe has replaced the file meanwhile, opening it must not block.
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard opened >= 0 else {
            throw InputFault.unreadableFile(name, reason: systemReason(errno))
        }
        let held = OpenDescriptor(opened)
        try check(opened)
        descriptor = held
        files.admit(self)
        return held
    }

    private func check(_ opened: Int32) throws {
        var info = stat()
        guard fstat(opened, &info) == 0 else {
            throw InputFault.unreadableFile(name, reason: systemReason(errno))
        }
        let kind = FileKind(mode: info.st_mode)
        guard kind == .regular else { throw InputFault.notAFile(name, kind: kind.words) }
        if let identity {
            guard identity == (info.st_dev, info.st_ino) else {
                throw InputFault.changedWhileRead(name)
            }
        } else {
            identity = (info.st_dev, info.st_ino)
        }
    }
}

/// A descriptor that is closed with the last reference to it.
final class OpenDescriptor: Sendable {
    let number: Int32

    fileprivate init(_ number: Int32) { self.number = number }

    deinit { _ = systemClose(number) }
}

/// An unlinked temporary file in `temporaryFolder`: streams are appended one after another and read
/// at any offset.
final class Spool {
    let descriptor: OpenDescriptor
    private(set) var length: Int64 = 0

    fileprivate init(for name: String) throws {
        let folder = temporaryFolder()
        var template = Array("\(folder)/afterword-XXXXXX".utf8CString)
        let made = mkstemp(&template)
        guard made >= 0 else {
            throw InputFault.unreadableFile(
                name, reason: "no temporary file in \(folder): \(systemReason(errno))")
        }
        unlink(template)
        _ = fcntl(made, F_SETFD, FD_CLOEXEC)
        descriptor = OpenDescriptor(made)
    }

    /// - Throws: `StoreFault.diskFull`, or `InputFault.unreadableFile` with the system's reason.
    func append(_ bytes: [UInt8]) throws {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(descriptor.number, buffer.baseAddress! + written, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno != ENOSPC, errno != EDQUOT {
                throw InputFault.unreadableFile("a temporary file", reason: systemReason(errno))
            }
            guard count > 0 else { throw StoreFault.diskFull }
            written += count
        }
        length += Int64(bytes.count)
    }
}

/// The system's `close`, which a method of the same name hides.
private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
