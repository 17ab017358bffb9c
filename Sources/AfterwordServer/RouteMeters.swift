import CoreMetrics
import HTTPTypes
import Synchronization

/// Counts and times of requests by method, route and status. What a factory makes for a label is looked up once.
final class RouteMeters: Sendable {
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

    /// Without a method where nothing of the request could be read.
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

    /// A method that is none of HTTP's is one series, not as many as somebody makes up.
    private func known(_ method: HTTPRequest.Method?) -> String {
        guard let method else { return "OTHER" }
        let methods: [HTTPRequest.Method] = [
            .get, .head, .post, .put, .patch, .delete, .options, .trace,
        ]
        return methods.contains(method) ? method.rawValue : "OTHER"
    }
}
