import HTTPTypes
import Hummingbird
import Logging

/// Writes one log line and the metrics of every request. The outermost middleware: it records what
/// the client gets. Review texts and keys are never logged.
struct RequestRecorder: RouterMiddleware {
    typealias Context = Service.Context

    private let meters: RouteMeters
    private let isBehindProxy: Bool

    init(_ metrics: ServiceMetrics, isBehindProxy: Bool) {
        meters = RouteMeters(metrics)
        self.isBehindProxy = isBehindProxy
    }

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let started = ContinuousClock.now
        let notes = RequestNotes()
        let response = try await RequestNotes.$current.withValue(notes) {
            try await next(request, context)
        }
        let took = nanoseconds(started.duration(to: .now))
        // Label by route, not by address: the number of time series stays bounded.
        let route = context.endpointPath ?? "none"
        meters.of(request.method, route, response.status.code).record(took)
        // A failed authentication is logged even when the log level hides requests.
        let level: Logger.Level = response.status == .unauthorized ? .notice : .info
        context.logger.log(
            level: level, "request",
            metadata: [
                "method": "\(request.method.rawValue.prefix(16))", "route": "\(route)",
                "status": "\(response.status.code)", "milliseconds": "\(took / 1_000_000)",
                "bytes": "\(response.body.contentLength ?? 0)",
                "client": "\(client(of: request))", "key": "\(notes.keyName ?? "none")",
            ])
        return response
    }

    private func nanoseconds(_ duration: Duration) -> Int64 {
        let parts = duration.components
        return parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
    }

    /// The client's address. Behind a proxy: the last entry of `X-Forwarded-For`, which the proxy
    /// itself appended.
    private func client(of request: Request) -> String {
        let own = ClientConnection.current?.address ?? "none"
        guard isBehindProxy,
            let last = request.headers[values: .xForwardedFor].last?.split(separator: ",").last
        else { return own }
        let address = last.filter { $0.isHexDigit || $0 == "." || $0 == ":" }
        return address.isEmpty || address.count > 45 ? own : String(address)
    }
}

extension HTTPField.Name {
    fileprivate static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!
}
