import AfterwordPipeline
import AfterwordStores
import Foundation

/// A SQLite file of one test, gone when the test is done with it.
final class TemporaryStore {
    let path: String
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appendingPathComponent("afterword.sqlite").path
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func open() throws -> SQLiteStore { try SQLiteStore(path: path) }
}

/// The stores that every contract and law is checked on.
enum StoreKind: String, CaseIterable, Sendable {
    case memory
    case sqlite
}
