import AfterwordCore

/// Gets the answers of a wave: known ones from the cache, the others by asking, so many at once.
struct AnswerDesk {
    enum Answer: Sendable {
        case success(ModelReply)
        case failure(ModelFailure)
        /// Another program asked the same all the time.
        case inFlight

        init(_ result: Result<ModelReply, ModelFailure>) {
            switch result {
            case .success(let reply): self = .success(reply)
            case .failure(let failure): self = .failure(failure)
            }
        }
    }

    let model: any LanguageModel
    let options: InsightOptions
    let surroundings: InsightSurroundings

    /// One for each plan; nil for what was not to be asked, or not any more.
    func answers(
        _ plans: [InsightPlan], _ store: any ReviewStore, _ report: inout InsightReport
    ) async throws -> [Answer?] {
        if let facts = model.facts {
            return try await paidAnswers(plans, facts, store, &report)
        }
        var answers = [Answer?](repeating: nil, count: plans.count)
        var open: [Int] = []
        try store.read { reader in
            for (index, plan) in plans.enumerated() where plan.step == .ask {
                if !options.isRefreshing, let known = try reader.cachedAnswer(plan.cacheKey) {
                    answers[index] = .success(ModelReply(text: known.answer, usage: known.usage))
                    report.cacheHits += 1
                } else {
                    open.append(index)
                }
            }
        }
        report.calls += open.count
        let model = model
        let asked = await concurrently(
            open.map { plans[$0].request }, width: options.parallel
        ) { await Answer(result(model, $0)) }
        for (index, answer) in zip(open, asked) { answers[index] = answer }
        return answers
    }

    /// Answers that cost nothing, to be kept with the insights made of them.
    func kept(_ plans: [InsightPlan], _ answers: [Answer?], at now: Instant) -> [CachedAnswer] {
        zip(plans, answers).compactMap { plan, answer in
            guard case .success(let reply)? = answer,
                (try? readAnswer(reply.text, schema: plan.request.schema)) != nil
            else { return nil }
            return CachedAnswer(
                key: plan.cacheKey, model: plan.request.model, madeAt: now, usage: reply.usage,
                answer: reply.text)
        }
    }

    // MARK: Answers that are paid for

    private struct Asked: Sendable {
        var index: Int
        var call: ModelCall
        var result: Result<ModelReply, ModelFailure>
    }

    private func paidAnswers(
        _ plans: [InsightPlan], _ facts: ModelFacts, _ store: any ReviewStore,
        _ report: inout InsightReport
    ) async throws -> [Answer?] {
        var answers = [Answer?](repeating: nil, count: plans.count)
        var waiting = plans.indices.filter { plans[$0].step == .ask }
        var patience = surroundings.patience
        while !waiting.isEmpty, patience > 0 {
            let before = waiting.count
            waiting = try await ask(waiting, plans, facts, store, &answers, &report)
            if report.refusal != nil || report.ending != nil { return answers }
            if waiting.count == before {
                patience -= 1
                await surroundings.pause()
            }
        }
        for index in waiting { answers[index] = .inFlight }
        return answers
    }

    /// Asks for those whose reservation is granted; returns those that another program is asking for. What is asked runs
    /// beside it; the store stays with this task.
    private func ask(
        _ indices: [Int], _ plans: [InsightPlan], _ facts: ModelFacts, _ store: any ReviewStore,
        _ answers: inout [Answer?], _ report: inout InsightReport
    ) async throws -> [Int] {
        try await withThrowingTaskGroup(of: Asked.self) { group in
            var inFlight: [Int] = []
            var open = 0
            var next = indices.makeIterator()
            repeat {
                while open < options.parallel, report.refusal == nil, report.ending == nil,
                    let index = next.next()
                {
                    switch try await reserved(plans[index], facts, store) {
                    case .cached(let known):
                        report.cacheHits += 1
                        answers[index] = .success(
                            ModelReply(text: known.answer, usage: known.usage))
                    case .inFlight: inFlight.append(index)
                    case .refused(let refusal): report.refusal = refusal
                    case .granted(let call):
                        open += 1
                        report.calls += 1
                        let (model, request) = (model, plans[index].request)
                        group.addTask {
                            Asked(
                                index: index, call: call, result: await result(model, request))
                        }
                    }
                }
                guard open > 0, let asked = try await group.next() else { return inFlight }
                open -= 1
                try await settle(asked, plans[asked.index], facts, store, &answers, &report)
            } while true
        }
    }

    private func reserved(
        _ plan: InsightPlan, _ facts: ModelFacts, _ store: any ReviewStore
    ) async throws -> Reservation {
        try await surroundings.whenFree {
            try reserveCall(
                plan, facts, tries: model.tries, in: store, options: options,
                batch: surroundings.batch, now: surroundings.now())
        }
    }

    private func settle(
        _ asked: Asked, _ plan: InsightPlan, _ facts: ModelFacts, _ store: any ReviewStore,
        _ answers: inout [Answer?], _ report: inout InsightReport
    ) async throws {
        var readable = false
        switch asked.result {
        case .success(let reply):
            readable = (try? readAnswer(reply.text, schema: plan.request.schema)) != nil
            answers[asked.index] = .success(reply)
        case .failure(let failure):
            answers[asked.index] = .failure(failure)
            if failure.endsTheRun { report.ending = failure }
        }
        report.cost += try await surroundings.whenFree {
            try settleCall(
                asked.call, asked.result, readable: readable, facts,
                try: plan.reservation(facts), in: store, now: surroundings.now())
        }
    }
}

private func result(
    _ model: any LanguageModel, _ request: ModelRequest
) async -> Result<ModelReply, ModelFailure> {
    do throws(ModelFailure) {
        return .success(try await model.answer(request))
    } catch {
        return .failure(error)
    }
}
