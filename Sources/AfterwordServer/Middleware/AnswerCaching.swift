import AfterwordPipeline
import CoreMetrics
import Hummingbird

/// Answers without reading the store what the client or the cache already has: 304 for a tag that
/// the client sent, else the kept body. A kept answer is returned unchanged: its tag covers
/// everything it depends on, and a run never changes.
///
/// Comes after `ParameterCheck` and `Authentication`. What it passes on is made and kept by
/// `SnapshotAnswers`.
struct AnswerCaching: RouterMiddleware {
    typealias Context = ServiceContext

    private let cache: AnswerCache
    private let form: AnswerForm
    private let hits: Counter

    init(_ cache: AnswerCache, _ form: AnswerForm, _ metrics: ServiceMetrics) {
        self.cache = cache
        self.form = form
        hits = Counter(label: "afterword_cache_hits_total", factory: metrics)
    }

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let kept = try kept(request, context) else {
            return try await next(request, context)
        }
        hits.increment()
        return kept.response(form)
    }

    /// The answer as of the run that is asked for; nil when it has to be made.
    private func kept(_ request: Request, _ context: Context) throws(Problem) -> Answered? {
        guard let newest = context.front.newest, let runs = cache.runs(upTo: newest) else {
            return nil
        }
        let asked = AnswerRequest(request, context)
        let run = try AsOfPinning(asked.values).run(among: runs)
        let tag = asked.entityTag(run, newest: newest)
        if asked.isKnown(tag) { return Answered(tag: tag, run: run) }
        return cache.kept(tag, zipped: asked.takesZip)
    }
}
