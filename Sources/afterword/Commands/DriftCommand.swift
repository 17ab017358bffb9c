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
            compares the form of the answers: headers, members and their types; never what a model \
            says. Exit code 1 where something differs, 4 where a question got no answer. Costs \
            money like the questions did, at most --budget-usd, and no more than a day's or a \
            month's ceiling; it is booked in the store, if there is one; none is made.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ModelServerOptions
    @Argument(help: "A folder of recordings, from --record.")
    var folder: String
    @Flag(help: "Ask the paid model (OPENAI_API_KEY); needed.")
    var realLlm = false
    @Option(help: "Dollars this command may spend.")
    var budgetUsd = "1"

    func validate() throws { _ = try readBudget(budgetUsd) }

    func run() async throws {
        guard realLlm else {
            throw CommandFault(.usage, "drift asks a paid model: give --real-llm")
        }
        let recordings = try tape(folder).recordings.filter(\.isAnswered)
        guard !recordings.isEmpty else {
            throw CommandFault(.usage, "no recording of \(printable(folder)) holds an answer")
        }
        try checkBudget(recordings)
        let ledger = try store.location.openForBooking()
        if ledger == nil {
            Terminal.writeError(
                "afterword: no store of this program's schema that can be written: what is asked "
                    + "is booked nowhere")
        }
        let surroundings = insightSurroundings(isQuiet: true)
        var (changed, unanswered) = (0, 0)
        for (number, recording) in recordings.enumerated() {
            // A model is warned of once, not with each of its recordings.
            let isFirst = !recordings[..<number].contains { $0.model == recording.model }
            let model = try OpenAIModel(
                server.configuration(recording.model, isAsking: true, warns: isFirst))
            let drift = try await ask(model, recording, number, ledger, surroundings)
            switch drift {
            case .same: break
            case .changed: changed += 1
            case .unanswered: unanswered += 1
            }
            show(recording, drift)
        }
        try check(changed: changed, unanswered: unanswered, of: recordings.count)
        if !output.json {
            print("\(several(Int64(recordings.count), "answer")) in the recorded form.")
        }
    }

    /// Asks one question again, once, and closes the model's connections. What it cost is booked,
    /// unless it is free or there is no store.
    private func ask(
        _ model: OpenAIModel, _ recording: Recording, _ number: Int,
        _ ledger: (any ReviewStore)?, _ surroundings: InsightSurroundings
    ) async throws -> Drift {
        let drift: Drift
        do {
            if let facts = model.facts, let ledger {
                var question = CheckQuestion(
                    facts: facts, terms: model.terms, requestDigest: recording.requestDigest,
                    most: recording.greatestCost(facts))
                question.number = number
                drift = try await bookCall(
                    question, budget: readBudget(budgetUsd), in: ledger, surroundings
                ) { await model.drift(of: recording) }
            } else {
                drift = await model.drift(of: recording).value
            }
            await model.shutDown()
        } catch let refusal as BudgetRefusal {
            await model.shutDown()
            throw CommandFault(.budget, refusal.words)
        } catch {
            await model.shutDown()
            throw error
        }
        return drift
    }

    private func check(changed: Int, unanswered: Int, of count: Int) throws {
        var parts: [String] = []
        if changed > 0 {
            parts.append("\(several(Int64(changed), "answer")) of \(count) in another form")
        }
        if unanswered > 0 {
            parts.append("\(several(Int64(unanswered), "question")) of \(count) without an answer")
        }
        guard parts.isEmpty else {
            throw CommandFault(changed > 0 ? .check : .model, parts.joined(separator: ", "))
        }
    }

    private func show(_ recording: Recording, _ drift: Drift) {
        var changes: [String] = []
        var fault: String?
        if case .changed(let lines) = drift { changes = lines }
        if case .unanswered(let reason) = drift { fault = reason }
        if output.json {
            return Terminal.write(json: [
                .row([
                    "recording": .string(recording.file), "model": .string(recording.model),
                    "changes": .array(changes.map { .string($0) }), "no_answer": JSONValue(fault),
                ])
            ])
        }
        for line in changes + [fault.map { "no answer: \($0)" }].compactMap(\.self) {
            print("\(recording.file)  \(printable(line))")
        }
    }

    /// Refuses before anything is asked what may cost more than the budget, or than a day or a
    /// month may; and questions whose cost is not bound.
    private func checkBudget(_ recordings: [Recording]) throws {
        var price: Int64 = 0
        for recording in recordings {
            let facts = try server.facts(recording.model)
            if let fault = recording.askingFault(facts) {
                throw CommandFault(
                    .usage, "\(recording.file): the question \(printable(fault)); it is not asked")
            }
            price = saturatingSum(price, recording.greatestCost(facts))
        }
        let budget = try readBudget(budgetUsd)
        for (ceiling, words) in [
            (budget.run, "the budget"), (budget.day, "the budget of a day"),
            (budget.month, "the budget of a month"),
        ] where price > ceiling {
            throw CommandFault(
                .budget,
                "\(several(Int64(recordings.count), "question")) may cost \(dollars(price)), and "
                    + "\(words) is \(dollars(ceiling))")
        }
    }
}
