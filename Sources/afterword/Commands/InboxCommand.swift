import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `inbox`: lists what arrived since a run and needs attention.
struct InboxCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbox",
        abstract: "What came since a run: dangers, new negatives, edits, and what is resolved.",
        discussion: """
            Without --since what the newest dump brought. A moment is a run (3; 0 is before the \
            first), a date (2026-03-09), an instant, a dump's label, or last. Edited down went \
            from three stars or more to two or fewer; resolved is a negative review that has three \
            or more now, gone one that vanished; first seen are negative reviews of products that \
            no earlier dump named.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var page: PageOptions
    @Option(help: "What came after this moment; the dump before the newest when left out.")
    var since: String?
    @Option(help: "As it was at this moment.")
    var asOf: String?
    @Option(help: "Only this scope: brand:NAME, product:ID, category:NAME or family:ID.")
    var scope: String?

    @Flag(help: "Exit 6 where a danger of class A or B is among what came.")
    var alert = false

    func validate() throws {
        _ = try WindowOptions(since: since, to: asOf, option: "--as-of")
        if let scope { try checkScope(scope) }
    }

    func run() throws {
        let window = try WindowOptions(since: since, to: asOf, option: "--as-of")
        let covered = try window.read(store.openForReading()) {
            reader, window in
            let scope = try scope.map { try resolveScope(reader, $0) }
            return try coveredInbox(reader, in: window, of: scope, page: page.value)
        }
        show(covered.inbox, covered.coverage)
        if alert, covered.inbox.newDangers > 0 { throw ExitCode(Failure.Code.alert.rawValue) }
    }

    private func show(_ listing: Listing<InboxEntry>, _ coverage: Coverage?) {
        if output.json { return Terminal.write(json: listing.entries.map(\.json)) }
        var table = Table([
            "": .left, "brand": .left, "product": .left, "stars": .left, "themes": .left,
            "says": .text,
        ])
        for entry in listing.entries {
            let name = entry.kind.rawValue.replacing("_", with: " ")
            let kind =
                entry.danger.map { "\($0.dangerClass.rawValue) \(name): \($0.hazard)" } ?? name
            table.add([
                entry.kind == .safety ? Terminal.red(kind) : kind,
                printable(entry.brand?.string ?? "–"),
                printable(entry.review.productID.string), entry.stars,
                entry.themes.joined(separator: " "),
                printable(entry.quote),
            ])
        }
        table.show()
        showFooter(listing, "entry", plural: "entries", hasGrey: false)
        for sentence in coverage?.sentences ?? [] { say(Terminal.grey(printable(sentence))) }
    }
}

extension InboxEntry {
    fileprivate var stars: String {
        let now = review.isLive ? review.values.star.map { "\($0)" } ?? "–" : "gone"
        return starBefore.map { "\($0) → \(now)" } ?? now
    }
}
