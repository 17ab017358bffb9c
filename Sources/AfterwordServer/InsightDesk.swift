import AfterwordCore
import AfterwordPipeline

/// Has insights made, each at most once at a time, and no more in an hour than a key may ask for.
actor InsightDesk {
    private struct Order: Hashable {
        var scope: ReviewScope
        var language: Language
    }

    private let make: InsightMaker
    private let perHour: Int
    private let now: @Sendable () -> Instant
    private var open: [Order: Task<InsightOutcome, any Error>] = [:]
    private var asked: [String: [Instant]] = [:]

    init(_ make: @escaping InsightMaker, perHour: Int, now: @escaping @Sendable () -> Instant) {
        self.make = make
        self.perHour = perHour
        self.now = now
    }

    /// The work on an insight, begun or under way.
    func order(
        _ scope: ReviewScope, _ language: Language, by visitor: String
    ) throws -> Task<InsightOutcome, any Error> {
        let order = Order(scope: scope, language: language)
        if let task = open[order] { return task }
        let hour = now().adding(seconds: -3_600)
        let recent = (asked[visitor] ?? []).filter { $0 > hour }
        guard recent.count < perHour else {
            throw Problem(
                .tooManyRequests, "the key asked for \(several(perHour, "insight")) in an hour")
        }
        asked[visitor] = recent + [now()]
        let make = make
        let task = Task {
            let result = await Task { try await make(scope, language) }.result
            finish(order)
            return try result.get()
        }
        open[order] = task
        return task
    }

    private func finish(_ order: Order) { open[order] = nil }

    /// Those under way, for an orderly end.
    var underWay: [Task<InsightOutcome, any Error>] { Array(open.values) }
}
