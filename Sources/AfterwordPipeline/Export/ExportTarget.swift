import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A place that an export is written to. A reader sees a file whole, or not at all.
package protocol ExportTarget {
    /// The bytes of a small file; nil where there is none.
    ///
    /// - Parameter name: From the target's root on, with slashes.
    func read(_ name: String) throws -> [UInt8]?
    /// Writes a small file whole.
    func write(_ bytes: [UInt8], to name: String) throws
    /// A path on this machine's disk where a file is to be written, for `commit`.
    func begin(_ name: String) throws -> String
    /// Gives a file that was written its name; it replaces one of this name.
    func commit(_ path: String, as name: String) throws
    /// Removes what was written so far of a file that is given up.
    func discard(_ path: String)
}

/// A folder of this machine. Files are its owner's only (0600).
package struct ExportFolder: ExportTarget {
    private let path: String

    package init(_ path: String) { self.path = path }

    private func place(_ name: String) -> String { "\(path)/\(name)" }

    package func read(_ name: String) throws -> [UInt8]? {
        let file = open(place(name), O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw OutputFault(path: place(name), number: errno)
        }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        guard let data = try? handle.readToEnd() ?? Data() else {
            throw OutputFault(path: place(name), number: EISDIR)
        }
        return Array(data)
    }

    /// Under the name of `begin` first, which is the same each time: what a killed program left
    /// there is replaced.
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

    /// A name that begins with a dot, beside the file: readers of folders pass over it.
    package func begin(_ name: String) throws -> String {
        let url = URL(fileURLWithPath: place(name))
        try makeFolder(of: url.path)
        return url.deletingLastPathComponent().path + "/.\(url.lastPathComponent).partial"
    }

    package func commit(_ path: String, as name: String) throws {
        guard rename(path, place(name)) == 0 else {
            throw OutputFault(path: place(name), number: errno)
        }
    }

    package func discard(_ path: String) { unlink(path) }

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

    /// - Throws: `OutputFault`.
    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
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
