import AfterwordCore
import AfterwordPipeline
import ArgumentParser
import Foundation

/// `taxonomy`: the themes that a store is read for, as the user names and groups them.
struct TaxonomyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "taxonomy",
        abstract: "The themes as you name and group them: show, try, accept a file.",
        discussion: """
            A file renames themes, merges several into one, adds others that phrases find, and \
            says who acts on them and how severe they are (docs/taxonomy.md). 'try' shows what it \
            would change; 'accept' reads all reviews by it, as a run of its own. Answers as of \
            earlier runs stay as they were. Dangers stand apart: no file names, merges or hides \
            them.
            """,
        subcommands: [ShowTaxonomy.self, TryTaxonomy.self, AcceptTaxonomy.self],
        defaultSubcommand: ShowTaxonomy.self)
}

/// `taxonomy show`.
struct ShowTaxonomy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "The themes in force, and what the accepted file says.",
        discussion: """
            Severity is that of the file; where it says nothing, that of the kind of complaint in \
            brackets, from which the number and the stars of its reviews move it by a step at \
            most. --file prints the file as it was accepted.
            """)

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Print the accepted file.")
    var file = false

    func run() throws {
        let (row, lexicon) = try store.read { reader in
            (try reader.taxonomy(), try reader.lexicon())
        }
        if file {
            guard let row else {
                throw CommandFault(.usage, "no taxonomy is in force: the program's own themes are")
            }
            var lines = row.document.string.split(
                omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            if lines.last?.isEmpty == true { lines.removeLast() }
            for line in lines { print(printable(String(line))) }
            return
        }
        let version = Int64(lexicon.version)
        let taxonomy = try row.map { row in
            try Taxonomy(
                parsing: row.document.bytes,
                over: readerBeneath(version, run: row.madeRun))
        }
        let themes = lexicon.aspects.map { ShownTheme(aspect: $0, taxonomy: taxonomy) }
        if output.json { return Terminal.write(json: themes.map(\.json)) }
        var table = Table([
            "group": .text, "theme": .left, "": .text, "who acts": .left, "severity": .left,
            "what it is": .text,
        ])
        for theme in themes {
            let aspect = theme.aspect
            table.add([
                aspect.kind.group.label(in: .english), aspect.id, printable(aspect.label),
                aspect.route, aspect.severity?.rawValue ?? "(\(aspect.kind.severity.rawValue))",
                theme.origin,
            ])
        }
        table.show()
        print(Terminal.grey(Lexicon.named(version)))
    }
}

/// A theme with what the taxonomy in force makes of it.
private struct ShownTheme {
    var aspect: Lexicon.Aspect
    /// The members of a merge; none for any other theme.
    var members: [String]
    var isAdded: Bool

    init(aspect: Lexicon.Aspect, taxonomy: Taxonomy?) {
        self.aspect = aspect
        members = taxonomy?.merges.first { $0.id == aspect.id }?.members ?? []
        isAdded = taxonomy?.additions.contains { $0.id == aspect.id } ?? false
    }

    var origin: String {
        if !members.isEmpty { return "merges \(members.joined(separator: ", "))" }
        return isAdded ? "added" : ""
    }

    var json: JSONValue {
        .row([
            "theme": .string(aspect.id), "label": .string(aspect.label),
            "strength": JSONValue(aspect.strength), "route": .string(aspect.route),
            "severity": JSONValue(aspect.severity?.rawValue),
            "default_severity": .string(aspect.kind.severity.rawValue),
            "group": .string(aspect.kind.group.rawValue),
            "is_general": .bool(aspect.isGeneral), "is_added": .bool(isAdded),
            "merges": .array(members.map { .string($0) }),
        ])
    }
}

/// `taxonomy try`.
struct TryTaxonomy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "try", abstract: "What a file would change, by theme and brand.",
        discussion: """
            The texts of all reviews are read by it; nothing is written. Counts are of reviews, \
            those of distinct reviews in brackets: of themes that are merged, a review that speaks \
            of several counts once. What it shows is what 'themes' shows once it is accepted.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The file.")
    var file: String

    func run() throws {
        let document = try taxonomyDocument(file)
        let trial: TaxonomyTrial = try namingLines(of: file) {
            try store.openForReading().read { reader in
                try requireLoaded(reader)
                return try tryTaxonomy(document, in: reader)
            }
        }
        if output.json { return Terminal.write(json: trial.changes.map(\.json)) }
        var table = Table([
            "scope": .left, "side": .left, "theme": .left, "now": .text, "then": .text,
        ])
        for change in trial.changes {
            table.add([
                change.scope == .portfolio ? "portfolio" : printable(change.scope.id.string),
                change.isStrength ? "praise" : "complaint", change.theme,
                words(change.before, beside: change.after),
                words(change.after, beside: change.before),
            ])
        }
        table.show()
        say(
            Terminal.grey(
                "as of run \(trial.run); \(several(trial.unchanged, "theme")) of scopes would "
                    + "stay. Nothing was written; to accept it: taxonomy accept FILE"))
    }

    /// - Parameter other: What stands beside it: the group is said where it differs.
    private func words(
        _ shown: TaxonomyTrial.Shown?, beside other: TaxonomyTrial.Shown?
    ) -> String {
        guard let shown else { return "–" }
        let isMoved = other.map { $0.group != shown.group } ?? false
        let group = isMoved ? ", in \(shown.group.label(in: .english))" : ""
        let severity = shown.severity.map { ", \($0.rawValue)" } ?? ""
        return "\(printable(shown.label)): \(grouped(shown.mentions)) "
            + "(\(grouped(shown.distinctMentions))), \(shown.route)\(severity)\(group)"
    }
}

/// `taxonomy accept`.
struct AcceptTaxonomy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Read all reviews by a file from now on.",
        discussion: """
            That is a run of its own; it changes no review. Answers as of this run and later ones \
            show the file's themes, those as of earlier runs stay as they were; insights stay \
            until they are asked for again. The file replaces the one before as a whole. \
            'reread --reader N' ends it. Where it is interrupted nothing has changed.
            """)

    @OptionGroup var store: StoreOptions
    @Argument(help: "The file.")
    var file: String
    @OptionGroup var own: OwnRunOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let document = try taxonomyDocument(file)
        try own.withRun(of: store) { store, surroundings in
            let report = try namingLines(of: file) {
                try acceptTaxonomy(
                    document, in: store, isRehearsal: own.plan, surroundings: surroundings)
            }
            guard let report else {
                if output.json { return Terminal.write(json: []) }
                return print("This taxonomy is in force already.")
            }
            if output.json { return Terminal.write(json: [report.json]) }
            let run = report.run.run
            print(
                Terminal.bold(own.plan ? "Plan of run \(run)" : "Run \(run)")
                    + ": \(several(report.versions, "version")) of "
                    + "\(several(report.products, "product")) read by "
                    + Lexicon.named(report.run.reader ?? 0))
            say(
                Terminal.grey(
                    "Answers as of run \(run) and later show its themes; as of earlier runs they "
                        + "stay as they were. Insights stay until they are asked for again."))
        }
    }
}

/// The text of a taxonomy's file.
///
/// - Throws: `CommandFault` for one that cannot be read.
func taxonomyDocument(_ file: String) throws -> Text {
    guard let data = FileManager.default.contents(atPath: file) else {
        throw CommandFault(.usage, "\(printable(file)) cannot be read")
    }
    return Text(Array(data))
}

/// Names the file in what is wrong with it.
func namingLines<Result>(of file: String, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let fault as TOMLFault {
        throw CommandFault(
            .usage,
            "\(printable(file)), line \(fault.line): \(printable(fault.reason))")
    }
}
