package import AfterwordCore

/// What a look at a dump suggests for a settings file.
package struct DumpLook: Equatable, Sendable {
    /// Values by the names of settings, as TOML.
    package var settings: [String: String] = [:]
    /// What was seen, a sentence each.
    package var remarks: [String] = []

    package init() {}
}

/// Looks at the names of a dump's files and the heads of some. No file is read to its end.
///
/// - Throws: `InputFault` where there is nothing to read.
package func lookAtDump(_ path: String) throws -> DumpLook {
    try lookAtDump(path, dumps: openDumps(path))
}

/// The same for dumps that are found already at a path.
package func lookAtDump(_ path: String, dumps: [Dump]) throws -> DumpLook {
    var look = DumpLook()
    let files = dumps.reduce(0) { $0 + $1.files.count }
    look.remarks.append(
        dumps.count > 1
            ? "\(path): a series of \(dumps.count) dumps, \(several(files, "file"))."
            : "\(path): \(several(files, "file")).")
    if !dumps.contains(where: { $0.namedInstant != nil }) {
        look.remarks.append(
            "No date in its name: name folders by the day (2026-03-09), or give --observed-at.")
    }
    do {
        switch try detectShape(at: path, dumps: dumps) {
        case .builtIn(let shape):
            look.remarks.append("Its shape is \(shape.name), which is built in.")
        case .proposal(let proposal) where proposal.hasProduct && proposal.doubts.isEmpty:
            look.remarks.append("No built-in shape; what its fields hold is beyond doubt.")
        case .proposal(let proposal):
            look.remarks.append(
                "No built-in shape. Write one: afterword shape detect \(shellQuoted(path)) > "
                    + "shape.json; look it over, for "
                    + (proposal.doubts.first ?? "it names no product") + ".")
            look.settings["load.shapes"] = "[\"shape.json\"]"
        }
    } catch InputFault.noProposal(_, let reason) {
        look.remarks.append(
            "No shape fits: \(reason). Reviews need a product, and a text or a rating.")
    }
    return look
}

extension SettingsFile.Schedule {
    /// The line of a crontab that runs the command in the folder of the settings file.
    ///
    /// - Parameters:
    ///   - program: A path: cron looks for a name in few folders.
    ///   - file: The name of the settings file; the line names it where it is not the usual one.
    package func crontabLine(program: String, folder: String, file: String) -> String {
        let setting =
            file == "afterword.toml" ? "" : "AFTERWORD_CONFIG=\(shellQuoted(file)) "
        let line = "cd \(shellQuoted(folder)) && \(setting)\(shellQuoted(program)) \(command)"
        // In a crontab `%` ends the command unless a backslash precedes it.
        return "\(cron) \(line.replacing("%", with: "\\%"))"
    }
}
