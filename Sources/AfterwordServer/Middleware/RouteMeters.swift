import CoreMetrics
import HTTPTypes
import Synchronization

/// Counts and durations of requests by method, route and status. Each meter is created once and
/// reused.
final class RouteMeters: Sendable {
    /// The metrics of one combination of method, route and status.
    struct Meter {
        fileprivate var requests: Counter
        fileprivate var seconds: Timer

        func record(_ nanoseconds: Int64) {
            requests.increment()
            seconds.recordNanoseconds(nanoseconds)
        }
    }

    private struct Name: Hashable {
        var method: String
        var route: String
        var status: Int
    }

    private let metrics: ServiceMetrics
    private let meters = Mutex<[Name: Meter]>([:])

    init(_ metrics: ServiceMetrics) { self.metrics = metrics }

    /// The meter of a combination; `method` is nil for input that never became a request.
    func of(_ method: HTTPRequest.Method?, _ route: String, _ status: Int) -> Meter {
        let name = Name(method: known(method), route: route, status: status)
        return meters.withLock { meters in
            if let meter = meters[name] { return meter }
            let meter = Meter(
                requests: Counter(
                    label: "afterword_requests_total",
                    dimensions: [
                        ("method", name.method), ("route", route), ("status", "\(status)"),
                    ], factory: metrics),
                seconds: Timer(
                    label: "afterword_request_seconds", dimensions: [("route", route)],
                    factory: metrics))
            meters[name] = meter
            return meter
        }
    }

    /// The method's label. Unknown methods share the label `OTHER`, so that clients cannot create
    /// new time series.
    private func known(_ method: HTTPRequest.Method?) -> String {
        guard let method else { return "OTHER" }
        let methods: [HTTPRequest.Method] = [
            .get, .head, .post, .put, .patch, .delete, .options, .trace,
        ]
        return methods.contains(method) ? method.rawValue : "OTHER"
    }
}
