import AfterwordCore
import AfterwordPipeline

/// What was read in the texts of reviews.
extension SQLReader {
    func readings(
        ofProducts keys: ClosedRange<Int64>, upTo run: Int64
    ) throws -> [ReadingsRow] {
        try session.fewRows(
            """
            SELECT * FROM product_readings WHERE product_key BETWEEN ? AND ? AND run <= ?
            ORDER BY product_key, run
            """, [.number(keys.lowerBound), .number(keys.upperBound), .number(run)]
        ) { try $0.readingsRow }
    }

    func marks(
        ofProducts keys: ClosedRange<Int64>?, upTo run: Int64,
        _ take: (Int64, ReadingHistory) throws -> Void
    ) throws {
        // Without values, because all readings of a store may be more than memory should hold.
        let ofKeys = keys.map { "AND product_key BETWEEN \($0.lowerBound) AND \($0.upperBound)" }
        var product: Int64?
        var rows: [ProductReadings] = []
        _ = try session.rows(
            """
            SELECT product_key, run, marks FROM product_readings WHERE run <= \(run) \(ofKeys ?? "")
            ORDER BY product_key, run
            """, []
        ) { row in
            let key = try row.productKey()
            if let product, product != key {
                try take(product, ReadingHistory(rows))
                rows.removeAll(keepingCapacity: true)
            }
            product = key
            rows.append(try row.marks)
        }
        if let product { try take(product, ReadingHistory(rows)) }
    }
}

extension ColumnRow {
    /// The marks of a row, without places.
    fileprivate var marks: ProductReadings {
        get throws {
            guard let readings = ProductReadings(marks: try bytes("marks"), places: []) else {
                throw unreadable("marks")
            }
            return readings
        }
    }

    fileprivate var readingsRow: ReadingsRow {
        get throws {
            let marks = try bytes("marks")
            guard let readings = ProductReadings(marks: marks, places: try bytes("places")) else {
                throw unreadable("marks")
            }
            return ReadingsRow(
                productKey: try productKey(), run: try run(), reader: try count("reader"),
                readings: readings)
        }
    }
}

extension ReadingsRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(productKey)
        row.add(run)
        row.add(reader)
        row.add(blob: readings.marks)
        row.add(blob: readings.places)
    }
}
