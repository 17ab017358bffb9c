import Foundation

/// Timeouts after which a connection to an unresponsive server fails. Values from the URL or the
/// environment take precedence.
enum PostgresTimeouts {
    /// libpq's keywords, default values, and environment variables. In seconds, except the last,
    /// which is in milliseconds.
    private static let settings: [(keyword: String, value: String, variable: String?)] = [
        ("connect_timeout", "10", "PGCONNECT_TIMEOUT"),
        ("keepalives_idle", "30", nil),
        ("keepalives_interval", "10", nil),
        ("keepalives_count", "3", nil),
        ("tcp_user_timeout", "60000", nil),
    ]

    /// The settings that no environment variable sets. They precede the URL in a connection's
    /// parameters, because libpq uses the last of two values.
    static var parameters: [(keyword: String, value: String)] {
        settings.filter { setting in
            setting.variable.map { getenv($0) == nil } ?? true
        }.map { ($0.keyword, $0.value) }
    }
}

/// How long a reader of a Postgres store may wait.
package struct PostgresReaderLimits: Sendable {
    /// Milliseconds after which the server ends a statement (`statement_timeout`); nil for the
    /// server's own setting. Where the server does not answer, the connection is closed 5 seconds
    /// later.
    package var statementMilliseconds: Int?

    package init(statementMilliseconds: Int? = nil) {
        self.statementMilliseconds = statementMilliseconds
    }
}
