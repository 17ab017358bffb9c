import AfterwordCore
import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A small file of a target.
package struct TargetFile: Equatable, Sendable {
    package var bytes: [UInt8]
    /// Which other bytes do not have; empty where the target knows none.
    package var mark: String

    package init(bytes: [UInt8], mark: String) {
        self.bytes = bytes
        self.mark = mark
    }
}

/// A place that an export is written to. A reader sees a file whole, or not at all.
package protocol ExportTarget {
    /// A small file; nil where there is none.
    ///
    /// - Parameter name: From the target's root on, with slashes.
    func read(_ name: String) throws -> TargetFile?
    /// Writes a small file whole, in place of the one with a mark, or of none where it is nil.
    ///
    /// - Returns: The mark of what was written; nil where another file is there, which stays.
    func replace(_ mark: String?, with bytes: [UInt8], at name: String) throws -> String?
    /// Refuses a target at which files of these tables would lie in a place of others.
    ///
    /// - Throws: `ExportFault.linked`.
    func requireOwn(_ tables: [String]) throws
    /// An empty file of this machine's disk, which no other export has, to be written for `commit`.
    ///
    /// - Returns: Its path.
    func begin(_ name: String) throws -> String
    /// Gives a file that was written its name; it replaces one of this name.
    func commit(_ path: String, as name: String) throws
    /// Removes what was written so far of a file that is given up.
    func discard(_ path: String)
    /// Keeps other exports from writing here for as long as the answer lives, and waits for one
    /// that does.
    ///
    /// - Returns: Nil where the target has no locks: others may write at the same time.
    /// - Throws: `ExportFault.underWay` after long waiting, `StoreFault.interrupted`.
    func hold(isInterrupted: () -> Bool) throws -> FolderHold?
}

extension ExportTarget {
    /// Where there are no links.
    package func requireOwn(_ tables: [String]) throws {}
}

/// A folder of this machine. Files are its owner's only (0600).
package final class ExportFolder: ExportTarget {
    private let path: String
    private let patience: Duration
    /// While it lives no other export writes here.
    private weak var held: FolderHold?

    /// Seconds since its last change after which a half-written file is left by a killed program,
    /// where no lock says so.
    private static let leastAge = 3_600

    /// - Parameter patience: How long to wait for another export to the folder.
    package init(_ path: String, patience: Duration = .seconds(600)) {
        self.path = path
        self.patience = patience
    }

    private func place(_ name: String) -> String { "\(path)/\(name)" }

    package func read(_ name: String) throws -> TargetFile? {
        let file = open(place(name), O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw OutputFault(path: place(name), number: errno)
        }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        guard let data = try? handle.readToEnd() ?? Data() else {
            throw OutputFault(path: place(name), number: EISDIR)
        }
        return TargetFile(bytes: Array(data), mark: Self.mark(Array(data)))
    }

    private static func mark(_ bytes: [UInt8]) -> String {
        var digest = StreamDigest()
        digest.add(bytes[...])
        return "\(digest.finish())"
    }

    /// What is there is compared and then replaced: only a hold keeps others away between the two.
    package func replace(_ mark: String?, with bytes: [UInt8], at name: String) throws -> String? {
        guard try read(name)?.mark == mark else { return nil }
        try write(bytes, to: name)
        return Self.mark(bytes)
    }

    /// Writes a small file whole, in place of any.
    package func write(_ bytes: [UInt8], to name: String) throws {
        let partial = try begin(name)
        do {
            let file = try GrowingFile(partial)
            try file.write(bytes)
            try file.finish()
            try commit(partial, as: name)
        } catch {
            discard(partial)
            throw error
        }
    }

    package func requireOwn(_ tables: [String]) throws {
        for table in tables { try requireNoLink(place(table)) }
    }

    private func requireNoLink(_ folder: String) throws(ExportFault) {
        var info = stat()
        guard lstat(folder, &info) == 0, info.st_mode & S_IFMT == S_IFLNK else { return }
        throw .linked(folder)
    }

    /// A name that begins with a dot, beside the file: readers of folders pass over it. What killed
    /// exports left of the same file is removed.
    package func begin(_ name: String) throws -> String {
        let url = URL(fileURLWithPath: place(name))
        var folders = name.split(separator: "/").map(String.init)
        while folders.popLast() != nil, !folders.isEmpty {
            try requireNoLink(place(folders.joined(separator: "/")))
        }
        try makeFolder(of: url.path)
        let (folder, file) = (url.deletingLastPathComponent().path, url.lastPathComponent)
        sweep(folder, file)
        let path = "\(folder)/.\(file).\(UUID().uuidString)\(Self.suffix)"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw OutputFault(path: path, number: errno) }
        close(descriptor)
        return path
    }

    package func commit(_ path: String, as name: String) throws {
        guard rename(path, place(name)) == 0 else {
            throw OutputFault(path: place(name), number: errno)
        }
    }

    package func discard(_ path: String) { unlink(path) }

    package func hold(isInterrupted: () -> Bool) throws -> FolderHold? {
        try makeFolder(of: place(FolderHold.name))
        let hold = try FolderHold.take(path, patience: patience, isInterrupted: isInterrupted)
        held = hold
        return hold
    }

    private static let suffix = ".partial"

    /// Removes half-written files of a name that no export is writing.
    private func sweep(_ folder: String, _ file: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where Self.isPartial(name, of: file) {
            var info = stat()
            guard lstat("\(folder)/\(name)", &info) == 0,
                held != nil || ScratchFiles.age(info) >= Self.leastAge
            else { continue }
            unlink("\(folder)/\(name)")
        }
    }

    private static func isPartial(_ name: String, of file: String) -> Bool {
        // What an earlier version of this program left.
        if name == ".\(file)\(suffix)" { return true }
        guard name.hasPrefix(".\(file)."), name.hasSuffix(suffix) else { return false }
        let middle = name.dropFirst(file.count + 2).dropLast(suffix.count)
        return UUID(uuidString: String(middle)) != nil
    }

    /// Makes the folders above a file, which are their owner's only.
    private func makeFolder(of file: String) throws(OutputFault) {
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        var info = stat()
        if stat(folder, &info) == 0 { return }
        if folder != "/" { try makeFolder(of: folder) }
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw OutputFault(path: folder, number: errno)
        }
    }
}

/// A file that is written from front to back.
final class GrowingFile {
    private let path: String
    private var descriptor: Int32

    /// - Parameter path: Of a file that is there.
    /// - Throws: `OutputFault`.
    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
        guard descriptor >= 0 else { throw OutputFault(path: path, number: errno) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func write(_ bytes: [UInt8]) throws {
        let number = writeAll(bytes, to: descriptor)
        guard number == 0 else { throw OutputFault(path: path, number: number) }
    }

    /// Brings the bytes to the disk and closes the file.
    func finish() throws {
        let number = fsync(descriptor) == 0 ? 0 : errno
        let closed = close(descriptor)
        descriptor = -1
        guard number == 0, closed == 0 else { throw OutputFault(path: path, number: number) }
    }
}
