import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `reread`: the texts of stored reviews, read once more, by another reader.
struct RereadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reread",
        abstract: "Read the texts of stored reviews by another reader.",
        discussion: """
            A store keeps what its reader finds in each review, so that themes, dangers and the \
            inbox are counted without its text. Reader 1 is a lexicon of phrases; reader 2 a \
            model, which knows more of brands that nobody tuned it to ('read' shows what it reads \
            in a text). A store stays with the reader that it began with: --reader reads all its \
            reviews anew. That is a run of its own; it changes no review. Answers as of this run \
            and later ones are by the new reader, those as of earlier runs stay as they were; \
            insights stay until they are asked for again. A taxonomy (see 'taxonomy') that was in \
            force is so no more. Where it is interrupted nothing has changed, and it begins anew. \
            Without --reader, a store that keeps nothing, as an \
            earlier program made it, is read once, by reader 1, which has answered it so far.
            """)

    @OptionGroup var store: StoreOptions
    @Option(help: "The reader, 1 or 2; the store's own when left out.")
    var reader: Int64?
    @OptionGroup var own: OwnRunOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let lexicon = try reader.map { try knownLexicon(ofReader: $0) }
        try own.withRun(of: store) { store, surroundings in
            guard
                let report = try rereadStore(
                    store, by: lexicon, isRehearsal: own.plan, surroundings: surroundings)
            else {
                if output.json { return Terminal.write(json: []) }
                let version = try store.read { try $0.newestRun()?.reader }
                return print("All reviews are read by \(Lexicon.named(version ?? 0)) already.")
            }
            if output.json { return Terminal.write(json: [report.json]) }
            show(report)
        }
    }

    private func show(_ report: RereadReport) {
        let (run, version) = (report.run.run, report.run.reader ?? 0)
        print(
            Terminal.bold(own.plan ? "Plan of run \(run)" : "Run \(run)")
                + ": \(several(report.versions, "version")) of "
                + "\(several(report.products, "product")) read by \(Lexicon.named(version))")
        let before =
            report.before.map { Lexicon.named($0) } ?? "texts, of which nothing was kept"
        say(
            Terminal.grey(
                "Answers as of run \(run) and later are by \(Lexicon.named(version)); "
                    + "as of earlier runs they stay as they were, by \(before). Insights stay "
                    + "until they are asked for again."))
    }
}

extension RereadReport {
    var json: JSONValue {
        run.answer.with("reader", JSONValue(run.reader)).with("reader_before", JSONValue(before))
            .with("versions", JSONValue(versions)).with("products", JSONValue(products))
    }
}
