import AfterwordCore
import AfterwordPipeline
package import CoreMetrics
import Synchronization

/// The metrics of one service, collected through swift-metrics and exposed in the Prometheus text
/// format. A factory for each service instead of the global one keeps services in tests
/// independent.
package final class ServiceMetrics: MetricsFactory, Sendable {
    private struct Name: Hashable, Comparable {
        var label: String
        var dimensions: String

        static func < (left: Name, right: Name) -> Bool {
            (left.label, left.dimensions) < (right.label, right.dimensions)
        }
    }

    /// Upper bounds of the histogram buckets, in seconds.
    private static let bounds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    private final class Count: CounterHandler, RecorderHandler, Sendable {
        let value = Mutex<Int64>(0)
        func increment(by amount: Int64) { value.withLock { $0 += amount } }
        func reset() { value.withLock { $0 = 0 } }
        func record(_ number: Int64) { value.withLock { $0 = number } }
        func record(_ number: Double) { value.withLock { $0 = Int64(number) } }
    }

    private final class Timing: TimerHandler, Sendable {
        struct State {
            var buckets = [Int64](repeating: 0, count: ServiceMetrics.bounds.count)
            var count: Int64 = 0
            var sum = 0.0
        }
        let state = Mutex(State())

        func recordNanoseconds(_ nanoseconds: Int64) {
            let seconds = Double(nanoseconds) / 1e9
            state.withLock { state in
                state.count += 1
                state.sum += seconds
                for (index, bound) in ServiceMetrics.bounds.enumerated() where seconds <= bound {
                    state.buckets[index] += 1
                }
            }
        }
    }

    /// The help text of each metric.
    static let help = [
        "afterword_requests_total": "Requests answered, by method, route and status.",
        "afterword_request_seconds": "Seconds from a request's head to its answer, by route.",
        "afterword_cache_hits_total": "Answers that were kept and given again.",
        "afterword_store_up": "Whether the store can be read: 1 or 0.",
        "afterword_run_number": "The number of the newest run.",
        "afterword_run_recorded_timestamp_seconds": "When the newest run was recorded.",
        "afterword_dump_observed_timestamp_seconds":
            "When the newest dump was taken, which a catalog or a late dump does not change.",
    ]

    private static func head(_ label: String, _ type: String) -> String {
        let words = help[label] ?? "Counted by the service."
        return "# HELP \(label) \(words)\n# TYPE \(label) \(type)\n"
    }

    private let counts = Mutex<[Name: Count]>([:])
    private let gauges = Mutex<[Name: Count]>([:])
    private let timings = Mutex<[Name: Timing]>([:])

    package init() {}

    private func name(_ label: String, _ dimensions: [(String, String)]) -> Name {
        let written = dimensions.map { key, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                .replacing("\n", with: "\\n")
            return "\(key)=\"\(escaped)\""
        }
        return Name(label: label, dimensions: written.joined(separator: ","))
    }

    private func handler<Handler: Sendable>(
        _ all: borrowing Mutex<[Name: Handler]>, _ name: Name, _ make: () -> Handler
    ) -> Handler {
        all.withLock { all in
            if let known = all[name] { return known }
            let new = make()
            all[name] = new
            return new
        }
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        handler(counts, name(label, dimensions)) { Count() }
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler { handler(gauges, name(label, dimensions)) { Count() } }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        handler(timings, name(label, dimensions)) { Timing() }
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// Sets the gauges of the store.
    ///
    /// - Parameters:
    ///   - run: The newest run; nil where there is none, or where the store cannot be read.
    ///   - dumpTakenAt: When the newest dump was taken: a catalog, a replay or a late dump is none.
    func show(_ run: RunRecord?, dumpTakenAt: Instant?, isUp: Bool) {
        func set(_ label: String, _ value: Int64) {
            handler(gauges, name(label, [])) { Count() }.record(value)
        }
        set("afterword_store_up", isUp ? 1 : 0)
        guard let run else { return }
        set("afterword_run_number", run.run)
        set("afterword_run_recorded_timestamp_seconds", run.recordedAt.microseconds / 1_000_000)
        guard let dumpTakenAt else { return }
        set("afterword_dump_observed_timestamp_seconds", dumpTakenAt.microseconds / 1_000_000)
    }

    /// All metrics in the Prometheus text format, version 0.0.4.
    package var exposition: String {
        var text = ""
        func write(_ all: [Name: Count], _ type: String) {
            var last = ""
            for (name, count) in all.sorted(by: { $0.key < $1.key }) {
                if name.label != last { text += Self.head(name.label, type) }
                last = name.label
                let braces = name.dimensions.isEmpty ? "" : "{\(name.dimensions)}"
                text += "\(name.label)\(braces) \(count.value.withLock { $0 })\n"
            }
        }
        write(counts.withLock { $0 }, "counter")
        write(gauges.withLock { $0 }, "gauge")
        var last = ""
        for (name, timing) in timings.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            if name.label != last { text += Self.head(name.label, "histogram") }
            last = name.label
            let state = timing.state.withLock { $0 }
            let comma = name.dimensions.isEmpty ? "" : ","
            for (bound, count) in zip(Self.bounds, state.buckets) {
                text += "\(name.label)_bucket{\(name.dimensions)\(comma)le=\"\(bound)\"} \(count)\n"
            }
            text += "\(name.label)_bucket{\(name.dimensions)\(comma)le=\"+Inf\"} \(state.count)\n"
            text += "\(name.label)_sum{\(name.dimensions)} \(state.sum)\n"
            text += "\(name.label)_count{\(name.dimensions)} \(state.count)\n"
        }
        return text
    }
}
