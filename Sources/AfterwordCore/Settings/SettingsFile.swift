/// A settings file as it is written: values with their lines, secrets by the name of what holds
/// them.
package struct SettingsFile: Equatable, Sendable {
    /// What the file says of a setting.
    package enum Value: Equatable, Sendable {
        /// One value, or the elements of a list.
        case written([String])
        /// The value of an environment variable.
        case variable(String)
        /// The content of a file, less white space at its end.
        case file(String)
    }

    /// Something to be done at certain times by the system's scheduler.
    package struct Schedule: Equatable, Sendable {
        package var name: String
        /// Five fields, as of crontab.
        package var cron: String
        /// The arguments of the command: "run dumps --insights changed".
        package var command: String
    }

    package private(set) var values: [String: (value: Value, line: Int)] = [:]
    package private(set) var schedules: [Schedule] = []
    package private(set) var recipients: [RecipientSetting] = []

    package static func == (left: SettingsFile, right: SettingsFile) -> Bool {
        left.schedules == right.schedules && left.recipients == right.recipients
            && left.values.keys == right.values.keys
            && left.values.allSatisfy { key, entry in
                right.values[key].map { $0 == entry } ?? false
            }
    }

    /// Reads the text of a settings file.
    ///
    /// - Throws: `TOMLFault` for what is no TOML, an unknown name or a value of the wrong form.
    package init(parsing bytes: [UInt8]) throws(TOMLFault) {
        try read(TOMLTable(parsing: bytes), below: "")
    }

    private mutating func read(_ table: TOMLTable, below prefix: String) throws(TOMLFault) {
        for (key, node) in table.members {
            let name = prefix + key
            if let setting = SettingKey.named(name) {
                values[name] = (try value(of: setting, node), node.line)
            } else if name == "schedule" {
                schedules = try list(node, of: name, Self.schedule)
            } else if name == "recipient" {
                recipients = try list(node, of: name) { (table, line) throws(TOMLFault) in
                    try RecipientSetting(table, line)
                }
                try refuseTwins()
            } else if case .table(let inner) = node.value,
                SettingKey.all.contains(where: { $0.name.hasPrefix(name + ".") })
            {
                try read(inner, below: name + ".")
            } else {
                throw Self.unknown(name, node.line)
            }
        }
    }

    private func refuseTwins() throws(TOMLFault) {
        var names: Set<String> = []
        for recipient in recipients where !names.insert(recipient.name).inserted {
            throw TOMLFault(line: recipient.line, "recipient.name: another one has this name")
        }
    }

    static func unknown(_ name: String, _ line: Int) -> TOMLFault {
        let names = SettingKey.all.map(\.name) + ["schedule", "recipient"]
        let hint = nearestName(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
        return TOMLFault(line: line, "no setting is named \(name)\(hint)")
    }

    private func value(of key: SettingKey, _ node: TOMLNode) throws(TOMLFault) -> Value {
        if case .table(let table) = node.value { return try reference(table, of: key, node.line) }
        let written = try texts(of: key, node)
        for text in written {
            if let fault = key.fault(in: text) {
                throw TOMLFault(line: node.line, "\(key.name): \(fault)")
            }
        }
        let isSecret =
            key.kind == .store && written.contains { WrittenStore($0).holdsPassword }
        guard key.kind != .secret, !isSecret else {
            throw TOMLFault(
                line: node.line,
                "\(key.name): a secret is never written here; name what holds it: "
                    + "{ env = \"NAME\" } or { file = \"PATH\" }")
        }
        return .written(written)
    }

    private func texts(of key: SettingKey, _ node: TOMLNode) throws(TOMLFault) -> [String] {
        switch (key.kind, node.value) {
        case (.whole, .integer(let number)): return [String(number)]
        case (.whole, _): break
        case (.shapes, .array(let nodes)):
            return try nodes.map { (inner) throws(TOMLFault) in
                guard case .string(let text) = inner.value, !text.isEmpty else {
                    throw TOMLFault(line: inner.line, "\(key.name): a shape is named by a string")
                }
                return text
            }
        case (_, .string(let text)) where !text.isEmpty: return [text]
        default: break
        }
        throw TOMLFault(line: node.line, "\(key.name): it is not \(node.value.kind)")
    }

    /// `{ env = "NAME" }` or `{ file = "PATH" }`.
    private func reference(
        _ table: TOMLTable, of key: SettingKey, _ line: Int
    ) throws(TOMLFault) -> Value {
        guard key.kind == .secret || key.kind == .store else {
            throw TOMLFault(line: line, "\(key.name): it is not a table")
        }
        return try Value(table, of: key.name, line)
    }

    // MARK: Lists of tables

    private func list<Element>(
        _ node: TOMLNode, of name: String,
        _ read: (TOMLTable, Int) throws(TOMLFault) -> Element
    ) throws(TOMLFault) -> [Element] {
        guard case .array(let nodes) = node.value else {
            throw TOMLFault(line: node.line, "\(name) is a list of tables: [[\(name)]]")
        }
        var elements: [Element] = []
        for inner in nodes {
            guard case .table(let table) = inner.value else {
                throw TOMLFault(line: inner.line, "\(name) is a list of tables: [[\(name)]]")
            }
            elements.append(try read(table, inner.line))
        }
        return elements
    }

    private static func schedule(_ table: TOMLTable, _ line: Int) throws(TOMLFault) -> Schedule {
        var texts: [String: String] = [:]
        for (key, node) in table.members {
            guard ["name", "cron", "command"].contains(key) else {
                throw unknown("schedule.\(key)", node.line)
            }
            guard case .string(let text) = node.value, isOneLine(text) else {
                throw TOMLFault(line: node.line, "schedule.\(key): it is a text of one line")
            }
            texts[key] = text
        }
        guard let name = texts["name"], let cron = texts["cron"], let command = texts["command"]
        else { throw TOMLFault(line: line, "a schedule has name, cron and command") }
        guard cron.split(separator: " ").count == 5,
            cron.allSatisfy({ "0123456789*/,- ".contains($0) || ($0.isASCII && $0.isLetter) })
        else {
            throw TOMLFault(line: line, "schedule.cron: five fields, as \"0 6 * * 1\"")
        }
        return Schedule(name: name, cron: cron, command: command)
    }

    static func isOneLine(_ text: String) -> Bool {
        !text.isEmpty && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}

extension SettingsFile.Value {
    /// Reads `{ env = "NAME" }` or `{ file = "PATH" }`.
    init(_ table: TOMLTable, of name: String, _ line: Int) throws(TOMLFault) {
        guard table.members.count == 1, let member = table.members.first,
            case .string(let holder) = member.node.value, !holder.isEmpty
        else {
            throw TOMLFault(line: line, "\(name): { env = \"NAME\" } or { file = \"PATH\" }")
        }
        switch member.key {
        case "env": self = .variable(holder)
        case "file": self = .file(holder)
        default: throw TOMLFault(line: line, "\(name): only env and file name a secret")
        }
    }

    /// Why nothing is held.
    package var absence: String {
        switch self {
        case .variable(let name): "\(name) is not set"
        case .written, .file: "its file cannot be read"
        }
    }

    /// What is held by what the file names, or the written text; nil where nothing is.
    ///
    /// - Parameters:
    ///   - folder: The folder of the settings file.
    ///   - read: The content of a file; nil where it cannot be read.
    package func held(
        _ environment: [String: String], in folder: String, _ read: (_ path: String) -> String?
    ) -> String? {
        switch self {
        case .written(let values): return values.first
        case .variable(let name): return environment[name].flatMap { $0.isEmpty ? nil : $0 }
        case .file(let path):
            guard let held = read(ResolvedSettings.path(path, in: folder)) else { return nil }
            return String(held.reversed().drop { $0.isWhitespace }.reversed())
        }
    }
}
