import AfterwordCore
import AfterwordPipeline

/// Batches of questions, and what models read in reviews.
extension StoreCheck {
    private func batch(_ name: String) -> ModelBatch {
        ModelBatch(
            name: name, purpose: .enrichment, command: 3, by: ModelIdentity("m"),
            createdAt: Instant(seconds: 5))
    }

    private func item(_ line: Int64) -> BatchItem {
        let key = Digest256([UInt8](repeating: UInt8(line), count: 32))
        return BatchItem(
            batch: 1, line: line, call: line, cacheKey: key, subject: "{\"ü\":\(line)}")
    }

    private func call(_ key: UInt8, inBatch batch: Int64?) -> ModelCall {
        let digest = Digest256([UInt8](repeating: key, count: 32))
        var call = ModelCall(
            call: 0, batch: 3, cacheKey: digest, requestDigest: digest, model: "m",
            startedAt: Instant(seconds: 5), leaseUntil: Instant(seconds: 500), reserved: 7)
        (call.modelBatch, call.servedModel) = (batch, batch == nil ? nil : "m-1")
        return call
    }

    /// A batch may take a day: nothing waits for what it reserved.
    func callsOfBatches() throws {
        let store = try store()
        var calls = [call(1, inBatch: 2), call(2, inBatch: nil), call(3, inBatch: 2)]
        try store.ledger { ledger in
            for index in calls.indices { calls[index].call = try ledger.begin(calls[index]) }
            let now = Instant(seconds: 6)
            try expect(try ledger.spent(batch: 3), is: 21, "spent")
            try expect(try ledger.onTheWay(batch: 3, at: now), is: 7, "on the way")
            try expect(
                try ledger.openCalls(ofBatch: 2), is: [calls[0], calls[2]], "calls of a batch")
            (calls[0].endedAt, calls[0].cost, calls[0].outcome) = (now, 1, "answered")
            try ledger.end(calls[0])
            try expect(
                try ledger.openCalls(ofBatch: 2), is: [calls[2]], "calls that are still open")
            try expect(try ledger.openCalls(ofBatch: 1), is: [], "calls of no batch")
        }
    }

    func batchesStayOpen() throws {
        let store = try store()
        var (first, second) = (batch("a"), batch("b"))
        let items = [item(1), item(2)]
        try store.ledger { ledger in
            try expect(try ledger.openBatches(), is: [], "batches at first")
            first.number = try ledger.begin(first)
            second.number = try ledger.begin(second)
            try ledger.append(items: items)
        }
        try expect([first.number, second.number], is: [1, 2], "numbers of batches")
        second.place = "127.0.0.1:80"
        (second.inputFile, second.serverID) = ("file-1", "batch_1")
        (second.status, second.prices) = ("in_progress", "{\"ü\":1}")
        try store.ledger { ledger in
            try ledger.put(batch: second)
            try expect(try ledger.openBatches(), is: [first, second], "open batches")
            try expect(try ledger.items(ofBatch: 1), is: items, "what a batch asks")
            try expect(try ledger.items(ofBatch: 2), is: [], "what another asks")
            first.endedAt = Instant(seconds: 9)
            first.status = "completed"
            try ledger.put(batch: first)
            try expect(try ledger.openBatches(), is: [second], "the batch that is still open")
        }
        let (batches, stored) = try store.read { (try $0.modelBatches(), try $0.batchItems()) }
        try expect(batches, is: [first, second], "batches")
        try expect(stored, is: items, "questions of batches")
        let copy = try self.store()
        try copy.load(LoadIntent(isRehearsal: true)) { load in
            try load.append(batches: batches, stored)
            try expect(try load.reader.modelBatches(), is: batches, "copied batches")
            try expect(try load.reader.batchItems(), is: stored, "copied questions")
        }
    }

    /// Rows of several reviews and languages are read back by product and by review.
    func enrichmentsComeBack() throws {
        let store = try loaded()
        let key = Digest256([UInt8](repeating: 5, count: 32))
        try store.load(LoadIntent(isRehearsal: true)) { load in
            let reviews = Array(try load.reader.reviews(ofProduct: nil).prefix(3))
            var rows = reviews.flatMap { review in
                ["de", "en"].map { language in
                    EnrichmentRow(
                        of: review, madeRun: 9, language: language, by: ("m", key),
                        document: "{\"ü\":\"⟦NAME1⟧\"}")
                }
            }
            rows[0].servedModel = "m-1"
            try load.append(enrichments: rows)
            try expect(try load.reader.enrichments(ofProducts: nil), is: rows, "all of them")
            let first = reviews[0]
            try expect(
                try load.reader.enrichments(ofProducts: first.productID...first.productID),
                is: rows.filter { $0.productID == first.productID }, "those of a product")
            let found = try load.reader.enrichments(ofReviews: [first.reviewKey, 1 << 60])
            try expect(
                found.sorted { Text($0.language) < Text($1.language) }, is: Array(rows.prefix(2)),
                "those of a review")
        }
    }
}
