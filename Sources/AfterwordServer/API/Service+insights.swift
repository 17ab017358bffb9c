import AfterwordCore
import AfterwordPipeline
import HTTPTypes
import Hummingbird
import NIOCore

/// Making insights: the only requests that can cost money.
extension Service {
    /// Adds a POST route beside each endpoint that has insights made.
    func addInsights(to router: ListedRouter) {
        for endpoint in Endpoint.all where endpoint.makesInsights {
            guard let queue else {
                router.post(RouterPath(endpoint.path)) { _, _ -> Response in
                    throw Problem(.forbidden, "this service makes no insights")
                }
                continue
            }
            addMaking(endpoint, by: queue, to: router)
        }
        if let queue { addAsking(by: queue, to: router) }
    }

    /// Adds the form of the page of insights, which leads back to it after ten seconds at most.
    private func addAsking(by queue: InsightQueue, to router: ListedRouter) {
        let group = router.group(context: ServiceContext.self)
        group.add(middleware: OriginCheck(needsOrigin: true))
        group.add(middleware: authentication)
        group.add(middleware: InsightPermission())
        group.add(middleware: AllBrandsPermission())
        group.add(middleware: WritableStore(workers: workers))
        group.add(middleware: ParameterCheck([]))
        group.add(middleware: FormBody(limit: configuration.limits.bodyBytes))
        group.post(RouterPath(MakeForm.path)) { _, context -> Response in
            let order = try await order(context.body)
            let asked = InsightQueue.Request(order: order, askedBy: context.caller.name ?? "")
            let made = try await make(asked, within: .seconds(10), by: queue)
            let isOpen = made.status == .accepted
            let back = Address(
                "/insights", ["scope": order.scope.written, "asked": isOpen ? "yes" : nil])
            return Response(status: .seeOther, headers: [.location: back.text])
        }
    }

    /// The order of a form, of a scope that exists now.
    private func order(_ body: ByteBuffer) async throws -> InsightQueue.Order {
        var values: [String: String] = [:]
        for (name, value) in try formFields(body) { values[name] = value }
        guard let scope = values["scope"].flatMap({ ReviewScope($0) }),
            let language = Language(rawValue: values["language"] ?? "en"), language != .unknown
        else { throw Problem(.badBody, "scope and language") }
        let isThere = try await workers.read { reader in
            switch scope {
            case .product(let id): try !reader.products(id).isEmpty
            case .scope(let own): try !reader.scopes([own]).isEmpty
            }
        }
        guard isThere else { throw Problem(.notFound, "no such scope") }
        return .init(scope: scope, language: language)
    }

    /// The order of the steps: nothing is read from a client without a key, nothing is written into
    /// a store that was replaced, and a body is read last.
    private func addMaking(
        _ endpoint: Endpoint, by queue: InsightQueue, to router: ListedRouter
    ) {
        let group = router.group(context: ServiceContext.self)
        group.add(middleware: OriginCheck())
        group.add(middleware: authentication)
        group.add(middleware: InsightPermission())
        group.add(middleware: WritableStore(workers: workers))
        group.add(middleware: ParameterCheck(endpoint.makingParameters))
        group.add(middleware: JSONBody(limit: configuration.limits.bodyBytes))
        group.post(RouterPath(endpoint.path)) { _, context in
            try await makeInsight(context, by: queue)
        }
    }

    private func makeInsight(
        _ context: ServiceContext, by queue: InsightQueue
    ) async throws -> Response {
        let (values, caller) = (context.values, context.caller)
        let language = try insightLanguage(context.body)
        let scope = try await scope(values, caller)
        let asked = InsightQueue.Request(
            order: .init(scope: scope, language: language), askedBy: caller.name ?? "",
            idempotency: values[Parameter.idempotencyKey.name].map(idempotencyDigest))
        let wait = Duration.seconds(Int64(values[waitParameter.name] ?? "") ?? 10)
        return try await make(asked, within: wait, by: queue)
    }

    private func make(
        _ asked: InsightQueue.Request, within wait: Duration, by queue: InsightQueue
    ) async throws -> Response {
        let (scope, language) = (asked.order.scope, asked.order.language)
        return try await storeFaultsAreProblems {
            if let known = try await queue.known(asked) {
                return try await answer(known, within: wait)
            }
            let found = try await workers.read { [outlook] reader in
                try outlook(reader, scope, language)
            }
            if case .settled(let outcome) = found {
                let end = InsightQueue.end(outcome).0
                try await queue.record(end, of: asked)
                return try answer(end, nil)
            }
            let begun = try await queue.begin(asked, asks: found == .asks)
            return try await answer(begun, within: wait)
        }
    }

    private func storeFaultsAreProblems<Result>(
        _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let fault as StoreFault {
            if fault == .readOnly { throw fault.problem }
            throw Problem(
                .storeUnavailable, "the store cannot be written now", retryAfter: 5,
                cause: fault.cause)
        }
    }

    /// The product or brand named in the path, if it exists now and the caller may read it.
    private func scope(
        _ values: [String: String], _ caller: Caller
    ) async throws -> ReviewScope {
        try await workers.read { reader -> ReviewScope in
            let runs = try reader.runs()
            guard let newest = runs.last else { throw Problem.nothingLoaded }
            let call = Call(
                values: values, reader: caller.view(of: reader), run: newest, allRuns: runs,
                now: configuration.now(), limits: configuration.limits, brands: caller.brands)
            return values["brand"] == nil ? .product(try call.product()) : try call.brand()
        }
    }

    // MARK: Answers

    /// The result of a job, or 202 with the job if it takes longer than `wait`.
    private func answer(
        _ begun: InsightQueue.Begun, within wait: Duration
    ) async throws -> Response {
        if let work = begun.work {
            if let end = await end(of: work, within: wait) { return try answer(end, begun.quota) }
            return try await accepted(begun)
        }
        switch begun.job.status {
        case .queued, .running: return try await accepted(begun)
        case .failed: throw begun.job.kept
        case .done:
            let (scope, run) = (begun.job.scope, begun.job.madeRun)
            let language = begun.job.language
            let row = try await workers.read { reader in
                try reader.insightHistory(of: scope)
                    .first { $0.madeRun == run && $0.language == language }
            }
            guard let row else { throw Problem(.notFound, "the insight is no longer there") }
            return try answer(.insight(row), nil)
        }
    }

    private func answer(
        _ end: InsightQueue.End, _ quota: InsightQueue.Quota?
    ) throws -> Response {
        switch end {
        case .problem(let problem): throw problem
        case .insight(let row):
            var headers: HTTPFields = [:]
            headers.add(quota)
            return .json(
                MadeInsight.form.json(MadeInsight(row: row)).canonical, headers: headers)
        }
    }

    private func accepted(_ begun: InsightQueue.Begun) async throws -> Response {
        let job = await current(begun.job)
        var headers: HTTPFields = [
            .location: JobAnswer.path(job.row.job), .retryAfter: "\(JobAnswer.pollSeconds)",
        ]
        headers.add(begun.quota)
        return .json(
            AcceptedJob.form.json(AcceptedJob(job: job)).canonical, status: .accepted,
            headers: headers)
    }

    /// The result of `work`; nil if it takes longer than `wait`. Awaiting a task's value cannot be
    /// cancelled, so a stream yields whichever finishes first: the task or the timer.
    private func end(
        of work: Task<InsightQueue.End, Never>, within wait: Duration
    ) async -> InsightQueue.End? {
        let (first, ended) = AsyncStream<InsightQueue.End?>.makeStream(
            bufferingPolicy: .bufferingOldest(1))
        Task { ended.yield(await work.value) }
        let clock = Task {
            // A cancelled sleep means that the work has ended first.
            try? await Task.sleep(for: wait)
            ended.yield(nil)
        }
        defer { clock.cancel() }
        for await end in first { return end }
        return nil
    }
}

/// A digest of an `Idempotency-Key`. The key itself is not stored.
private func idempotencyDigest(_ key: String) -> Digest256 {
    var builder = DigestEncoder(domain: "afterword.job.name.1")
    builder.add(key)
    return builder.finish()
}

extension HTTPFields {
    /// Adds the quota headers of draft-ietf-httpapi-ratelimit-headers.
    fileprivate mutating func add(_ quota: InsightQueue.Quota?) {
        guard let quota else { return }
        self[.rateLimit] = "\"insights\";r=\(quota.remaining);t=\(quota.seconds)"
        self[.rateLimitPolicy] =
            "\"insights\";q=\(quota.limit);w=\(InsightQueue.Quota.seconds)"
    }
}

extension HTTPField.Name {
    fileprivate static let rateLimit = HTTPField.Name("RateLimit")!
    fileprivate static let rateLimitPolicy = HTTPField.Name("RateLimit-Policy")!
}
