import AfterwordPipeline
import Foundation
import Testing

@Suite struct ExportFolderTests {
    @Test("What a killed export left of a file is replaced, and a failed one leaves nothing")
    func leftovers() throws {
        let folder = try TemporaryFolder()
        let target = ExportFolder(folder.path + "/lake")
        func names() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder.path + "/lake").sorted()
        }
        try folder.write("lake/.manifest.json.partial", "{\"ru")
        try target.write(Array("{}".utf8), to: "manifest.json")
        #expect(try names() == ["manifest.json"])
        #expect(try target.read("manifest.json") == Array("{}".utf8))
        // A folder of the file's name.
        try folder.write("lake/taken/x", "")
        #expect(throws: OutputFault.self) { try target.write([1], to: "taken") }
        #expect(try names() == ["manifest.json", "taken"])
    }
}
