import AfterwordCore
import Synchronization

/// A fake OpenAI API without a network: requests in, answers out. Thread-safe.
///
/// Answers depend on the request and the seed alone; counters, files, batches and scripts belong to
/// the API key. The clock can be advanced by a request, so that a batch of 24 hours takes none.
package final class FakeOpenAI: Sendable {
    /// Settings with their defaults.
    package struct Configuration: Sendable {
        /// The keys that are accepted; any key where there are none.
        package var keys: [String] = []
        package var seed: UInt64 = 0
        package var rules = RuleBook()
        /// From its creation to its completion, in seconds.
        package var batchSeconds: Double = 2
        /// The project's own tier, for requests that name none: default, flex or priority.
        package var tier = "default"
        /// What a key may ask of a model in a minute.
        package var requestsPerMinute = 10_000_000
        package var tokensPerMinute = 2_000_000_000
        var schedule = FaultSchedule()

        package init() {}

        /// Sets faults that come by chance, as `5% status=429;retry_after=1, 2% disconnect`.
        ///
        /// - Returns: What is wrong with a schedule that cannot be read, in words; nil for others.
        package mutating func setSchedule(_ written: String) -> String? {
            do throws(FaultScheduleFault) {
                schedule = try FaultSchedule(written)
                return nil
            } catch {
                return error.words
            }
        }
    }

    /// The version of the answers. A released one never changes.
    package static let behavior = 1

    let configuration: Configuration
    let state: Mutex<FakeState>
    let cabinet: Mutex<Cabinet>
    let shelf: any Shelf
    let clock: @Sendable () -> Int64

    /// - Parameters:
    ///   - clock: Microseconds since 1970.
    ///   - shelf: Where files and batches lie; what lies there is taken over.
    package init(
        _ configuration: Configuration, on shelf: any Shelf, clock: @escaping @Sendable () -> Int64
    ) throws(ShelfFault) {
        self.configuration = configuration
        self.clock = clock
        self.shelf = shelf
        state = Mutex(FakeState(configuration.rules))
        cabinet = Mutex(try Cabinet(on: shelf, seed: configuration.seed))
        let advanced = try? shelf.read(Self.clockName, from: 0, count: 64)
        if let text = advanced.map({ String(decoding: $0, as: UTF8.self) }) {
            state.withLock { $0.advanced = Int64(text) ?? 0 }
        }
    }

    static let clockName = "clock.txt"

    /// Microseconds since 1970, as far as the clock was advanced.
    var now: Int64 { clock() + state.withLock { $0.advanced } }

    /// Whether a request reads or writes files, which may take long: it should be answered on a
    /// thread that may wait, one after another.
    package static func mayWait(_ path: String) -> Bool {
        path.hasPrefix("/v1/files") || path.hasPrefix("/v1/batches")
            || path.hasPrefix("/_fake/clock") || path.hasPrefix("/_fake/reset")
            || path == "/_fake/state"
    }

    /// The largest body of a request to this path, in bytes.
    package static func bodyLimit(_ path: String) -> Int {
        path == "/v1/files" ? StoredFile.batchBytes + (1 << 20) : 32 << 20
    }

    /// The answer to a request that was larger than `bodyLimit`.
    package func tooLarge(_ request: WireRequest) -> WireAnswer {
        let error =
            request.path == "/v1/files"
            ? WireError(
                413, "The file is too large. The maximum size of a file for batches is 200 MB.",
                code: "file_too_large")
            : WireError(413, "The request body is too large.", code: "request_too_large")
        return refused(error, request, begin(request))
    }

    package func answer(_ request: WireRequest) -> WireAnswer {
        if request.path.hasPrefix("/_fake") || request.path == "/health" {
            return adminAnswer(request)
        }
        var call = begin(request)
        do throws(WireError) {
            try authorize(request, &call)
            let isChat = request.path == RuleSubject.chat && request.method == "POST"
            if isChat { return try chat(request, &call) }
            call.fault = try headerFault(request, call)
            if call.fault == nil, hasRules(call) {
                takeRule(RuleSubject(path: request.path), &call)
            }
            if call.fault?.disconnects == true { return disconnected(request, call) }
            if let error = call.fault?.error { throw error }
            return finished(try route(request, &call), request, call)
        } catch {
            return refused(error, request, call)
        }
    }

    private func route(
        _ request: WireRequest, _ call: inout FakeCall
    ) throws(WireError) -> WireAnswer {
        let steps = request.path.split(separator: "/").map(String.init)
        guard steps.count >= 2, steps[0] == "v1" else { throw Self.noAddress(request) }
        let rest = Array(steps.dropFirst(2))
        switch steps[1] {
        case "models": return try models(request, rest)
        case "files": return try files(request, rest, call)
        case "batches": return try batches(request, rest, call)
        case "chat" where request.path == RuleSubject.chat: throw Self.wrongMethod(request)
        default: throw Self.noAddress(request)
        }
    }

    static func noAddress(_ request: WireRequest) -> WireError {
        WireError(404, "Invalid URL (\(request.method) \(request.path))")
    }

    static func wrongMethod(_ request: WireRequest) -> WireError {
        WireError(
            405, "Not allowed to \(request.method) on \(request.path).",
            code: "method_not_supported")
    }

    private func models(
        _ request: WireRequest, _ rest: [String]
    ) throws(WireError) -> WireAnswer {
        guard request.method == "GET" else { throw Self.wrongMethod(request) }
        let now = now
        guard !rest.isEmpty else {
            let served = ServedModel.all.filter { $0.shutdownInstant.map { $0 > now } ?? true }
            return .json(
                200,
                .row([
                    "object": .string("list"), "data": .array(served.map(\.json)),
                ]))
        }
        let name = percentDecoded(rest.joined(separator: "/"))
        guard let model = ServedModel.named(name), model.shutdownInstant.map({ $0 > now }) ?? true
        else {
            throw WireError(
                404, "The model '\(name)' does not exist", param: "model", code: "model_not_found")
        }
        return .json(200, model.json)
    }
}

extension WireAnswer {
    static func json(_ status: Int, _ value: JSONValue) -> WireAnswer {
        WireAnswer(
            status: status, headers: [("content-type", "application/json")],
            body: .whole(value.written))
    }
}
