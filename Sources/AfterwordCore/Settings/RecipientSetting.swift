/// Somebody who gets what was found: a `[[recipient]]` of the settings file.
package struct RecipientSetting: Equatable, Sendable {
    /// What a recipient gets.
    package enum Content: String, CaseIterable, Sendable {
        /// The report of each dump.
        case report
        /// The new dangers of each dump.
        case dangers
    }

    /// How it is sent. The values are addresses, or what holds them.
    package enum Channel: Equatable, Sendable {
        case mail(SettingsFile.Value)
        /// Signed with a secret, which is named by what holds it.
        case webhook(SettingsFile.Value, secret: SettingsFile.Value)
        /// The address is a secret of Slack's.
        case slack(SettingsFile.Value)

        /// The member of the file that names the address.
        package var word: String {
            switch self {
            case .mail: "mail"
            case .webhook: "webhook"
            case .slack: "slack"
            }
        }
    }

    package var name: String
    /// A scope (`ReviewScope`), or `owner:NAME`: the products of an owner of the catalog.
    package var scope: String
    package var content: Content
    package var channel: Channel
    /// Its line in the file.
    package var line: Int

    private static let members = ["name", "scope", "send", "mail", "webhook", "secret", "slack"]
    private static let scopeForms = """
        it is portfolio, owner:NAME, brand:NAME, product:ID, category:NAME or family:ID
        """

    /// The owner that `owner:NAME` names; nil for a scope.
    package static func owner(in scope: String) -> String? {
        scope.hasPrefix("owner:") ? String(scope.dropFirst("owner:".count)) : nil
    }

    init(_ table: TOMLTable, _ line: Int) throws(TOMLFault) {
        var values: [String: SettingsFile.Value] = [:]
        for (key, node) in table.members {
            guard Self.members.contains(key) else {
                throw SettingsFile.unknown("recipient.\(key)", node.line)
            }
            values[key] = try Self.value(key, node)
        }
        func text(_ key: String) -> String? {
            if case .written(let texts) = values[key] { texts.first } else { nil }
        }
        guard let name = text("name") else {
            throw TOMLFault(line: line, "a recipient has a name")
        }
        self.name = name
        self.line = line
        scope = text("scope") ?? ScopeWords.portfolio
        guard ScopeWords.isScope(scope) else {
            throw TOMLFault(line: line, "recipient.scope: \(Self.scopeForms)")
        }
        guard let content = Content(rawValue: text("send") ?? Content.report.rawValue) else {
            throw TOMLFault(line: line, "recipient.send: it is one of report, dangers")
        }
        self.content = content
        channel = try Self.channel(values, line)
    }

    private static func value(
        _ key: String, _ node: TOMLNode
    ) throws(TOMLFault) -> SettingsFile.Value {
        switch node.value {
        case .string(let text):
            guard SettingsFile.isOneLine(text), text.utf8.count <= 500 else {
                throw TOMLFault(line: node.line, "recipient.\(key): it is a text of one line")
            }
            guard key != "secret", key != "slack" else {
                throw TOMLFault(
                    line: node.line,
                    "recipient.\(key): a secret is never written here; name what holds it: "
                        + "{ env = \"NAME\" } or { file = \"PATH\" }")
            }
            return .written([text])
        case .table(let inner) where !["name", "scope", "send"].contains(key):
            return try SettingsFile.Value(inner, of: "recipient.\(key)", node.line)
        default:
            throw TOMLFault(line: node.line, "recipient.\(key): it is a text of one line")
        }
    }

    private static func channel(
        _ values: [String: SettingsFile.Value], _ line: Int
    ) throws(TOMLFault) -> Channel {
        let secret = values["secret"]
        switch (values["mail"], values["webhook"], values["slack"]) {
        case (let mail?, nil, nil) where secret == nil: return .mail(mail)
        case (nil, nil, let slack?) where secret == nil: return .slack(slack)
        case (nil, let webhook?, nil):
            guard let secret else {
                throw TOMLFault(line: line, "a webhook has a secret, which signs its messages")
            }
            return .webhook(webhook, secret: secret)
        default:
            throw TOMLFault(
                line: line, "a recipient has one of mail, slack, or webhook with its secret")
        }
    }
}

/// The written forms of scopes, which the settings know without their meaning.
private enum ScopeWords {
    static let portfolio = "portfolio"

    static func isScope(_ text: String) -> Bool {
        if text == portfolio { return true }
        return ["owner:", "brand:", "product:", "category:", "family:"].contains { kind in
            text.hasPrefix(kind) && text.utf8.count > kind.utf8.count
        }
    }
}
