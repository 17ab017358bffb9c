import AfterwordCore
import AfterwordPipeline

/// Bounded reads: spans of reviews, ranges and pages of products.
extension StoreCheck {
    /// The rows of a walk, in the order in which it brought them.
    private struct Walked: Equatable {
        var products: [ProductState] = []
        var reviews: [StoredReview] = []
        var history: [HistoryRow] = []
        var raw: [RawRow] = []

        init(_ reader: any StoreReader, of rows: Int) throws {
            try reader.forEachSpan(of: rows) { span, own in
                if span.beginsProducts { products += own }
                reviews += try reader.reviews(in: span)
                history += try reader.history(in: span)
                raw += try reader.raw(in: span)
            }
        }
    }

    private func isWhole(
        _ walked: Walked, _ reader: any StoreReader, _ what: String
    ) throws {
        // Records of a product that is walked in parts come by parts.
        func places(_ rows: [RawRow]) -> [String] {
            rows.map { "\($0.productID) \($0.record.identity) \($0.record.payload)" }.sorted()
        }
        try expect(walked.products, is: try reader.products(nil), "products, \(what)")
        try expect(walked.reviews, is: try reader.reviews(ofProduct: nil), "reviews, \(what)")
        try expect(
            walked.history, is: try reader.history(ofProduct: nil, review: nil),
            "versions, \(what)")
        try expect(
            places(walked.raw), is: places(try reader.raw(ofProduct: nil)),
            "raw records, \(what)")
    }

    func spansBringAllRows() throws {
        try readEach { reader in
            for rows in [1, 2, 3, 7, 1_000] {
                try isWhole(Walked(reader, of: rows), reader, "\(rows) rows a span")
            }
            for limit in [1, 2, 1_000] {
                var (found, last): ([ProductState], Text?) = ([], nil)
                while let end = try reader.products(after: last, limit: limit).last {
                    let page = try reader.products(after: last, limit: limit)
                    try expect(page.count <= limit, "a page has more products than asked for")
                    (found, last) = (found + page, end.productID)
                }
                try expect(found, is: try reader.products(nil), "products, \(limit) a page")
            }
        }
    }

    func spansAreBounded() throws {
        var hasParts = false
        try readEach { reader in
            var most: [String: Int] = [:]
            for row in try reader.history(ofProduct: nil, review: nil) {
                most["\(row.productID) \(row.reviewID)", default: 0] += 1
            }
            let greatest = most.values.max() ?? 0
            for rows in [greatest, greatest * 3] {
                try reader.forEachSpan(of: rows) { span, _ in
                    if span.part != nil { hasParts = true }
                    // A product is cut at each n-th review: its parts hold about `rows` versions.
                    let limit = span.part == nil ? rows : rows * greatest
                    let count = try reader.history(in: span).count
                    try expect(count <= limit, "a span of \(rows) has \(count) versions")
                }
            }
        }
        try expect(hasParts, "no product is walked in parts")
    }

    func rowsOfARange() throws {
        try readEach { reader in
            let ids = try reader.products(nil).map(\.productID)
            let middle = ids.count / 2
            for range in [ids[0]...ids[middle], ids[middle]...ids[middle], "~"..."~~"] {
                func own<Row>(_ rows: [Row], _ id: (Row) -> Text) -> [Row] {
                    rows.filter { range.contains(id($0)) }
                }
                try expect(
                    try reader.productRaw(ofProducts: range),
                    is: own(try reader.productRaw(ofProduct: nil)) { $0.productID }, "objects")
                try expect(
                    try reader.months(ofProducts: range),
                    is: own(try reader.months(ofProduct: nil)) { $0.productID }, "months")
                try expect(
                    try reader.attributeHistory(ofProducts: range),
                    is: own(try reader.attributeHistory(ofProduct: nil)) { $0.productID },
                    "attributes")
                try expect(
                    try reader.summaryHistory(ofProducts: range),
                    is: own(try reader.summaryHistory(ofProduct: nil)) { $0.row.productID },
                    "sums")
                try expect(
                    try reader.monthHistory(ofProducts: range),
                    is: own(try reader.monthHistory(ofProduct: nil)) { $0.row.productID },
                    "months' history")
            }
        }
    }

    func rejectsComeByPages() throws {
        let store = try store()
        for (number, history) in histories.enumerated() where number == 0 {
            var steps = history.steps
            for body in ["a", "b", "c", "a"] {
                let text = #"{"rating": 3, "body": "\#(body), no product"}"#
                steps[0].records.append(.init(text: text, product: nil))
            }
            try history.load(steps, into: store)
        }
        try store.read { reader in
            let all = try reader.rejects()
            try expect(all.count > 3, "the history has too few rejects")
            for reader in [reader, AsOfReader(reader, run: 1)] as [any StoreReader] {
                for rows in [1, 2, 100] {
                    var found: [RejectRow] = []
                    try reader.forEachReject(of: rows) { page in
                        try expect(page.count <= rows, "a page has more rejects than asked for")
                        found += page
                    }
                    try expect(found, is: try reader.rejects(), "rejects, \(rows) a page")
                }
            }
        }
    }

    private struct Stop: Error {}

    func walksEndWithTheirBody() throws {
        try readEach { reader in
            var calls = 0
            do {
                try reader.forEachSpan(of: 1) { span, _ in
                    _ = try reader.reviews(in: span)
                    calls += 1
                    throw Stop()
                }
                throw StoreFault.failed("the error of a walk's body is lost")
            } catch is Stop {}
            try expect(calls, is: 1, "calls of a body that throws")
            try isWhole(Walked(reader, of: 2), reader, "after a walk that ended early")
        }
    }

    func spansOfThePast() throws {
        try readEach { reader in
            for run in try reader.runs() {
                let past = AsOfReader(reader, run: run.run)
                try isWhole(Walked(past, of: 3), past, "as of run \(run.run)")
            }
        }
    }
}
