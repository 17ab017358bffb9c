import AfterwordCore
package import AfterwordPipeline
import CoreMetrics
package import Hummingbird

/// The HTTP service: the API under `/api/v1`, the pages at `/`, and health, readiness and metrics.
///
/// `router()` composes it: each concern of a request is a middleware of its own.
package struct Service: Sendable {
    package typealias Context = BasicRequestContext

    let configuration: ServiceConfiguration
    let workers: Workers
    let authenticator: Authenticator
    /// Makes insights; nil for a service that makes none.
    let queue: InsightQueue?
    let jobs: any JobStore
    let outlook: InsightOutlooker
    /// Records marks of work; nil for a service that records none.
    let work: WorkRecording?
    let metrics: ServiceMetrics
    let cache: AnswerCache
    let connections: ConnectionTable
    let givenReader = GivenReader()

    /// - Parameter beside: A second handle on the same store, used to read the newest run and keys
    ///   and to check readiness, so that neither waits for a connection that an answer is using.
    /// - Parameter insights: Makes insights; nil for a service that makes none.
    /// - Parameter price: What an insight costs at most; nil where pages offer to make none.
    /// - Parameter work: Records marks of work; nil for a service that records none.
    package init(
        _ configuration: ServiceConfiguration, store: any ReadingStore,
        beside: (any ReadingStore)? = nil, insights: InsightMaker?,
        outlook: @escaping InsightOutlooker = { _, _, _ in .asks }, price: InsightPricer? = nil,
        work: WorkRecording? = nil,
        jobs: any JobStore = MemoryJobStore(), metrics: ServiceMetrics = ServiceMetrics()
    ) {
        var configuration = configuration
        configuration.recordsWork = work != nil
        configuration.insightPrice = insights == nil ? nil : price
        self.configuration = configuration
        self.work = work
        authenticator = Authenticator(configuration)
        workers = Workers(
            store, beside: beside ?? store, limits: configuration.limits,
            asksForKeys: authenticator.asksForKeys)
        connections = ConnectionTable(
            configuration.limits, isBehindProxy: configuration.isBehindProxy)
        queue = insights.map {
            InsightQueue($0, jobs: jobs, limits: configuration.limits, now: configuration.now)
        }
        self.jobs = jobs
        self.outlook = outlook
        self.metrics = metrics
        cache = AnswerCache(bytes: configuration.limits.cacheBytes)
    }

    /// Shuts down: waits up to `shutdownSeconds` for running insights, then stops the worker
    /// threads.
    package func stop() async {
        await queue?.finish(within: .seconds(configuration.limits.shutdownSeconds))
        await workers.stop()
    }

    /// Requests that are reading the store or waiting to.
    package var busy: Int { workers.busy }

    // MARK: Routes

    /// All routes, inside the middleware that every request goes through.
    package func router() -> Router<Context> {
        let inner = Router(context: Context.self, options: [.autoGenerateHeadEndpoints])
        let router = ListedRouter(router: inner, list: RouteList())
        router.add(
            middleware: RequestRecorder(metrics, isBehindProxy: configuration.isBehindProxy))
        router.add(middleware: ResponseHeaders(speaksTLS: configuration.speaksTLS))
        router.add(middleware: ProblemResponses(routes: router.list))
        router.add(middleware: HostCheck(configuration))
        addProbes(to: router)
        addDescriptions(to: router)
        for endpoint in Endpoint.all { add(endpoint.route, to: router) }
        addReading(to: router)
        addInsights(to: router)
        addJobs(to: router)
        addWork(to: router)
        addVerdicts(to: router)
        addPages(to: router)
        return inner
    }

    /// Adds a GET route that answers from one snapshot. The order of its steps decides what a
    /// caller may learn: parameters are checked before the key, the key before anything is read.
    func add(_ route: SnapshotRoute, to router: ListedRouter) {
        let group = router.group(context: ServiceContext.self)
        if let page = route.whenEmpty { group.add(middleware: NothingLoadedPage(page: page)) }
        group.add(middleware: ParameterCheck(route.parameters))
        group.add(middleware: authentication)
        if !route.form.isTimed {
            group.add(middleware: AnswerCaching(cache, route.form, metrics))
        }
        let answers = SnapshotAnswers(
            workers: workers, cache: cache, configuration: configuration)
        group.get(RouterPath(route.path)) { request, context in
            try await answers.answer(AnswerRequest(request, context), route)
                .response(route.form)
        }
    }

    /// Finds the caller of a request.
    var authentication: Authentication {
        Authentication(authenticator: authenticator, workers: workers)
    }

    /// Adds health, readiness and metrics. Metrics show what others request, so when keys are
    /// required, `/metrics` needs a key without a brand restriction; it answers while the store is
    /// away.
    private func addProbes(to router: ListedRouter) {
        router.get("healthz") { _, _ in Response.text("ok\n") }
        router.get("readyz") { [workers] _, _ in
            try await workers.checkReadiness()
            return Response.text("ready\n")
        }
        let watching = router.group(context: ServiceContext.self)
        if authenticator.asksForKeys {
            watching.add(
                middleware: WatchingAccess(
                    authenticator: authenticator, workers: workers, known: WatchingKeys()))
        }
        watching.get("metrics") { [metrics, workers] _, context in
            do {
                guard !context.isStoreAway else { throw StoreFault.timedOut }
                let newest = try await workers.newestRun()
                // A busy service shows the dump that it showed before.
                var dump: Instant?
                if let newest { dump = try? await workers.newestDumpTime(asOf: newest) }
                metrics.show(newest, dumpTakenAt: dump, isUp: true)
            } catch {
                // A service whose store is away still shows what it counted.
                metrics.show(nil, dumpTakenAt: nil, isUp: false)
            }
            return Response.text(
                metrics.exposition, type: "text/plain; version=0.0.4; charset=utf-8")
        }
    }
}
