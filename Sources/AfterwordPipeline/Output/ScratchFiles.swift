import Foundation
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Temporary files with a name, which another program writes to, in `temporaryFolder`; readable by
/// their owner alone. A lock is held on each while it is in use: the first file that is made
/// removes those of programs that were killed. Thread-safe.
package final class ScratchFiles: Sendable {
    /// Descriptors that hold the locks, by path.
    private let locks = Mutex<[String: Int32]>([:])
    private let hasSwept = Atomic(false)
    private let folder: String
    private let leastAge: Int

    /// - Parameters:
    ///   - folder: Where they lie; `temporaryFolder` where it is nil.
    ///   - leastAge: Seconds since its last change after which an unlocked file is removed.
    package init(in folder: String? = nil, leastAge: Int = 60) {
        self.folder = folder ?? temporaryFolder()
        self.leastAge = leastAge
    }

    deinit { for path in locks.withLock({ Array($0.keys) }) { remove(path) } }

    /// Makes an empty file.
    ///
    /// - Returns: Its path.
    /// - Throws: `OutputFault`.
    package func make() throws(OutputFault) -> String {
        if !hasSwept.exchange(true, ordering: .relaxed) { sweep() }
        let path = "\(folder)/\(Self.prefix)\(UUID().uuidString)"
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw OutputFault(path: path, number: errno) }
        // Where a file system has no locks, the age alone keeps it.
        _ = flock(descriptor, LOCK_EX | LOCK_NB)
        locks.withLock { $0[path] = descriptor }
        return path
    }

    /// Removes a file that was made.
    package func remove(_ path: String) {
        unlink(path)
        if let descriptor = locks.withLock({ $0.removeValue(forKey: path) }) { close(descriptor) }
    }

    /// Removes files that no program holds.
    private func sweep() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where Self.isOwn(name) {
            let path = "\(folder)/\(name)"
            let descriptor = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            var info = stat()
            guard fstat(descriptor, &info) == 0, FileKind(mode: info.st_mode) == .regular,
                info.st_uid == geteuid(), Self.age(info) >= leastAge,
                flock(descriptor, LOCK_EX | LOCK_NB) == 0
            else { continue }
            unlink(path)
        }
    }

    private static let prefix = "afterword-export-"

    private static func isOwn(_ name: String) -> Bool {
        name.hasPrefix(prefix) && UUID(uuidString: String(name.dropFirst(prefix.count))) != nil
    }

    /// Seconds since a file's last change.
    static func age(_ info: stat) -> Int {
        #if canImport(Darwin)
            time(nil) - info.st_mtimespec.tv_sec
        #else
            time(nil) - info.st_mtim.tv_sec
        #endif
    }
}
