import AfterwordCore
import AfterwordPipeline
import ArgumentParser
import Foundation

/// `report`: one page to mail.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract:
            "One page to mail: dangers, new negatives quoted, themes up and down, what moved.",
        discussion: """
            A scope is 'portfolio', 'brand:NAME', 'product:ID', 'category:NAME' or 'family:ID'. The HTML \
            is one file: nothing in it is fetched, nothing runs.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case html, md, json
    }

    @OptionGroup var store: StoreOptions
    @Option(help: "What it is about.")
    var scope = "portfolio"
    @Option(help: "A run's number, or last: what the newest run brought.")
    var since = "last"
    @Option(help: "html, md or json.")
    var format = Format.html
    @Option(
        help: """
            The file to write, whole or not at all; a link is followed, a device or pipe is written \
            to. Standard output when left out.
            """)
    var output: String?

    func validate() throws {
        guard ReviewScope(scope) != nil else {
            throw ValidationError(
                "a scope is portfolio, brand:NAME, product:ID, category:NAME or family:ID")
        }
        guard since == "last" || Int64(since).map({ $0 > 0 }) == true else {
            throw ValidationError("--since is a run's number or last")
        }
    }

    func run() throws {
        let digest = try store.openForReading().read { reader in
            try requireLoaded(reader)
            let newest = try reader.runs().newestDump?.run ?? 0
            guard newest > 1 else {
                throw CommandFault(.usage, "there is one dump: nothing changed since another")
            }
            guard let scope = ReviewScope(scope) else { preconditionFailure("validated") }
            return try scopeDigest(
                reader, of: scope, written: self.scope, since: Int64(since) ?? newest - 1)
        }
        let text =
            switch format {
            case .html: try ReportPage(digest).html()
            case .md: ReportPage(digest).markdown
            case .json: ReportPage(digest).json.canonical + "\n"
            }
        guard let output else { return print(text, terminator: "") }
        try writeOutput(text, to: output)
    }
}
