/// The text of a new settings file: every setting with what it is, in a comment where it has its
/// usual value.
///
/// - Parameters:
///   - values: The values that a look at a dump suggests, by the names of settings, as TOML.
///   - remarks: What the look found, a line each.
package func settingsTemplate(values: [String: String], remarks: [String]) -> String {
    var text = """
        # Settings of Afterword. An option of a command wins over a variable of the environment,
        # and that one over this file: 'afterword config show' says what is in force, and why.
        # Paths are relative to this file. Secrets are never written here, only what holds them.

        """
    for remark in remarks { text += "# \(oneLine(remark))\n" }
    var table = ""
    for key in SettingKey.all {
        let parts = key.name.split(separator: ".").map(String.init)
        if parts.count > 1, parts[0] != table {
            table = parts[0]
            text += "\n[\(table)]"
        }
        text += "\n# \(key.comment)\n# \(origins(of: key))\n"
        let name = parts.last ?? key.name
        if let value = values[key.name] {
            text += "\(name) = \(value)\n"
        } else {
            text += "# \(name) = \(key.example)\n"
        }
    }
    return text + """

        # What the system's scheduler starts: 'afterword config crontab' prints its lines.
        # [[schedule]]
        # name = "weekly"
        # cron = "0 6 * * 1"
        # command = "run dumps --insights changed --wait"

        # Who gets what was found, by 'afterword deliver': mail, webhook and secret, or slack.
        # [[recipient]]
        # name = "anna"
        # scope = "portfolio"
        # mail = "anna@example.com"

        """
}

/// A text as a string of TOML.
package func tomlString(_ text: String) -> String {
    var written = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": written += "\\\""
        case "\\": written += "\\\\"
        case _ where scalar.value < 0x20 || scalar.value == 0x7F:
            let digits = String(scalar.value, radix: 16)
            written += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: written.unicodeScalars.append(scalar)
        }
    }
    return written + "\""
}

private func oneLine(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
}

private func origins(of key: SettingKey) -> String {
    ([key.option, key.variable].compactMap { $0 }).joined(separator: " or ") + " wins over it."
}

extension SettingKey {
    /// A value as an example, in TOML.
    fileprivate var example: String {
        switch kind {
        case .secret: "{ env = \"\(variable)\" }"
        case .shapes: "[\"shape.json\"]"
        case .whole: sample ?? fallback ?? "10"
        case .text, .path: tomlString(sample ?? fallback ?? "*.jsonl.gz")
        case .amount, .choice, .store: tomlString(fallback ?? "")
        }
    }
}
