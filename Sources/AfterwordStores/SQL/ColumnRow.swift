import AfterwordCore
import AfterwordPipeline

/// A row of a query result. Columns are read by name and decoded into the row types of the port.
/// Both stores share this decoding, so that it cannot differ between them.
///
/// A store's file may be damaged or changed by another program. A value that this program never
/// writes is never decoded as another value: the column throws `StoreFault.unreadable`.
protocol ColumnRow {
    /// The SQL of the query, from which the table of an unreadable column is named.
    var question: String { get }
    /// An integer; nil for NULL.
    ///
    /// - Throws: `StoreFault.unreadable` where the value has another type or the column is missing.
    func optional(_ column: String) throws -> Int64?
    /// A text; nil for NULL.
    ///
    /// - Throws: `StoreFault.unreadable` where the value has another type or the column is missing.
    func text(_ column: String) throws -> Text?
    /// A byte string.
    ///
    /// - Throws: `StoreFault.unreadable` for NULL, another type or a missing column.
    func bytes(_ column: String) throws -> [UInt8]
    /// Passes a text in place; nil for NULL.
    ///
    /// - Throws: As `text`.
    func lendText(_ column: String, _ take: (BorrowedBytes?) -> Void) throws
}

extension ColumnRow {
    func lendText(_ column: String, _ take: (BorrowedBytes?) -> Void) throws {
        guard let text = try text(column) else { return take(nil) }
        text.bytes.lend(take)
    }
}

extension ColumnRow {
    /// A SHA-256, stored as 64 hexadecimal digits.
    func hexDigest(_ column: String) throws -> Digest256 {
        guard let bytes = hexadecimalBytes(try id(column).bytes), bytes.count == 32 else {
            throw unreadable(column)
        }
        return Digest256(bytes)
    }

    /// A product, or one of the scopes with sums.
    var reviewScope: ReviewScope {
        get throws {
            let kind = try string("kind")
            let id = try id("id")
            if let kind = ScopeKind(rawValue: kind) { return .scope(Scope(kind: kind, id: id)) }
            guard kind == ReviewScope.product(id).kind else { throw unreadable("kind") }
            return .product(id)
        }
    }

    /// A row's stored checksum together with the checksum computed from its values.
    func checksummed(_ table: String, _ row: String, _ checksum: Digest128) throws -> ChecksummedRow
    {
        ChecksummedRow(
            table: table, row: row, stored: try digest128("row_checksum"), computed: checksum)
    }
}
