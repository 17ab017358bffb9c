package import AfterwordCore
package import AfterwordPipeline

/// How the service serves.
package struct ServiceConfiguration: Sendable {
    package var host = "127.0.0.1"
    package var port = 8080
    /// Another server before this one speaks TLS to the world.
    package var isBehindProxy = false
    /// Keys are asked for, on loopback too; off loopback they always are.
    package var asksForKeys = false
    package var limits = ServiceLimits()
    /// A page with an empty text where there should be one is a failure: for tests.
    package var refusesEmptyTexts = false
    package var now: @Sendable () -> Instant

    package init(now: @escaping @Sendable () -> Instant) { self.now = now }

    /// Whether nobody but this machine can reach it.
    package var isLoopback: Bool { ["127.0.0.1", "localhost", "::1"].contains(host) }
}

/// What a client can make the service hold or do at most.
package struct ServiceLimits: Sendable {
    /// Bytes of a request's body.
    package var bodyBytes = 16 << 10
    /// Bytes of a request's headers, and how many of them.
    package var headerBytes = 16 << 10
    package var headers = 64
    /// Open connections; more wait in the backlog.
    package var connections = 2_000
    /// Seconds until an idle or slow connection is closed.
    package var idleSeconds: Int64 = 30
    /// Threads that read the store.
    package var workers = 8
    /// Entries of a page where nothing is said.
    package var defaultPageSize = 50
    /// Bytes of answers that are kept to be given again.
    package var cacheBytes = 64 << 20
    /// Questions to a model that one key may ask for in an hour.
    package var insightsPerHour = 60
    /// Insights that are being made or wait for it, and how many are made at once.
    package var openInsights = 64
    package var insightsAtOnce = 4

    package init() {}
}

/// Makes an insight: the one way in which the service writes, and only into the tables of insights and their ledger.
package typealias InsightMaker = @Sendable (ReviewScope, Language) async throws -> InsightOutcome

/// What asking for an insight comes to, read in one snapshot.
package typealias InsightOutlooker =
    @Sendable (any StoreReader, ReviewScope, Language) throws -> InsightOutlook
