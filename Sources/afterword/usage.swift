import AfterwordCore
import AfterwordPipeline
import ArgumentParser
import Foundation

/// A command and the words that select it.
struct NamedCommand {
    /// The words, such as `["rejects", "replay"]`; empty for the root command.
    var names: [String]
    var type: any ParsableCommand.Type

    /// The root command.
    static let root = NamedCommand(names: [], type: Afterword.self)

    /// The command line, such as `afterword rejects replay`.
    var line: String { (["afterword"] + names).joined(separator: " ") }

    var children: [NamedCommand] {
        type.configuration.subcommands.map { child in
            NamedCommand(names: names + [child.configuration.commandName ?? ""], type: child)
        }
    }

    /// This command and all its descendants, in the order of the help.
    var all: [NamedCommand] { [self] + children.flatMap(\.all) }

    func child(_ name: String) -> NamedCommand? { children.first { $0.names.last == name } }
}

/// The command line of a command's type, such as `afterword rejects replay`.
func commandLine(of type: any ParsableCommand.Type) -> String {
    (NamedCommand.root.all.first { $0.type == type } ?? .root).line
}

/// Refuses `help` for an unknown command, for which the parser would print the root's help.
///
/// - Throws: `CommandFault`.
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
    let hint = nearestName(to: name, among: names).map { "; did you mean '\($0)'?" } ?? "."
    return CommandFault(
        .usage,
        "there is no command '\(command.line) \(name)'" + hint
            + " All commands: \(command.line) --help")
}

/// The message of a validation error, with the usage of its command.
func usageMessage(_ message: String, of type: any ParsableCommand.Type) -> String {
    let usage = Afterword.usageString(for: type)
    return "afterword: \(printable(message))\n"
        + helpText("Usage: \(usage)", to: Terminal.errorWidth)
        + "\n  See '\(commandLine(of: type)) --help' for more information."
}

/// The message for a parser error, with a suggestion where possible.
func parserMessage(_ message: String, _ arguments: [String]) -> String {
    let (command, rest) = descend(arguments)
    // A word in place of a subcommand.
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
    if let value = refusedValue(lines[0]), let meant = nearestName(to: value, among: values(lines))
    {
        lines[0] += " Did you mean '\(meant)'?"
    }
    return helpText(
        lines.map { printable($0) }.joined(separator: "\n"), to: Terminal.errorWidth)
}

/// The command that the arguments select, and the remaining arguments.
func descend(_ arguments: [String]) -> (NamedCommand, [String]) {
    var command = NamedCommand.root
    var rest = arguments[...]
    while let name = rest.first, let child = command.child(name) {
        command = child
        rest = rest.dropFirst()
    }
    return (command, Array(rest))
}

/// The options of the command, if an argument is an option that it does not have; else empty.
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

/// The value that a parser message calls invalid.
private func refusedValue(_ line: String) -> String? { quoted(line, after: "The value '") }

/// The values that a parser message suggests, as `one of 'html', 'md' or 'json'` or one per line.
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

/// The parser's help text, with long usage lines wrapped too.
func helpText(_ text: String, to width: Int) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
        let isUsage = line.uppercased().hasPrefix("USAGE: ") || line.hasPrefix("  See '")
        guard isUsage, line.count > width else { return [String(line)] }
        return brokenUsage(String(line), to: width)
    }.joined(separator: "\n")
}

/// Wraps a usage line between options, keeping `[--limit <limit>]` on one line.
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
