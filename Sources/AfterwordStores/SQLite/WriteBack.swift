import Dispatch
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Has what was written to a file go to the disk while more is written, a first load's file or a later one's log: the commit would else wait for all of it.
///
/// It promises nothing: the commit syncs as ever, and finds little left. Only on Linux; elsewhere nothing is done. The descriptor is SQLite's own: one of our own could not be closed without giving up the file's locks.
final class WriteBack: Sendable {
    private let descriptor: Int32?
    private let queue = DispatchQueue(label: "afterword.write-back")
    private let state = Mutex((byteCount: 0, isBusy: false))

    /// Bytes after which the next piece is begun.
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

    /// Notes that so many bytes were written.
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

    /// Waits until nothing uses the descriptor any more.
    func finish() { queue.sync {} }
}
