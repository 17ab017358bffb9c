import ArgumentParser
import Foundation

/// A command with the names that lead to it.
struct NamedCommand {
    /// `["rejects", "replay"]`; none for the root.
    var names: [String]
    var type: any ParsableCommand.Type

    static let root = NamedCommand(names: [], type: Afterword.self)

    /// `afterword rejects replay`.
    var line: String { (["afterword"] + names).joined(separator: " ") }

    var children: [NamedCommand] {
        type.configuration.subcommands.map { child in
            NamedCommand(names: names + [child.configuration.commandName ?? ""], type: child)
        }
    }

    /// This command and all below it, in the order of the help.
    var all: [NamedCommand] { [self] + children.flatMap(\.all) }

    func child(_ name: String) -> NamedCommand? { children.first { $0.names.last == name } }
}

/// `afterword rejects replay`, of the command's type.
func commandLine(of type: any ParsableCommand.Type) -> String {
    (NamedCommand.root.all.first { $0.type == type } ?? .root).line
}

/// Refuses help for a command that there is not: the parser would show that of the root.
func checkHelp(_ arguments: [String]) throws {
    guard arguments.first == "help" else { return }
    var command = NamedCommand.root
    for name in arguments.dropFirst() where !name.hasPrefix("-") {
        guard let child = command.child(name) else { throw unknown(name, below: command) }
        command = child
    }
}

private func unknown(_ name: String, below command: NamedCommand) -> CommandFault {
    let names = command.children.compactMap(\.names.last)
    let hint = nearest(to: name, among: names).map { "; did you mean '\($0)'?" } ?? "."
    return CommandFault(
        .usage,
        "there is no command '\(command.line) \(name)'" + hint
            + " All commands: \(command.line) --help")
}

/// A refusal of a command with its own usage.
func usageMessage(_ message: String, of type: any ParsableCommand.Type) -> String {
    let usage = Afterword.usageString(for: type)
    return "afterword: \(printable(message))\n"
        + helpText("Usage: \(usage)", to: Terminal.errorWidth)
        + "\n  See '\(commandLine(of: type)) --help' for more information."
}

/// What the parser refuses, with what was meant.
func parserMessage(_ message: String, _ arguments: [String]) -> String {
    let (command, rest) = descend(arguments)
    // A word where a command has to stand.
    let hasDefault = command.type.configuration.defaultSubcommand != nil
    if !command.children.isEmpty, !hasDefault || message.contains("nexpected argument") {
        if let word = rest.first, !word.hasPrefix("-") {
            return "afterword: " + printable(unknown(word, below: command).failure.message)
        }
        if let meant = rest.lazy.compactMap({ command.child($0) }).first {
            return "afterword: options follow the command: '\(meant.line) \(rest[0]) …'"
        }
    }
    var lines = message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if !lines[0].contains("Unknown option") || !lines[0].contains("Did you mean") {
        lines[0] += otherOptions(rest, command)
    }
    if let value = refusedValue(lines[0]), let meant = nearest(to: value, among: values(lines)) {
        lines[0] += " Did you mean '\(meant)'?"
    }
    return helpText(
        lines.map { printable($0) }.joined(separator: "\n"), to: Terminal.errorWidth)
}

/// The command that arguments lead to, and what is left of them.
private func descend(_ arguments: [String]) -> (NamedCommand, [String]) {
    var command = NamedCommand.root
    var rest = arguments[...]
    while let name = rest.first, let child = command.child(name) {
        command = child
        rest = rest.dropFirst()
    }
    return (command, Array(rest))
}

/// What a command takes, where one of its arguments is an option that it does not have; else nothing.
private func otherOptions(_ arguments: [String], _ command: NamedCommand) -> String {
    let lines = Afterword.helpMessage(for: command.type, columns: 200).split(separator: "\n")
    let own = lines.filter { $0.hasPrefix("  -") }.compactMap { line in
        line.split(separator: " ").first { $0.hasPrefix("--") }.map {
            String($0.filter { $0 != "," })
        }
    }
    let given = arguments.filter { $0.hasPrefix("--") }.map { String($0.prefix { $0 != "=" }) }
    guard let other = given.first(where: { !own.contains($0) }) else { return "" }
    let known = own.filter { !["--help", "--version"].contains($0) }
    if known.isEmpty { return ". '\(command.line)' has no options." }
    return ". '\(command.line)' has no \(other): it has " + known.joined(separator: ", ") + "."
}

/// The value of a message that it is invalid.
private func refusedValue(_ line: String) -> String? { quoted(line, after: "The value '") }

/// The values that a message offers: `one of 'html', 'md' or 'json'`, or a line each.
private func values(_ lines: [String]) -> [String] {
    let listed = lines.filter { $0.hasPrefix("  - ") }.map { String($0.dropFirst(4)) }
    guard listed.isEmpty, let offer = lines[0].range(of: "Please provide one of") else {
        return listed
    }
    return lines[0][offer.upperBound...].split(separator: "'").enumerated()
        .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
}

private func quoted(_ line: String, after words: String) -> String? {
    guard let start = line.range(of: words) else { return nil }
    return line[start.upperBound...].split(separator: "'").first.map(String.init)
}

/// The name that is most like a word; nil where none is near: half of its letters at most differ.
func nearest(to word: String, among names: [String]) -> String? {
    let word = word.lowercased()
    let distances = names.map { (name: $0, distance: editDistance(word, $0.lowercased())) }
    // What a name begins with stands for it: 'product' for 'products', 'verif' for 'verify'.
    let near = distances.filter { entry in
        entry.distance <= max(1, min(3, word.count / 2))
            || (word.count > 2 && entry.name.lowercased().hasPrefix(word))
    }
    return near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

/// Letters to put in, take out, exchange or swap.
func editDistance(_ left: String, _ right: String) -> Int {
    let (left, right) = (Array(left), Array(right))
    var before: [Int] = []
    var last = Array(0...right.count)
    for i in left.indices {
        var next = [i + 1]
        for j in right.indices {
            var least = min(last[j + 1] + 1, next[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                least = min(least, before[j - 1] + 1)
            }
            next.append(least)
        }
        (before, last) = (last, next)
    }
    return last[right.count]
}

/// Help as the parser writes it, with its line of usage broken too.
func helpText(_ text: String, to width: Int) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
        let isUsage = line.uppercased().hasPrefix("USAGE: ") || line.hasPrefix("  See '")
        guard isUsage, line.count > width else { return [String(line)] }
        return brokenUsage(String(line), to: width)
    }.joined(separator: "\n")
}

/// Broken between options: `[--limit <limit>]` stays together.
private func brokenUsage(_ line: String, to width: Int) -> [String] {
    var pieces: [String] = []
    for word in line.split(separator: " ").map(String.init) {
        if let last = pieces.last, last.hasPrefix("["), !last.contains("]") {
            pieces[pieces.count - 1] = last + " " + word
        } else {
            pieces.append(word)
        }
    }
    var lines: [String] = []
    var current = ""
    for piece in pieces {
        if !current.isEmpty, current.count + 1 + piece.count > width {
            lines.append(current)
            current = "         " + piece
        } else {
            current += (current.isEmpty ? "" : " ") + piece
        }
    }
    return lines + [current]
}
