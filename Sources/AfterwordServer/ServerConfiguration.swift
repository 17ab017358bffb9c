package import AfterwordCore
package import AfterwordPipeline

/// How the service serves.
package struct ServiceConfiguration: Sendable {
    package var host = "127.0.0.1"
    package var port = 8080
    /// Another server before this one speaks TLS to the world.
    package var isBehindProxy = false
    /// This service speaks TLS itself.
    package var speaksTLS = false
    /// Keys are asked for, on loopback too; reached from elsewhere they always are.
    package var asksForKeys = false
    package var limits = ServiceLimits()
    /// A page with an empty text where there should be one is a failure: for tests.
    package var refusesEmptyTexts = false
    package var now: @Sendable () -> Instant

    package init(now: @escaping @Sendable () -> Instant) { self.now = now }

    /// Whether the address that it listens on is this machine's alone.
    package var isLoopback: Bool {
        let host = host.lowercased()
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isIPv4 = parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
        return ["localhost", "::1"].contains(host) || (isIPv4 && parts[0] == "127")
    }

    /// Whether a client on another machine can reach it: the one condition by which keys are needed
    /// and any name of a host is taken. A proxy on this machine brings the world to a loopback
    /// address.
    package var isReachedFromElsewhere: Bool { !isLoopback || isBehindProxy }

    /// Whether every request has to bring a key.
    package var needsKeys: Bool { asksForKeys || isReachedFromElsewhere }
}

/// What a client can make the service hold or do at most.
package struct ServiceLimits: Sendable {
    /// Bytes of a request's body.
    package var bodyBytes = 16 << 10
    /// Bytes of a request's headers, and how many of them.
    package var headerBytes = 16 << 10
    package var headers = 64
    /// Open connections; for one more, that which has waited longest for its client is closed.
    package var connections = 2_000
    /// Connections beyond that, open for the moment until others are closed for them.
    package static let closingConnections = 64
    /// Open connections of one client's address; a proxy's are not counted.
    package var clientConnections = 1_000
    /// Seconds from the beginning of a connection to the end of its first request's head.
    package var headSeconds: Int64 = 10
    /// Seconds from the end of a request's head to the end of its body.
    package var bodySeconds: Int64 = 10
    /// Seconds from the end of a request to the end of its answer: longer than an insight may be
    /// waited for.
    package var requestSeconds: Int64 = 90
    /// Seconds from an answer to the end of the next request's head.
    package var idleSeconds: Int64 = 30
    /// Seconds in which a client may read its answer while a body that nobody reads is still on its
    /// way.
    package var lingerSeconds: Int64 = 2
    /// Seconds from the signal to end until connections are closed and work is given up.
    package var shutdownSeconds: Int64 = 15
    /// Seconds until a store that does not answer is given up: 503.
    package var storeSeconds: Int64 = 10
    /// Threads that read the store.
    package var workers = 8
    /// Requests that wait for one of those threads; one more is 503.
    package var waitingRequests = 256
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

/// Makes an insight: the one way in which the service writes, and only into the tables of insights
/// and their ledger.
package typealias InsightMaker = @Sendable (ReviewScope, Language) async throws -> InsightOutcome

/// What asking for an insight comes to, read in one snapshot.
package typealias InsightOutlooker =
    @Sendable (any StoreReader, ReviewScope, Language) throws -> InsightOutlook
