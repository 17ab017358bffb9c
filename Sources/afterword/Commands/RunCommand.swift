import ArgumentParser

/// `run`: loads dumps, one run each.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Load dumps: one run each, in the order in which they were taken.",
        discussion: """
            A run is one transaction: all of it is there, or nothing. What a record is known by, \
            what counts as a change and what a dump that is older may do is told in \
            docs/ARCHITECTURE.md.
            """)

    @OptionGroup var arguments: LoadArguments

    func run() throws {
        // Nothing is made, not even a store, for a dump that is not there.
        _ = try arguments.dumpsInOrder()
        _ = try arguments.options()
        try arguments.load(into: try arguments.store.openForWriting(), isRehearsal: false)
    }
}
