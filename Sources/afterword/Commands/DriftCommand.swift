import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import ArgumentParser

/// `drift`: asks the questions of recordings again, and compares the form of the answers.
struct DriftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift", abstract: "Ask recorded questions again: has the API changed?",
        discussion: """
            Sends the recorded questions that were answered to the real API again, each once, and \
            compares the form of the answers: status, headers, members and their types; never \
            what a model says. Exit code 1 where something differs. Costs money like the questions \
            did, at most --budget-usd.
            """)

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ModelServerOptions
    @Argument(help: "A folder of recordings, from --record.")
    var folder: String
    @Flag(help: "Ask the paid model (OPENAI_API_KEY); needed.")
    var realLlm = false
    @Option(help: "Dollars this command may spend.")
    var budgetUsd = "1"

    func validate() throws {
        guard nanodollars(budgetUsd) != nil else {
            throw ValidationError("--budget-usd is an amount of dollars, as 2 or 0.50")
        }
    }

    func run() async throws {
        guard realLlm else {
            throw CommandFault(.usage, "drift asks a paid model: give --real-llm")
        }
        let recordings = try tape(folder).recordings.filter(\.isAnswered)
        try checkBudget(recordings)
        var changed = 0
        for recording in recordings {
            let model = try OpenAIModel(server.configuration(recording.model, isAsking: true))
            let changes = await model.formChanges(of: recording)
            await model.shutDown()
            if !changes.isEmpty { changed += 1 }
            show(recording, changes)
        }
        guard changed == 0 else {
            throw CommandFault(
                .check,
                "\(several(Int64(changed), "answer")) of \(recordings.count) in another form")
        }
        if !output.json {
            print("\(several(Int64(recordings.count), "answer")) in the recorded form.")
        }
    }

    private func show(_ recording: Recording, _ changes: [String]) {
        if output.json {
            return Terminal.write(json: [
                .row([
                    "recording": .string(recording.file), "model": .string(recording.model),
                    "changes": .array(changes.map { .string($0) }),
                ])
            ])
        }
        for change in changes { print("\(recording.file)  \(printable(change))") }
    }

    /// Refuses before anything is asked what may cost more than the budget.
    private func checkBudget(_ recordings: [Recording]) throws {
        var price: Int64 = 0
        for recording in recordings {
            price += try server.facts(recording.model).cost(of: recording)
        }
        let budget = nanodollars(budgetUsd) ?? 0
        guard price <= budget else {
            throw CommandFault(
                .budget,
                "\(several(Int64(recordings.count), "question")) may cost \(dollars(price)), and "
                    + "the budget is \(dollars(budget))")
        }
    }
}

extension ModelFacts {
    /// The most that a recorded question can cost.
    fileprivate func cost(of recording: Recording) -> Int64 {
        let input = Int64(tokenBound(recording.request.canonical))
        let output = recording.request[lengthMember]?.integer ?? ModelRequest.outputTokens
        return cost(
            ModelUsage(input: input, cachedInput: 0, output: output), PriceTerms(isRegional: true))
    }
}
