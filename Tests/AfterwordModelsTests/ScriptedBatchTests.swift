import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Synchronization
import Testing

@testable import AfterwordModels

/// What servers of batches do beside the usual.
@Suite struct ScriptedBatchTests {
    static let scopes: [ReviewScope] = [
        lumora, .scope(Scope(kind: .brand, id: "Knokke")), .product("B0FLASK002"),
    ]

    func surroundings(_ command: Int64 = 1, after seconds: Int64 = 0)
        -> InsightSurroundings
    {
        let now = ReviewHistory.start.adding(seconds: seconds)
        return InsightSurroundings(now: { now }, batch: command)
    }

    func ask(
        _ store: MemoryStore, _ model: ScriptedBatches, _ command: Int64 = 1
    ) async throws -> BatchReport {
        try await askForInsights(
            Self.scopes, in: store, by: model, options: InsightOptions(),
            surroundings: surroundings(command))
    }

    func collect(
        _ store: MemoryStore, _ model: ScriptedBatches, after seconds: Int64 = 0
    ) async throws -> [CollectedBatch] {
        try await collectBatches(
            in: store, by: model, surroundings: surroundings(9, after: seconds))
    }

    func calls(_ store: MemoryStore) throws -> [ModelCall] {
        try store.read { try $0.modelCalls() }
    }

    static func honest(_ question: BatchQuestion) async -> BatchAnswer {
        do throws(ModelFailure) {
            var reply = try await FakeModel().answer(question.request)
            reply.usage = ModelUsage(input: 1_000, cachedInput: 0, output: 100)
            reply.tier = .batch
            return BatchAnswer(id: question.id, result: .success(reply))
        } catch {
            return BatchAnswer(id: question.id, result: .failure(error))
        }
    }

    @Test("A question without a line in a completed batch counts as the most it can cost")
    func missing() async throws {
        let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
        _ = try await ask(store, model)
        model.state.withLock {
            ($0.total, $0.completed) = (3, 1)
            $0.answers = { questions in
                let first = await Self.honest(questions[0])
                let stray = BatchAnswer(id: "none", result: .failure(ModelFailure(.refused)))
                return [stray, first, first]
            }
        }
        let done = try await collect(store, model)
        #expect(done[0].isEnded && done[0].made == 1 && done[0].strays == 1)
        #expect(done[0].booked == ["answered": 1, "missing": 2])
        let calls = try calls(store)
        #expect(calls.filter { $0.outcome == "missing" }.allSatisfy { $0.cost == $0.reserved })
        // Half of 150 × 1,000 and 600 × 100.
        #expect(calls.first { $0.outcome == "answered" }?.cost == 105_000)
        // What is shown is what is booked.
        #expect(done[0].cost == calls.reduce(0) { $0 + ($1.cost ?? 0) })
    }

    @Test("Answers by the aspects of the second reader are read where it is the store's")
    func secondReader() async throws {
        let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
        _ = try rereadStore(
            store, by: .second, surroundings: LoadSurroundings(now: { afterAllDumps }))
        #expect(try await ask(store, model).asked == 3)
        model.state.withLock {
            $0.answers = { questions in
                var answers: [BatchAnswer] = []
                for question in questions { answers.append(await Self.honest(question)) }
                return answers
            }
        }
        let done = try await collect(store, model)
        #expect(done[0].isEnded && done[0].made == 3 && done[0].booked == ["answered": 3])
    }

    @Test("A batch that fails costs nothing, and its questions can be asked again")
    func failed() async throws {
        let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
        _ = try await ask(store, model)
        model.state.withLock { $0.end = "failed" }
        let done = try await collect(store, model)
        #expect(done[0].batch.status == "failed" && done[0].booked == ["batch_failed": 3])
        #expect(try calls(store).allSatisfy { $0.cost == 0 && $0.endedAt != nil })
        #expect(try await ask(store, model, 2).asked == 3)
    }

    @Test("A refused upload or batch is given up at once and costs nothing")
    func refused() async throws {
        for isUpload in [true, false] {
            let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
            model.state.withLock {
                let failure = ModelFailure(.badRequest("file_too_large"))
                if isUpload { $0.uploadFailure = failure } else { $0.createFailure = failure }
            }
            let report = try await ask(store, model)
            #expect(report.failure?.outcome == "bad_request" && report.asked == 0)
            #expect(report.batches.map(\.status) == ["not_sent"] && report.reserved == 0)
            #expect(try calls(store).allSatisfy { $0.cost == 0 && $0.outcome == "not_sent" })
            #expect(try await collect(store, model).isEmpty)
        }
    }

    @Test("A batch of which it is not known whether it was made is found by its name")
    func unknown() async throws {
        let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
        model.state.withLock {
            $0.createFailure = ModelFailure(.timedOut, unknownTries: 1)
            $0.end = "in_progress"
        }
        let report = try await ask(store, model)
        #expect(report.failure?.outcome == "timed_out" && report.asked == 3)
        #expect(report.batches[0].serverID == nil)
        #expect(try await collect(store, model)[0].batch.serverID == "batch_1")
        // One that is not there is waited for, then given up.
        let (other, lost) = (try loadedInsightDumps(), ScriptedBatches())
        lost.state.withLock { $0.createFailure = ModelFailure(.timedOut, unknownTries: 1) }
        _ = try await ask(other, lost)
        lost.state.withLock { $0.batches = [:] }
        #expect(try await !collect(other, lost)[0].isEnded)
        let late = try await collect(other, lost, after: unsentBatchSeconds)
        #expect(late[0].isEnded && late[0].booked == ["not_sent": 3])
    }

    @Test("A batch whose questions another key uploaded is not given up before it is forgotten")
    func anotherKey() async throws {
        let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
        model.state.withLock { $0.createFailure = ModelFailure(.timedOut, unknownTries: 1) }
        _ = try await ask(store, model)
        model.state.withLock { ($0.batches, $0.hasFile) = ([:], nil) }
        let unreachable = try await collect(store, model, after: unsentBatchSeconds)
        #expect(unreachable[0].failure?.fault == .unreachable && !unreachable[0].isEnded)
        model.state.withLock { $0.hasFile = false }
        let other = try await collect(store, model, after: unsentBatchSeconds)
        #expect(other[0].isOfAnotherKey && !other[0].isEnded && other[0].failure == nil)
        #expect(try calls(store).allSatisfy { $0.endedAt == nil })
        #expect(try await ask(store, model, 2).pending == 3)
        // Whether the other key's batch was made, and billed, cannot be known any more.
        let late = try await collect(store, model, after: batchLeaseSeconds)
        #expect(late[0].isEnded && !late[0].isOfAnotherKey)
        #expect(late[0].booked == ["missing": 3])
        #expect(try calls(store).allSatisfy { $0.cost == $0.reserved })
    }

    @Test("Files that are cut, or no files of answers, leave the batch open, and nothing is lost")
    func short() async throws {
        let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
        _ = try await ask(store, model)
        // A page of HTML with status 200.
        model.state.withLock {
            ($0.total, $0.completed, $0.failed, $0.unreadable) = (3, 2, 1, 4)
        }
        let page = try await collect(store, model)
        #expect(!page[0].isEnded && page[0].booked.isEmpty && page[0].made == 0)
        #expect(page[0].short.map { [$0.read, $0.said, $0.unreadable] } == [0, 3, 4])
        #expect(try calls(store).allSatisfy { $0.endedAt == nil })
        // A file that is cut: what came is used, and the rest waited for.
        model.state.withLock {
            $0.unreadable = 1
            $0.answers = { [await Self.honest($0[0])] }
        }
        let cut = try await collect(store, model)
        #expect(!cut[0].isEnded && cut[0].booked == ["answered": 1] && cut[0].made == 1)
        #expect(cut[0].short.map { [$0.read, $0.said, $0.unreadable] } == [1, 3, 1])
        model.state.withLock {
            $0.unreadable = 0
            $0.answers = { questions in
                let failed = BatchAnswer(
                    id: questions[2].id, result: .failure(ModelFailure(.badRequest("odd"))))
                return [await Self.honest(questions[0]), await Self.honest(questions[1]), failed]
            }
        }
        let whole = try await collect(store, model)
        #expect(whole[0].isEnded && whole[0].short == nil && whole[0].made == 1)
        #expect(whole[0].booked == ["answered": 1, "bad_request": 1])
        #expect(try store.read { try $0.insightHistory(of: nil) }.count == 2)
    }

    @Test("Without counts, lines that cannot be read leave a batch open until it is forgotten")
    func uncounted() async throws {
        let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
        _ = try await ask(store, model)
        model.state.withLock { $0.unreadable = 1 }
        #expect(try await !collect(store, model, after: batchLeaseSeconds - 1)[0].isEnded)
        let late = try await collect(store, model, after: batchLeaseSeconds)
        #expect(late[0].isEnded && late[0].booked == ["missing": 3] && late[0].isFruitless)
        #expect(late[0].cost == (try calls(store).reduce(0) { $0 + $1.reserved }))
    }

    @Test("Lines that name no question of the batch make no file whole, with counts or without")
    func foreign() async throws {
        for counts in [(3, 3, 0), (3, 1, 2), (0, 0, 0)] as [(Int64, Int64, Int64)] {
            let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
            _ = try await ask(store, model)
            model.state.withLock {
                ($0.total, $0.completed, $0.failed) = counts
                $0.answers = { _ in
                    ["x", "y", "z"].map {
                        BatchAnswer(id: $0, result: .failure(ModelFailure(.refused)))
                    }
                }
            }
            let open = try await collect(store, model)
            #expect(!open[0].isEnded && open[0].booked.isEmpty && open[0].strays == 3)
            #expect(open[0].short.map { [$0.read, $0.said, $0.unreadable] } == [0, 3, 0])
            model.state.withLock {
                $0.answers = { questions in
                    var all: [BatchAnswer] = []
                    for question in questions { all.append(await Self.honest(question)) }
                    return all
                }
            }
            #expect(try await collect(store, model)[0].made == 3)
        }
    }

    @Test("Without counts an empty file leaves a completed batch open, and ends a stopped one")
    func uncountedAndEmpty() async throws {
        for (end, word) in [
            ("completed", nil), ("expired", "batch_expired"), ("cancelled", "batch_cancelled"),
            ("failed", "batch_failed"),
        ] as [(String, String?)] {
            let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
            _ = try await ask(store, model)
            model.state.withLock { $0.end = end }
            let done = try await collect(store, model)
            #expect(done[0].isEnded == (word != nil), "\(end)")
            #expect(done[0].booked == (word.map { [$0: 3] } ?? [:]), "\(end)")
            guard word == nil else { continue }
            #expect(done[0].short.map { [$0.read, $0.said, $0.unreadable] } == [0, 3, 0])
            let late = try await collect(store, model, after: batchLeaseSeconds)
            #expect(late[0].isEnded && late[0].booked == ["missing": 3])
        }
    }

    @Test("Answers are booked at the prices of when they were asked for")
    func prices() async throws {
        let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
        _ = try await ask(store, model)
        var dear = try #require(model.facts)
        dear.input *= 10
        dear.output *= 10
        model.price.withLock { $0 = dear }
        model.state.withLock { $0.answers = { [await Self.honest($0[0])] } }
        _ = try await collect(store, model)
        #expect(try calls(store).first { $0.outcome == "answered" }?.cost == 105_000)
        let written = try store.read { try $0.modelBatches() }.first?.prices ?? ""
        #expect(written.contains("\"gpt-4o-mini\"") && written.contains("\"is_regional\":false"))
    }

    @Test("A batch that was given up while the server took it is opened again")
    func givenUp() async throws {
        for isAskedAgain in [false, true] {
            let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
            let slow = GivingUpStore(store, isAskedAgain: isAskedAgain)
            let report = try await askForInsights(
                Self.scopes, in: slow, by: model, options: InsightOptions(),
                surroundings: surroundings())
            #expect(report.failure == nil && report.batches[0].serverID == "batch_1")
            let open = try store.ledger { try $0.openBatches() }
            #expect(open.map(\.serverID) == ["batch_1"])
            let calls = try calls(store)
            #expect(calls.count { $0.endedAt == nil } == 3)
            let lost = calls.filter { $0.outcome == "missing" }
            #expect(lost.count == (isAskedAgain ? 1 : 0))
            #expect(lost.allSatisfy { $0.cost == $0.reserved })
        }
    }

    @Test("A batch that is collected while its asker waits for the server stays collected")
    func collectedMeanwhile() async throws {
        let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
        model.state.withLock { state in
            state.answers = { questions in
                var all: [BatchAnswer] = []
                for question in questions { all.append(await Self.honest(question)) }
                return all
            }
            // Called by this task alone, while it waits for the server.
            nonisolated(unsafe) let own = store
            state.meanwhile = { _ = try? await self.collect(own, model) }
        }
        let asked = try await ask(store, model)
        #expect(asked.failure == nil && asked.batches.map(\.status) == ["completed"])
        #expect(asked.batches[0].endedAt != nil)
        #expect(try calls(store).allSatisfy { $0.outcome == "answered" && $0.cost != $0.reserved })
        #expect(try store.read { try $0.insightHistory(of: nil) }.count == 3)
        #expect(try await collect(store, model).isEmpty)
    }

    @Test("Insights that another model made meanwhile stay, and the collector says so")
    func standing() async throws {
        let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
        _ = try await ask(store, model)
        let direct = try await makeInsights(
            Self.scopes, in: store, by: FakeModel(), options: InsightOptions(),
            surroundings: surroundings(5))
        #expect(direct.made == 3)
        model.state.withLock {
            $0.answers = { questions in
                var all: [BatchAnswer] = []
                for question in questions { all.append(await Self.honest(question)) }
                return all
            }
        }
        let done = try await collect(store, model)[0]
        #expect(done.booked == ["answered": 3] && done.made == 0 && done.isEnded)
        #expect(Set(done.standing) == Set(Self.scopes) && !done.isFruitless)
        #expect(done.madeAlready.isEmpty)
        #expect(try store.read { try $0.insights(of: nil) }.allSatisfy { $0.model == "fake-1" })
    }

    @Test("A server that cannot be asked ends the look, not the batch")
    func unreachable() async throws {
        let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
        _ = try await ask(store, model)
        model.state.withLock { $0.lookFailure = ModelFailure(.unreachable) }
        let look = try await collect(store, model)
        #expect(look[0].failure?.outcome == "unreachable" && !look[0].isEnded)
        model.state.withLock {
            $0.lookFailure = nil
            $0.answers = { questions in
                var all: [BatchAnswer] = []
                for question in questions { all.append(await Self.honest(question)) }
                return all
            }
        }
        #expect(try await collect(store, model)[0].made == 3)
    }

    @Test("A batch that the server forgot ends after thirty days, and counts as spent")
    func forgotten() async throws {
        let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
        _ = try await ask(store, model)
        model.state.withLock { $0.lookFailure = ModelFailure(.notThere) }
        let early = try await collect(store, model, after: batchLeaseSeconds - 1)
        #expect(early[0].failure?.fault == .notThere && !early[0].isEnded)
        let late = try await collect(store, model, after: batchLeaseSeconds)
        #expect(late[0].failure == nil && late[0].booked == ["missing": 3])
        #expect(try calls(store).allSatisfy { $0.cost == $0.reserved && $0.endedAt != nil })
        #expect(try await collect(store, model).isEmpty)
    }

    @Test("A usage beyond what a question can cost is booked as it is, and said")
    func beyond() async throws {
        let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
        _ = try await ask(store, model)
        model.state.withLock {
            ($0.total, $0.completed) = (3, 1)
            $0.answers = { questions in
                var answer = await Self.honest(questions[0])
                if case .success(var reply) = answer.result {
                    reply.usage.output = 1_000_000
                    answer.result = .success(reply)
                }
                return [answer]
            }
        }
        let done = try await collect(store, model)
        #expect(done[0].beyond?.cost == 300_075_000 && done[0].beyond?.bound == nil)
        // The two questions without an answer count as the most that they can cost.
        let missing = try calls(store).filter { $0.outcome == "missing" }
        #expect(missing.count == 2)
        #expect(done[0].cost == missing.reduce(300_075_000) { $0 + $1.reserved })
    }

    @Test("Batches of another model or place are left alone")
    func elsewhere() async throws {
        let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
        _ = try await ask(store, model)
        try store.ledger { ledger in
            var batch = try #require(try ledger.openBatches().first)
            batch.place = "another"
            try ledger.put(batch: batch)
        }
        #expect(try await collect(store, model).isEmpty)
    }
}
