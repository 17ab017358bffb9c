import AfterwordCore
import AfterwordPipeline

extension StoreCheck {
    /// Appends each kind of row once, then again beside another one.
    func appendsKeepWhatIsStored() throws {
        let store = try loaded()
        let run = Int64(try store.read { try $0.runs().count }) + 1
        try store.load(LoadIntent(isRehearsal: true)) { load in
            let product = try load.reader.products(nil)[0]
            let objects = (1...2 as ClosedRange<UInt8>).map { object($0, product, run: run) }
            try appendTwice(objects, "product objects") { try load.append(productRaw: $0) }
            let rejects = (0...1 as ClosedRange<Int64>).map { reject($0, run: run) }
            try appendTwice(rejects, "rejects") { try load.append(rejects: $0) }
            let review = try load.reader.reviews(ofProduct: nil)[0]
            let findings = ["battery", "price"].map { finding($0, review, run: run) }
            try appendTwice(findings, "findings") { try load.append(themeReviews: $0) }
            try keepAnswers(load)
        }
    }

    private func appendTwice<Row: Equatable>(
        _ rows: [Row], _ what: String, _ append: ([Row]) throws -> [Row]
    ) throws {
        try expect(try append([rows[0]]), is: [rows[0]], "new \(what)")
        try expect(try append(rows), is: [rows[1]], "\(what) of which one is stored")
        try expect(try append(rows), is: [], "\(what) that are stored")
    }

    private func keepAnswers(_ load: any StoreLoad) throws {
        var answer = CachedAnswer(
            key: Digest256([UInt8](repeating: 5, count: 32)), model: "m",
            madeAt: Instant(seconds: 1), usage: ModelUsage(input: 1, cachedInput: 0, output: 1),
            answer: "first")
        let first = answer
        try load.append(answers: [answer])
        answer.answer = "second"
        try load.append(answers: [answer])
        try expect(try load.reader.cachedAnswer(answer.key), is: first, "the answer of a key")
    }

    private func object(_ number: UInt8, _ product: ProductState, run: Int64) -> ProductRawRow {
        ProductRawRow(
            productKey: product.productKey, productID: product.productID,
            digest: Digest128([UInt8](repeating: number, count: 16)), run: run, file: "a.json",
            offset: 0, length: 2, payload: Array("{}".utf8))
    }

    private func reject(_ occurrence: Int64, run: Int64) -> RejectRow {
        var row = RejectRow(
            digest: Digest128([UInt8](repeating: 0, count: 16)), occurrence: occurrence, run: run,
            file: "a.json", offset: occurrence, length: 3, reason: .notJSON, field: "",
            productID: nil, shape: "law", payload: Array("{,}".utf8), context: [])
        row.digest = row.computedDigest
        return row
    }

    private func finding(_ aspect: String, _ review: StoredReview, run: Int64) -> ThemeReviewRow {
        ThemeReviewRow(
            reviewKey: review.reviewKey, productID: review.productID, reviewID: review.reviewID,
            version: review.version, madeRun: run, aspect: aspect, isStrength: false,
            isMixed: false, field: "body", start: 0, end: 1)
    }
}
