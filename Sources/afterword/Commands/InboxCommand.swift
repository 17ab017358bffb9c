import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `inbox`: what came since a run and wants to be read.
struct InboxCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbox",
        abstract: "What came since a run: dangers, new negatives, edits, and what is resolved.",
        discussion: """
            'last' stands for the run before the newest: what the newest brought. 0 is before the \
            first run. Resolved is a negative review that is gone or has three stars or more now.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var page: PageOptions
    @Option(help: "A run's number, or last.")
    var since = "last"

    func validate() throws {
        guard since == "last" || Int64(since).map({ $0 >= 0 }) == true else {
            throw ValidationError("--since is a run's number or last")
        }
    }

    func run() throws {
        let listing = try store.openForReading().read { reader in
            try requireLoaded(reader)
            let before = try reader.runs().beforeNewestDump
            return try inbox(reader, since: Int64(since) ?? before, page: page.value)
        }
        if output.json { return Terminal.write(json: listing.entries.map(\.json)) }
        var table = Table([
            "": .left, "brand": .left, "product": .left, "stars": .left, "themes": .left,
            "says": .text,
        ])
        for entry in listing.entries {
            let kind = entry.hazard.map { "\(entry.kind.rawValue): \($0)" } ?? entry.kind.rawValue
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
    }
}

extension InboxEntry {
    fileprivate var stars: String {
        let now = review.isLive ? review.values.star.map { "\($0)" } ?? "–" : "gone"
        return starBefore.map { "\($0) → \(now)" } ?? now
    }
}
