/// The location of a store as it is written: by an option, a variable or the settings file. Here
/// alone is decided whether it names a file, and what of it may be shown.
package struct WrittenStore: Equatable, Sendable {
    /// The forms of a location.
    package enum Form: Equatable, Sendable {
        /// The path of a file.
        case file
        /// An address, as `postgres://…`; which schemes are stores is decided elsewhere.
        case address(scheme: String)
        /// Keywords and values, as libpq takes them: `host=… user=…`. No store is named so.
        case keywords
        /// Anything else that may be meant as an address, such as `postgres:/…`.
        case unknown
    }

    /// What was written, without `sqlite:` or `sqlite://` before it.
    package let location: String
    package let form: Form
    /// Whether it holds a password, or may do so: whatever stands between the first colon behind
    /// the scheme and the last `@` is taken for one, and so is all of an unknown form.
    package let holdsPassword: Bool

    package init(_ written: String) {
        let scheme = ["sqlite://", "sqlite:"].first { written.hasPrefix($0) } ?? ""
        location = String(written.dropFirst(scheme.count))
        form = Self.form(of: location)
        holdsPassword = Self.holdsPassword(location, form)
    }

    /// Whether it names a file.
    package var isFile: Bool { form == .file }

    /// The location in a list of settings: without a word of one that may hold a password.
    package var shown: String {
        if form == .unknown { return "set, of no known form" }
        return holdsPassword ? "set, with a password" : location
    }

    /// The location in a message: `***` for one that may hold a password.
    package var inMessage: String { holdsPassword ? "***" : location }

    /// The parts of an address that no message may repeat, the longest ones first. The server's
    /// library takes parts of a password that was not encoded for the name of a host or a port.
    package var secrets: [String] {
        var found: [Substring] = []
        if let password = Self.user(of: location)?.drop(while: { $0 != ":" }).dropFirst() {
            found.append(password)
            found += password.split { ":@/?".contains($0) }
            found += password.split { ":@/?,&=[]".contains($0) }
        }
        for part in location.split(whereSeparator: { "?&".contains($0) }) {
            let name = part.prefix { $0 != "=" }
            if name.hasSuffix("password") { found.append(part.dropFirst(name.count + 1)) }
        }
        return found.filter { !$0.isEmpty }.map(String.init)
            .sorted { $0.utf8.count > $1.utf8.count }
    }

    // MARK: Forms

    private static func form(of location: String) -> Form {
        if beginsWithKeyword(location) { return .keywords }
        if location.firstRange(of: "://") != nil {
            let scheme = location.prefix { $0 != ":" }
            let isScheme = scheme.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0))
            }
            return isScheme ? .address(scheme: String(scheme)) : .unknown
        }
        if ["/", "./", "../"].contains(where: { location.hasPrefix($0) }),
            !location.hasPrefix("//")
        {
            return .file
        }
        let plain = location.lowercased()
        if plain.hasPrefix("postgres:") || plain.hasPrefix("postgresql:")
            || beforeAt(location).map(hasColon) ?? false || namesPassword(location)
        {
            return .unknown
        }
        return .file
    }

    /// Keywords of libpq with which a text of keywords begins.
    private static let keywords: Set<String> = [
        "host", "hostaddr", "port", "dbname", "user", "password", "passfile", "service",
        "sslmode", "sslcert", "sslkey", "sslrootcert", "sslpassword", "options",
        "connect_timeout", "application_name", "client_encoding", "target_session_attrs",
    ]

    /// Whether a text begins with a keyword, spaces allowed, and `=`.
    private static func beginsWithKeyword(_ location: String) -> Bool {
        let begin = location.drop(while: \.isWhitespace)
        let word = begin.prefix { $0.isLetter || $0 == "_" }
        let rest = begin.dropFirst(word.count).drop(while: \.isWhitespace)
        return rest.first == "=" && keywords.contains(word.lowercased())
    }

    // MARK: Passwords

    private static func holdsPassword(_ location: String, _ form: Form) -> Bool {
        if form == .unknown || namesPassword(location) { return true }
        guard form != .file else { return false }
        return (user(of: location) ?? beforeAt(location)).map(hasColon) ?? false
            || hidesName(location)
    }

    /// Everything between an address's scheme and its last `@`; nil where there is none.
    private static func user(of location: String) -> Substring? {
        guard let start = location.firstRange(of: "://")?.upperBound,
            let at = location[start...].lastIndex(of: "@")
        else { return nil }
        return location[start..<at]
    }

    private static func beforeAt(_ location: String) -> Substring? {
        location.lastIndex(of: "@").map { location[..<$0] }
    }

    private static func hasColon(_ text: Substring) -> Bool {
        text.contains(":") || text.lowercased().contains("%3a")
    }

    private static func namesPassword(_ location: String) -> Bool {
        location.lowercased().filter { !$0.isWhitespace }.contains("password=")
    }

    /// Whether the name of a parameter is encoded, so that it may be that of a password.
    private static func hidesName(_ location: String) -> Bool {
        location.drop { $0 != "?" }.split(separator: "&")
            .contains { $0.prefix { $0 != "=" }.contains("%") }
    }
}
