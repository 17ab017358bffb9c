package import AfterwordCore
package import AfterwordPipeline

/// Configuration of the service.
package struct ServiceConfiguration: Sendable {
    package var host = "127.0.0.1"
    package var port = 8080
    /// A proxy in front of the service terminates TLS.
    package var isBehindProxy = false
    /// The service itself speaks TLS.
    package var speaksTLS = false
    /// Require keys on loopback too; a service reachable from other machines always requires them.
    package var asksForKeys = false
    package var limits = ServiceLimits()
    /// The address of a product in a shop, such as `https://www.amazon.de/dp/{product_id}`.
    package var productLink: String?
    /// Treat an empty required text on a page as an error, for tests.
    package var refusesEmptyTexts = false
    /// Who marks things where no key says it: on this machine.
    package var personName = "local"
    /// Whether pages offer to record work.
    var recordsWork = false
    /// Records verdicts on dangers; nil for a service that records none.
    package var verdicts: VerdictRecording?
    /// The language of insights that pages offer to make.
    package var insightLanguage = Language.english
    /// What an insight costs at most; nil where pages offer to make none.
    var insightPrice: InsightPricer?
    /// The service's clock.
    package var now: @Sendable () -> Instant

    package init(now: @escaping @Sendable () -> Instant) { self.now = now }

    /// Whether a text may be used as `productLink`: only addresses of the web are links.
    package static func isProductLink(_ text: String) -> Bool {
        isWebAddress(text) && text.contains("{product_id}")
    }

    package static func isWebAddress(_ text: String) -> Bool {
        text.hasPrefix("https://") || text.hasPrefix("http://")
    }

    /// Whether the service listens on an address that only this machine can reach.
    package var isLoopback: Bool { AfterwordCore.isLoopback(host: host) }

    /// Whether clients on other machines can reach the service. If so, keys are required and any
    /// host name is accepted. This includes a service on a loopback address behind a proxy.
    package var isReachedFromElsewhere: Bool { !isLoopback || isBehindProxy }

    /// Whether every request for data needs a key.
    package var needsKeys: Bool { asksForKeys || isReachedFromElsewhere }
}

/// Upper bounds on what clients can make the service hold or do.
package struct ServiceLimits: Sendable {
    /// Bytes of a request body.
    package var bodyBytes = 16 << 10
    /// Bytes of a form, which names all entries of a page.
    package var formBytes = 256 << 10
    /// Bytes of a request's headers, and their number.
    package var headerBytes = 16 << 10
    package var headers = 64
    /// Open connections; when one more arrives, the connection that has waited longest for its
    /// client is closed.
    package var connections = 2_000
    /// Extra connections that may be open briefly while others are being closed for them.
    package static let closingConnections = 64
    /// Open connections per client address; not enforced behind a proxy.
    package var clientConnections = 1_000
    /// Seconds from accepting a connection to the end of its first request head.
    package var headSeconds: Int64 = 10
    /// Seconds from the end of a request head to the end of its body.
    package var bodySeconds: Int64 = 10
    /// Seconds from the end of a request to the end of its answer; longer than the longest `wait`
    /// for an insight.
    package var requestSeconds: Int64 = 90
    /// Seconds from an answer to the end of the next request head.
    package var idleSeconds: Int64 = 30
    /// Seconds that a client has to read its answer while its unread request body is still
    /// arriving.
    package var lingerSeconds: Int64 = 2
    /// Seconds from the shutdown signal until connections are closed and running work is abandoned.
    package var shutdownSeconds: Int64 = 15
    /// Seconds until a request to an unresponsive store fails with 503.
    package var storeSeconds: Int64 = 10
    /// Seconds until `/metrics` says that the store is away, for each of its three questions: less
    /// in all than the ten in which Prometheus expects an answer.
    package var watchingSeconds: Int64 = 3
    /// Threads that read the store.
    package var workers = 8
    /// Requests that may wait for one of those threads; further requests get 503.
    package var waitingRequests = 256
    /// Entries of a page without `limit`.
    package var defaultPageSize = 50
    /// Bytes of cached answers.
    package var cacheBytes = 64 << 20
    /// Questions to a model per key and hour.
    package var insightsPerHour = 60
    /// Insights being made or queued, and how many are made concurrently.
    package var openInsights = 64
    package var insightsAtOnce = 4

    package init() {}
}

/// Makes an insight. Apart from job rows and marks of work this is the only way in which the
/// service writes, and only to the tables of insights and their ledger.
package typealias InsightMaker = @Sendable (ReviewScope, Language) async throws -> InsightOutcome

/// Predicts, from one snapshot, what a request for an insight will lead to.
package typealias InsightOutlooker =
    @Sendable (any StoreReader, ReviewScope, Language) throws -> InsightOutlook

/// Records marks of work by a person who may see some brands, or all (`markWork`).
package typealias WorkRecording =
    @Sendable ([NewMark], _ person: Text, _ brands: Set<Text>?) async throws -> [WorkMarkRow]

/// Records a verdict of a person who may see some brands, or all (`judgeReview`).
package typealias VerdictRecording =
    @Sendable (NewVerdict, _ brands: Set<Text>?) async throws -> VerdictRow

/// The most that an insight of a scope can cost, in nano-dollars; nil where there is nothing to
/// make (`insightPrice`).
package typealias InsightPricer =
    @Sendable (any StoreReader, ReviewScope, Language) throws -> Int64?
