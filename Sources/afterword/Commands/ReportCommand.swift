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
            label, or last. With --as-of the report is what it was then. The HTML is one file of \
            at most 100 KB: nothing in it is fetched, nothing runs. Complaints are grouped by \
            theme and product; where there are too many to quote, the others are counted. JSON \
            has all of them.
            """)

    /// The file formats of a report.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case html, md, json

        var mediaType: String {
            switch self {
            case .html: "text/html; charset=utf-8"
            case .md: markdownType
            case .json: "application/json"
            }
        }
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
            The file to write, or s3://BUCKET/NAME, whole or not at all; a link is followed, a \
            device or pipe is written to. Standard output when left out.
            """)
    var output: String?
    @Option(help: "The address of the page, as in https://reviews.example.com: links go there.")
    var page: String?
    @OptionGroup var events: EventOptions

    func validate() throws {
        try checkScope(scope)
        if let page, !ServiceConfiguration.isWebAddress(page) {
            throw ValidationError("'\(page)' is no address of the web (https://…)")
        }
        _ = try WindowOptions(since: since, to: asOf, option: "--as-of")
    }

    func run() throws {
        try during(.report, output ?? "", in: events.open()) { try write() }
    }

    private func write() throws {
        try requireWritableObject(output)
        let window = try WindowOptions(since: since, to: asOf, option: "--as-of")
        let report = try window.read(store.openForReading()) { reader, window in
            let scope = try resolveScope(reader, self.scope)
            return ReportPage(
                try scopeDigest(reader, of: scope, written: scope.written, in: window),
                page: page.map { String($0.reversed().drop { $0 == "/" }.reversed()) })
        }
        let text =
            switch format {
            case .html: try report.html()
            case .md: report.markdown
            case .json: report.json.canonical + "\n"
            }
        guard let output else { return print(text, terminator: "") }
        try writeOutput(text, to: output, type: format.mediaType)
    }
}
