import Dispatch
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Flushes a file in the background while a load writes it: the database file of a first load, the
/// WAL of any other. Otherwise the commit would wait for all of it.
///
/// This is only an optimization: the commit still syncs, and finds little left to write. Works on
/// Linux with glibc; does nothing elsewhere. Uses SQLite's own descriptor, because closing a second
/// one would release the file's locks. Thread-safe.
final class WriteBack: Sendable {
    private let descriptor: Int32?
    private let queue = DispatchQueue(label: "afterword.write-back")
    private let state = Mutex((byteCount: 0, isBusy: false))

    /// Bytes written after which the next flush begins: 16 MiB.
    private static let pieceBytes = 1 << 24

    /// - Parameter path: A file that this process has open.
    init(path: String) { descriptor = Self.descriptor(of: path) }

    private static func descriptor(of path: String) -> Int32? {
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let files = FileManager.default
        let open = (try? files.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return open.compactMap(Int32.init).sorted().first {
            (try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == file
        }
    }

    /// Records that `byteCount` bytes were written. Starts a flush where `pieceBytes` is reached
    /// and none is running.
    func note(_ byteCount: Int) {
        #if canImport(Glibc)
            guard let descriptor else { return }
            let begins = state.withLock { state in
                state.byteCount += byteCount
                guard state.byteCount >= Self.pieceBytes, !state.isBusy else { return false }
                state = (0, true)
                return true
            }
            guard begins else { return }
            queue.async {
                fdatasync(descriptor)
                self.state.withLock { $0.isBusy = false }
            }
        #endif
    }

    /// Waits until no flush uses the descriptor.
    func finish() { queue.sync {} }
}
