import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `reread`: the texts of stored reviews, read by today's lexicon.
struct RereadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reread",
        abstract: "Read the texts of stored reviews by today's lexicon.",
        discussion: """
            A store keeps what the lexicon finds in each review, so that themes, dangers and the \
            inbox are counted without its text. A store that an earlier program began keeps \
            nothing: its answers read the texts, until this command has read them once. That is a \
            run of its own; it changes no review, and answers as of earlier runs stay as they were.
            """)

    @OptionGroup var store: StoreOptions
    @Flag(help: "Show what it would do, and do nothing.")
    var plan = false
    @Flag(help: "Wait while another run holds the store, instead of failing.")
    var wait = false
    @OptionGroup var output: OutputOptions

    func run() throws {
        _ = try store.openForReading()
        let store = try plan ? store.openForRehearsal() : store.openForWriting()
        let interrupts = Interrupts(store.interruption)
        defer { interrupts.stop() }
        var surroundings = LoadSurroundings(
            now: { now() }, pause: wait ? LoadArguments.waiting() : nil)
        surroundings.isInterrupted = interrupts.isInterrupted
        guard
            let report = try rereadStore(store, isRehearsal: plan, surroundings: surroundings)
        else {
            if output.json { return Terminal.write(json: []) }
            return print("All reviews are read by lexicon \(Lexicon.current.version) already.")
        }
        if output.json { return Terminal.write(json: [report.json]) }
        print(
            Terminal.bold(plan ? "Plan of run \(report.run.run)" : "Run \(report.run.run)")
                + ": \(several(report.versions, "version")) of "
                + "\(several(report.products, "product")) read by lexicon "
                + "\(Lexicon.current.version)")
    }
}

extension RereadReport {
    fileprivate var json: JSONValue {
        run.answer.with("versions", JSONValue(versions)).with("products", JSONValue(products))
    }
}
