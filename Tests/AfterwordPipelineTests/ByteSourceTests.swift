import AfterwordCore
import Foundation
import Testing

@testable import AfterwordPipeline

/// Reads byte ranges from files and from memory.
@Suite struct ByteSourceTests {
    private let folder: TemporaryFolder
    private let file: ByteSource
    private let memory: ByteSource

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("a", "0123456789")
        file = try ByteSource(
            DumpFile(name: "a", content: .path(folder.url.appendingPathComponent("a").path)),
            OpenFiles())
        memory = try ByteSource(
            DumpFile(name: "m", content: .memory(Array("abcdef".utf8))), OpenFiles())
    }

    private func place(
        _ source: ByteSource, _ offset: Int64, _ count: Int
    ) -> (source: ByteSource, offset: Int64, count: Int) { (source, offset, count) }

    @Test("Places are read behind one another, whatever they lie in, and the margin is spaces")
    func places() throws {
        let found = try ByteSource.read(
            [
                place(file, 7, 3), place(memory, 1, 2), place(file, 0, 1), place(memory, 0, 0),
                place(memory, 5, 1),
            ],
            count: 7, margin: 2)
        #expect(String(decoding: found, as: UTF8.self) == "789bc0f  ")
        #expect(try ByteSource.read([place(file, 0, 0)], count: 0, margin: 0) == [])
    }

    @Test("A source that ends before a place has changed since it was read")
    func ended() throws {
        try folder.write("a", "01234")
        for cut in [place(file, 3, 3), place(file, 9, 1), place(memory, 4, 3), place(memory, 9, 1)]
        {
            #expect(throws: InputFault.changedWhileRead(cut.source.name)) {
                try ByteSource.read([place(file, 0, 2), cut], count: 2 + cut.count, margin: 1)
            }
        }
        #expect(try file.read(at: 3, count: 9) == Array("34".utf8))
    }
}
