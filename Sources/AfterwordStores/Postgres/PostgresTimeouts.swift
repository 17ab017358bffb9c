import Foundation

/// How long a way to the server may be dead before a connection ends by itself; what the URL or the
/// environment says instead holds.
enum PostgresTimeouts {
    /// libpq's keywords, and the variables that they are set by in the environment. In seconds, the
    /// last in milliseconds.
    private static let settings: [(keyword: String, value: String, variable: String?)] = [
        ("connect_timeout", "10", "PGCONNECT_TIMEOUT"),
        ("keepalives_idle", "30", nil),
        ("keepalives_interval", "10", nil),
        ("keepalives_count", "3", nil),
        ("tcp_user_timeout", "60000", nil),
    ]

    /// Those that the environment does not set. They come before the URL among a connection's
    /// parameters: the last of two is taken.
    static var parameters: [(keyword: String, value: String)] {
        settings.filter { setting in
            setting.variable.map { getenv($0) == nil } ?? true
        }.map { ($0.keyword, $0.value) }
    }
}

/// How long readers of a Postgres store may wait.
package struct PostgresReaderLimits: Sendable {
    /// After so many milliseconds the server ends a statement (`statement_timeout`), and some
    /// seconds later the connection is given up, should it be dead; nil for the server's own
    /// setting.
    package var statementMilliseconds: Int?

    package init(statementMilliseconds: Int? = nil) {
        self.statementMilliseconds = statementMilliseconds
    }
}
