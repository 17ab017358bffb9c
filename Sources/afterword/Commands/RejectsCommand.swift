import AfterwordCore
import AfterwordPipeline
import ArgumentParser
import Foundation

/// `rejects`: records that could not be read.
struct RejectsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejects",
        abstract: "Records that could not be read: list them, show one, take them again.",
        subcommands: [ListRejects.self, ShowReject.self, ReplayRejects.self],
        defaultSubcommand: ListRejects.self)
}

/// `rejects list`.
struct ListRejects: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List them: where, why, and with --bytes what.")

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var page: PageOptions
    @Option(name: .customLong("run"), help: "Only those first met in this run.")
    var number: Int64?
    @Flag(help: "The beginning of each record's bytes.")
    var bytes = false

    func run() throws {
        let listing = try store.read(allowsEmpty: true) { reader in
            try rejectListing(reader, run: number, page: page.value)
        }
        if output.json { return Terminal.write(json: listing.entries.map(\.answer)) }
        var table = Table([
            "reject": .left, "run": .right, "file": .left, "offset": .right, "length": .right,
            "reason": .left,
            "field": .left, "bytes": .text,
        ])
        for row in listing.entries {
            let head = String(decoding: row.payload.prefix(60), as: UTF8.self)
            table.add([
                row.name, String(row.run), printable(row.file), grouped(row.offset),
                grouped(row.length), row.reason.rawValue, row.field,
                bytes ? printable(head) : "",
            ])
        }
        table.show()
        showFooter(listing, "reject", hasGrey: false)
    }
}

/// `rejects show`.
struct ShowReject: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one reject: where it lay, why, and its bytes.")

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The reject, as 'rejects list' names it.")
    var reject: String
    @Flag(help: "Its bytes alone, as they are, on standard output.")
    var raw = false

    func run() throws {
        let found = try store.read { try $0.rejects() }.filter { $0.name.hasPrefix(reject) }
        guard let row = found.first else {
            throw CommandFault(.usage, "no reject is called \(printable(reject))")
        }
        guard found.count == 1 else {
            throw CommandFault(
                .usage, "\(several(found.count, "reject")) begin so; more digits, please")
        }
        if raw { return StandardOutput.write(row.payload) }
        if output.json { return Terminal.write(json: [row.answer]) }
        print(
            Terminal.bold(row.name) + " \(row.reason.rawValue)"
                + (row.field.isEmpty ? "" : " in \(row.field)"))
        print(
            "run \(row.run), \(printable(row.file)), bytes \(grouped(row.offset)) to "
                + "\(grouped(row.offset + row.length))"
        )
        if let product = row.productID { print("product \(printable(product.string))") }
        if !row.context.isEmpty {
            print(
                "enclosed by "
                    + "\(cut(printable(String(decoding: row.context, as: UTF8.self)), to: 400))"
            )
        }
        print(cut(printable(String(decoding: row.payload.prefix(4000), as: UTF8.self)), to: 2000))
    }
}

/// `rejects replay`.
struct ReplayRejects: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Take the rejects of a run again, after a fix.",
        discussion: """
            With a better --shape, or without the strict mode that refused them. It is a run of \
            its own with the first run's time of observation; it never deletes, and what is there \
            already stays as it is. The rejects themselves stay listed.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Option(name: .customLong("run"), help: "The run whose rejects they are.")
    var number: Int64
    @Option(help: "Only those of this reason.")
    var reason: String?
    @Option(help: "Only those of this file.")
    var file: String?
    @Option(
        help: "A built-in shape's name or a shape file; else the one of each file as it is today.")
    var shape: String?
    @Flag(help: "Refuse bare NaN and infinities.")
    var strictJson = false
    @Option(help: "Seed of the mock timestamps.")
    var seed: UInt64?
    @OptionGroup var threads: ThreadOptions
    @Flag(help: "Show what it would do, and do nothing.")
    var plan = false

    func run() throws {
        var options = LoadOptions()
        options.seed = seed ?? Settings.current.seed
        options.isStrict = strictJson
        options.isRehearsal = plan
        options.threads = threads.value
        if let shape { options.shapes = [try namedShape(shape)] }
        var selection = ReplaySelection(run: number, file: file)
        if let reason {
            guard let known = RejectReason(rawValue: reason) else {
                throw CommandFault(.usage, "no reason is called \(printable(reason))")
            }
            selection.reason = known
        }
        let store =
            try plan ? store.openForRehearsal() : store.location.openExistingForWriting()
        let report = try replayRejects(
            selection, of: store, options: options,
            surroundings: LoadSurroundings(now: { now() }))
        if output.json { return Terminal.write(json: [report.json]) }
        show(report, isRehearsal: plan)
    }
}

extension RejectRow {
    /// A short name: the first 12 digits of the digest, and the occurrence number when it is not 0.
    var name: String { "\(digest)".prefix(12) + (occurrence == 0 ? "" : ".\(occurrence)") }
}
