package import AfterwordCore
package import AfterwordPipeline

/// A load that fails at its nth call, whichever that is.
package final class FailingLoad: StoreLoad {
    package struct Failure: Error {
        package init() {}
    }

    private let load: any StoreLoad
    private var left: Int
    private let failure: any Error

    package init(_ load: any StoreLoad, atCall call: Int, failure: any Error = Failure()) {
        self.load = load
        left = call
        self.failure = failure
    }

    private func count() throws -> any StoreLoad {
        left -= 1
        if left == 0 { throw failure }
        return load
    }

    package func head() throws -> StoreHead { try count().head() }
    package func runs(holding files: [Digest256]) throws -> [RunClock] {
        try count().runs(holding: files)
    }
    package func products(_ ids: [Text]) throws -> [ProductState] { try count().products(ids) }
    package func productIDs(after id: Text?, limit: Int) throws -> [Text] {
        try count().productIDs(after: id, limit: limit)
    }
    package func currentKeys(ofProducts keys: [Int64]) throws -> [CurrentKey] {
        try count().currentKeys(ofProducts: keys)
    }
    package func current(_ reviewKeys: [Int64]) throws -> [StoredReview] {
        try count().current(reviewKeys)
    }
    package func payloads(_ rawKeys: [Int64]) throws -> [RawPayload] {
        try count().payloads(rawKeys)
    }
    package func historyContents(_ reviewKeys: [Int64]) throws -> [Int64: Set<Digest256>] {
        try count().historyContents(reviewKeys)
    }
    package func rawKeys(_ records: [RawIdentity]) throws -> [RawIdentity: Int64] {
        try count().rawKeys(records)
    }
    package func months(ofProducts keys: [Int64]) throws -> [MonthSummary] {
        try count().months(ofProducts: keys)
    }
    package func scopes(_ scopes: [Scope]) throws -> [ScopeSummary] { try count().scopes(scopes) }
    package func createdRange(ofProducts keys: [Int64]) throws -> [Int64: ClosedRange<Instant>] {
        try count().createdRange(ofProducts: keys)
    }
    package func shapeDocument(_ name: String) throws -> String? {
        try count().shapeDocument(name)
    }
    package func append(raw rows: [RawRow]) throws { try count().append(raw: rows) }
    package func append(productRaw rows: [ProductRawRow]) throws {
        try count().append(productRaw: rows)
    }
    package func append(rejects rows: [RejectRow]) throws { try count().append(rejects: rows) }
    package func append(history rows: [HistoryRow]) throws { try count().append(history: rows) }
    package func put(reviews: [ReviewRow]) throws { try count().put(reviews: reviews) }
    package func put(payloads: [PayloadMove]) throws { try count().put(payloads: payloads) }
    package func put(products: [ProductState]) throws { try count().put(products: products) }
    package func append(attributes rows: [AttributeRow]) throws {
        try count().append(attributes: rows)
    }
    package func put(summaries rows: [ProductSummary], run: Int64) throws {
        try count().put(summaries: rows, run: run)
    }
    package func put(months rows: [MonthSummary], run: Int64) throws {
        try count().put(months: rows, run: run)
    }
    package func put(scopes rows: [ScopeSummary], run: Int64) throws {
        try count().put(scopes: rows, run: run)
    }
    package func put(shape: ShapeRow) throws { try count().put(shape: shape) }
    package func finish(_ run: RunRecord, files: [FileRecord]) throws {
        try count().finish(run, files: files)
    }
}
