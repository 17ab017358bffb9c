import AfterwordCore
import Synchronization

/// What is no part of OpenAI's API: the clock, the log of requests, the script. With an API key a
/// request means that key's state, without one that of all keys.
extension FakeOpenAI {
    static let adminEndpoints: KeyValuePairs<String, String> = [
        "GET /_fake/requests": "The newest requests and how far the script is.",
        "DELETE /_fake/requests": "Forgets the requests.",
        "GET /_fake/assert_finished":
            "200 where every rule of the script was used up and answered every chat request, else "
            + "409 with what is left.",
        "GET /_fake/clock": "The clock, in seconds since 1970.",
        "POST /_fake/clock": "Moves the clock: {\"advance\": seconds} or {\"to\": seconds}.",
        "PUT /_fake/rules":
            "Takes a script in place of that of --rules, for the key or, without one, for all.",
        "POST /_fake/reset":
            "Forgets requests, counters, files and batches, begins the script anew.",
        "GET /_fake/state": "How much is kept.",
    ]

    func adminAnswer(_ request: WireRequest) -> WireAnswer {
        do throws(WireError) {
            return try admin(request)
        } catch {
            return .json(error.status, error.json)
        }
    }

    private func admin(_ request: WireRequest) throws(WireError) -> WireAnswer {
        let key = request.key.map(Self.keyHash)
        switch (request.method, request.path) {
        case ("GET", "/health"): return .json(200, .row(["status": .string("ok")]))
        case ("GET", "/_fake"):
            return .json(
                200,
                .object(Self.adminEndpoints.map { (key: $0.key, value: .string($0.value)) }))
        case ("GET", "/_fake/requests"): return .json(200, requests(key, request))
        case ("DELETE", "/_fake/requests"):
            state.withLock { $0.log.forget(key) }
            return .json(200, .row(["forgotten": .bool(true)]))
        case ("GET", "/_fake/assert_finished"), ("POST", "/_fake/assert_finished"):
            let report = scriptReport(key)
            return .json(report["finished"]?.flag == true ? 200 : 409, report)
        case ("GET", "/_fake/clock"): return .json(200, clockJSON)
        case ("POST", "/_fake/clock"), ("POST", "/_fake/clock/advance"):
            return try moveClock(request)
        case ("PUT", "/_fake/rules"), ("POST", "/_fake/rules"): return try takeRules(request)
        case ("POST", "/_fake/reset"):
            reset(key)
            return .json(200, .row(["reset": .bool(true)]))
        case ("GET", "/_fake/state"): return .json(200, stateJSON)
        default: throw Self.noAddress(request)
        }
    }

    // MARK: Requests and the script

    private func requests(_ key: UInt64?, _ request: WireRequest) -> JSONValue {
        let (entries, total) = state.withLock { ($0.log.newest(of: key), $0.log.total) }
        let limit = request.query["limit"].flatMap { Int($0) } ?? RequestLog.limit
        let report = scriptReport(key)
        return .row([
            "object": .string("list"), "total": JSONValue(total),
            "data": .array(entries.suffix(max(0, limit)).map(\.json)),
            "rules": report["rules"] ?? .array([]),
            "unused_rules": report["unused_rules"] ?? .array([]),
            "unmatched_requests": report["unmatched_requests"] ?? .array([]),
        ])
    }

    /// How far the script is: answers left of each rule, and requests that none answered.
    private func scriptReport(_ key: UInt64?) -> JSONValue {
        let (scripts, entries) = state.withLock { ($0.scripts(of: key), $0.log.newest(of: key)) }
        let rules = scripts.flatMap { script in
            script.book.rules.enumerated().map { index, rule in
                let used = script.progress.map { $0.used[index] }.max() ?? 0
                return (rule: rule, used: used, left: max(0, rule.length - used))
            }
        }
        let unused = rules.filter { $0.left > 0 }
        let unmatched = entries.filter(\.isUnmatched)
        return .row([
            "finished": .bool(unused.isEmpty && unmatched.isEmpty),
            "rules": .array(
                rules.map {
                    .row([
                        "name": .string($0.rule.name), "used": JSONValue($0.used),
                        "left": JSONValue($0.left),
                    ])
                }),
            "unused_rules": .array(unused.map { .string($0.rule.name) }),
            "unmatched_requests": .array(unmatched.map(\.json)),
        ])
    }

    private func takeRules(_ request: WireRequest) throws(WireError) -> WireAnswer {
        do throws(RuleBook.Fault) {
            let book = try RuleBook(request.body)
            let key = request.key.map(Self.keyHash)
            state.withLock { $0.take(book, for: key) }
            return .json(200, .row(["rules": JSONValue(book.rules.count)]))
        } catch {
            throw WireError(400, error.words, type: "fake_error", code: "fake_rules")
        }
    }

    private func reset(_ key: UInt64?) {
        state.withLock { state in
            state.log.forget(key)
            if let key { state.progress[key] = nil } else { state.progress = [:] }
            state.windows = [:]
            state.cache = PromptCache()
            state.faultCounts = BoundedCounts(limit: 65_536)
            state.attempts = BoundedCounts(limit: 65_536)
            state.occurrences = BoundedCounts(limit: 65_536)
        }
        cabinet.withLock { $0.forget(key) }
    }

    // MARK: The clock

    private var clockJSON: JSONValue {
        let advanced = state.withLock { $0.advanced }
        return .row([
            "now": JSONValue(now / 1_000_000), "advanced": .number(writtenSeconds(advanced)),
        ])
    }

    private func writtenSeconds(_ microseconds: Int64) -> String {
        microseconds % 1_000_000 == 0
            ? String(microseconds / 1_000_000) : String(Double(microseconds) / 1_000_000)
    }

    private func moveClock(_ request: WireRequest) throws(WireError) -> WireAnswer {
        var body = (try? JSONValue(parsing: request.body)) ?? .null
        if request.body.isEmpty {
            let numbers = request.query.filter { JSONNumber.isPlain($0.value) }
            body = .object(numbers.map { (key: $0.key, value: .number($0.value)) })
        }
        guard body.members != nil else {
            throw WireError(
                400, "The clock is moved by {\"advance\": seconds} or {\"to\": seconds}.")
        }
        let reader = try MemberReader(.row(["clock": body])).object(
            "clock", body, ["advance", "advance_seconds", "seconds", "to"])
        // Ten years at most.
        let most = 315_360_000.0
        var step: Double?
        for name in ["advance", "advance_seconds", "seconds"] where step == nil {
            step = try reader.decimal(name, 0...most)
        }
        if step == nil, let to = try reader.integer("to", 0...99_999_999_999) {
            let wanted = Int64(to) * 1_000_000
            guard wanted >= now, Double(wanted - now) <= most * 1_000_000 else {
                throw WireError(400, "The clock only goes forward.", param: "to")
            }
            step = Double(wanted - now) / 1_000_000
        }
        guard let step else { throw .missing("advance") }
        let advanced = state.withLock { state in
            state.advanced += Int64((step * 1_000_000).rounded())
            return state.advanced
        }
        try shelved { () throws(ShelfFault) in
            try shelf.replace(Self.clockName, with: Array(String(advanced).utf8))
        }
        try settle(now: now)
        return .json(200, clockJSON)
    }

    private var stateJSON: JSONValue {
        let (files, batches) = cabinet.withLock { ($0.files.count, $0.batches.count) }
        return state.withLock { state in
            .row([
                "requests": JSONValue(state.number),
                "logged": JSONValue(state.log.newest(of: nil).count),
                "windows": JSONValue(state.windows.count), "files": JSONValue(files),
                "batches": JSONValue(batches), "fault_counts": JSONValue(state.faultCounts.count),
                "behavior": JSONValue(Self.behavior),
            ])
        }
    }
}
