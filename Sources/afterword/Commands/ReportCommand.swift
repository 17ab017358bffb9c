import AfterwordCore
import AfterwordPipeline
import AfterwordServer
import ArgumentParser
import Foundation

/// `report`: writes a one-page report.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract:
            "One page to mail: dangers, new negatives quoted, themes up and down, what moved.",
        discussion: """
            A scope is 'portfolio', 'brand:NAME', 'product:ID', 'category:NAME' or 'family:ID'. A \
            moment is a run (3; 0 is before the first), a date (2026-03-09), an instant, a dump's \
            label, or last. With --as-of the report is what it was then. The HTML is one file: \
            nothing in it is fetched, nothing runs.
            """)

    /// The file formats of a report.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case html, md, json
    }

    @OptionGroup var store: StoreOptions
    @Option(help: "What it is about.")
    var scope = "portfolio"
    @Option(help: "What came after this moment; the dump before the newest when left out.")
    var since: String?
    @Option(help: "As it was at this moment.")
    var asOf: String?
    @Option(help: "html, md or json.")
    var format = Format.html
    @Option(
        help: """
            The file to write, whole or not at all; a link is followed, a device or pipe is \
            written to. Standard output when left out.
            """)
    var output: String?
    @OptionGroup var events: EventOptions

    func validate() throws {
        try checkScope(scope)
        _ = try WindowOptions(since: since, to: asOf, option: "--as-of")
    }

    func run() throws {
        try during(.report, output ?? "", in: events.open()) { try write() }
    }

    private func write() throws {
        let window = try WindowOptions(since: since, to: asOf, option: "--as-of")
        let digest = try window.read(store.openForReading()) { reader, window in
            let scope = try resolveScope(reader, self.scope)
            return try scopeDigest(reader, of: scope, written: scope.written, in: window)
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
