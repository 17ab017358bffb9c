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

/// A SQLite file that this command makes: taken away again where the command fails before anything
/// was loaded.
///
/// A command that opens a store holds a shared lock on its folder (`FolderLock`). A file is
/// removed only under the exclusive one: no other command has it open then, or opens it meanwhile.
struct NewStore {
    private let path: String

    /// Nil where a file is there already, or the store is no file.
    init?(_ location: StoreLocation) {
        guard location.isFile, !FileManager.default.fileExists(atPath: location.path),
            (try? FileManager.default.destinationOfSymbolicLink(atPath: location.path)) == nil
        else { return nil }
        path = location.path
    }

    /// Takes the file away where it holds no run, no key and no call of a model. The command's own
    /// store is closed by then.
    func discardIfEmpty() {
        FolderLock.whileAlone(path) {
            guard holdsNothing() else { return }
            for file in [path + "-wal", path + "-shm", path] { unlink(file) }
        }
    }

    private func holdsNothing() -> Bool {
        let isEmpty = try? SQLiteStore(path: path, opening: .existing).read { reader in
            try reader.newestRun() == nil && reader.apiKeys().isEmpty
                && reader.modelCalls().isEmpty
        }
        return isEmpty ?? false
    }
}

/// A lock on the folder of a store, held by every command that has a store open.
enum FolderLock {
    /// Held until the program ends, shared with others; waits while a store is being taken away. Where the
    /// folder cannot be locked no store in it is taken away either.
    static func share(_ path: String) {
        guard let descriptor = open(folderOf: path) else { return }
        while flock(descriptor, LOCK_SH) != 0, errno == EINTR {}
        held.withLock { $0.append((folder(of: path), descriptor)) }
    }

    /// Does something that no other command may see half of; nothing where another has a store of that
    /// folder open.
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
