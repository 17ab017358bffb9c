import AfterwordCore
import AfterwordPipeline
import Hummingbird
import NIOCore

/// A GET route that answers from one snapshot of the store: an endpoint of the API, a page or a CSV
/// table.
struct SnapshotRoute: Sendable {
    var path: String
    var parameters: [Parameter]
    var form: AnswerForm
    /// The page that is shown instead of 404 while nothing is loaded; nil for none.
    var whenEmpty: (@Sendable () -> String)?
    /// Makes the body. Runs on a worker thread.
    var body: @Sendable (Call) throws -> [UInt8]
}

/// Makes answers, each from one snapshot on a worker thread, and keeps them in the cache.
struct SnapshotAnswers: Sendable {
    let workers: Workers
    let cache: AnswerCache
    let configuration: ServiceConfiguration

    /// The answer as of the run that is asked for, compressed if the client accepts gzip; without a
    /// body if the client has it already.
    ///
    /// - Throws: `Problem`, or what the route's `body` throws.
    func answer(_ asked: AnswerRequest, _ route: SnapshotRoute) async throws -> Answered {
        try await workers.read { reader in try make(asked, route, reader) }
    }

    private func make(
        _ asked: AnswerRequest, _ route: SnapshotRoute, _ reader: any StoreReader
    ) throws -> Answered {
        let runs = try runs(reader)
        let (run, pinned) = try AsOfPinning(asked.values).pin(
            asked.caller.view(of: reader), among: runs)
        let tag = route.form.isTimed ? "" : asked.entityTag(run, newest: runs.last)
        if !tag.isEmpty, asked.isKnown(tag) { return Answered(tag: tag, run: run) }
        let isWritable = !workers.isReadOnly
        var call = Call(
            values: asked.values, reader: pinned, run: run, allRuns: runs,
            now: configuration.now(), limits: configuration.limits, brands: asked.caller.brands,
            refusesEmptyTexts: configuration.refusesEmptyTexts,
            productLink: configuration.productLink, list: asked.list)
        if isWritable, asked.caller.scopes.contains(.work) {
            call.recordsWork = configuration.recordsWork
            call.recordsVerdicts = configuration.verdicts != nil
        }
        if isWritable, asked.caller.scopes.contains(.insight) {
            call.insightPrice = configuration.insightPrice
            call.insightLanguage = configuration.insightLanguage
        }
        let body = try route.body(call)
        let isZipped = asked.takesZip && body.count > 1_024
        let answered = Answered(
            tag: tag, run: run, body: ByteBuffer(bytes: isZipped ? gzip(body) : body),
            isZipped: isZipped)
        if !tag.isEmpty { cache.keep(answered, zipped: asked.takesZip) }
        return answered
    }

    /// All runs, read only when there are more than are kept.
    private func runs(_ reader: any StoreReader) throws -> [RunRecord] {
        guard let newest = try reader.newestRun() else { return [] }
        if let known = cache.runs(upTo: newest) { return known }
        let runs = try reader.runs()
        cache.keep(runs)
        return runs
    }
}
