/// A setting that `afterword.toml` may hold: the one description from which the file is read, an
/// environment variable replaces it, `config show` lists it and `init` writes it.
package struct SettingKey: Equatable, Sendable {
    /// The form of a setting's value.
    package enum Kind: Equatable, Sendable {
        case text
        /// A file or folder; in the settings file relative to that file.
        case path
        /// Names of shapes or files of shapes.
        case shapes
        case choice([String])
        case whole(ClosedRange<Int64>)
        /// Dollars, written in quotes: "2.50".
        case amount
        /// A location that may hold a password: then it is named by `env` or `file`.
        case store
        /// Never written out: `{ env = "NAME" }` or `{ file = "PATH" }`.
        case secret
    }

    /// Its name in the file, with its table: "load.seed".
    package let name: String
    package let kind: Kind
    /// The environment variable that wins over the file.
    package let variable: String
    /// The option of a command that wins over both; nil for none.
    package let option: String?
    /// The value without any of these; nil for none.
    package let fallback: String?
    /// What it is, in a line.
    package let comment: String
    /// A value as an example; nil where the usual one, or one of its kind, is an example.
    package private(set) var sample: String?

    /// All settings, in the order of the file.
    package static let all: [SettingKey] = [
        SettingKey(
            name: "store", kind: .store, variable: "AFTERWORD_STORE", option: "--store",
            fallback: "afterword.sqlite",
            comment: "A SQLite file, or { env = \"NAME\" } of a postgres:// URL."),
        SettingKey(
            name: "load.shapes", kind: .shapes, variable: "AFTERWORD_SHAPES", option: "--shape",
            fallback: nil,
            comment: "Shapes that dumps are read by; found by themselves when left out."),
        SettingKey(
            name: "load.files", kind: .text, variable: "AFTERWORD_FILES", option: "--files",
            fallback: nil, comment: "Only files whose name fits, as \"*.jsonl.gz\"."),
        SettingKey(
            name: "load.seed", kind: .whole(0...Int64.max), variable: "AFTERWORD_SEED",
            option: "--seed", fallback: "0", comment: "Seed of the mock timestamps."),
        SettingKey(
            name: "load.complete", kind: .choice(["none", "products", "all"]),
            variable: "AFTERWORD_COMPLETE", option: "--complete", fallback: "none",
            comment: "What each dump holds all of: none, products (each it names) or all."),
        SettingKey(
            name: "load.window", kind: .whole(1...Int64.max), variable: "AFTERWORD_WINDOW",
            option: "--window", fallback: nil,
            comment: "A dump holds at most so many of a product's newest reviews."),
        SettingKey(
            name: "load.reader", kind: .choice(["1", "2"]),
            variable: "AFTERWORD_READER", option: "--reader", fallback: "2",
            comment: "What reads the texts of a new store: 1 or 2; another one goes on as it is."),
        SettingKey(
            name: "load.threads", kind: .whole(1...1_000), variable: "AFTERWORD_THREADS",
            option: "--threads", fallback: nil,
            comment: "Threads that share a load's work; one a core when left out."),
        SettingKey(
            name: "budget.run_usd", kind: .amount, variable: "AFTERWORD_BUDGET_RUN_USD",
            option: "--budget-usd", fallback: "1", comment: "Dollars that one command may spend."),
        SettingKey(
            name: "budget.day_usd", kind: .amount, variable: "AFTERWORD_BUDGET_DAY_USD",
            option: nil, fallback: "5", comment: "Dollars a day."),
        SettingKey(
            name: "budget.month_usd", kind: .amount, variable: "AFTERWORD_BUDGET_MONTH_USD",
            option: nil, fallback: "50", comment: "Dollars a month."),
        SettingKey(
            name: "mail.host", kind: .text, variable: "AFTERWORD_MAIL_HOST", option: nil,
            fallback: nil, comment: "The mail server of 'deliver'.", sample: "mail.example.com"),
        SettingKey(
            name: "mail.port", kind: .whole(1...65_535), variable: "AFTERWORD_MAIL_PORT",
            option: nil, fallback: nil,
            comment: "Its port; 587 with starttls, 465 with tls, 25 with none, when left out.",
            sample: "587"),
        SettingKey(
            name: "mail.security", kind: .choice(["starttls", "tls", "none"]),
            variable: "AFTERWORD_MAIL_SECURITY", option: nil, fallback: "starttls",
            comment: "How the connection is protected; none only to this machine."),
        SettingKey(
            name: "mail.ca", kind: .path, variable: "AFTERWORD_MAIL_CA", option: nil,
            fallback: nil, comment: "Certificates to trust, as PEM; the system's when left out.",
            sample: "ca.pem"),
        SettingKey(
            name: "mail.from", kind: .text, variable: "AFTERWORD_MAIL_FROM", option: nil,
            fallback: nil, comment: "The sender's address.", sample: "afterword@example.com"),
        SettingKey(
            name: "mail.user", kind: .text, variable: "AFTERWORD_MAIL_USER", option: nil,
            fallback: nil, comment: "The login at the mail server; none when left out.",
            sample: "afterword"),
        SettingKey(
            name: "secrets.mail_password", kind: .secret, variable: "AFTERWORD_MAIL_PASSWORD",
            option: nil, fallback: nil, comment: "The password of mail.user."),
        SettingKey(
            name: "secrets.openai_key", kind: .secret, variable: "OPENAI_API_KEY", option: nil,
            fallback: nil, comment: "The key of the paid model."),
        SettingKey(
            name: "secrets.service_key", kind: .secret, variable: "AFTERWORD_API_KEY",
            option: nil, fallback: nil, comment: "The key of the service that 'mcp' asks."),
        SettingKey(
            name: "service.cache_bytes", kind: .whole(0...Int64.max),
            variable: "AFTERWORD_CACHE_BYTES", option: nil, fallback: "67108864",
            comment: "Bytes of answers that the service keeps."),
        SettingKey(
            name: "log.level",
            kind: .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
            variable: "AFTERWORD_LOG", option: nil, fallback: "warning",
            comment: "The least level that is logged."),
        SettingKey(
            name: "log.format", kind: .choice(["text", "json"]), variable: "AFTERWORD_LOG_FORMAT",
            option: nil, fallback: "text", comment: "How the log is written: text or json."),
    ]

    /// The setting of this name; nil for none.
    package static func named(_ name: String) -> SettingKey? { all.first { $0.name == name } }
}

extension SettingKey {
    /// What is wrong with a written value; nil for nothing. The value is not repeated: it may be a
    /// secret in the wrong place.
    package func fault(in written: String) -> String? {
        switch kind {
        case .text, .path, .shapes, .secret, .store: nil
        case .choice(let words):
            words.contains(written) ? nil : "it is one of \(words.joined(separator: ", "))"
        case .whole(let range):
            Int64(written).map(range.contains) == true
                ? nil
                : range.upperBound == .max
                    ? "it is a whole number, \(range.lowerBound) or more"
                    : "it is a whole number, \(range.lowerBound) to \(range.upperBound)"
        case .amount:
            Self.isAmount(written) ? nil : "it is an amount of dollars in quotes, as \"2.50\""
        }
    }

    /// Whether a text is dollars with at most nine places.
    private static func isAmount(_ written: String) -> Bool {
        let parts = written.split(separator: ".", omittingEmptySubsequences: false)
        return (1...2).contains(parts.count) && parts[0].utf8.count <= 7
            && (parts.count == 1 || parts[1].utf8.count <= 9)
            && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }
    }
}
