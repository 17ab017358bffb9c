import AfterwordCore
import AfterwordPipeline

/// What counting distinct reviews reads.
extension SQLReader {
    func products(withKeys keys: Set<Int64>) throws -> [ProductState] {
        try inGroups(keys.sorted()) { keys, marks in
            try session.rows(
                Queries.productSelection + " WHERE p.product_key IN (\(marks))", keys
            ) { try $0.product }
        }
    }

    func distinctKeys(_ take: (Int64, DistinctKeys) -> Void) throws {
        _ = try session.rows(Queries.distinctKeys, []) { row in
            let (product, keys) = try row.distinctKeys
            take(product, keys)
        }
    }
}
