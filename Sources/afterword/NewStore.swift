import AfterwordPipeline
import AfterwordStores
import Foundation
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A SQLite file that the current command creates. The file is removed if the command fails before
/// anything was loaded.
///
/// Every command that opens a store holds a shared lock on its folder (`FolderLock`). The file is
/// removed only under an exclusive lock, when no other command has a store in that folder open.
struct NewStore {
    private let path: String

    /// Nil when the file already exists or the store is not a file.
    init?(_ location: StoreLocation) {
        guard location.isFile, !FileManager.default.fileExists(atPath: location.path),
            (try? FileManager.default.destinationOfSymbolicLink(atPath: location.path)) == nil
        else { return nil }
        path = location.path
    }

    /// Removes the file if it contains no run, no key and no model call. Call this only after the
    /// command has closed its own store.
    func discardIfEmpty() {
        FolderLock.whileAlone(path) {
            guard holdsNothing() else { return }
            for file in [path + "-wal", path + "-shm", path] { unlink(file) }
        }
    }

    private func holdsNothing() -> Bool {
        // A file that cannot be read may hold something: it is kept.
        let isEmpty = try? SQLiteStore(path: path, opening: .existing).read { reader in
            try reader.newestRun() == nil && reader.apiKeys().isEmpty
                && reader.modelCalls().isEmpty
        }
        return isEmpty ?? false
    }
}

/// An advisory lock (`flock`) on the folder of a store, held by every command that has a store
/// open.
enum FolderLock {
    /// Takes a shared lock and keeps it until the program ends or `whileAlone` releases it. Waits
    /// while another command holds the exclusive lock. If the folder cannot be locked, no store in
    /// it is removed either.
    static func share(_ path: String) {
        guard let descriptor = open(folderOf: path) else { return }
        while flock(descriptor, LOCK_SH) != 0, errno == EINTR {}
        held.withLock { $0.append((folder(of: path), descriptor)) }
    }

    /// Releases this program's shared locks on the folder and runs `body` under an exclusive lock.
    /// Does not run `body` when another command has a store in that folder open.
    static func whileAlone(_ path: String, _ body: () -> Void) {
        let own = held.withLock { held in
            defer { held.removeAll { $0.folder == folder(of: path) } }
            return held.filter { $0.folder == folder(of: path) }.map(\.descriptor)
        }
        for descriptor in own { close(descriptor) }
        guard !own.isEmpty, let descriptor = open(folderOf: path) else { return }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { body() }
    }

    private static let held = Mutex<[(folder: String, descriptor: Int32)]>([])

    private static func folder(of path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    private static func open(folderOf path: String) -> Int32? {
        let descriptor = systemOpen(folder(of: path))
        return descriptor < 0 ? nil : descriptor
    }
}

private func systemOpen(_ path: String) -> Int32 { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
