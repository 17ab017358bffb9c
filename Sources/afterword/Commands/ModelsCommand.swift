import ArgumentParser

/// `models`: models of language and how they compare.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "Language models: which are known, and how two compare.",
        subcommands: [ModelsListCommand.self, ModelsCompareCommand.self],
        defaultSubcommand: ModelsListCommand.self)
}
