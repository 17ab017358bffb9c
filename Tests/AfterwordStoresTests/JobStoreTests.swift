import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Testing

/// Every store keeps jobs of the service, finds them by each key, counts them and removes them.
@Suite("202-has-no-outcome, in the store") struct JobStoreTests {
    /// A store whose schema was created by a load.
    private func made(_ stores: TemporaryStores) throws -> any ReviewStore {
        let store = try stores.make()
        let history = ReviewHistory(seed: 3)
        #expect(try history.load(history.steps[0], number: 0, into: store, HistoryLoading()))
        return store
    }

    private func job(
        _ id: String, by name: String = "crm", at second: Int64,
        _ change: (inout JobRow) -> Void = { _ in }
    ) -> JobRow {
        var job = JobRow(
            job: id, askedBy: name, request: APIKeyRow.digest(of: id),
            scope: .scope(Scope(kind: .brand, id: "Lumora")), language: "ja",
            createdAt: Instant(seconds: second))
        change(&job)
        return job
    }

    @Test(
        "A job is found by id, by its client's name and by what it makes",
        arguments: StoreKind.available)
    func found(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        defer { withExtendedLifetime(stores) {} }
        let store = try made(stores)
        let name = APIKeyRow.digest(of: "my-request")
        let open = job("1", at: 10) { $0.idempotency = name }
        let ended = job("2", at: 20) {
            ($0.status, $0.endedAt) = (.failed, Instant(seconds: 21))
            ($0.problem, $0.detail) = ("model-failed", "refused")
        }
        try store.ledger { ledger in
            try ledger.put(job: open)
            try ledger.put(job: ended)
            #expect(try ledger.job("1") == open)
            #expect(try ledger.job("2") == ended)
            #expect(try ledger.job("3") == nil)
            #expect(try ledger.job(askedBy: "crm", idempotency: name) == open)
            #expect(try ledger.job(askedBy: "other", idempotency: name) == nil)
            #expect(try ledger.openJob(scope: open.scope, language: "ja") == open)
            #expect(try ledger.openJob(scope: open.scope, language: "de") == nil)
            #expect(try ledger.openJob(scope: .product("Lumora"), language: "ja") == nil)
        }
        #expect(try store.read { try $0.job("2") } == ended)
        var done = open
        (done.status, done.madeRun) = (.done, 7)
        (done.startedAt, done.endedAt) = (Instant(seconds: 11), Instant(seconds: 12))
        let row = done
        try store.ledger { try $0.put(job: row) }
        #expect(try store.read { try $0.job("1") } == done)
        #expect(try store.ledger { try $0.openJob(scope: row.scope, language: "ja") } == nil)
        #expect(try store.read { try auditStore($0) } == nil)
    }

    @Test(
        "retry-after-and-quota: a quota counts by key, from a moment, what reached a model",
        arguments: StoreKind.available)
    func counted(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        defer { withExtendedLifetime(stores) {} }
        let store = try made(stores)
        try store.ledger { ledger in
            for second in [30, 10, 20] as [Int64] {
                try ledger.put(job: job("c\(second)", at: second) { $0.isCounted = true })
            }
            try ledger.put(job: job("free", at: 40))
            try ledger.put(job: job("other", by: "other", at: 40) { $0.isCounted = true })
            let after = { try ledger.countedJobs(askedBy: "crm", after: Instant(seconds: $0)) }
            #expect(try after(0) == [10, 20, 30].map { Instant(seconds: $0) })
            #expect(try after(10) == [20, 30].map { Instant(seconds: $0) })
            #expect(try after(30) == [])
        }
    }

    @Test(
        "What ended before a moment is removed, and what was lost before it",
        arguments: StoreKind.available)
    func removed(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        defer { withExtendedLifetime(stores) {} }
        let store = try made(stores)
        try store.ledger { ledger in
            try ledger.put(
                job: job("ended", at: 1) {
                    ($0.status, $0.endedAt) = (.done, Instant(seconds: 5))
                })
            try ledger.put(job: job("lost", at: 1) { $0.leaseUntil = Instant(seconds: 5) })
            try ledger.put(job: job("open", at: 1) { $0.leaseUntil = Instant(seconds: 50) })
            try ledger.removeJobs(before: Instant(seconds: 5))
            #expect(try ledger.job("ended") != nil)
            #expect(try ledger.job("lost") != nil)
            try ledger.removeJobs(before: Instant(seconds: 6))
            #expect(try ledger.job("ended") == nil)
            #expect(try ledger.job("lost") == nil)
            #expect(try ledger.job("open") != nil)
        }
    }
}
