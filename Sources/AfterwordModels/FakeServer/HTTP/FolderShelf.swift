import AfterwordPipeline
import Foundation
import Synchronization

/// A shelf in a folder: one file for each name, readable by its owner only. One program at a time
/// uses a folder.
package final class FolderShelf: Shelf {
    private let folder: URL
    private let isTemporary: Bool
    /// The open lock file; -1 once it is closed.
    private let lock: Mutex<CInt>

    private static let lockName = "lock"

    /// - Throws: `ShelfFault` where the folder cannot be made, or another program uses it.
    package init(_ path: String) throws(ShelfFault) {
        folder = URL(fileURLWithPath: path, isDirectory: true)
        isTemporary = false
        lock = Mutex(try Self.prepare(folder))
    }

    /// A folder for this program's life, in the system's folder for such.
    package init() throws(ShelfFault) {
        let name = "afterword-fake-llm-" + UUID().uuidString.lowercased()
        folder = URL(fileURLWithPath: temporaryFolder()).appendingPathComponent(name)
        isTemporary = true
        lock = Mutex(try Self.prepare(folder))
    }

    private static func prepare(_ folder: URL) throws(ShelfFault) -> CInt {
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw ShelfFault("the folder \(folder.path) cannot be made")
        }
        let file = open(
            folder.appendingPathComponent(lockName).path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw ShelfFault("the folder \(folder.path) cannot be written") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw ShelfFault("the folder \(folder.path) is in use by another program")
        }
        return file
    }

    /// Releases the folder; a temporary one is removed.
    package func finish() {
        lock.withLock { file in
            if file >= 0 { close(file) }
            file = -1
        }
        if isTemporary { try? FileManager.default.removeItem(at: folder) }
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    package func append(_ bytes: [UInt8], to name: String) throws(ShelfFault) {
        try write(bytes, path(name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, name)
    }

    package func replace(_ name: String, with bytes: [UInt8]) throws(ShelfFault) {
        let beside = path(name) + ".new"
        try write(bytes, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, name)
        guard rename(beside, path(name)) == 0 else { throw Self.fault(name) }
    }

    private func write(
        _ bytes: [UInt8], _ path: String, _ flags: CInt, _ name: String
    ) throws(ShelfFault) {
        let file = open(path, flags, 0o600)
        guard file >= 0 else { throw Self.fault(name) }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { part in
                Foundation.write(file, part.baseAddress, part.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.fault(name) }
            written += count
        }
    }

    package func read(
        _ name: String, from offset: Int, count: Int
    ) throws(ShelfFault) -> [UInt8] {
        let file = open(path(name), O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Self.fault(name) }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes[filled...].withUnsafeMutableBytes { part in
                pread(file, part.baseAddress, part.count, off_t(offset + filled))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw Self.fault(name) }
            if got == 0 { break }
            filled += got
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    package func remove(_ name: String) { unlink(path(name)) }

    package func names() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0 != Self.lockName }
    }

    private static func fault(_ name: String) -> ShelfFault {
        ShelfFault("\(name): \(String(cString: strerror(errno)))")
    }
}
