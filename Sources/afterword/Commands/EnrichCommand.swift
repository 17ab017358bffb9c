import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `enrich`: lets a model read reviews, beside the program's own reading.
struct EnrichCommand: AsyncParsableCommand, AsksModel {
    static let configuration = CommandConfiguration(
        commandName: "enrich",
        abstract: "Let a model read reviews: sentiment, aspects, translation.",
        discussion: """
            Every version of a review of the scope that no model has read yet, in questions of up \
            to twenty. What is read is stored by version, is shown by 'reviews' and beside \
            the quotes of pages under the model's name, and is never counted: all numbers are the \
            program's own. 'plan --enrich' says what it would cost.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var asking: AskingOptions
    @OptionGroup var server: ModelServerOptions
    @OptionGroup var recording: RecordingOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var batches: BatchOptions
    @Option(help: "The scope, as of 'insight'.")
    var scope: String
    @Flag(help: "Ask again where answers are known or could not be used. What was read stays.")
    var refresh = false

    func validate() throws {
        try askedModels.validate()
        try checkScope(scope)
        try batches.check(askedModels)
    }

    func run() async throws {
        let reviews = try store.location.openExistingForWriting()
        let scope = try reviews.read { reader in
            try requireLoaded(reader)
            return try resolveScope(reader, self.scope)
        }
        var options = try askedModel.options()
        options.isRefreshing = refresh
        let surroundings = insightSurroundings(isQuiet: output.json)
        if batches.batch {
            let report = try await askedModel.withBatchModel { model in
                try await askForEnrichment(
                    of: scope, in: reviews, by: model, options: options,
                    surroundings: surroundings)
            }
            report.show(
                isQuiet: false, isJSON: output.json, open: try reviews.openModelBatches())
            return try report.check()
        }
        let report = try await askedModel.withModel { model in
            try await enrichReviews(
                of: scope, in: reviews, by: model, options: options, surroundings: surroundings)
        }
        if output.json { Terminal.write(json: [report.json]) } else { print(report.words) }
        try report.check()
    }
}

extension EnrichmentReport {
    fileprivate var words: String {
        var parts = [
            "\(several(Int64(made), "review")) read", "\(grouped(Int64(standing))) read before",
        ]
        if pending > 0 { parts.append("\(grouped(Int64(pending))) asked in a batch") }
        if left > 0 { parts.append("\(grouped(Int64(left))) without an answer") }
        var end =
            "\(several(asked.calls, "question")) asked, \(grouped(Int64(asked.cacheHits))) known"
        if asked.cost > 0 { end += ", \(dollars(asked.cost))" }
        if !asked.runs.isEmpty {
            end += "; run " + asked.runs.map { String($0) }.joined(separator: ", ")
        }
        return "Enrichment: \(parts.joined(separator: ", ")); \(end)."
    }

    fileprivate var json: JSONValue {
        .row([
            "made": JSONValue(made), "standing": JSONValue(standing), "left": JSONValue(left),
            "in_batch": JSONValue(pending),
            "calls": JSONValue(asked.calls), "cache_hits": JSONValue(asked.cacheHits),
            "cost_nanodollars": JSONValue(asked.cost),
            "runs": .array(asked.runs.map { JSONValue($0) }),
        ])
    }

    /// Throws `CommandFault` where a budget or the model kept reviews from being read.
    fileprivate func check() throws {
        if let beyond = asked.beyond {
            throw CommandFault(.model, beyond.words + ". What was read is stored")
        }
        if let refusal = asked.refusal {
            throw CommandFault(.budget, refusal.words + ". What was read is stored")
        }
        if let failure = failures.first ?? asked.ending {
            throw CommandFault(
                .model,
                Failure.words(failure.fault)
                    + (failures.count > 1
                        ? "; \(several(failures.count - 1, "more question")) failed" : ""))
        }
    }
}
