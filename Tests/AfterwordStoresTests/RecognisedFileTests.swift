import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// Files of which nothing can be meant, beside files whose records are known by their bytes.
@Suite struct RecognisedFileTests {
    private static let shape = #"""
        {"shape":"o","version":1,
         "fields":{"product_id":"p","review_id":"i","rating":"r","body":"t"}}
        """#

    private func file(_ name: String, rating: String, text: String) -> DumpFile {
        let lines = (0..<200).map { number in
            #"{"p":"P\#(number % 9)","i":"\#(name)\#(number)","\#(rating)":4,"\#(text)":"a text"}"#
        }
        return DumpFile(
            name: name, content: .memory(Array((lines.joined(separator: "\n") + "\n").utf8)))
    }

    @Test("A file of other keys is refused all the same", arguments: StoreKind.sql)
    func otherKeys(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        var options = LoadOptions()
        options.shapes = [try Shape(parsing: Array(Self.shape.utf8))]
        func load(_ day: Int64, _ files: [DumpFile]) throws -> LoadReport {
            options.observedAt = ReviewHistory.start.adding(seconds: day * 86_400)
            return try loadDump(
                Dump(name: "dump", files: files), into: store, options: options,
                surroundings: LoadSurroundings(
                    now: { ReviewHistory.start.adding(seconds: 8_640_000) }))
        }
        let known = file("a.jsonl", rating: "r", text: "t")
        _ = try load(1, [known])
        let more = file("b.jsonl", rating: "r", text: "t")
        #expect(try load(2, [known, more]).recognised == 200)
        #expect {
            try load(3, [known, file("c.jsonl", rating: "R_", text: "T_")])
        } throws: { fault in
            guard case InputFault.fieldsNotFound(let file, let fields, _) = fault else {
                return false
            }
            return file == "c.jsonl" && fields.map(\.nearest) == ["R_", "T_"]
        }
    }
}
