import ArgumentParser

/// The places that a command is given, besides those that options name in every command alike.
struct CommandPlaces {
    /// A place that is written to.
    struct Output {
        /// The option or the argument, for messages.
        var name: String
        var path: String
        /// Whether it may lie in a folder that is read, where its name is not one of a review file
        /// or an archive: no dump reads it.
        var isUnread = false
    }

    /// Files, and folders or prefixes with all that lies in them, that are read.
    var inputs: [String] = []
    /// What is written; of an option that all commands have in common this one counts.
    var outputs: [Output] = []
    /// Files of stores that are read, besides that of `--store`.
    var stores: [String] = []
}

/// A command whose arguments name places.
protocol PlacedCommand: ParsableCommand {
    /// Where it reads and writes.
    var places: CommandPlaces { get }
}

extension StoreLocation {
    /// The store's file, as an output; none of a server.
    fileprivate func outputs(_ option: String) -> [CommandPlaces.Output] {
        isFile ? [CommandPlaces.Output(name: option, path: path, isUnread: true)] : []
    }
}

extension RunCommand: PlacedCommand {
    var places: CommandPlaces {
        CommandPlaces(inputs: arguments.dumps, outputs: arguments.location.outputs("--store"))
    }
}

extension PlanCommand: PlacedCommand {
    var places: CommandPlaces { CommandPlaces(inputs: arguments.dumps) }
}

extension InitCommand: PlacedCommand {
    var places: CommandPlaces {
        CommandPlaces(
            inputs: dump.map { [$0] } ?? [],
            outputs: [.init(name: "--output", path: output, isUnread: true)])
    }
}

extension JUnitCommand: PlacedCommand {
    var places: CommandPlaces { CommandPlaces(inputs: events) }
}

extension VerifyCommand.Check: PlacedCommand {
    var places: CommandPlaces { CommandPlaces(inputs: [options.golden]) }
}

extension CatalogCommand.Load: PlacedCommand {
    var places: CommandPlaces {
        CommandPlaces(inputs: [file], outputs: store.location.outputs("--store"))
    }
}

extension BackupCommand: PlacedCommand {
    var places: CommandPlaces { CommandPlaces(outputs: [.init(name: "the backup", path: file)]) }
}

extension RestoreCommand: PlacedCommand {
    var places: CommandPlaces {
        CommandPlaces(outputs: store.location.outputs("--store"), stores: [file])
    }
}

extension CopyCommand: PlacedCommand {
    var places: CommandPlaces {
        CommandPlaces(outputs: StoreLocation(path: to).outputs("--to"), stores: [from])
    }
}

extension ExportCommand: PlacedCommand {
    var places: CommandPlaces { arguments.places }
}

extension PublishCommand: PlacedCommand {
    var places: CommandPlaces { arguments.places }
}

extension ExportArguments {
    fileprivate var places: CommandPlaces {
        CommandPlaces(outputs: [.init(name: "--to", path: to)])
    }
}
