import AfterwordCore
import AfterwordPipeline
import Testing

/// Arrow's IPC format, byte by byte. `ci/lake-check` has pyarrow validate whole tables.
@Suite struct ArrowWriterTests {
    /// Little-endian numbers one after another.
    private static func words(_ numbers: Int64...) -> [UInt8] {
        numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }
    }

    private static func pad(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
    }

    /// A batch of three rows with each type: the second row is NULL wherever it may be.
    private static let fields = [
        ArrowField("n", .number), ArrowField("f", .flag, isNullable: true),
        ArrowField("t", .text, isNullable: true, comment: "a text"), ArrowField("b", .bytes),
        ArrowField("i", .instant, isNullable: true),
        ArrowField("d", .decimal(precision: 3, scale: 1), isNullable: true),
    ]

    private static func batch() -> ArrowBatch {
        var batch = ArrowBatch(fields)
        for number in [1, -2, 3] as [Int64] {
            let isThere = number > 0
            batch.columns[0].append(number)
            batch.columns[1].append(isThere ? number / 3 : nil)
            if isThere {
                [UInt8](repeating: 0x61, count: Int(number)).lend { batch.columns[2].append($0) }
            } else {
                batch.columns[2].append(nil as BorrowedBytes?)
            }
            [UInt8(truncatingIfNeeded: number)].lend { batch.columns[3].append($0) }
            batch.columns[4].append(isThere ? number * 1_000 : nil)
            batch.columns[5].append(isThere ? (number == 1 ? -45 : 50) : nil)
        }
        return batch
    }

    /// The values as Arrow's columnar format says: validity bits (none where nothing is NULL), then
    /// values, each padded to 8 bytes.
    private static let body =
        words(1, -2, 3)
        // 0b101: the second is NULL. Flags 0 and 1 in the bits 0 and 2.
        + pad([0b101]) + pad([0b100])
        // Ends of "a", NULL and "aaa": 0, 1, 1, 4.
        + pad([0b101]) + [0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0] + pad(Array("aaaa".utf8))
        + [0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0] + pad([1, 0xFE, 3])
        + pad([0b101]) + words(1_000, 0, 3_000)
        // 128 bits each: -4.5, NULL, 5.0 in tenths.
        + pad([0b101]) + words(-45, -1, 0, 0, 50, 0)

    /// Walks a flatbuffer: the place of a field of the table at a place; nil where it is not there.
    private static func field(_ slot: Int, of table: Int, _ bytes: [UInt8]) -> Int? {
        let vtable = table - number(bytes, table, 4)
        guard 4 + slot * 2 < number(bytes, vtable, 2) else { return nil }
        let place = number(bytes, vtable + 4 + slot * 2, 2)
        return place == 0 ? nil : table + place
    }

    private static func number(_ bytes: [UInt8], _ place: Int, _ size: Int) -> Int {
        (0..<size).reduce(0) { $0 | Int(bytes[place + $1]) << ($1 * 8) }
    }

    /// Where an offset at a place leads.
    private static func target(_ bytes: [UInt8], _ place: Int) -> Int {
        place + number(bytes, place, 4)
    }

    @Test("A batch has its values after a head of whole words, which says where each buffer is")
    func batchBytes() throws {
        var writer = ArrowWriter(Self.fields)
        _ = writer.begin()
        let message = writer.encode(Self.batch())
        #expect(message.prefix(4) == [0xFF, 0xFF, 0xFF, 0xFF])
        let size = Self.number(message, 4, 4)
        #expect(size.isMultiple(of: 8))
        #expect(Array(message.dropFirst(8 + size)) == Self.body)
        let head = Array(message[8..<8 + size])
        let root = Self.target(head, 0)
        // Version 5, a record batch, and the bytes of the body.
        #expect(Self.number(head, try #require(Self.field(0, of: root, head)), 2) == 4)
        #expect(head[try #require(Self.field(1, of: root, head))] == 3)
        let length = try #require(Self.field(3, of: root, head))
        #expect(Self.number(head, length, 8) == Self.body.count && length.isMultiple(of: 8))
        let batch = Self.target(head, try #require(Self.field(2, of: root, head)))
        #expect(Self.number(head, try #require(Self.field(0, of: batch, head)), 8) == 3)
        let nodes = Self.target(head, try #require(Self.field(1, of: batch, head)))
        #expect(Self.number(head, nodes, 4) == 6 && (nodes + 4).isMultiple(of: 8))
        #expect(
            Array(head[(nodes + 4)..<(nodes + 100)])
                == Self.words(3, 0, 3, 1, 3, 1, 3, 0, 3, 1, 3, 1))
        let buffers = Self.target(head, try #require(Self.field(2, of: batch, head)))
        #expect(Self.number(head, buffers, 4) == 14 && (buffers + 4).isMultiple(of: 8))
        #expect(
            Array(head[(buffers + 4)..<(buffers + 4 + 14 * 16)])
                == Self.words(
                    0, 0, 0, 24, 24, 1, 32, 1, 40, 1, 48, 16, 64, 4, 72, 0, 72, 16, 88, 3, 96, 1,
                    104, 24, 128, 1, 136, 48))
    }

    @Test("A schema without columns is these bytes")
    func emptySchema() {
        var writer = ArrowWriter([])
        // The root's offset; the table of places (12 bytes, table of 24: places 4, 6, 8, 16), to a
        // multiple of 8; the message: version, header's kind, header's offset, length of the body;
        // then in the same way the schema, and its vector of no columns.
        let metadata: [UInt8] =
            [16, 0, 0, 0, 12, 0, 24, 0, 4, 0, 6, 0, 8, 0, 16, 0]
            + [12, 0, 0, 0, 4, 0, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0]
            + [0, 0, 0, 0, 0, 0, 0, 0]
            + [8, 0, 12, 0, 4, 0, 8, 0]
            + [8, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]
        #expect(
            writer.begin()
                == [0xFF, 0xFF, 0xFF, 0xFF, UInt8(metadata.count), 0, 0, 0] + metadata)
        #expect(writer.end() == [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0])
    }

    @Test("A file is a stream between two marks, and its footer finds each batch")
    func file() throws {
        var writer = ArrowWriter(Self.fields, isFile: true)
        var stream = ArrowWriter(Self.fields)
        let begun = writer.begin()
        #expect(begun == Array("ARROW1\0\0".utf8) + stream.begin())
        let batches = [writer.encode(Self.batch()), writer.encode(Self.batch())]
        #expect(batches[0] == stream.encode(Self.batch()) && batches[1] == batches[0])
        let end = writer.end()
        #expect(Array(end.prefix(8)) == stream.end() && end.suffix(6) == Array("ARROW1".utf8))
        let size = Self.number(end, end.count - 10, 4)
        let footer = Array(end[8..<8 + size])
        #expect(end.count == 8 + size + 10)
        let root = Self.target(footer, 0)
        let blocks = Self.target(footer, try #require(Self.field(3, of: root, footer)))
        #expect(Self.number(footer, blocks, 4) == 2 && (blocks + 4).isMultiple(of: 8))
        let head = Int64(batches[0].count - Self.body.count)
        let second = Int64(begun.count + batches[0].count)
        #expect(
            Array(footer[(blocks + 4)..<(blocks + 52)])
                == Self.words(
                    Int64(begun.count), head, Int64(Self.body.count), second, head,
                    Int64(Self.body.count)))
    }

    @Test("A batch is filled again after it was emptied, and its values are read back")
    func values() {
        var batch = Self.batch()
        #expect(batch.rowCount == 3 && batch.byteCount > 0)
        #expect(batch.columns[2].bytes(2) == ArraySlice("aaa".utf8) && !batch.columns[2].holds(1))
        #expect(batch.columns[2].bytes(1).isEmpty && batch.columns[5].number(0) == -45)
        batch.removeAll()
        #expect(batch.rowCount == 0 && batch.byteCount == 0)
        batch.columns[0].append(7)
        #expect(batch.columns[0].number(0) == 7 && batch.columns[0].holds(0))
        #expect(ArrowBatch([]).rowCount == 0)
    }
}
