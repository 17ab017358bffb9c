package import AfterwordPipeline
import Foundation

/// Why a file is no backup.
package enum BackupFileFault: Equatable, Sendable {
    case missing
    /// A folder, a pipe or the like.
    case irregular(FileKind)
    case empty
    /// Its first bytes are not those of a SQLite database.
    case noDatabase
    /// It is shorter than its pages.
    case cut
    /// A SQLite database without the tables of a store.
    case noStore
    /// It cannot be opened: the system's or SQLite's reason.
    case unreadable(String)
}

extension SQLiteStore {
    /// Opens a backup, whatever its schema. No byte of it is written, and nothing beside it, except
    /// the index of a log that lies there.
    ///
    /// - Throws: `BackupFault.unusable`, `StoreFault`.
    package static func backup(path: String) throws -> SQLiteStore {
        if let fault = backupFault(path) { throw BackupFault.unusable(path, fault) }
        do {
            let store = try SQLiteStore(
                path: path, opening: .rehearsing, checks: false, writes: false)
            guard try store.hasTables() else { throw BackupFault.unusable(path, .noStore) }
            return store
        } catch StoreFault.unreachable(let reason) {
            throw BackupFault.unusable(path, .unreadable(reason))
        }
    }

    /// Makes an empty file accessible to its owner only, as a new store is.
    package static func makePrivate(emptyFile path: String) { chmod(path, 0o600) }

    /// What is wrong with a file before SQLite opens it; nil where nothing is.
    private static func backupFault(_ path: String) -> BackupFileFault? {
        if let kind = FileKind.irregular(at: path) { return .irregular(kind) }
        guard FileManager.default.fileExists(atPath: path) else { return .missing }
        // Only a connection that may write plays it back.
        if fileBytes(path + "-journal") > 0 {
            return .unreadable("the journal of an unfinished change lies beside it")
        }
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .unreadable(systemReason(errno)) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            let head = [UInt8](try file.read(upToCount: headBytes) ?? Data())
            return headFault(head, fileBytes: try file.seekToEnd(), path)
        } catch {
            return .unreadable("it cannot be read")
        }
    }

    private static func fileBytes(_ path: String) -> Int64 {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.int64Value ?? 0
    }

    /// Bytes of the header of a database.
    private static let headBytes = 100

    private static func headFault(
        _ head: [UInt8], fileBytes: UInt64, _ path: String
    ) -> BackupFileFault? {
        if head.isEmpty { return .empty }
        let magic = Array("SQLite format 3\0".utf8)
        guard head.starts(with: magic.prefix(head.count)) else { return .noDatabase }
        guard head.count == headBytes else { return .cut }
        // Pages that are missing may be in the log.
        if SQLiteSignature(path: path).logBytes > 0 { return nil }
        func number(_ range: Range<Int>) -> UInt64 {
            head[range].reduce(0) { $0 << 8 | UInt64($1) }
        }
        // 1 stands for 65,536.
        let pageBytes = number(16..<18) == 1 ? 65_536 : number(16..<18)
        guard pageBytes > 0 else { return .noDatabase }
        // The number of pages counts where it was written with the last change.
        let pages = number(24..<28) == number(92..<96) ? number(28..<32) : 1
        return fileBytes % pageBytes != 0 || fileBytes < pages * pageBytes ? .cut : nil
    }
}
