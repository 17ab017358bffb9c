import ArgumentParser

/// `plan`: the same load as `run`, discarded.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what 'run' would do; nothing is written.",
        discussion: """
            The dumps are loaded as 'run' would load them, then all of it is undone. Of several \
            dumps each is planned by itself, against the store as it is.
            """)

    @OptionGroup var arguments: LoadArguments

    func run() throws {
        _ = try arguments.dumpsInOrder()
        try arguments.load(into: try arguments.store.openForRehearsal(), isRehearsal: true)
    }
}
