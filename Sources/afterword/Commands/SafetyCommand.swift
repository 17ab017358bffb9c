import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `safety`: reviews with danger words, and people's verdicts on them.
struct SafetyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "safety",
        abstract: "Reviews that speak of fire, injury, choking, mould or poison: list, judge them.",
        subcommands: [ListDangers.self, JudgeReview.self, ListVerdicts.self],
        defaultSubcommand: ListDangers.self)
}

/// `safety list`.
struct ListDangers: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Reviews that speak of fire, injury, choking, mould or poison: one is enough.",
        discussion: """
            Words in eight languages, with what looks like them and is harmless left out. Class A: \
            it happened. B: the review says that it is dangerous. C, listed with --all: the word \
            alone, or denied. The worst hazard stands first. It is a list for a person to look at: \
            neither all that is on it is a danger, nor every danger on it. --alert exits 6 where \
            the newest dump, or what came since --since, brought one of class A or B.
            """)

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var arguments: ThemeArguments
    @OptionGroup var page: PageOptions
    @Option(
        help: "Only what came after a run, a date, an instant or a dump; last: the newest dump.")
    var since: String?
    @Flag(help: "Also list class C: the word alone, or denied.")
    var all = false
    @Flag(help: "Exit 6 where a danger of class A or B is new.")
    var alert = false

    func validate() throws { _ = try since.map { try readMoment($0, of: "--since") } }

    func run() throws {
        let since = try since.map { try readMoment($0, of: "--since") }
        let (listing, new, coverage) = try store.read { reader in
            let window = try reader.runs().dumps.window(since: since)
            let query = try arguments.query(reader)
            let from = since == nil ? 0 : window.from
            let found = try safetyReviews(
                reader, query, since: from, withUnlikely: all, page: page.value)
            return (
                found, found.newDangers,
                try AfterwordPipeline.coverage(reader, of: window)
            )
        }
        show(listing, coverage)
        if alert, new > 0 { throw ExitCode(Failure.Code.alert.rawValue) }
    }

    private func show(_ listing: Listing<SafetyReview>, _ coverage: Coverage?) {
        if output.json { return Terminal.write(json: listing.entries.map(\.json)) }
        var table = Table([
            "": .left, "hazard": .left, "product": .left, "brand": .left, "stars": .right,
            "run": .right,
            "says": .text,
        ])
        for entry in listing.entries {
            table.add([
                entry.danger.dangerClass.rawValue,
                entry.danger.dangerClass.leads ? Terminal.red(entry.hazard) : entry.hazard,
                printable(entry.review.productID.string),
                printable(entry.brand?.string ?? "–"),
                entry.review.values.star.map { "\($0)" } ?? "–", String(entry.review.run),
                printable(entry.quote),
            ])
        }
        table.show()
        showFooter(listing, "danger", hasGrey: false)
        for sentence in coverage?.sentences ?? [] { say(Terminal.grey(printable(sentence))) }
    }
}
