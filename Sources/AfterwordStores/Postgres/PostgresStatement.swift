package import CLibpq

/// A statement with the fields of one row as binary parameters.
package struct PostgresStatement {
    /// Greatest number of statements in one pipeline.
    static let pipelineLimit = 64
    /// Greatest number of parameter bytes in one pipeline; larger rows are sent with COPY.
    static let pipelineBytes = 1 << 15

    var sql: String
    /// Each field as its length (4 bytes, -1 for NULL) followed by its bytes.
    var fields: [UInt8]
    package var types: [Oid]

    package init(_ sql: String, _ parameters: (fields: [UInt8], types: [Oid]) = ([], [])) {
        self.sql = sql
        fields = parameters.fields
        types = parameters.types
    }

    /// The parameters as a SELECT list: `$1 AS a, $2 AS b …`.
    static func selection(_ table: Table) -> String {
        table.columns.map(\.sqlName).enumerated().map { "$\($0 + 1) AS \($1)" }.joined(
            separator: ", ")
    }

    func send(to connection: OpaquePointer) -> Bool {
        fields.withUnsafeBytes { bytes in
            let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            var pointers: [UnsafePointer<CChar>?] = []
            var lengths: [Int32] = []
            var offset = 0
            for _ in types {
                let length = Int32(
                    bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
                offset += 4
                pointers.append(length < 0 ? nil : base.map { $0 + offset })
                lengths.append(max(length, 0))
                offset += Int(max(length, 0))
            }
            let formats = [Int32](repeating: 1, count: types.count)
            return PQsendQueryParams(
                connection, sql, Int32(types.count), types, pointers, lengths, formats, 1) == 1
        }
    }
}
