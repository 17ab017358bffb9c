/// Which column of a table each record slot of a plan is read from.
///
/// A path of a shape names the column of the same text: `review.rating` the column
/// `review.rating`. Of several columns of one name the first counts.
struct TableColumns: Sendable {
    /// By record slot; negative where the table has no such column.
    private let columns: [Int]

    init(_ plan: ExtractionPlan, _ header: TableHeader) {
        columns = plan.recordSources.map { source in
            guard case .record(let path) = source else { return -1 }
            return header.names.firstIndex(of: path.joined(separator: ".")) ?? -1
        }
    }

    /// Whether the column of a slot exists.
    func has(slot: Int) -> Bool { columns[slot] >= 0 }

    /// Appends the slots of a row.
    func append(_ cells: [JSONToken], to slots: inout [JSONToken]) {
        for column in columns {
            slots.append(cells.indices.contains(column) ? cells[column] : .missing)
        }
    }
}
