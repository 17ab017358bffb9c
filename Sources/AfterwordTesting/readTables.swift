import AfterwordCore
import AfterwordPipeline

/// The golden tables, what the runs found in texts, and answers that are counted from that.
func readTables(_ reader: any StoreReader) throws -> [String: [String]] {
    var tables = try goldenTables(reader)
    tables["product_readings"] = try readings(reader)
    guard try reader.newestRun() != nil else { return tables }
    tables["themes of the portfolio"] = try [true, false].flatMap { isStrength in
        var query = ThemeQuery()
        query.strengths = isStrength
        return try themes(reader, query).map { theme in
            """
            \(theme.aspect.id) \(theme.mentions) \(theme.distinctMentions) \(theme.mixed) \
            \(theme.products) \(theme.brands) \(theme.languages.sorted())
            """
        }
    }
    return tables
}

/// Each version that a run read, by product, run and review: everything but surrogate keys.
private func readings(_ reader: any StoreReader) throws -> [String] {
    var ids: [Int64: Text] = [:]
    for review in try reader.reviews(ofProduct: nil) { ids[review.reviewKey] = review.reviewID }
    return try reader.products(nil).flatMap { product in
        try reader.readings(ofProducts: product.productKey...product.productKey, upTo: .max)
            .flatMap { row in
                var lines: [String] = []
                row.readings.forEach { marks in
                    let key = reviewKey(ofProduct: product.productKey, number: marks.number)
                    var marks = marks
                    let said = row.readings.reading(of: marks)
                    marks.number = 0
                    lines.append(
                        "\(product.productID) run \(row.run) by \(row.reader): "
                            + "\(ids[key]?.string ?? "?") \(marks) \(said)")
                }
                return lines.sorted()
            }
    }
}
