import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// Dumps in UTF-16 give the same reviews as in UTF-8. Offsets are those in the source file.
@Suite struct UTF16Tests {
    private static let texts = ["plain ascii text", "größe é ü", "日本語のレビュー", "smile 😀👍🏽 end"]

    private static func dump() -> String {
        Fixture.array(
            (0..<3000).map { number in
                Fixture.review("P\(number % 7)", 1 + number % 5, "\(number) \(texts[number % 4])")
            })
    }

    private static func encode(_ text: String, bigEndian: Bool) -> [UInt8] {
        let units = [0xFEFF] + Array(text.utf16)
        return units.flatMap { unit -> [UInt8] in
            let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
            return bigEndian ? [high, low] : [low, high]
        }
    }

    @Test("Both byte orders give the reviews of the same text in UTF-8", arguments: [true, false])
    func same(bigEndian: Bool) throws {
        let text = Self.dump()
        let plain = Fixture()
        try plain.load(["a.json": text])
        let wide = Fixture()
        let source = Self.encode(text, bigEndian: bigEndian)
        _ = try wide.load(
            dump: Dump(
                name: "dump", files: [DumpFile(name: "a.json", content: .memory(source))]))
        for table in ["product_reviews_clean", "product_reviews_history", "product_summary"] {
            #expect(try wide.tables()[table] == plain.tables()[table], "\(table)")
        }
        let raw = try wide.store.read { try $0.raw(ofProduct: nil) }
        #expect(raw.count == 3000)
        for row in raw {
            let start = Int(row.offset)
            let bytes = Array(source[start..<start + Int(row.length)])
            let units = stride(from: 0, to: bytes.count, by: 2).map { index -> UInt16 in
                let first = UInt16(bytes[index])
                let second = UInt16(bytes[index + 1])
                return bigEndian ? first << 8 | second : second << 8 | first
            }
            #expect(Array(String(decoding: units, as: UTF16.self).utf8) == row.payload)
        }
    }

    @Test("A lone surrogate and an odd last byte are rejects, placed in the source")
    func broken() throws {
        let fixture = Fixture()
        let good = Fixture.review("P1", 3, "good").replacing("\n", with: " ")
        var source = Self.encode("[\(good), ", bigEndian: false)
        let start = source.count
        source += Self.encode(#"{"CHILD_ASIN": "P2", "x": ""#, bigEndian: false).dropFirst(2)
        source += [0x3D, 0xD8]
        source += Self.encode(#""}, "# + good.replacing("P1", with: "P3") + "]", bigEndian: false)
            .dropFirst(2)
        source += [0x41]
        let report = try fixture.load(
            dump: Dump(
                name: "dump", files: [DumpFile(name: "a.json", content: .memory(source))]))
        #expect(report.run.balance.inserted == 2 && report.run.balance.rejected == 2)
        let rejects = try fixture.store.read { try $0.rejects() }.sorted { $0.offset < $1.offset }
        #expect(rejects[0].reason == .badUTF8 && rejects[0].offset == Int64(start))
        #expect(rejects[1].offset == Int64(source.count - 1))
    }

    @Test("Transcoding does not depend on how the bytes are cut", arguments: 1...7)
    func cut(size: Int) throws {
        let text = Self.texts.joined(separator: "|")
        let source = Self.encode(text, bigEndian: true)
        var transcoder = try #require(UTF16Transcoder(beginningOf: source))
        var output: [UInt8] = []
        var start = 2
        while start < source.count {
            let end = min(start + size, source.count)
            output += transcoder.transcode(source[start..<end])
            start = end
        }
        output += transcoder.finish()
        #expect(output == Array(text.utf8))
        #expect(UTF16Transcoder.sourceBytes(of: output[...]) == Int64(source.count - 2))
    }
}
