import AfterwordCore
import Synchronization

/// What is known of a request while it is answered.
struct FakeCall: Sendable {
    /// Counted over all requests, from 1.
    var number: Int
    /// Microseconds since 1970.
    var now: Int64
    var requestID: String
    /// The API key, as a hash; 0 before it is known.
    var key: UInt64 = 0
    var fault: FaultOrder?
    /// The answer of a script.
    var script: ScriptedAnswer?
    var rule: String?
    var isUnmatched = false
    var rateHeaders: [WireHeader] = []
    /// How often the key has sent the same chat request before.
    var occurrence = 0
    /// What the model would have taken, in milliseconds.
    var milliseconds = 4
}

/// What the fake server counts and remembers, apart from files.
struct FakeState: Sendable {
    /// The keys whose counters are kept.
    static let keyLimit = 4_096

    /// The script of keys that have none of their own.
    var book: RuleBook
    /// The scripts that keys have of their own.
    var books: [UInt64: RuleBook] = [:]
    /// How far each key is in its script.
    var progress: [UInt64: RuleProgress] = [:]
    var windows: [UInt64: RateWindow] = [:]
    var cache = PromptCache()
    /// How often a fault was met, by nonce.
    var faultCounts = BoundedCounts(limit: 65_536)
    /// How often a request came, for schedules.
    var attempts = BoundedCounts(limit: 65_536)
    /// How often a key sent the same chat request.
    var occurrences = BoundedCounts(limit: 65_536)
    var log = RequestLog()
    var number = 0
    /// Microseconds that the clock was advanced.
    var advanced: Int64 = 0

    init(_ book: RuleBook) { self.book = book }

    /// The current window of a key and model.
    mutating func window(_ id: UInt64, now: Int64) -> RateWindow {
        var window = windows[id] ?? RateWindow(now: now)
        window.roll(now: now)
        return window
    }

    mutating func keep(_ window: RateWindow, _ id: UInt64, now: Int64) {
        if windows.count >= Self.keyLimit, windows[id] == nil {
            windows = windows.filter { $0.value.reset(now: now) > 0 }
            if windows.count >= Self.keyLimit { windows.removeAll() }
        }
        windows[id] = window
    }

    /// The script of a key.
    func book(of key: UInt64) -> RuleBook { books[key] ?? book }

    /// Gives a key a script, or all keys where none is given; it begins anew.
    mutating func take(_ book: RuleBook, for key: UInt64?) {
        guard let key else {
            (self.book, books, progress) = (book, [:], [:])
            return
        }
        if books.count >= Self.keyLimit, books[key] == nil { books.removeAll() }
        (books[key], progress[key]) = (book, nil)
    }

    /// The scripts in use, each with how far its keys are: that of a key, or all.
    func scripts(of key: UInt64?) -> [(book: RuleBook, progress: [RuleProgress])] {
        if let key { return [(book(of: key), progress[key].map { [$0] } ?? [])] }
        let common = progress.filter { books[$0.key] == nil }.map(\.value)
        return [(book, common)]
            + books.sorted { $0.key < $1.key }.map { own in
                (own.value, progress[own.key].map { [$0] } ?? [])
            }
    }

    /// The next answer of the script for a key.
    mutating func next(
        _ subject: RuleSubject, of key: UInt64
    ) -> (rule: RuleBook.Rule, answer: RuleBook.Answer)? {
        let book = book(of: key)
        guard !book.rules.isEmpty else { return nil }
        if progress.count >= Self.keyLimit, progress[key] == nil { progress.removeAll() }
        var own = progress[key] ?? RuleProgress(book)
        let found = own.next(subject, in: book)
        progress[key] = own
        return found.map { (book.rules[$0.rule], $0.answer) }
    }
}

extension FakeOpenAI {
    func begin(_ request: WireRequest) -> FakeCall {
        let seed = configuration.seed
        let (number, advanced) = state.withLock { state in
            state.number += 1
            return (state.number, state.advanced)
        }
        var mix = Mix(seed)
        mix.add("request")
        mix.add(UInt64(number))
        return FakeCall(
            number: number, now: clock() + advanced, requestID: hexadecimalID("req_", mix.state))
    }

    /// Checks the API key.
    func authorize(_ request: WireRequest, _ call: inout FakeCall) throws(WireError) {
        guard let key = request.key else {
            throw WireError(
                401,
                "You didn't provide an API key. You need to provide your API key in an "
                    + "Authorization header using Bearer auth (i.e. Authorization: Bearer "
                    + "YOUR_KEY). You can obtain an API key from "
                    + "https://platform.openai.com/account/api-keys.")
        }
        guard configuration.keys.isEmpty || configuration.keys.contains(key) else {
            throw WireError(
                401,
                "Incorrect API key provided: \(Self.masked(key)). You can find your API key at "
                    + "https://platform.openai.com/account/api-keys.", code: "invalid_api_key")
        }
        call.key = Self.keyHash(key)
    }

    static func keyHash(_ key: String) -> UInt64 { Mix.of(7, key) }

    /// A key with stars in place of its middle: its first eight and last four letters are left, of
    /// a short one fewer.
    static func masked(_ key: String) -> String {
        let letters = Array(key)
        let isLong = letters.count >= 16
        let first = isLong ? 8 : letters.count / 4
        let last = isLong ? 4 : letters.count / 4
        return String(letters.prefix(first))
            + String(repeating: "*", count: letters.count - first - last)
            + String(letters.suffix(last))
    }

    /// The fault that the header orders for this request.
    ///
    /// - Parameter isStream: Whether a chat request asks for a stream; nil where that is not known.
    func headerFault(
        _ request: WireRequest, _ call: FakeCall, isStream: Bool? = nil
    ) throws(WireError) -> FaultOrder? {
        guard let written = request.headers["x-fake-fault"], !written.isEmpty else { return nil }
        switch FaultOrder.read(written) {
        case .failure(let fault): throw Self.unmet(fault)
        case .success(let order):
            let place = FaultOrder.Place(path: request.path, isStream: isStream)
            if let fault = order.misplaced(at: place) { throw Self.unmet(fault) }
            guard order.times != nil || order.after > 0 else { return order }
            var mix = Mix(call.key)
            mix.add(order.nonce ?? written)
            if order.nonce == nil {
                mix.add(request.path)
                mix.add(request.body)
            }
            return met(order, mix.state) ? order : nil
        }
    }

    private static func unmet(_ fault: FaultWordFault) -> WireError {
        WireError(
            400, "X-Fake-Fault: \(fault.words(unknown: "is not understood")).",
            type: "fake_error", code: "fake_fault")
    }

    /// Counts a request that may meet a fault.
    private func met(_ order: FaultOrder, _ id: UInt64) -> Bool {
        let count = state.withLock { state in
            let count = state.faultCounts[id]
            state.faultCounts[id] = count + 1
            return count
        }
        guard count >= order.after else { return false }
        return order.times.map { count < order.after + $0 } ?? true
    }

    /// Whether the script of a request's key has rules.
    func hasRules(_ call: FakeCall) -> Bool {
        state.withLock { !$0.book(of: call.key).rules.isEmpty }
    }

    /// Takes the script's next answer for a request, if a rule matches it.
    func takeRule(_ subject: RuleSubject, _ call: inout FakeCall) {
        let key = call.key
        guard let (rule, answer) = state.withLock({ $0.next(subject, of: key) }) else { return }
        call.rule = rule.name
        call.script = answer.script
        if call.fault == nil { call.fault = answer.fault }
    }

    // MARK: Ends

    func refused(_ error: WireError, _ request: WireRequest, _ call: FakeCall) -> WireAnswer {
        var answer = WireAnswer.json(error.status, error.json)
        answer.headers += error.headers.map { ($0.name, $0.value) }
        return finished(answer, request, call)
    }

    func disconnected(_ request: WireRequest, _ call: FakeCall) -> WireAnswer {
        var answer = WireAnswer(status: 0, headers: [], body: .whole([]))
        answer.fault = .disconnect
        answer.delay = call.fault?.delay ?? 0
        log(answer, request, call)
        return answer
    }

    /// Adds the headers of every answer and the faults of the transport, and logs the request.
    func finished(_ answer: WireAnswer, _ request: WireRequest, _ call: FakeCall) -> WireAnswer {
        var answer = answer
        answer.headers += [
            ("x-request-id", call.requestID), ("openai-processing-ms", String(call.milliseconds)),
            ("openai-version", "2020-10-01"), ("openai-organization", "org-fake"),
            ("date", httpDate(call.now)),
        ]
        answer.headers += call.rateHeaders.map { ($0.name, $0.value) }
        if let fault = call.fault { apply(fault, to: &answer) }
        log(answer, request, call)
        return answer
    }

    private func apply(_ fault: FaultOrder, to answer: inout WireAnswer) {
        answer.delay = fault.delay
        let size: Int
        switch answer.body {
        case .whole(let bytes): size = bytes.count
        case .events(let events): size = events.count
        case .stored(_, let count): size = count
        }
        if fault.cuts { answer.fault = .cut(after: size / 2) }
        if let seconds = fault.stall { answer.fault = .stall(after: size / 2, seconds: seconds) }
        switch answer.body {
        case .whole(let bytes) where fault.isMalformed:
            answer.body = .whole(bytes.prefix(bytes.count / 2) + Array("<oops>".utf8))
        case .events(var events) where fault.isMalformed:
            events.insert(Array("data: {\"id\": oops\n\n".utf8), at: events.count / 2)
            answer.body = .events(events)
        case .events(let events) where fault.breaksStream:
            let error = WireError(
                500, "The server had an error while processing your request. Sorry about that!",
                type: "server_error")
            answer.body = .events(
                events.prefix(events.count / 2) + [
                    Array("data: \(error.json.writtenText)\n\n".utf8)
                ])
        default: break
        }
    }

    private func log(_ answer: WireAnswer, _ request: WireRequest, _ call: FakeCall) {
        let isForm = request.headers["content-type"]?.hasPrefix("multipart/") == true
        let entry = RequestLog.Entry(
            number: call.number, at: call.now, key: call.key, method: request.method,
            path: request.path, status: answer.status, requestID: call.requestID,
            clientRequestID: request.headers["x-client-request-id"],
            retryCount: request.headers["x-stainless-retry-count"],
            body: isForm ? [] : Array(request.body.prefix(RequestLog.bodyBytes)), rule: call.rule,
            fault: call.fault?.written, isUnmatched: call.isUnmatched)
        state.withLock { $0.log.add(entry) }
    }
}
