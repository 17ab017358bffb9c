import AfterwordPipeline

/// Options that name a file or a folder, or an address in their place.
private let pathOptions: Set = [
    "--store", "--to", "--from", "--output", "--changed", "--receipt", "--junit", "--summary",
    "--events", "--record", "--replay", "--lake", "--taxonomy", "--shape", "--models", "--state",
    "--rules", "--faults", "--tls-certificate", "--tls-key", "--config", "--recipients",
]
/// Commands whose own arguments are files, folders or addresses.
private let pathCommands: Set = [
    "run", "plan", "backup", "restore", "init", "verify", "drift", "catalog", "shape", "taxonomy",
    "junit",
]

/// The options that are given a value, in order.
func optionValues(_ arguments: [String]) -> [(option: String, value: String)] {
    var values: [(option: String, value: String)] = []
    var option: String?
    for word in arguments.prefix(while: { $0 != "--" }) {
        let sides = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if let option, !word.hasPrefix("--") {
            values.append((option, word))
        } else if word.hasPrefix("--"), sides.count == 2 {
            values.append((String(sides[0]), String(sides[1])))
        }
        option = word.hasPrefix("--") && sides.count == 1 ? word : nil
    }
    return values
}

/// Refuses an empty path, which is the root of a disk or no place, and an option's address of a
/// kind that is not supported, before a command does anything.
///
/// - Throws: `CommandFault`.
func checkPaths(_ arguments: [String]) throws {
    let (command, _) = descend(arguments)
    let takesPaths = command.names.first.map(pathCommands.contains) ?? false
    var option: String?
    for (place, word) in arguments.enumerated() {
        if word == "--" {
            if takesPaths, arguments[place...].contains("") { throw empty("a path") }
            break
        }
        let sides = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if word.isEmpty, takesPaths, option.map({ !pathOptions.contains($0) }) ?? true {
            throw empty(option.map { "what follows \($0)" } ?? "a path")
        }
        option = word.hasPrefix("--") && sides.count == 1 ? word : nil
    }
    for (option, value) in optionValues(arguments) where pathOptions.contains(option) {
        guard !value.allSatisfy(\.isWhitespace) else { throw empty(option) }
        // Which addresses are stores their commands say.
        let isStore =
            ["--store", "--from"].contains(option)
            || option == "--to" && command.names.first == "copy"
        if !isStore { try requireKnownPlace(value) }
    }
}

private func empty(_ name: String) -> CommandFault {
    CommandFault(.usage, "\(name) is empty: name a file or a folder (. is this one)")
}
