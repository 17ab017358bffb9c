import AfterwordObjects
import AfterwordPipeline
import ArgumentParser
import Foundation

/// Options that name what a command writes as a whole: of two at one place one would be lost.
private let outputOptions = [
    "--output", "--changed", "--receipt", "--junit", "--summary", "--events", "--record", "--state",
]
/// Options that name a file or a folder that is read.
private let inputOptions: Set = [
    "--shape", "--taxonomy", "--models", "--replay", "--rules", "--faults", "--tls-certificate",
    "--tls-key",
]

/// What SQLite appends to a store's name for the files that it keeps beside it.
private let sideEndings = ["-wal", "-shm", "-journal"]

/// Refuses two outputs of one place, and one in the store's. Nothing is written before, no event of
/// the refusal either: the file of events may be what is refused.
///
/// - Throws: `CommandFault`.
func checkPlaces(_ arguments: [String]) throws {
    let values = givenValues(arguments)
    let outputs = namedOutputs(values)
    try requireDistinct(outputs)
    try requireNoStore(outputs, storePaths(values), [""] + sideEndings)
}

/// Refuses an output that the command reads, or that its next run would: it is an input, or lies in
/// one; and a file that SQLite would take for one of a store. As above, before anything is read.
///
/// - Throws: `CommandFault`.
func checkPlaces(_ arguments: [String], of command: any ParsableCommand) throws {
    let places = (command as? any PlacedCommand)?.places ?? CommandPlaces()
    let values = givenValues(arguments)
    let own = Set(places.outputs.map(\.name))
    let outputs = namedOutputs(values).filter { !own.contains($0.name) } + places.outputs
    try requireNoStore(outputs, storePaths(values) + places.stores, sideEndings)
    let options = values.filter { inputOptions.contains($0.option) }.map(\.value)
    let settings = Settings.current.file.map { [$0.path] } ?? []
    try requireNoInput(outputs, places.inputs + options + settings)
}

/// Whether events may be appended to a file although the arguments were not understood: where it is
/// none of the words among them and lies in none, as each may be an input.
func mayAppendEvents(to path: String, _ arguments: [String]) -> Bool {
    var words: [String] = []
    var option: String?
    for word in arguments {
        let sides = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if !word.hasPrefix("--") {
            if option != "--events" { words.append(word) }
        } else if sides.count == 2, sides[0] != "--events" {
            words.append(String(sides[1]))
        }
        option = word
    }
    if let settings = Settings.current.file { words.append(settings.path) }
    return InputPlaces(words.filter { !$0.isEmpty }).relation(of: path) == nil
}

private func givenValues(_ arguments: [String]) -> [(option: String, value: String)] {
    optionValues(arguments).filter { !$0.value.isEmpty }
}

/// What the options of outputs name. Of an option that is given twice the last value counts.
private func namedOutputs(_ values: [(option: String, value: String)]) -> [CommandPlaces.Output] {
    outputOptions.compactMap { option in
        guard let given = values.last(where: { $0.option == option }) else { return nil }
        return CommandPlaces.Output(name: option, path: given.value)
    }
}

private func storePaths(_ values: [(option: String, value: String)]) -> [String] {
    [values.last { $0.option == "--store" }?.value ?? Settings.current.store]
}

/// Refuses two outputs of one place.
private func requireDistinct(_ outputs: [CommandPlaces.Output]) throws {
    var places: [String: String] = [:]
    for output in outputs {
        guard let place = place(of: output.path) else { continue }
        if let other = places.updateValue(output.name, forKey: place) {
            throw CommandFault(
                .usage,
                "\(other) and \(output.name) name one place, and one of them would be lost: "
                    + "name two")
        }
    }
}

/// Refuses an output that is a file of a store.
///
/// - Parameter endings: Those of the store's files, after its name.
private func requireNoStore(
    _ outputs: [CommandPlaces.Output], _ stores: [String], _ endings: [String]
) throws {
    for location in stores.map({ StoreLocation(path: $0) }) where location.isFile {
        guard let store = place(of: location.path) else { continue }
        for output in outputs {
            guard let place = place(of: output.path), place.hasPrefix(store),
                endings.contains(String(place.dropFirst(store.count)))
            else { continue }
            throw CommandFault(
                .usage,
                place == store
                    ? "\(output.name) names the store's file, which it would replace"
                    : "\(output.name) names a file that SQLite keeps beside the store: name another"
            )
        }
    }
}

/// Refuses an output that is an input, or lies in one.
private func requireNoInput(_ outputs: [CommandPlaces.Output], _ paths: [String]) throws {
    guard !outputs.isEmpty, !paths.isEmpty else { return }
    let inputs = InputPlaces(paths)
    for output in outputs where !output.isUnread || isNamedAsInput(output.path) {
        switch inputs.relation(of: output.path) {
        case .itself:
            throw CommandFault(
                .usage,
                "\(output.name) names \(output.path), which this command reads and would lose: "
                    + "name another place")
        case .inside:
            throw CommandFault(
                .usage,
                "\(output.name) names \(output.path), which lies in what this command reads, so "
                    + "that the next one would read it too: name a place outside")
        case nil: continue
        }
    }
}

/// One name of a file or an object that is written; nil for standard output, a descriptor, and what
/// is no regular file: several may write there.
///
/// - Parameter isFolder: Whether a folder has a name too.
func place(of path: String, orFolder isFolder: Bool = false) -> String? {
    if ObjectAddress.isMeant(by: path) {
        // What is no address its command refuses.
        return (try? ObjectAddress(parsing: path)).map { "\($0)" }
    }
    guard path != "-", namedDescriptor(path) == nil else { return nil }
    let kind = FileKind.irregular(at: path)
    guard kind == nil || kind == .folder && isFolder else { return nil }
    let url = URL(fileURLWithPath: linkEnd(path)).standardizedFileURL.resolvingSymlinksInPath()
    let folder = url.deletingLastPathComponent().resolvingSymlinksInPath()
    return folder.appendingPathComponent(url.lastPathComponent).path
}
