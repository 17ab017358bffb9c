import AfterwordCore
import AfterwordPipeline
import HTTPTypes
import Logging

/// Answers calls of tools, each from one snapshot of the store.
struct MCPAnswers: Sendable {
    let configuration: MCPConfiguration
    let store: any ReadingStore
    private let authenticator: Authenticator
    private let logger = Logger(label: "afterword.mcp")

    init(_ configuration: MCPConfiguration, store: any ReadingStore) {
        self.configuration = configuration
        self.store = store
        var rules = ServiceConfiguration(now: configuration.now)
        rules.asksForKeys = configuration.asksForKeys || configuration.key != nil
        authenticator = Authenticator(rules)
    }

    /// The result of `tools/call`. Blocks until the store has answered.
    ///
    /// - Parameter isStructured: Whether it has the answer also as `structuredContent`.
    func result(
        _ tool: MCPTool, _ arguments: JSONValue, isStructured: Bool
    ) -> JSONValue {
        do {
            let answer = try answer(tool, arguments)
            let result = Self.result(answer.canonical, isError: false)
            return isStructured ? result.with("structuredContent", answer) : result
        } catch {
            return Self.result(words(of: error, tool), isError: true)
        }
    }

    private static func result(_ text: String, isError: Bool) -> JSONValue {
        .row([
            "content": .array([.row(["type": .string("text"), "text": .string(text)])]),
            "isError": .bool(isError),
        ])
    }

    /// What the client is shown of an error; the cause goes to the log.
    private func words(of error: any Error, _ tool: MCPTool) -> String {
        let problem =
            error as? Problem ?? (error as? StoreFault)?.problem ?? Problem(unexpected: error)
        if problem.status.code >= 500 {
            logger.error(
                "call failed",
                metadata: [
                    "tool": "\(tool.name)", "cause": "\(problem.cause ?? problem.detail)",
                ])
        }
        return "\(problem.title): \(problem.detail)"
    }

    /// Checks that the key may read.
    ///
    /// - Throws: `Problem`, `StoreFault`.
    func checkKey() throws { _ = try store.read { try caller($0) } }

    private func caller(_ reader: any StoreReader) throws -> Caller {
        guard authenticator.asksForKeys else { return .anybody }
        let known = try reader.apiKeys()
        do {
            return try authenticator.caller(configuration.key, known)
        } catch let problem where problem.kind == .unauthorized {
            throw Problem(
                .unauthorized, "the key is missing, unknown or revoked; make one with 'key create'")
        }
    }

    private func answer(_ tool: MCPTool, _ arguments: JSONValue) throws -> JSONValue {
        var values = try tool.values(arguments)
        let endpoint = try tool.endpoint(for: values)
        let isTimed = ["as_of", "as_observed", "cursor"].contains { values[$0] != nil }
        if !isTimed { values["as_of"] = configuration.asOf }
        try store.checkIdentity()
        return try store.read { reader in
            let caller = try caller(reader)
            let runs = try reader.runs()
            let (run, pinned) = try AsOfPinning(values).pin(caller.view(of: reader), among: runs)
            var limits = ServiceLimits()
            limits.defaultPageSize = configuration.limits.pageSize
            let list = listID(tool.name, values)
            return try fitted(run) { limit in
                var own = values
                if let limit { own["limit"] = String(limit) }
                return try endpoint.answer(
                    Call(
                        values: own, reader: pinned, run: run, allRuns: runs,
                        now: configuration.now(), limits: limits, brands: caller.brands,
                        list: list))
            }
        }
    }

    /// The answer of at most `answerBytes`: first the page is made shorter, then texts and inner
    /// lists are cut.
    ///
    /// - Parameter make: Makes the answer with at most so many entries, as asked for with nil.
    /// - Throws: `Problem` of kind `tooLarge` where even that is not enough.
    private func fitted(
        _ run: RunRecord, _ make: (Int?) throws -> JSONValue
    ) throws -> JSONValue {
        let shower = AnswerShower(run: run.run, base: configuration.linkBase)
        func shown(_ limit: Int?) throws -> JSONValue {
            shower.shown(try make(limit).with("as_of", RunRecord.asOfForm.json(run)))
        }
        var answer = try shown(nil)
        if let items = answer["items"]?.elements {
            let kept = fittingEntries(items)
            if kept < items.count { answer = try shown(kept) }
        }
        for bounds in AnswerCutter.bounds {
            var cutter = AnswerCutter(bounds)
            let cut = cutter.cut(answer: answer)
            if cut.canonical.utf8.count <= configuration.limits.answerBytes { return cut }
        }
        throw Problem(.tooLarge, "the answer; ask for less of it")
    }

    /// How many entries of a page fit into seven eighths of an answer; one at least.
    private func fittingEntries(_ items: [JSONValue]) -> Int {
        var rest = configuration.limits.answerBytes / 8 * 7
        var kept = 0
        for item in items {
            var cutter = AnswerCutter(AnswerCutter.bounds[0])
            rest -= cutter.cut(item).canonical.utf8.count + 1
            if rest < 0 { break }
            kept += 1
        }
        return max(1, kept)
    }
}
