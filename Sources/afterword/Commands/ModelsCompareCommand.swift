import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import ArgumentParser

/// `models compare`: whether a model is no worse than another.
struct ModelsCompareCommand: AsyncParsableCommand, AsksModels {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Ask two models the same, and count who keeps to it.",
        discussion: """
            A and B are the names of paid models, which need --real-llm or the recordings of \
            --replay, or simulated ones: \
            fake:BEHAVIOUR:SEED, such as fake:varied:1; fake alone is the honest one. Both get the \
            same evidence of the same scopes. Exits 1 when B is worse than A beyond chance (1 %, \
            over all shares together), below a bar, or when A answered too few scopes. What paid \
            models answer is kept: the same comparison costs nothing the second time. No insight \
            is made or changed.
            """)

    @OptionGroup var read: ReadOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var junit: JUnitOptions
    @OptionGroup var asking: AskingOptions
    @OptionGroup var server: ModelServerOptions
    @OptionGroup var recording: RecordingOptions
    @Argument(help: "The model that is used.")
    var a: String
    @Argument(help: "The model that is to take its place.")
    var b: String
    @Option(help: "The scopes, as top:N.")
    var scopes = ChoiceArgument.top(24)
    @Option(help: "The least share of what B claims that must be grounded, in per cent.")
    var leastGrounded: String?
    @Option(
        help: "The least share of the scopes that A answered that B must answer, in per cent.")
    var leastAnswered = "90"
    @Option(help: "The fewest scopes that A must answer; with fewer than 9 no difference is found.")
    var leastScopes = ModelComparison.fewestScopes
    @Flag(help: "Ask again, even where the answer is known.")
    var refresh = false

    func validate() throws {
        try askedModels.validate()
        guard case .top = scopes else { throw ValidationError("--scopes is top:N") }
        guard leastScopes >= 1 else { throw ValidationError("--least-scopes is 1 or more") }
        _ = try (groundedBar(), answeredBar())
    }

    private func groundedBar() throws -> Int64 {
        try leastGrounded.map { try millionths($0, "--least-grounded") } ?? 0
    }

    private func answeredBar() throws -> Int64 { try millionths(leastAnswered, "--least-answered") }

    private func millionths(_ written: String, _ option: String) throws -> Int64 {
        guard let share = nanodollars(written), share <= 100 * Budget.nanodollars else {
            throw ValidationError("\(option) is per cent, as 95 or 99.5")
        }
        return share / 100_000
    }

    func run() async throws {
        try requireWritableObject(junit.path)
        let compared: ComparedModels
        do {
            compared = try await compare()
            for report in [compared.a.report, compared.b.report] { try report.checkAsking() }
        } catch {
            let words = Failure(error)?.message ?? "the comparison failed"
            // Why there is no result matters more than that it cannot be written.
            try? junit.write(unfinishedComparison(of: a, with: b, words))
            throw error
        }
        let faults = compared.comparison.faults(
            leastGrounded: try groundedBar(), leastScopes: leastScopes,
            leastAnswered: try answeredBar())
        try junit.write(compared.junit(faults))
        if output.json {
            Terminal.write(json: [compared.json(faults)])
        } else {
            compared.show(faults)
        }
        if !faults.isEmpty { throw ExitCode(Failure.Code.check.rawValue) }
    }

    private func compare() async throws -> ComparedModels {
        var options = try askedModels.options(for: [a, b])
        options.isRefreshing = refresh
        let terms = ComparisonTerms(
            options: options, surroundings: insightSurroundings(isQuiet: output.json))
        let store = try read.openForReading()
        let (chosen, source) = try read.read { reader in
            let source = try InsightSource(reader)
            return (try chooseScopes(reader, scopes.choice(loaded: [])), source)
        }
        return try await askedModels.withModels([a, b]) { models in
            guard models[0].name != models[1].name else {
                throw CommandFault(.usage, "A and B are the same model")
            }
            return try await compareModels(
                chosen, of: source, in: store, by: (a: models[0], b: models[1]), terms: terms)
        }
    }
}

extension InsightReport {
    /// Throws `CommandFault` when a budget or a failure ended the asking.
    fileprivate func checkAsking() throws {
        if let beyond { throw CommandFault(.model, beyond.words) }
        if let refusal {
            throw CommandFault(.budget, refusal.words + ". What was answered is kept")
        }
        if let ending { throw CommandFault(.model, Failure.words(ending.fault)) }
    }
}

extension ComparedModels {
    /// Prints the comparison and the verdict.
    fileprivate func show(_ faults: [ModelComparison.Fault]) {
        print(Terminal.bold("A is \(printable(a.name)), B is \(printable(b.name))"))
        print(
            "\(several(scopes.count, "scope")) compared"
                + (leftOut.isEmpty ? "." : ", \(leftOut.count) left out with too little to say."))
        showShares()
        showCounts()
        guard !faults.isEmpty else { return print("B is no worse than A beyond chance.") }
        for fault in faults { print(fault.words + ".") }
    }

    private func showShares() {
        var table = Table([
            "": .left, "A": .right, "B": .right, "B − A (95 %)": .right, "chance": .right,
        ])
        for finding in comparison.findings {
            table.add([
                finding.share.words, finding.a.map { tenths($0.value) } ?? "–",
                finding.b.map { tenths($0.value) } ?? "–",
                finding.difference.map { interval($0) } ?? "–",
                decimal(finding.jointChance, of: 10_000, places: 2) + " %",
            ])
        }
        let common = comparison.commonAspects
        table.add([
            "aspects in common",
            common.whole == 0 ? "–" : tenths(common.part * 1_000_000 / common.whole), "", "", "",
        ])
        table.show()
    }

    private func showCounts() {
        var table = Table(["": .left, "A": .right, "B": .right])
        let sides = [a, b]
        func add(_ title: String, _ value: (ModelTrials) -> String) {
            table.add([title] + sides.map(value))
        }
        add("claims") { side in
            grouped(side.trials.reduce(0) { $0 + ($1.score?.claims.whole ?? 0) })
        }
        let dropped = sides.map { Dictionary(uniqueKeysWithValues: $0.dropped.reasons) }
        for reason in Set(dropped.flatMap(\.keys)).sorted() {
            table.add(["dropped: \(reason)"] + dropped.map { grouped($0[reason] ?? 0) })
        }
        let failed = sides.map { Dictionary(uniqueKeysWithValues: $0.faults) }
        for fault in Set(failed.flatMap(\.keys)).sorted() {
            table.add(["no answer: \(fault)"] + failed.map { grouped($0[fault] ?? 0) })
        }
        add("asked now") { grouped(Int64($0.report.calls)) }
        add("tokens in") { grouped($0.usage.input) }
        add("tokens out") { grouped($0.usage.output) }
        add("cost of the answers") { $0.cost.map(dollars) ?? "–" }
        add("time of an answer: half within") { seconds($0.latency(percent: 50)) }
        add("nine in ten within") { seconds($0.latency(percent: 90)) }
        table.show()
    }

    private func tenths(_ millionths: Int64) -> String {
        decimal(millionths, of: 10_000, places: 1) + " %"
    }

    private func interval(_ share: Share) -> String {
        let (low, high) = (share.low, share.high)
        return decimal(share.value, of: 10_000, places: 1)
            + " (\(decimal(low, of: 10_000, places: 1)) to \(decimal(high, of: 10_000, places: 1)))"
    }

    private func seconds(_ microseconds: Int64?) -> String {
        microseconds.map { decimal($0, of: 1_000_000, places: 3) + " s" } ?? "–"
    }
}
