import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `rejects`: what could not be read.
struct RejectsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejects",
        abstract: "List the records that could not be read: where, why, and with --bytes what.")

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var page: PageOptions
    @Option(name: .customLong("run"), help: "Only those first met in this run.")
    var number: Int64?
    @Flag(help: "The beginning of each record's bytes.")
    var bytes = false

    func run() throws {
        let listing = try store.read { reader in
            try rejectListing(reader, run: number, page: page.value)
        }
        if output.json { return Terminal.write(json: listing.entries.map(\.json)) }
        var table = Table([
            "run": .right, "file": .left, "offset": .right, "length": .right, "reason": .left,
            "field": .left, "bytes": .left,
        ])
        for row in listing.entries {
            let head = String(decoding: row.payload.prefix(60), as: UTF8.self)
            table.add([
                String(row.run), cut(printable(row.file), to: 40), grouped(row.offset),
                grouped(row.length), row.reason.rawValue, row.field,
                bytes ? cut(printable(head), to: 48) : "",
            ])
        }
        table.show()
        showFooter(listing, "rejects", hasGrey: false)
    }
}
