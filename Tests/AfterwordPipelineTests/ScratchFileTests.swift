import Foundation
import Testing

@testable import AfterwordPipeline

@Suite struct ScratchFileTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/scratch-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    private func names() throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: folder))
    }

    private func write(_ name: String, age: TimeInterval) throws {
        let path = "\(folder)/\(name)"
        try "rows".write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: path)
    }

    @Test("A file is its owner's alone, and gone once it is removed or its maker is")
    func files() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            let scratch = ScratchFiles(in: folder)
            let (first, second) = (try scratch.make(), try scratch.make())
            let mode = try FileManager.default.attributesOfItem(atPath: first)[.posixPermissions]
            #expect((mode as? NSNumber)?.intValue == 0o600)
            scratch.remove(first)
            #expect(try names() == [(second as NSString).lastPathComponent])
        }
        #expect(try names().isEmpty)
        #expect(throws: OutputFault.self) { try ScratchFiles(in: "\(folder)/none").make() }
    }

    @Test("What a killed program left is removed, and nothing else")
    func leftovers() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let left = "afterword-export-\(UUID().uuidString)"
        let young = "afterword-export-\(UUID().uuidString)"
        let other = "afterword-export-mine.csv"
        try write(left, age: 3_600)
        try write(young, age: 0)
        try write(other, age: 3_600)
        let holder = ScratchFiles(in: folder, leastAge: 3_600 * 24)
        let held = (try holder.make() as NSString).lastPathComponent
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -3_600)],
            ofItemAtPath: "\(folder)/\(held)")
        let scratch = ScratchFiles(in: folder)
        let made = (try scratch.make() as NSString).lastPathComponent
        let found = try names()
        withExtendedLifetime((holder, scratch)) {
            #expect(found == [young, other, held, made])
        }
    }
}
