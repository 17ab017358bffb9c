import AfterwordCore
import AfterwordPipeline
import Foundation
import Testing

/// Which built-in shape is chosen for a file, by the signs that a shape names.
@Suite struct ShapeSignTests {
    private static func samples() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "Tests/Samples")
            .filter { $0 != "README.md" }.sorted()
    }

    @Test("Each sample is found by its own shape, and by no other")
    func samples() throws {
        let signed = Shape.builtIn.filter { !$0.signs.isEmpty }.map(\.name)
        #expect(try Self.samples().count == signed.count)
        for file in try Self.samples() {
            guard case .builtIn(let shape) = try detectShape(at: "Tests/Samples/" + file) else {
                Issue.record("\(file): no built-in shape")
                continue
            }
            let stem = file.split(separator: ".").joined(separator: "-")
            #expect([stem, stem.replacing("-json", with: "")].contains(shape.name), "\(file)")
        }
    }

    @Test("All samples load at once, each by its own shape, without a reject")
    func load() throws {
        let files = try Self.samples().map { name in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "Tests/Samples/" + name))
            return DumpFile(name: name, content: .memory(Array(bytes)))
        }
        let report = try Fixture().load(dump: Dump(name: "d", files: files))
        #expect(report.run.balance.rejected == 0)
        #expect(
            report.files.map(\.shape).sorted()
                == Shape.builtIn
                .filter { !$0.signs.isEmpty }.map(\.name).sorted())
        #expect(report.files.reduce(0) { $0 + $1.leftOut } == 7)
    }

    @Test("A file without a shape's signs is not taken, whatever else its members are called")
    func signs() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "flat.json",
            #"[{"product_id": "1", "id": 2, "rating": 4, "verified": true, "text": "Fine"}]"#)
        guard case .proposal = try detectShape(at: folder.path + "/flat.json") else {
            Issue.record("a built-in shape took the file")
            return
        }
    }
}
