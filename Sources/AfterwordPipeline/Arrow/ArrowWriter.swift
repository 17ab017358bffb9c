/// Encodes a table in Arrow's IPC format: as a stream, or as a file, which is a stream between two
/// marks and a list of where its batches are.
///
/// Call `begin` once, `encode` for each batch, `end` once, and write what each returns, in order.
package struct ArrowWriter {
    private let fields: [ArrowField]
    private let isFile: Bool
    private var written = 0
    /// Place, bytes of metadata and bytes of values of each batch.
    private var blocks: [(place: Int, metadata: Int, body: Int)] = []

    private static let mark = Array("ARROW1".utf8)

    /// - Parameter isFile: Whether a file is written rather than a stream.
    package init(_ fields: [ArrowField], isFile: Bool = false) {
        self.fields = fields
        self.isFile = isFile
    }

    package mutating func begin() -> [UInt8] {
        let start = isFile ? Self.mark + [0, 0] : []
        let bytes = start + Self.message(header: 1, schema, bodyBytes: 0)
        written += bytes.count
        return bytes
    }

    package mutating func encode(_ batch: ArrowBatch) -> [UInt8] {
        var (nodes, places, body): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
        var bufferCount = 0
        for column in batch.columns {
            appendLittle(Int64(column.count), to: &nodes)
            appendLittle(Int64(column.nullCount), to: &nodes)
            for buffer in column.buffers {
                appendLittle(Int64(body.count), to: &places)
                appendLittle(Int64(buffer.count), to: &places)
                body += buffer
                while !body.count.isMultiple(of: 8) { body.append(0) }
                bufferCount += 1
            }
        }
        let table = FlatTable(
            (0, .long(Int64(batch.rowCount))), (1, .structs(count: batch.columns.count, nodes)),
            (2, .structs(count: bufferCount, places)))
        let head = Self.message(header: 3, table, bodyBytes: body.count)
        blocks.append((written, head.count, body.count))
        written += head.count + body.count
        return head + body
    }

    package func end() -> [UInt8] {
        let end: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]
        guard isFile else { return end }
        var places: [UInt8] = []
        for block in blocks {
            appendLittle(Int64(block.place), to: &places)
            appendLittle(Int64(block.metadata), to: &places)
            appendLittle(Int64(block.body), to: &places)
        }
        let footer = FlatTable(
            (0, .short(Self.version)), (1, .table(schema)), (2, .structs(count: 0, [])),
            (3, .structs(count: blocks.count, places))
        ).buffer
        var size: [UInt8] = []
        appendLittle(Int32(footer.count), to: &size)
        return end + footer + size + Self.mark
    }

    /// Version 5 of the metadata.
    private static let version: Int16 = 4

    private static func message(header: UInt8, _ table: FlatTable, bodyBytes: Int) -> [UInt8] {
        let metadata = FlatTable(
            (0, .short(version)), (1, .byte(header)), (2, .table(table)),
            (3, .long(Int64(bodyBytes)))
        ).buffer
        var bytes: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        appendLittle(Int32(metadata.count), to: &bytes)
        return bytes + metadata
    }

    private var schema: FlatTable {
        FlatTable((0, .short(0)), (1, .tables(fields.map(Self.description))))
    }

    private static func description(of field: ArrowField) -> FlatTable {
        let (kind, type) = type(field.type)
        var table = FlatTable(
            (0, .text(field.name)), (1, .byte(field.isNullable ? 1 : 0)), (2, .byte(kind)),
            (3, .table(type)), (5, .tables([])))
        if !field.comment.isEmpty {
            let comment = FlatTable((0, .text("comment")), (1, .text(field.comment)))
            table.fields.append(FlatField(slot: 6, value: .tables([comment])))
        }
        return table
    }

    /// The number of a type in Arrow's schema, and its description.
    private static func type(_ type: ArrowType) -> (UInt8, FlatTable) {
        switch type {
        case .number: (2, FlatTable((0, .int(64)), (1, .byte(1))))
        case .bytes: (4, FlatTable())
        case .text: (5, FlatTable())
        case .flag: (6, FlatTable())
        case .decimal(let precision, let scale):
            (7, FlatTable((0, .int(Int32(precision))), (1, .int(Int32(scale))), (2, .int(128))))
        case .instant: (10, FlatTable((0, .short(2)), (1, .text("UTC"))))
        }
    }
}
