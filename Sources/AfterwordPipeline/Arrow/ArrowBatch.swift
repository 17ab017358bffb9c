/// Rows of a table, column by column.
package struct ArrowBatch: Sendable {
    package var columns: [ArrowColumn]

    /// An empty batch.
    package init(_ fields: [ArrowField]) { columns = fields.map { ArrowColumn($0.type) } }

    package var rowCount: Int { columns.first?.count ?? 0 }

    /// Bytes held for values, about.
    package var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }

    package mutating func removeAll() {
        for place in columns.indices { columns[place].removeAll() }
    }
}
