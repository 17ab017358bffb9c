import ArgumentParser

/// `models`: models of language and how they compare.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "Language models: how two of them compare.",
        subcommands: [ModelsCompareCommand.self])
}
