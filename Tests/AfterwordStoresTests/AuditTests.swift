import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Testing

/// Changes made by another program, and the table in which the audit must report each of them.
/// A change in SQL, and the table that the audit must name.
@Suite struct AuditTests {
    struct Tampering: CustomTestStringConvertible {
        var sql: String
        var table: String
        var testDescription: String { sql }

        init(_ sql: String, _ table: String) {
            self.sql = sql
            self.table = table
        }
    }

    static let tamperings = [
        Tampering(
            "UPDATE product_reviews_history SET rating = 60 - rating WHERE version = 1",
            "product_reviews_history"),
        Tampering(
            "UPDATE product_reviews_history SET body = body || ' '", "product_reviews_history"),
        Tampering(
            "UPDATE product_reviews_history SET run = run + 1 WHERE run = 1",
            "product_reviews_history"),
        Tampering("DELETE FROM product_reviews_history WHERE run = 2", "runs"),
        Tampering("UPDATE runs SET history_digest = previous_digest WHERE run = 1", "runs"),
        Tampering("DELETE FROM run_files WHERE run = 1", "run_files"),
        Tampering(
            "UPDATE run_files SET found = found + 1, inserted = inserted + 1", "run_files"),
        Tampering(
            "UPDATE product_reviews_current SET history_key = 0", "product_reviews_clean"),
        Tampering(
            "UPDATE product_reviews_current SET rating_flags = rating_flags + 2",
            "product_reviews_current"),
        Tampering("UPDATE product_reviews_current SET raw_key = -1", "product_reviews_clean"),
        // A history row takes its review's id from the current row: without it, the run has too few
        // rows.
        Tampering("DELETE FROM product_reviews_current", "runs"),
        Tampering(
            "UPDATE product_reviews_raw SET payload = context, context = payload",
            "product_reviews_raw"),
        Tampering("UPDATE rejected_records SET reason = 'bad_utf8'", "rejected_records"),
        Tampering(
            "UPDATE product_summary SET helpful_votes = helpful_votes + 1", "product_summary"),
        Tampering("UPDATE product_summary SET last_review_at = 1", "product_summary"),
        Tampering(
            "UPDATE product_summary_history SET rating_sum = rating_sum + 10 WHERE run = 1",
            "product_summary_history"),
        Tampering("DELETE FROM product_aggregates", "product_aggregates"),
        Tampering(
            "UPDATE product_aggregates_history SET month = month + 100000",
            "product_aggregates"),
        Tampering("UPDATE scope_summary SET product_count = product_count + 1", "scope_summary"),
        Tampering(
            "UPDATE scope_summary_history SET verified_count = verified_count + 1",
            "scope_summary_history"),
        Tampering("UPDATE products_dim SET last_run = last_run + 1", "products_dim"),
    ]

    /// A history with ids, rejects and brand changes.
    private static let history = ReviewHistory(seed: 5)

    private func made(_ stores: TemporaryStores) throws -> any ReviewStore {
        let store = try stores.make()
        var steps = Self.history.steps
        steps[0].records.append(.init(text: #"{"rating": 3, "body": "no product"}"#, product: nil))
        try Self.history.load(steps, into: store)
        return store
    }

    @Test("An untouched store holds", arguments: StoreKind.available)
    func holds(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try made(stores)
        #expect(try store.read { try auditStore($0) } == nil)
    }

    @Test(
        "A change behind the program's back is found in its table", arguments: StoreKind.sql,
        tamperings)
    func found(kind: StoreKind, tampering: Tampering) throws {
        let stores = TemporaryStores(kind)
        let store = try made(stores)
        // On SQLite, the current rows are a view over two tables.
        let view = "product_reviews_current"
        let isOfTwo = kind == .sqlite && tampering.sql.contains(view)
        for table in isOfTwo ? ["current_initial", "current_delta"] : [view] {
            try stores.tamper(tampering.sql.replacing(view, with: table))
        }
        let finding = try TemporaryStores.audited(store)
        #expect(finding?.table == tampering.table, "\(String(describing: finding))")
    }

    @Test(
        "A change is found in the same row, however few versions are held at once",
        arguments: StoreKind.sql, [1, 3])
    func foundInSmallSpans(kind: StoreKind, rows: Int) throws {
        let stores = TemporaryStores(kind)
        let store = try made(stores)
        #expect(try store.read { try auditStore($0, spanRows: rows) } == nil)
        for tampering in Self.tamperings where !tampering.sql.contains("product_reviews_current") {
            let copy = TemporaryStores(kind)
            let own = try made(copy)
            try copy.tamper(tampering.sql)
            let whole = try own.read { try auditStore($0) }
            #expect(whole != nil, "\(tampering.sql)")
            #expect(try own.read { try auditStore($0, spanRows: rows) } == whole)
        }
    }

    /// Returns products as a damaged index may: out of order.
    private final class UnorderedReader: ForwardingReader {
        private let reader: any StoreReader
        init(_ reader: any StoreReader) { self.reader = reader }
        func target() -> any StoreReader { reader }
        func products(after id: Text?, limit: Int) throws -> [ProductState] {
            try reader.products(after: nil, limit: limit).reversed()
        }
    }

    @Test("An audit of a store that returns products out of order ends with a fault")
    func outOfOrder() throws {
        let store = MemoryStore()
        try Self.history.load(Self.history.steps, into: store)
        #expect(
            throws: StoreFault.unreadable(table: "products_dim", column: "product_id")
        ) {
            try store.read { try auditStore(UnorderedReader($0)) }
        }
    }

    @Test("A current row that belongs to no product is found", arguments: StoreKind.sql)
    func strayRow(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try made(stores)
        let table = kind == .sqlite ? "current_initial" : "product_reviews_current"
        try stores.tamper(
            """
            INSERT INTO \(table) SELECT review_key + 68719476736, product_key, review_id,
                identity_digest, identity_kind, is_live, payload_digest, raw_key, history_key,
                rating_flags, first_raw_key
            FROM \(table) WHERE review_key = (SELECT MIN(review_key) FROM \(table))
            """)
        let finding = try store.read { try auditStore($0) }
        #expect(finding?.table == "product_reviews_current", "\(String(describing: finding))")
    }

    @Test("Over random histories nothing is found that is not there", arguments: [1, 5, 8192])
    func random(rows: Int) throws {
        for seed in 1...30 as ClosedRange<UInt64> {
            let history = ReviewHistory(seed: seed)
            let store = MemoryStore()
            try history.load(history.steps, into: store)
            let finding = try store.read { try auditStore($0, spanRows: rows) }
            #expect(finding == nil, "seed \(seed)")
        }
    }
}
