import AfterwordObjects
import AfterwordPipeline
import Foundation

/// Options that name a file or a folder, or an address in their place.
private let pathOptions: Set = [
    "--store", "--to", "--from", "--output", "--changed", "--receipt", "--junit", "--summary",
    "--events", "--record", "--replay", "--lake", "--taxonomy", "--shape", "--models", "--state",
    "--rules", "--faults", "--tls-certificate", "--tls-key", "--config", "--recipients",
]
/// Options that name what a command writes as a whole: of two at one place one would be lost.
private let outputOptions = [
    "--output", "--changed", "--receipt", "--junit", "--summary", "--events",
]
/// Commands whose own arguments are files, folders or addresses.
private let pathCommands: Set = [
    "run", "plan", "backup", "restore", "init", "verify", "drift", "catalog", "shape", "taxonomy",
    "junit",
]

/// Refuses two outputs of one place, and one in the store's. Nothing is written before, no event of
/// the refusal either: the file of events may be what is refused.
///
/// - Throws: `CommandFault`.
func checkPlaces(_ arguments: [String]) throws {
    try requireDistinct(optionValues(arguments).filter { !$0.value.isEmpty })
}

/// The options that are given a value, in order.
private func optionValues(_ arguments: [String]) -> [(option: String, value: String)] {
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

/// Refuses an empty path, which is the root of a disk or no place, before a command does anything.
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
    for (option, value) in optionValues(arguments)
    where value.isEmpty && pathOptions.contains(option) {
        throw empty(option)
    }
}

private func empty(_ name: String) -> CommandFault {
    CommandFault(.usage, "\(name) is empty: name a file or a folder (. is this one)")
}

/// Refuses two outputs of one place, and one that is the store.
private func requireDistinct(_ values: [(option: String, value: String)]) throws {
    var places: [String: String] = [:]
    // Of an option that is given twice the last value counts.
    for output in outputOptions {
        guard let value = values.last(where: { $0.option == output })?.value,
            let place = place(of: value)
        else { continue }
        if let other = places.updateValue(output, forKey: place) {
            throw CommandFault(
                .usage,
                "\(other) and \(output) name one place, and one of them would be lost: "
                    + "name two")
        }
    }
    guard !places.isEmpty else { return }
    let store = StoreLocation(
        path: values.last { $0.option == "--store" }?.value ?? Settings.current.store)
    guard store.isFile, let place = place(of: store.path), let output = places[place] else {
        return
    }
    throw CommandFault(.usage, "\(output) names the store's file, which it would replace")
}

/// One name of a file or an object that is written; nil for standard output, a descriptor, and what
/// is no regular file: several may write there.
private func place(of path: String) -> String? {
    if ObjectAddress.isMeant(by: path) {
        // What is no address its command refuses.
        return (try? ObjectAddress(parsing: path)).map { "\($0)" }
    }
    guard path != "-", namedDescriptor(path) == nil, FileKind.irregular(at: path) == nil else {
        return nil
    }
    let url = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath()
    let folder = url.deletingLastPathComponent().resolvingSymlinksInPath()
    return folder.appendingPathComponent(url.lastPathComponent).path
}
