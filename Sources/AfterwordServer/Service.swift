import AfterwordCore
package import AfterwordPipeline
import CoreMetrics
import Foundation
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore

/// The HTTP service: the API under `/api/v1`, the pages at `/`, and health, readiness and metrics.
package struct Service: Sendable {
    package typealias Context = BasicRequestContext

    let configuration: ServiceConfiguration
    let workers: Workers
    let gate: Authenticator
    let queue: InsightQueue?
    let jobs: any JobStore
    let outlook: InsightOutlooker
    let metrics: ServiceMetrics
    let document: String
    let answers: AnswerCache
    let connections: ConnectionTable
    /// Answers returned from the cache.
    private let cacheHits: Counter

    /// - Parameter beside: A second handle on the same store, used to read the newest run and keys
    ///   and to check readiness, so that neither waits for a connection that an answer is using.
    /// - Parameter insights: Makes insights; nil for a service that makes none.
    package init(
        _ configuration: ServiceConfiguration, store: any ReadingStore,
        beside: (any ReadingStore)? = nil, insights: InsightMaker?,
        outlook: @escaping InsightOutlooker = { _, _, _ in .asks },
        jobs: any JobStore = MemoryJobStore(), metrics: ServiceMetrics = ServiceMetrics()
    ) {
        self.configuration = configuration
        gate = Authenticator(configuration)
        workers = Workers(
            store, beside: beside ?? store, limits: configuration.limits,
            asksForKeys: gate.asksForKeys)
        connections = ConnectionTable(
            configuration.limits, isBehindProxy: configuration.isBehindProxy)
        queue = insights.map {
            InsightQueue($0, jobs: jobs, limits: configuration.limits, now: configuration.now)
        }
        self.jobs = jobs
        self.outlook = outlook
        self.metrics = metrics
        cacheHits = Counter(label: "afterword_cache_hits_total", factory: metrics)
        document = openAPIDocument().canonical
        answers = AnswerCache(bytes: configuration.limits.cacheBytes)
    }

    /// Shuts down: waits up to `shutdownSeconds` for running insights, then stops the worker
    /// threads.
    package func stop() async {
        let underWay = await queue?.underWay ?? []
        try? await firstOf(.seconds(configuration.limits.shutdownSeconds)) { answer in
            Task {
                for task in underWay { _ = await task.value }
                answer(.success(()))
            }
        }
        await workers.stop()
    }

    /// Requests that are reading the store or waiting to.
    package var busy: Int { workers.busy }

    // MARK: Routes

    /// All routes of the service, with `RequestRecorder` around them.
    package func router() -> Router<Context> {
        let inner = Router(context: Context.self, options: [.autoGenerateHeadEndpoints])
        let router = ListedRouter(router: inner, list: RouteList())
        router.add(middleware: RequestRecorder(service: self, routes: router.list))
        router.get("healthz") { _, _ in text("ok\n") }
        router.get("readyz") { _, _ in try await ready() }
        router.get("metrics") { request, _ in
            try await checkMayWatch(request)
            return text(metrics.exposition, type: "text/plain; version=0.0.4; charset=utf-8")
        }
        addDescriptions(to: router)
        for endpoint in Endpoint.all {
            let path = RouterPath(endpoint.path)
            router.get(path) { request, context in
                try await answer(endpoint, request, context)
            }
        }
        addInsights(to: router)
        addPages(to: router)
        return inner
    }

    func text(_ text: String, type: String = "text/plain; charset=utf-8") -> Response {
        Response(
            status: .ok, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// Answers whether the store is still the one that was opened and can be read.
    private func ready() async throws -> Response {
        try await workers.checkReadiness()
        return text("ready\n")
    }

    /// Metrics show what others request, so when keys are required, `/metrics` needs a key without
    /// a brand restriction.
    private func checkMayWatch(_ request: Request) async throws {
        guard gate.asksForKeys else { return }
        let caller = try gate.caller(gate.key(request), try await workers.front().keys)
        guard caller.brands == nil else {
            throw Problem(.notFound, "not for a key of some brands")
        }
    }

    // MARK: Answers

    private func answer(
        _ endpoint: Endpoint, _ request: Request, _ context: Context
    ) async throws -> Response {
        return try await respond(
            request, context, endpoint.parameters,
            as: AnswerForm(type: "application/json", isTimed: endpoint.isTimed)
        ) { call in
            Array(
                try endpoint.answer(call).with("as_of", RunRecord.asOfForm.json(call.run)).canonical
                    .utf8)
        }
    }

    /// Answers a GET request from one snapshot: authenticates the caller, selects the run, compares
    /// the entity tag, and makes the body, compressed if the client accepts gzip. A cached answer
    /// with the same tag is returned unchanged: the tag covers everything the answer depends on,
    /// and a run never changes.
    func respond(
        _ request: Request, _ context: Context, _ parameters: [Parameter], as form: AnswerForm,
        _ make: @escaping @Sendable (Call) throws -> [UInt8]
    ) async throws -> Response {
        let values = try readParameters(parameters, request, context)
        let front = try await workers.front()
        let caller = try gate.caller(gate.key(request), front.keys)
        let wanted = Wanted(
            values: values, target: request.uri.string, caller: caller,
            known: request.headers[.ifNoneMatch], takesZip: acceptsGzip(request),
            isTimed: form.isTimed)
        let answered: Answered
        if let kept = try keptAnswer(wanted, front) {
            cacheHits.increment()
            answered = kept
        } else {
            answered = try await workers.read { reader in try fresh(wanted, reader, make) }
        }
        var headers: HTTPFields = [
            .cacheControl: answered.tag.isEmpty ? "no-store" : "private, no-cache",
            .vary: "Accept-Encoding, Authorization",
        ]
        if !answered.tag.isEmpty { headers[.eTag] = answered.tag }
        guard let body = answered.body else {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = form.type
        if let table = form.table {
            headers[.contentDisposition] =
                "attachment; filename=\"afterword-\(table)-\(answered.moment).csv\""
        }
        if answered.isZipped { headers[.contentEncoding] = "gzip" }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    /// A parsed and checked request.
    private struct Wanted: Sendable {
        var values: [String: String]
        var target: String
        var caller: Caller
        /// Entity tags of answers that the client has.
        var known: String?
        var takesZip: Bool
        var isTimed: Bool

        /// Identifies the list of a paged request: a digest of its path and of the values that
        /// filter or sort it.
        var list: String {
            var builder = DigestEncoder(domain: "afterword.list.1")
            builder.add(String(target.prefix { $0 != "?" }))
            for (name, value) in values.sorted(by: { $0.key < $1.key })
            where !["limit", "cursor", "as_of", "as_observed"].contains(name) {
                builder.add(name)
                builder.add(value)
            }
            return String(builder.finish128().description.prefix(8))
        }

        func isKnown(_ tag: String) -> Bool { isMatch(known, tag) }
    }

    /// The cached answer; nil when it has to be made.
    private func keptAnswer(_ wanted: Wanted, _ front: Front) throws -> Answered? {
        guard !wanted.isTimed, let newest = front.newest,
            let runs = answers.runs(upTo: newest)
        else { return nil }
        let run = try pinnedRun(wanted.values, among: runs)
        let tag = entityTag(run, newest: newest, wanted.target, wanted.caller)
        if wanted.isKnown(tag) { return Answered(tag: tag, run: run) }
        return answers.kept(tag, zipped: wanted.takesZip)
    }

    private func fresh(
        _ wanted: Wanted, _ reader: any StoreReader, _ make: (Call) throws -> [UInt8]
    ) throws -> Answered {
        // Read the list of runs only when it has grown.
        var runs: [RunRecord] = []
        if let newest = try reader.newestRun() {
            if let known = answers.runs(upTo: newest) {
                runs = known
            } else {
                runs = try reader.runs()
                answers.keep(runs)
            }
        }
        let (run, pinned) = try pin(
            wanted.caller.view(of: reader), wanted.values, among: runs)
        let tag =
            wanted.isTimed ? "" : entityTag(run, newest: runs.last, wanted.target, wanted.caller)
        if !tag.isEmpty, wanted.isKnown(tag) { return Answered(tag: tag, run: run) }
        let call = Call(
            values: wanted.values, reader: pinned, run: run, allRuns: runs,
            now: configuration.now(), limits: configuration.limits,
            brands: wanted.caller.brands,
            refusesEmptyTexts: configuration.refusesEmptyTexts, list: wanted.list)
        let body = try make(call)
        let isZipped = wanted.takesZip && body.count > 1_024
        let answered = Answered(
            tag: tag, run: run, body: ByteBuffer(bytes: isZipped ? gzip(body) : body),
            isZipped: isZipped)
        if !tag.isEmpty { answers.keep(answered, zipped: wanted.takesZip) }
        return answered
    }

    /// The requested run, and the snapshot as of that run. A cursor selects the run of its list.
    func pin(
        _ reader: any StoreReader, _ values: [String: String], among runs: [RunRecord]
    ) throws -> (RunRecord, any StoreReader) {
        let run = try pinnedRun(values, among: runs)
        return (run, run.run == runs.last?.run ? reader : AsOfReader(reader, run: run.run))
    }

    private func pinnedRun(
        _ values: [String: String], among runs: [RunRecord]
    ) throws -> RunRecord {
        guard let newest = runs.last else { throw Problem.nothingLoaded }
        let asked = values["as_of"].flatMap { Moment($0) }
        let cursor = values["cursor"].flatMap { Cursor($0) }
        var moment: AsOf?
        if let text = values["as_observed"], let day = Instant(iso8601: text) {
            guard asked == nil else {
                throw Problem(.conflict, "as_of, as_observed: are two ways to say it")
            }
            moment = .observed(day)
        }
        do {
            let run =
                if let asked {
                    try resolve(asked, among: runs)
                } else if let moment {
                    try resolveAsOf(moment, among: runs)
                } else if let cursor {
                    try resolveAsOf(.run(cursor.run), among: runs)
                } else { newest }
            guard cursor == nil || cursor?.run == run.run else {
                throw Problem(.conflict, "as_of, cursor: are of two moments")
            }
            return run
        } catch let fault as AsOfFault where fault.isUnreadable {
            throw Problem(.notFound, "as_of: \(fault.words)")
        } catch is AsOfFault {
            throw Problem(.notFound, "as_of: there is no run of that moment")
        }
    }

    /// Equal runs, addresses and callers give equal bytes. Each insight is a run of its own and so
    /// changes the tag. The newest run is included because runs and status are always shown as of
    /// now.
    private func entityTag(
        _ run: RunRecord, newest: RunRecord?, _ target: String, _ caller: Caller
    ) -> String {
        var builder = DigestEncoder(domain: "afterword.etag.1")
        builder.add(run.run)
        builder.add(raw: (newest ?? run).ledgerDigest.bytes)
        builder.add(target)
        builder.add(Int64(caller.brands == nil ? 0 : 1))
        for brand in (caller.brands ?? []).sorted() { builder.add(brand) }
        return "W/\"\(run.run)-\(builder.finish128().description.prefix(20))\""
    }

    // MARK: Parameters

    /// Checks every parameter against its declaration and refuses undeclared ones.
    /// - Throws: `Problem` of kind `badParameter`.
    func readParameters(
        _ parameters: [Parameter], _ request: Request, _ context: Context
    ) throws(Problem) -> [String: String] {
        var values: [String: String] = [:]
        for parameter in parameters where parameter.isInPath {
            let raw = context.parameters.get(parameter.name) ?? ""
            guard let value = percentDecoded(raw), parameter.isRead(value) else {
                throw Problem(
                    .badParameter, "\(parameter.name): cannot be read; \(parameter.allowed)")
            }
            values[parameter.name] = value
        }
        for pair in (request.uri.query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = percentDecoded(String(parts[0]).replacing("+", with: " ")) ?? ""
            guard let parameter = parameters.first(where: { $0.name == name && !$0.isInPath })
            else { throw Problem(.badParameter, unknownParameter(name, among: parameters)) }
            let raw = parts.count > 1 ? String(parts[1]).replacing("+", with: " ") : ""
            if parameter.isField, raw.isEmpty { continue }
            guard values[name] == nil else {
                throw Problem(.badParameter, "\(name): is there twice")
            }
            guard let value = percentDecoded(raw), parameter.isRead(value)
            else { throw Problem(.badParameter, "\(name): cannot be read; \(parameter.allowed)") }
            values[name] = value
        }
        for parameter in parameters where parameter.isRequired && values[parameter.name] == nil {
            throw Problem(.badParameter, "\(parameter.name): is missing")
        }
        return values
    }
}

/// Decodes percent-encoded UTF-8; nil when the encoding is invalid.
func percentDecoded(_ text: String) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8.makeIterator()
    func digit(_ byte: UInt8?) -> UInt8? {
        byte.flatMap { Character(Unicode.Scalar($0)).hexDigitValue }.map { UInt8($0) }
    }
    while let byte = rest.next() {
        guard byte == UInt8(ascii: "%") else {
            bytes.append(byte)
            continue
        }
        guard let high = digit(rest.next()), let low = digit(rest.next()) else { return nil }
        bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
}
