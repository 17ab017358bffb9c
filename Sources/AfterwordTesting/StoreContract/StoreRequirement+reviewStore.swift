import AfterwordCore
import AfterwordPipeline
import Dispatch
import Synchronization

extension StoreRequirement {
    /// What a `ReviewStore` owes: transactions, the lock, snapshots, attempts, clean errors.
    static let reviewStore = [
        StoreRequirement("ReviewStore", 1, "a rehearsal leaves nothing") {
            try $0.rehearsalLeavesNothing()
        },
        StoreRequirement(
            "ReviewStore", 2,
            "a load that fails at any call leaves the store as it was, and the next is whole"
        ) { try $0.failedLoadLeavesNothing() },
        StoreRequirement("ReviewStore", 3, "readers see nothing of a load before its commit") {
            try $0.loadIsSeenWhole()
        },
        StoreRequirement("ReviewStore", 4, "a second load fails as locked, and only while") {
            try $0.secondLoadIsLocked()
        },
        StoreRequirement(
            "ReviewStore", 5, "of two loads at once one commits, and no run is missing"
        ) { try $0.twoLoadsAtOnce() },
        StoreRequirement("ReviewStore", 6, "a read sees one committed run to its end") {
            try $0.readIsOneSnapshot()
        },
        StoreRequirement("ReviewStore", 7, "every attempt is on record with how it ended") {
            try $0.attemptsAreOnRecord()
        },
        StoreRequirement("ReviewStore", 8, "an error holds no data of a row") {
            try $0.errorsHoldNoData()
        },
        StoreRequirement("ReviewStore", 9, "look-ups beside a load see the state before it") {
            try $0.besideLoadSeesStateBefore()
        },
        StoreRequirement("ReviewStore", 10, "both audits find nothing wrong in what was loaded") {
            try $0.auditsFindNothing()
        },
    ]
}

extension StoreCheck {
    fileprivate func rehearsalLeavesNothing() throws {
        let store = try store()
        try load(0, into: store)
        let before = try tables(store)
        try store.load(LoadIntent(isRehearsal: true)) { load in
            try load.put(shape: ShapeRow(name: "rehearsed", version: 1, document: "{}"))
        }
        try expect(try tables(store), are: before, "after a rehearsal")
        let shapes = try store.read { try $0.shapes().map(\.name) }
        try expect(!shapes.contains("rehearsed"), "a rehearsal's shape is stored")
    }

    fileprivate func failedLoadLeavesNothing() throws {
        let whole = try store()
        try load(0, into: whole)
        try load(1, into: whole)
        var call = 1
        while true {
            let store = try store()
            try load(0, into: store)
            let before = try tables(store)
            let failing = WatchedStore(store) { if $0 == call { throw Stop() } }
            do {
                // Several batches, so that one is written while others are open.
                try load(1, into: failing, batchRows: 32)
                break
            } catch is Stop {
                try expect(try tables(store), are: before, "after failing at call \(call)")
                try load(1, into: store)
                try expect(
                    try tables(store), are: try tables(whole), "the load after call \(call)")
            }
            call += 1
        }
        try expect(call > 15, "a load made only \(call) calls")
    }

    fileprivate func loadIsSeenWhole() throws {
        let place = try place()
        let (store, other) = (try place.openStore(), try place.openStore())
        for step in 0..<2 {
            let before = try tables(other)
            let watched = WatchedStore(store) { call in
                let seen = try self.tables(other)
                try self.expect(seen, are: before, "readers at call \(call) of load \(step + 1)")
            }
            try load(step, into: watched)
            try expect(try other.read { try $0.runs().count }, is: step + 1, "runs after commit")
        }
    }

    fileprivate func secondLoadIsLocked() throws {
        let place = try place()
        let (store, other) = (try place.openStore(), try place.openStore())
        try load(0, into: store)
        try store.load(LoadIntent(isRehearsal: true)) { load in
            try load.put(shape: ShapeRow(name: "x", version: 1, document: "{}"))
            do {
                try other.load(LoadIntent(isRehearsal: false)) { _ in }
            } catch StoreFault.locked {
                return
            } catch {
                throw BrokenPromise(what: "a second load failed with \(error)")
            }
            throw BrokenPromise(what: "a second load began")
        }
        let next = try other.load(LoadIntent(isRehearsal: false)) { try $0.head().nextRun }
        try expect(next, is: 2, "the next run after the lock")
    }

    /// Not tried on a store that is one object of this process: one thread at a time has it.
    fileprivate func twoLoadsAtOnce() throws {
        let place = try place()
        let store = try place.openStore()
        guard try place.openStore() !== store else { return }
        let (history, group) = (history, DispatchGroup())
        let faults = Mutex<[String]>([])
        for _ in 0..<2 {
            DispatchQueue.global().async(group: group) {
                do {
                    try loadAgainAndAgain(history, place, times: 25)
                } catch {
                    faults.withLock { $0.append("\(error)") }
                }
            }
        }
        group.wait()
        try expect(faults.withLock { $0 }, is: [], "what the loads threw")
        let runs = try store.read { try $0.runs().map(\.run) }
        try expect(runs, is: Array(1...50), "the runs of 50 commits")
        let difference = try store.read { try differenceFromRebuilt($0) }
        try expect(difference == nil, difference ?? "")
    }

    fileprivate func readIsOneSnapshot() throws {
        let place = try place()
        let (store, other) = (try place.openStore(), try place.openStore())
        try load(0, into: store)
        let before = try tables(store)
        try other.read { reader in
            _ = try reader.runs()
            try load(1, into: store)
            try expect(try goldenTables(reader), are: before, "in a read while a run committed")
        }
        try expect(try other.read { try $0.runs().count }, is: 2, "runs in the next read")
    }

    fileprivate func attemptsAreOnRecord() throws {
        let store = try store()
        try load(0, into: store)
        let start = ReviewHistory.start.adding(seconds: 5)
        let failed = try store.beginAttempt(startedAt: start, dump: "failed")
        try store.failAttempt(failed, at: start.adding(seconds: 1), failure: "input")
        _ = try store.beginAttempt(startedAt: start, dump: "killed")
        let needless = try store.beginAttempt(startedAt: start, dump: "needless")
        try store.load(LoadIntent(isRehearsal: false, attempt: needless)) { load in
            try load.finish(needlessAt: start.adding(seconds: 2))
        }
        try expect(try store.read { try $0.runs().count }, is: 1, "runs")
        let attempts = try store.read { try $0.attempts() }
        try expect(attempts.count, is: 4, "attempts")
        let run = try store.read { try $0.newestRun() }
        try expect(attempts[0].outcome, is: .committed(run: 1), "the outcome of a committed load")
        try expect(attempts[0].endedAt, is: run?.recordedAt, "the end of a committed load")
        let expected = [
            RunAttempt(
                startedAt: start, endedAt: start.adding(seconds: 1), dump: "failed",
                outcome: .failed("input")),
            RunAttempt(startedAt: start, endedAt: nil, dump: "killed", outcome: nil),
            RunAttempt(
                startedAt: start, endedAt: start.adding(seconds: 2), dump: "needless",
                outcome: .needless),
        ]
        try expect(Array(attempts[1...]), is: expected, "attempts that did not commit")
        let rows = try store.read { try $0.checksummedRows() }
        try expect(rows.allSatisfy { $0.stored == $0.computed }, "a checksum is of other values")
    }

    /// A store that takes a version twice has nothing to say, and breaks no promise.
    fileprivate func errorsHoldNoData() throws {
        let store = try store()
        try load(0, into: store)
        let rows = try store.read { try $0.history(ofProduct: nil, review: nil) }
        guard let row = rows.first(where: { $0.values.body != nil }) else { return }
        do {
            try store.load(LoadIntent(isRehearsal: true)) { try $0.append(history: [row]) }
        } catch StoreFault.failed(let message) {
            let texts = [row.values.body, row.values.title].compactMap { $0?.string }
            try expect(texts.allSatisfy { !message.contains($0) }, "an error shows a review's text")
        }
    }

    fileprivate func besideLoadSeesStateBefore() throws {
        let store = try loaded()
        let review = try store.read { try $0.reviews(ofProduct: nil) }[0]
        let digest = Digest128([UInt8](repeating: 7, count: 16))
        try store.load(LoadIntent(isRehearsal: true)) { load in
            try load.put(payloads: [
                PayloadMove(
                    reviewKey: review.reviewKey, payloadDigest: digest,
                    rawKey: review.rawKey)
            ])
            try DispatchQueue(label: "beside the load").sync {
                try store.besideLoad { beside in
                    let found = try beside?.current([review.reviewKey])
                    try expect(found ?? [review], is: [review], "beside the load")
                }
            }
            let changed = try load.current([review.reviewKey]).map(\.payloadDigest)
            try expect(changed, is: [digest], "in the load")
        }
    }

    fileprivate func auditsFindNothing() throws {
        for history in histories {
            let store = try loaded(history)
            let finding = try store.read { try auditStore($0) } ?? store.auditByQuery()
            try expect(finding == nil, finding.map { "\($0)" } ?? "")
        }
    }
}

/// Loads a dump until it is committed, so many times, through a store object of this thread.
private func loadAgainAndAgain(
    _ history: ReviewHistory, _ place: any StorePlace, times: Int
) throws {
    let store = try place.openStore()
    var tries = 0
    for number in 0..<times {
        while true {
            do {
                _ = try history.load(
                    history.steps[0], number: number, into: store, HistoryLoading())
                break
            } catch StoreFault.locked where tries < 1_000_000 {
                tries += 1
            }
        }
    }
}
