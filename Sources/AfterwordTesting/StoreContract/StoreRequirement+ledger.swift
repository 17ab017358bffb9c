import AfterwordCore
import AfterwordPipeline
import Dispatch
import Synchronization

extension StoreRequirement {
    /// What a `ModelLedger` owes: transactions, money, answers, jobs.
    static let modelLedger = [
        StoreRequirement("ModelLedger", 1, "a transaction that throws leaves nothing") {
            try $0.failedLedgerLeavesNothing()
        },
        StoreRequirement(
            "ModelLedger", 2,
            "a call counts with what it reserves until it ends, then what it costs"
        ) { try $0.callsCountOnce() },
        StoreRequirement(
            "ModelLedger", 3, "money under way and unusable answers are counted apart"
        ) { try $0.moneyUnderWay() },
        StoreRequirement(
            "ModelLedger", 4, "a job is found by id, by client's name, by what it makes"
        ) {
            try $0.jobsAreFound()
        },
        StoreRequirement("ModelLedger", 5, "a quota counts a key's jobs after a moment") {
            try $0.jobsAreCounted()
        },
        StoreRequirement("ModelLedger", 6, "jobs that ended or were lost before a moment go") {
            try $0.oldJobsGo()
        },
        StoreRequirement("ModelLedger", 7, "a batch and what it asks stay until it ends") {
            try $0.batchesStayOpen()
        },
        StoreRequirement("ModelLedger", 8, "what a batch reserved is spent, and never waited for") {
            try $0.callsOfBatches()
        },
        StoreRequirement("ModelLedger", 9, "a recipient has one message a period") {
            try $0.messagesStay()
        },
    ]

    /// What a `ReadingStore` owes, where the store can be served.
    static let readingStore = [
        StoreRequirement("ReadingStore", 1, "the newest run and all rows are the store's") {
            try $0.servedRowsAreTheStores()
        },
        StoreRequirement("ReadingStore", 2, "many threads read at once, and see the same") {
            try $0.manyThreadsRead()
        },
        StoreRequirement("ReadingStore", 3, "a store in order is healthy and itself") {
            try $0.healthIsFound()
        },
    ]
}

extension StoreCheck {
    private func call(_ key: UInt8, batch: Int64, at seconds: Int64, reserved: Int64) -> ModelCall {
        let digest = Digest256([UInt8](repeating: key, count: 32))
        return ModelCall(
            call: 0, batch: batch, cacheKey: digest, requestDigest: digest, model: "m",
            startedAt: Instant(seconds: seconds), leaseUntil: Instant(seconds: seconds + 60),
            reserved: reserved)
    }

    fileprivate func failedLedgerLeavesNothing() throws {
        let store = try store()
        do {
            try store.ledger { ledger in
                _ = try ledger.begin(call(1, batch: 1, at: 1, reserved: 1))
                throw Stop()
            }
        } catch is Stop {}
        try expect(try store.read { try $0.modelCalls() }, is: [], "calls")
    }

    private func spent(_ store: any ReviewStore) throws -> [Int64] {
        try store.ledger { ledger in
            [
                try ledger.spent(since: Instant(seconds: 100)),
                try ledger.spent(since: Instant(seconds: 0)), try ledger.spent(batch: 1),
                try ledger.spent(batch: 2), try ledger.spent(batch: 3),
            ]
        }
    }

    fileprivate func callsCountOnce() throws {
        let store = try store()
        try expect(try spent(store), is: [0, 0, 0, 0, 0], "spent at first")
        var (first, second) = (
            call(1, batch: 1, at: 50, reserved: 700), call(2, batch: 2, at: 100, reserved: 90)
        )
        try store.ledger { ledger in
            first.call = try ledger.begin(first)
            second.call = try ledger.begin(second)
            try expect(try ledger.openCall(for: first.cacheKey), is: first, "the open call")
        }
        try expect([first.call, second.call], is: [1, 2], "numbers of calls")
        try expect(try spent(store), is: [90, 790, 700, 90, 0], "spent with both open")
        first.endedAt = Instant(seconds: 55)
        first.cost = 20
        first.usage = ModelUsage(input: 3, cachedInput: 2, cacheWrite: 1, output: 1)
        (first.outcome, first.tier, first.requestID) = ("answered", "flex", "req_1")
        first.unreadAnswer = "{\"ü"
        let answer = CachedAnswer(
            key: first.cacheKey, model: "m", madeAt: Instant(seconds: 55),
            usage: ModelUsage(input: 3, cachedInput: 2, output: 1), answer: "{\"ü\": \"⟦NAME1⟧\"}")
        try store.ledger { ledger in
            try ledger.end(first)
            try ledger.put(answer: answer)
            try ledger.put(answer: answer)
            try expect(try ledger.openCall(for: first.cacheKey), is: nil, "a call that ended")
            try expect(try ledger.answer(for: first.cacheKey), is: answer, "the answer")
            try expect(try ledger.answer(for: second.cacheKey), is: nil, "another's answer")
        }
        try expect(try spent(store), is: [90, 110, 20, 90, 0], "spent with one ended")
        let (calls, answers) = try store.read { (try $0.modelCalls(), try $0.cachedAnswers()) }
        try expect(calls, is: [first, second], "calls")
        try expect(answers, is: [answer], "answers")
    }

    fileprivate func moneyUnderWay() throws {
        let store = try store()
        var (first, second) = (
            call(1, batch: 1, at: 50, reserved: 700), call(2, batch: 1, at: 100, reserved: 90)
        )
        try store.ledger { ledger in
            first.call = try ledger.begin(first)
            second.call = try ledger.begin(second)
            func underWay(_ now: Int64) throws -> [Int64] {
                let now = Instant(seconds: now)
                return [
                    try ledger.onTheWay(batch: 1, at: now), try ledger.onTheWay(batch: 2, at: now),
                    try ledger.onTheWay(since: Instant(seconds: 60), at: now),
                ]
            }
            // A lease ends 60 seconds after the call began.
            try expect(try underWay(60), is: [790, 0, 90], "with both leases")
            try expect(try underWay(110), is: [90, 0, 90], "with one lease")
            try expect(try underWay(160), is: [0, 0, 0], "with no lease")
            for outcome in ["unreadable", "cut", "answered", "timed_out"] {
                (first.endedAt, first.cost, first.outcome) = (Instant(seconds: 60), 1, outcome)
                try ledger.end(first)
                let isUnusable = ["unreadable", "cut"].contains(outcome)
                try expect(
                    try ledger.unusableAnswers(for: first.cacheKey), is: isUnusable ? 1 : 0,
                    "unusable answers after \(outcome)")
            }
            try expect(try underWay(60), is: [90, 0, 90], "with one ended")
            try expect(try ledger.unusableAnswers(for: second.cacheKey), is: 0, "of another key")
        }
    }
}

extension StoreCheck {
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

    fileprivate func jobsAreFound() throws {
        let store = try store()
        try load(0, into: store)
        let name = APIKeyRow.digest(of: "my-request")
        let open = job("1", at: 10) { $0.idempotency = name }
        let ended = job("2", at: 20) {
            ($0.status, $0.endedAt) = (.failed, Instant(seconds: 21))
            ($0.problem, $0.detail) = ("model-failed", "refused")
        }
        try store.ledger { ledger in
            try ledger.put(job: open)
            try ledger.put(job: ended)
            try expect(try ledger.job("1"), is: open, "an open job")
            try expect(try ledger.job("2"), is: ended, "a job that ended")
            try expect(try ledger.job("3"), is: nil, "an unknown job")
            try expect(try ledger.job(askedBy: "crm", idempotency: name), is: open, "by name")
            try expect(try ledger.job(askedBy: "other", idempotency: name), is: nil, "another's")
            try expect(try ledger.openJob(scope: open.scope, language: "ja"), is: open, "by scope")
            try expect(
                try ledger.openJob(scope: open.scope, language: "de"), is: nil, "other language")
            try expect(
                try ledger.openJob(scope: .product("Lumora"), language: "ja"), is: nil,
                "a product of the brand's name")
        }
        try expect(try store.read { try $0.job("2") }, is: ended, "the job in a read")
        var done = open
        (done.status, done.madeRun) = (.done, 7)
        (done.startedAt, done.endedAt) = (Instant(seconds: 11), Instant(seconds: 12))
        try store.ledger { try $0.put(job: done) }
        try expect(try store.read { try $0.job("1") }, is: done, "the job after its end")
        let still = try store.ledger { try $0.openJob(scope: done.scope, language: "ja") }
        try expect(still, is: nil, "an open job after its end")
        let finding = try store.read { try auditStore($0) }
        try expect(finding, is: nil, "the audit")
    }

    fileprivate func jobsAreCounted() throws {
        let store = try store()
        try load(0, into: store)
        try store.ledger { ledger in
            for second in [30, 10, 20] as [Int64] {
                try ledger.put(job: job("c\(second)", at: second) { $0.isCounted = true })
            }
            try ledger.put(job: job("free", at: 40))
            try ledger.put(job: job("other", by: "other", at: 40) { $0.isCounted = true })
            let cases: [(after: Int64, [Int64])] = [(0, [10, 20, 30]), (10, [20, 30]), (30, [])]
            for (after, expected) in cases {
                let found = try ledger.countedJobs(askedBy: "crm", after: Instant(seconds: after))
                try expect(
                    found, is: expected.map { Instant(seconds: $0) }, "after second \(after)")
            }
        }
    }

    fileprivate func oldJobsGo() throws {
        let store = try store()
        try load(0, into: store)
        try store.ledger { ledger in
            try ledger.put(
                job: job("ended", at: 1) {
                    ($0.status, $0.endedAt) = (.done, Instant(seconds: 5))
                })
            try ledger.put(job: job("lost", at: 1) { $0.leaseUntil = Instant(seconds: 5) })
            try ledger.put(job: job("open", at: 1) { $0.leaseUntil = Instant(seconds: 50) })
            try ledger.removeJobs(before: Instant(seconds: 5))
            for id in ["ended", "lost"] {
                try expect(try ledger.job(id) != nil, "\(id) at the moment itself is gone")
            }
            try ledger.removeJobs(before: Instant(seconds: 6))
            for (id, stays) in [("ended", false), ("lost", false), ("open", true)] {
                try expect(try ledger.job(id) != nil, is: stays, "whether \(id) stays")
            }
        }
    }
}

extension StoreCheck {
    /// The place of a store with the whole history, and the same store for reading; nil where it
    /// is never served.
    private func served() throws -> (store: any ReviewStore, reading: any ReadingStore)? {
        let place = try place()
        let store = try place.openStore()
        try history.load(history.steps, into: store)
        return try place.openForServing().map { (store, $0) }
    }

    fileprivate func servedRowsAreTheStores() throws {
        guard let (store, reading) = try served() else { return }
        let newest = try store.read { try $0.newestRun() }
        try expect(try reading.newestRun(), is: newest, "the newest run")
        try expect(
            try reading.read { try goldenTables($0) }, are: try tables(store), "served rows")
        try load(0, into: store)
        let next = try store.read { try $0.newestRun() }
        try expect(try reading.newestRun(), is: next, "the newest run after another load")
    }

    fileprivate func manyThreadsRead() throws {
        guard let (store, reading) = try served() else { return }
        let expected = try tables(store)
        let differing = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 12) { thread in
            do {
                let tables = try reading.read { try goldenTables($0) }
                if tables != expected { differing.withLock { $0.append("thread \(thread)") } }
            } catch {
                differing.withLock { $0.append("thread \(thread) threw \(error)") }
            }
        }
        try expect(differing.withLock { $0 }, is: [], "threads that read something else")
    }

    fileprivate func healthIsFound() throws {
        guard let (_, reading) = try served() else { return }
        try reading.checkIdentity()
        try reading.checkHealth()
    }
}
