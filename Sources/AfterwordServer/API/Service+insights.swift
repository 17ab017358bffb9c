import AfterwordCore
import AfterwordPipeline
import HTTPTypes
import Hummingbird
import NIOCore

/// Making insights: the only request that changes the store and the only one that can cost money.
extension Service {
    func addInsights(to router: ListedRouter) {
        for endpoint in Endpoint.all where endpoint.makesInsights {
            router.post(RouterPath(endpoint.path)) { request, context in
                try await makeInsight(endpoint, request, context)
            }
        }
        router.get(RouterPath(JobItem.operation.path)) { request, context in
            try await job(request, context)
        }
    }

    private func makeInsight(
        _ endpoint: Endpoint, _ request: Request, _ context: Context
    ) async throws -> Response {
        guard let queue else { throw Problem(.forbidden, "this service makes no insights") }
        try gate.checkOrigin(request)
        // Check the key first, so that nothing more is read from a client without one.
        let caller = try gate.caller(gate.key(request), try await workers.front().keys)
        guard caller.scopes.contains(.insight) else {
            throw Problem(.forbidden, "the key may not ask for insights")
        }
        guard !workers.isReadOnly else { throw StoreFault.readOnly }
        // Do not write into a store that another program has replaced since it was opened.
        try await workers.checkReadiness()
        let path = endpoint.parameters.filter(\.isInPath)
        let values = try readParameters(path + [waitParameter], request, context)
        let name = try idempotencyKey(request)
        let language = try await insightLanguage(request)
        let scope = try await scope(values, caller)
        let asked = InsightQueue.Request(
            order: .init(scope: scope, language: language), askedBy: caller.name ?? "",
            idempotency: name)
        let wait = Duration.seconds(Int64(values["wait"] ?? "") ?? 10)
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

    private func scope(
        _ values: [String: String], _ caller: Caller
    ) async throws -> ReviewScope {
        try await workers.read { reader -> ReviewScope in
            let runs = try reader.runs()
            let (run, _) = try pin(reader, [:], among: runs)
            let call = Call(
                values: values, reader: caller.view(of: reader), run: run, allRuns: runs,
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
            var response = text(
                MadeInsight.form.json(MadeInsight(row: row)).canonical, type: "application/json")
            response.headers.add(quota)
            return response
        }
    }

    private func accepted(_ begun: InsightQueue.Begun) async throws -> Response {
        let job = try await current(begun.job)
        var headers: HTTPFields = [
            .contentType: "application/json", .location: JobAnswer.path(job.row.job),
            .retryAfter: "\(Self.pollSeconds)",
        ]
        headers.add(begun.quota)
        return Response(
            status: .accepted, headers: headers,
            body: ResponseBody(
                byteBuffer: ByteBuffer(
                    string: AcceptedJob.form.json(AcceptedJob(job: job)).canonical)))
    }

    /// Seconds after which a client should poll a job again.
    private static let pollSeconds = 2

    private func current(_ row: JobRow) async throws -> JobAnswer {
        JobAnswer(
            row, now: configuration.now(), isAlive: await queue?.isAlive(row.job) ?? false)
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
            try? await Task.sleep(for: wait)
            ended.yield(nil)
        }
        defer { clock.cancel() }
        for await end in first { return end }
        return nil
    }

    // MARK: Jobs

    /// Answers with a job, if the caller may read the product or brand of its insight.
    private func job(_ request: Request, _ context: Context) async throws -> Response {
        let values = try readParameters(JobItem.parameters, request, context)
        let caller = try gate.caller(gate.key(request), try await workers.front().keys)
        let id = values["job"] ?? ""
        let found: JobRow?
        if jobs.isShared {
            found = try await workers.read { try $0.job(id) }
        } else {
            found = try await jobs.jobs { try $0.job(id) }
        }
        guard let found, try await isVisible(found.scope, to: caller) else {
            throw Problem(.notFound, "no such job")
        }
        let job = try await current(found)
        var response = text(
            JobItem.form.json(JobItem(job: job)).canonical, type: "application/json")
        if job.row.isOpen { response.headers[.retryAfter] = "\(Self.pollSeconds)" }
        return response
    }

    private func isVisible(_ scope: ReviewScope, to caller: Caller) async throws -> Bool {
        guard let brands = caller.brands else { return true }
        switch scope {
        case .product(let id):
            let product = try await workers.read { try $0.products(id).first }
            return product?.dimension[.brand].map(brands.contains) ?? false
        case .scope(let own): return own.kind == .brand && brands.contains(own.id)
        }
    }

    // MARK: Requests

    /// A digest of the `Idempotency-Key` header; nil without the header. The key itself is not
    /// stored.
    private func idempotencyKey(_ request: Request) throws -> Digest256? {
        guard let name = HTTPField.Name(Parameter.idempotencyKey.name),
            let value = request.headers[name]
        else { return nil }
        guard Parameter.idempotencyKey.isRead(value) else {
            throw Problem(.badParameter, "Idempotency-Key: 1 to 255 visible ASCII characters")
        }
        var builder = DigestEncoder(domain: "afterword.job.name.1")
        builder.add(value)
        return builder.finish()
    }

    private func insightLanguage(_ request: Request) async throws -> Language {
        let type = request.headers[.contentType]?.split(separator: ";").first
        guard type?.filter({ $0 != " " }).lowercased() == "application/json" else {
            throw Problem(.unsupportedMediaType, "Content-Type: application/json")
        }
        let buffer = try await readBody(request)
        guard let body = try? JSONValue(parsing: Array(buffer.readableBytesView)),
            let members = body.members
        else { throw Problem(.badBody, "a JSON object") }
        guard members.allSatisfy({ $0.key == "language" }), members.count < 2 else {
            throw Problem(.badBody, "language: and nothing else")
        }
        guard let member = members.first else { return .english }
        guard let text = member.value.text, languageParameter.isRead(text),
            let language = Language(rawValue: text)
        else { throw Problem(.badBody, "language: cannot be read") }
        return language
    }
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
