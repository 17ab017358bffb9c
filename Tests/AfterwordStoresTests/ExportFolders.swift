import AfterwordCore
import Foundation

@testable import AfterwordPipeline

/// A new folder for exports, deleted together with this object.
final class ExportPlace {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-export-test-\(UUID().uuidString)").path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var target: ExportFolder { ExportFolder(path) }

    /// The names of all files, and their bytes.
    func files() throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in FileManager.default.enumerator(atPath: path) ?? .init() {
            guard let name = name as? String else { continue }
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder)
            if !isFolder.boolValue {
                files[name] = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
            }
        }
        return files
    }

    /// The rows of a table in JSON Lines, in order of the runs.
    func rows(_ table: String) throws -> [JSONValue] {
        try files().filter { $0.key.hasPrefix(table + "/") }.sorted { $0.key < $1.key }
            .flatMap { try $0.value.split(separator: 10).map { try JSONValue(parsing: Array($0)) } }
    }

    func manifest() throws -> ExportManifest {
        try ExportManifest(Array(Data(contentsOf: URL(fileURLWithPath: "\(path)/manifest.json"))))
    }
}

/// A target that fails at one of its calls.
struct FailingTarget: ExportTarget {
    /// Calls that are left before the one that fails.
    final class Countdown {
        var left: Int
        init(_ left: Int) { self.left = left }
        func step() throws {
            left -= 1
            if left == 0 { throw OutputFault(path: "target", number: ENOSPC) }
        }
    }
    var target: ExportFolder
    var countdown: Countdown

    func read(_ name: String) throws -> TargetFile? { try target.read(name) }
    func replace(_ mark: String?, with bytes: [UInt8], at name: String) throws -> String? {
        try countdown.step()
        return try target.replace(mark, with: bytes, at: name)
    }
    func begin(_ name: String) throws -> String {
        try countdown.step()
        return try target.begin(name)
    }
    func commit(_ path: String, as name: String) throws {
        try countdown.step()
        try target.commit(path, as: name)
    }
    func discard(_ path: String) { target.discard(path) }
    func hold(isInterrupted: () -> Bool) throws -> FolderHold? {
        try countdown.step()
        return try target.hold(isInterrupted: isInterrupted)
    }
}

/// A target without locks, at which something happens before a manifest is written: the first one,
/// which names no run, or the one that names the first run.
final class OvertakenTarget: ExportTarget {
    private let target: ExportFolder
    private let isNew: Bool
    private var meanwhile: (() throws -> Void)?
    /// How many files were begun.
    private(set) var begun = 0

    init(_ place: ExportPlace, isNew: Bool = false, meanwhile: @escaping () throws -> Void) {
        target = place.target
        self.isNew = isNew
        self.meanwhile = meanwhile
    }

    func read(_ name: String) throws -> TargetFile? { try target.read(name) }
    func replace(_ mark: String?, with bytes: [UInt8], at name: String) throws -> String? {
        let runs = try ExportManifest(bytes).runs
        if isNew || !runs.isEmpty {
            let now = meanwhile
            meanwhile = nil
            try now?()
        }
        return try target.replace(mark, with: bytes, at: name)
    }
    func begin(_ name: String) throws -> String {
        begun += 1
        return try target.begin(name)
    }
    func commit(_ path: String, as name: String) throws { try target.commit(path, as: name) }
    func discard(_ path: String) { target.discard(path) }
    func hold(isInterrupted: () -> Bool) throws -> FolderHold? { nil }
}
