import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// An advisory lock (`flock`) on a folder, for as long as this object lives. It lies on a file in
/// the folder, which goes with the lock; what a killed program left of it locks nothing.
package final class FolderHold {
    static let name = ".export.lock"
    /// Microseconds between two looks at a lock that another program has.
    private static let pause: UInt32 = 50_000
    private let path: String
    private let descriptor: Int32

    private init(_ path: String, _ descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        unlink(path)
        close(descriptor)
    }

    /// Locks a folder that is there; waits while another program has it.
    ///
    /// - Parameter patience: How long to wait.
    /// - Returns: Nil where the file system has no locks.
    /// - Throws: `ExportFault.underWay`, `StoreFault.interrupted`, `OutputFault`.
    static func take(
        _ folder: String, patience: Duration, isInterrupted: () -> Bool
    ) throws -> FolderHold? {
        let path = "\(folder)/\(name)"
        let end = ContinuousClock.now + patience
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw OutputFault(path: path, number: errno) }
            let number = flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
            if number == 0, isNamed(descriptor, path) { return FolderHold(path, descriptor) }
            close(descriptor)
            switch number {
            case 0, EINTR: continue
            case EWOULDBLOCK: break
            default:
                unlink(path)
                return nil
            }
            guard !isInterrupted() else { throw StoreFault.interrupted }
            guard ContinuousClock.now < end else { throw ExportFault.underWay }
            usleep(pause)
        }
    }

    /// Whether an open file is still the one at the path: who had its lock before removed it.
    private static func isNamed(_ descriptor: Int32, _ path: String) -> Bool {
        var (own, there) = (stat(), stat())
        return fstat(descriptor, &own) == 0 && lstat(path, &there) == 0
            && own.st_ino == there.st_ino && own.st_dev == there.st_dev
    }
}
