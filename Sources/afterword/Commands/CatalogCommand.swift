import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `catalog`: product attributes from the user's own systems.
struct CatalogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog",
        abstract: "Names, families, categories, owners and sales of products.",
        subcommands: [Load.self])

    /// `catalog load`.
    struct Load: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "load",
            abstract: "Take the attributes of products from a CSV or JSON file.",
            discussion: """
                Columns, all but the first optional: product_id (or asin), title, brand, category, \
                family (or parent_asin), price, owner, units_sold. What a catalog says stands over \
                what dumps and reviews say; an empty cell clears nothing. It is a run of its own, \
                so the past stays as it was told.
                """)

        @Argument(help: "A .csv file with a header, or .json, .jsonl.")
        var file: String
        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "When the catalog was taken: a date or an instant; else now.")
        var observedAt: String?
        @Flag(help: "Load a catalog said to be taken more than two days from now.")
        var acceptFuture = false
        @OptionGroup var threads: ThreadOptions

        func run() throws {
            var options = LoadOptions()
            options.acceptsFuture = acceptFuture
            options.threads = threads.value
            options.lexicon = Settings.current.lexicon
            if let observedAt {
                guard let instant = Instant(iso8601: observedAt) else {
                    throw ValidationError(observedAtForm)
                }
                options.observedAt = instant
            }
            let catalog = try Catalog(file: file)
            _ = try store.openForReading()
            let report = try loadCatalog(
                catalog, into: try store.openForWriting(), options: options,
                surroundings: LoadSurroundings(now: { now() }))
            if output.json { return Terminal.write(json: [report.json]) }
            print(
                "Run \(report.load.run.run): attributes of \(several(report.known, "product"))"
                    + (catalog.nameless > 0
                        ? ", \(several(catalog.nameless, "row")) without an id" : ""))
            if !report.ignored.isEmpty {
                print(
                    "columns not used: "
                        + report.ignored.map { printable($0) }.joined(separator: ", "))
            }
            guard !report.unknown.isEmpty else { return }
            let shown = report.unknown.prefix(20).map { printable($0.string) }
            print(
                "\(several(report.unknown.count, "unknown id")): "
                    + shown.joined(separator: ", "))
        }
    }
}

extension CatalogReport {
    fileprivate var json: JSONValue {
        load.run.answer.with("known", JSONValue(known))
            .with("unknown", .array(unknown.map { .string($0.string) }))
            .with("ignored", .array(ignored.map { .string($0) }))
    }
}
