import AfterwordPipeline
import ArgumentParser

/// `run`: loads dumps, one run each.
struct RunCommand: AsyncParsableCommand, AsksModel {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Load dumps: one run each, in the order in which they were taken.",
        discussion: """
            A run is one transaction: all of it is there, or nothing. docs/loading.md says what \
            identifies a record, what counts as a change, and what an older dump may change.

            --insights makes insights of what is loaded, after the loads are committed: 'changed' \
            of the scopes that these runs changed, 'top:N' of the first N. Scopes are the brands \
            with ten reviews or more, those of most impact first, then the products with three or \
            more.
            """)

    @OptionGroup var arguments: LoadArguments

    @OptionGroup var asking: AskingOptions

    @OptionGroup var server: ModelServerOptions

    @OptionGroup var recording: RecordingOptions

    @OptionGroup var model: ModelOptions

    @OptionGroup var batches: BatchOptions

    func validate() throws {
        try askedModels.validate()
        try batches.check(askedModels)
        guard arguments.insights != .none || !batches.batch else {
            throw ValidationError("--batch goes with --insights")
        }
        guard arguments.insights != .none || !recording.isGiven else {
            throw ValidationError("--record and --replay go with --insights")
        }
    }

    func run() async throws {
        // Check the dumps and options first: a store is created only if they are valid.
        let log = try arguments.openOutputs()
        let dumps = try before(.load, in: log) {
            let dumps = try arguments.dumpsInOrder()
            _ = try arguments.options()
            return dumps
        }
        let made = NewStore(arguments.location)
        do {
            try await load(dumps, log)
        } catch {
            made?.discardIfEmpty()
            throw error
        }
    }

    /// Loads and makes insights. The store is closed when this returns or throws.
    private func load(_ dumps: [Dump], _ log: EventLog?) async throws {
        let store = try before(.load, in: log) { try arguments.openForWriting() }
        let runs = try arguments.load(dumps, into: store, log)
        try await makeChosen(
            arguments.insights.choice(loaded: Set(runs)), in: store, askedModel, batches,
            InsightOutput(
                isQuiet: arguments.quiet, isJSON: arguments.json,
                log: log))
    }
}
