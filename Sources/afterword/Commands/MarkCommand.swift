import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `mark`: records and lists what people do about themes and reviews.
struct MarkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mark",
        abstract: "Work on issues and reviews: seen, notes, who sees to it, how far it is.",
        discussion: """
            What is marked is a theme of a scope (--theme leaks --scope brand:Lumora) or a review \
            (--product P1 --review R1). Every mark is a row that is only ever added, with who and \
            when, in a run of its own: answers as of an earlier run stay as they were, and of each \
            kind the newest counts. The pages of 'serve' record the same. A mark that changes \
            nothing makes no run.
            """,
        subcommands: [
            ListWork.self, MarkSeen.self, MarkNote.self, MarkAssigned.self, MarkState.self,
        ], defaultSubcommand: ListWork.self)
}

/// `mark list`.
struct ListWork: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "What people work on, that which was marked last first.")

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var page: PageOptions
    @Option(help: "Only of this brand, its products and their reviews.")
    var brand: String?
    @Option(help: "Only of this product and its reviews.")
    var product: String?
    @Option(help: "Only in this state: open, acknowledged or fixed.")
    var state: WorkState?
    @Option(help: "Only what this person is to see to.")
    var assignee: String?
    @Flag(help: "Only what is to be worked on.")
    var open = false

    func run() throws {
        let listing = try store.read { reader in
            var query = WorkQuery()
            query.brand = try brand.map { Text(try resolveBrand($0, in: reader)) }
            query.product = product.map { Text($0) }
            (query.state, query.assignee) = (state, assignee.map { Text($0) })
            query.isOpen = open ? true : nil
            return Listing(try listedWork(reader, query), page: page.value)
        }
        if output.json { return Terminal.write(json: listing.entries.map(\.json)) }
        var table = Table(["of": .text, "state": .text, "last": .text, "marks": .right])
        for entry in listing.entries {
            let last = entry.marks.last
            table.add([
                printable(entry.item.subject.words), printable(entry.item.words ?? "–"),
                last.map { printable("\($0.row.markedBy.string) \($0.row.words)") } ?? "–",
                String(entry.marks.count),
            ])
        }
        table.show()
        showFooter(listing, "entry", plural: "entries", hasGrey: false)
    }
}

/// What is marked, by whom and where.
struct MarkArguments: ParsableArguments {
    @Option(help: "A theme, as 'themes' names it: its short name or its label.")
    var theme: String?
    @Option(help: "What the theme is of: portfolio, brand:NAME, product:ID and so on.")
    var scope: String?
    @Option(help: "The product of a review.")
    var product: String?
    @Option(help: "The review.")
    var review: String?
    @Option(help: "The version of it that was looked at; the current one when left out.")
    var reviewVersion: Int64?
    @Option(help: "Who marks it.")
    var by: String

    func validate() throws {
        let isTheme = theme != nil && scope != nil && product == nil && review == nil
        let isReview = theme == nil && scope == nil && product != nil && review != nil
        guard isTheme && reviewVersion == nil || isReview else {
            throw ValidationError(
                "give --theme and --scope, or --product and --review (and --review-version)")
        }
        _ = try scope.map(readScope)
    }

    private func subject(_ reader: any StoreReader) throws -> WorkSubject {
        if let theme, let scope {
            let aspect = try ThemeCommand.aspect(named: theme, in: reader.lexicon())
            return .theme(aspect, of: try resolveScope(reader, scope))
        }
        return .review(product: Text(product ?? ""), id: Text(review ?? ""))
    }

    /// Records a mark, and prints what was recorded.
    func record(
        _ mark: WorkMark, text: String? = nil, fixedOn: Instant? = nil, in store: StoreOptions,
        _ output: OutputOptions
    ) throws {
        var new = NewMark(
            mark, try store.openForReading().read(subject), version: reviewVersion)
        (new.text, new.fixedOn) = (text.map { Text($0) }, fixedOn)
        let rows: [WorkMarkRow]
        do {
            rows = try markWork(
                [new], by: Text(by), in: store.location.openExistingForWriting(), now: now())
        } catch let fault as MarkFault {
            throw CommandFault(.usage, fault.words)
        }
        if output.json {
            let list = try store.openForReading().read { try WorkList($0) }
            return Terminal.write(json: rows.map { list.listed($0).json })
        }
        guard let row = rows.first else { return print("nothing changed: it stands so already") }
        print("\(printable("\(by) \(row.words)")), run \(row.madeRun)")
    }
}

/// `mark seen`.
struct MarkSeen: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seen",
        abstract: "A review was read: the inbox of the page leaves it out until it changes.")

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var arguments: MarkArguments
    @Flag(help: "It is to be read again.")
    var undo = false

    func run() throws { try arguments.record(undo ? .unseen : .seen, in: store, output) }
}

/// `mark note`.
struct MarkNote: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "note", abstract: "Write something about a theme or a review.")

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var arguments: MarkArguments
    @Argument(help: "The note: one line.")
    var text: String

    func run() throws { try arguments.record(.note, text: text, in: store, output) }
}

/// `mark assign`.
struct MarkAssigned: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assign", abstract: "Say who is to see to a theme or a review.")

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var arguments: MarkArguments
    @Argument(help: "Who is to see to it; nobody any more when left out.")
    var name: String?

    func run() throws { try arguments.record(.assigned, text: name, in: store, output) }
}

/// `mark state`.
struct MarkState: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state", abstract: "Say how far the work on a theme or a review is.")

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var arguments: MarkArguments
    @Argument(help: "open, acknowledged or fixed.")
    var state: WorkState
    @Option(help: "Since when it is fixed, as 2026-03-09; today when left out.")
    var on: String?
    @Option(help: "Why.")
    var why: String?

    func validate() throws { _ = try day() }

    private func day() throws -> Instant? {
        guard let on else { return nil }
        guard on.utf8.count == 10, let day = Instant(iso8601: on) else {
            throw ValidationError("--on is a date: 2026-03-09")
        }
        guard state == .fixed else { throw ValidationError("--on goes with fixed") }
        return day
    }

    func run() throws {
        guard let mark = WorkMark(rawValue: state.rawValue) else { return }
        try arguments.record(mark, text: why, fixedOn: day(), in: store, output)
    }
}

extension WorkState: ExpressibleByArgument {}

extension WorkSubject {
    /// What it is, in a table.
    fileprivate var words: String {
        switch self {
        case .theme(let theme, let scope): "\(theme), \(scope.written)"
        case .review(let product, let id): "review \(id.string) of \(product.string)"
        }
    }
}
