import AfterwordCore
import Foundation
import Testing

@Suite("Embedded files")
struct EmbeddedFileTests {
    private let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources/CAfterwordData/data").standardizedFileURL

    @Test("Every file of the data folder is listed once and embedded byte for byte")
    func sameAsOnDisk() throws {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
            $0.contains(".") && !$0.hasSuffix(".h") && !$0.hasSuffix(".md")
        }
        #expect(EmbeddedFile.names.sorted() == paths.sorted())
        for path in paths {
            let onDisk = try Data(contentsOf: folder.appending(path: path))
            #expect(EmbeddedFile(path).lend { Array($0) } == Array(onDisk), "\(path)")
            #expect(Array(EmbeddedFile(path).text.utf8) == Array(onDisk), "\(path) is not UTF-8")
        }
    }

    @Test("The files of a folder are those whose path begins with it")
    func inFolder() {
        #expect(EmbeddedFile.names(in: "markup") == ["markup/named-references.txt"])
        #expect(EmbeddedFile.names(in: "mark") == [])
    }
}
