import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `safety judge`: records a person's verdict on a review.
struct JudgeReview: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Record whether the danger of a review is real or false.",
        discussion: """
            'false' takes the review off the list of dangers, the inbox, alerts, reports and \
            insights; 'real' makes it class A. A verdict holds until rating, title or body change. \
            It is a run of its own: answers as of an earlier run stay as they were. Verdicts are \
            only ever added; the newest of a review counts.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The product's id.")
    var product: String
    @Argument(help: "The review's id.")
    var review: String
    @Argument(help: "real or false.")
    var verdict: Verdict
    @Option(help: "Who judged it.")
    var by: String
    @Option(help: "Why.")
    var why: String

    func run() throws {
        let new = NewVerdict(
            product: Text(product), review: Text(review), verdict: verdict, judgedBy: Text(by),
            why: Text(why))
        let row: VerdictRow
        do {
            _ = try store.openForReading()  // Fails if the store does not exist.
            row = try judgeReview(new, in: store.location.openExistingForWriting(), now: now())
        } catch let fault as JudgeFault {
            throw CommandFault(.usage, Self.words(fault))
        }
        if output.json { return Terminal.write(json: [row.json]) }
        print(
            "judged \(row.verdict.rawValue): version \(row.version) of \(printable(review)), "
                + "run \(row.madeRun)")
    }

    private static func words(_ fault: JudgeFault) -> String {
        switch fault {
        case .noSuchReview: "there is no such review of that product"
        case .notLive: "the review was deleted"
        case .changed: "the review has changed since that version"
        case .unfitText(let option):
            "\(option) is empty, too long, or holds signs that cannot be seen"
        }
    }
}

extension Verdict: ExpressibleByArgument {}

/// `safety verdicts`: lists the recorded verdicts.
struct ListVerdicts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verdicts", abstract: "What people found of reviews, the newest first.")

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var page: PageOptions

    func run() throws {
        let listing = try store.read { try verdictListing($0, page: page.value) }
        if output.json { return Terminal.write(json: listing.entries.map(\.json)) }
        var table = Table([
            "run": .right, "verdict": .left, "product": .left, "review": .left, "version": .right,
            "by": .left, "holds": .left, "why": .left,
        ])
        for entry in listing.entries {
            let row = entry.row
            table.add([
                String(row.madeRun), row.verdict.rawValue,
                printable(row.productID.string),
                printable(row.reviewID.string), String(row.version),
                printable(row.judgedBy.string), entry.holds ? "yes" : "no",
                printable(row.why.string),
            ])
        }
        table.show()
        showFooter(listing, "verdict", hasGrey: false)
    }
}
