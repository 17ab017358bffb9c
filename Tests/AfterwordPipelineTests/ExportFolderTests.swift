import Foundation
import Testing

@testable import AfterwordPipeline

@Suite struct ExportFolderTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path + "/lake"
    }

    private func names() throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: path))
    }

    private func age(_ name: String) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -4_000)],
            ofItemAtPath: "\(path)/\(name)")
    }

    @Test("What a killed export left of a file is removed, and a failed one leaves nothing")
    func leftovers() throws {
        let target = ExportFolder(path)
        let young = ".manifest.json.\(UUID().uuidString).partial"
        let old = ".manifest.json.\(UUID().uuidString).partial"
        let kept: Set = [
            ".manifest.json.mine.partial", ".other.json.\(UUID().uuidString).partial",
        ]
        for name in kept.union([young, old, ".manifest.json.partial"]) {
            try folder.write("lake/\(name)", "{\"ru")
            if name != young { try age(name) }
        }
        // Without a lock another export may be writing what is young.
        try target.write(Array("{}".utf8), to: "manifest.json")
        #expect(try names() == kept.union([young, "manifest.json"]))
        #expect(try target.read("manifest.json")?.bytes == Array("{}".utf8))
        let hold = try target.hold { false }
        try target.write(Array("{}".utf8), to: "manifest.json")
        #expect(try names() == kept.union([".export.lock", "manifest.json"]))
        // A folder of the file's name.
        try folder.write("lake/taken/x", "")
        #expect(throws: OutputFault.self) { try target.write([1], to: "taken") }
        #expect(try names() == kept.union([".export.lock", "manifest.json", "taken"]))
        withExtendedLifetime(hold) {}
    }

    @Test("Two writers of one file have a part each, and what gets the name is whole")
    func writers() throws {
        let (first, second) = (ExportFolder(path), ExportFolder(path))
        let (one, two) = (try first.begin("t/part-0.csv"), try second.begin("t/part-0.csv"))
        let (long, short) = (try GrowingFile(one), try GrowingFile(two))
        try long.write([1, 1, 1])
        try short.write([2])
        try short.finish()
        try second.commit(two, as: "t/part-0.csv")
        #expect(try first.read("t/part-0.csv")?.bytes == [2])
        try long.write([1])
        try long.finish()
        #expect(try first.read("t/part-0.csv")?.bytes == [2])
        try first.commit(one, as: "t/part-0.csv")
        #expect(try first.read("t/part-0.csv")?.bytes == [1, 1, 1, 1])
        #expect(try names() == ["t"])
        // A part that was taken away is not made again by its name.
        #expect(throws: OutputFault(path: one, number: ENOENT)) { try GrowingFile(one) }
    }

    @Test("A folder has one export at a time, and its lock goes with it")
    func holds() throws {
        // What a killed program left of its lock.
        try folder.write("lake/.export.lock", "")
        let (first, second) = (ExportFolder(path), ExportFolder(path, patience: .zero))
        do {
            let hold = try first.hold { false }
            #expect(hold != nil)
            #expect(throws: ExportFault.underWay) { try second.hold { false } }
            #expect(throws: StoreFault.interrupted) { try second.hold { true } }
            #expect(try names() == [".export.lock"])
            withExtendedLifetime(hold) {}
        }
        #expect(try names().isEmpty)
        let again = try second.hold { false }
        #expect(again != nil)
        withExtendedLifetime(again) {}
    }

    @Test("A small file is replaced only where it is the one that was read")
    func replacing() throws {
        let (first, second) = (ExportFolder(path), ExportFolder(path))
        #expect(try first.replace("x", with: [1], at: "m") == nil)
        let mark = try first.replace(nil, with: [1], at: "m")
        #expect(mark != nil)
        #expect(try first.replace(nil, with: [2], at: "m") == nil)
        #expect(try second.read("m") == TargetFile(bytes: [1], mark: mark ?? ""))
        #expect(try second.replace(mark, with: [3], at: "m") != nil)
        #expect(try first.replace(mark, with: [4], at: "m") == nil)
        #expect(try first.read("m")?.bytes == [3])
    }
}
