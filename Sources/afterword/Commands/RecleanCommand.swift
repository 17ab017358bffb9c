import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `reclean`: stored records, read again by today's shapes and rules.
struct RecleanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reclean",
        abstract: "Read stored records again, after a shape was mended.",
        discussion: """
            A shape that now finds more, or reads something otherwise, reaches the reviews that are
            stored already: where a value differs, a review gets a version 'restate'. That is a run
            of its own. It is nobody's edit: no change, alert or inbox counts it, and answers as of
            earlier runs stay as they were. Nothing is read but the store.
            """)

    @OptionGroup var store: StoreOptions
    @Option(help: "A shape file that takes the place of the stored shape of its name.")
    var shape: String?
    @Flag(help: "Show what it would do, and do nothing.")
    var plan = false
    @Option(help: "Records allowed that the shape rejects; else refused beyond 1 % and 10.")
    var maxRejects: Int64?
    @Option(help: "Reviews that may be closed as being others; else refused beyond 20 % and 10.")
    var maxDeletes: Int64?
    @Flag(help: "Wait while another run holds the store, instead of failing.")
    var wait = false
    @OptionGroup var output: OutputOptions

    func run() throws {
        var options = LoadOptions()
        options.isRehearsal = plan
        options.maxRejects = maxRejects
        options.maxDeletes = maxDeletes
        let given = try shape.map { try namedShape($0) }
        try withOwnRun(of: store, isRehearsal: plan, waits: wait) { store, surroundings in
            let report = try recleanStore(
                store, by: given, options: options, surroundings: surroundings)
            if output.json { return Terminal.write(json: [report.json]) }
            show(report)
        }
    }

    private func show(_ report: RecleanReport) {
        print(
            Terminal.bold(plan ? "Plan of run \(report.run.run)" : "Run \(report.run.run)")
                + ": \(several(report.read, "review")) read again, "
                + "\(grouped(report.restated)) restated")
        for field in TrackedField.inOrder {
            guard let count = report.fields[field] else { continue }
            print("  \(field.label): \(several(count, "review"))")
        }
        if report.moved > 0 {
            say("\(several(report.moved, "review")) found by other ids from now on.")
        }
        if report.merged > 0 {
            say("\(several(report.merged, "review")) closed: by the new reading they are others.")
        }
        if report.unmoved > 0 {
            say(
                "\(several(report.unmoved, "review")) with the id of a deleted one: the next dump "
                    + "may bring them anew.")
        }
        if report.unread > 0 {
            say(
                "\(several(report.unread, "record")) cannot be read by the shape of today; these "
                    + "reviews stay as they are.")
        }
        for field in report.unreadable {
            say(
                "\(field.field): \(grouped(field.count)) unreadable (\(reasons(of: field))) in "
                    + "\(printable(field.file)). The reviews keep what they said.")
        }
        if !report.outOfReach.isEmpty {
            say(
                "\(report.outOfReach.joined(separator: ", ")): not in stored records; the next "
                    + "dump brings them.")
        }
        for name in report.unknownShapes {
            say("The shape \(printable(name)) is unknown; reviews read by it stay as they are.")
        }
    }
}

extension RecleanReport {
    fileprivate var json: JSONValue {
        run.answer.with("read", JSONValue(read)).with("restated", JSONValue(restated))
            .with("moved", JSONValue(moved)).with("merged", JSONValue(merged))
            .with("unmoved", JSONValue(unmoved)).with("unread", JSONValue(unread))
            .with(
                "fields",
                .object(
                    TrackedField.inOrder.compactMap { field in
                        fields[field].map { (key: field.name, value: JSONValue($0)) }
                    })
            )
            .with("out_of_reach", .array(outOfReach.map { .string($0) }))
            .with("unknown_shapes", .array(unknownShapes.map { .string($0) }))
    }
}

extension RecleanFault {
    /// The message of the program.
    var words: String {
        switch self {
        case .emptyStore: "the store holds no dump yet"
        case .unusedShape(let name, let used):
            "no stored record was read by a shape called \(name); the file must have the name of "
                + "one of these: \(used.joined(separator: ", "))"
        case .losesField(let field, let reviews):
            "\(several(reviews, "review")) say \(field.name), and read again none does: the shape "
                + "seems wrong; nothing was stored"
        case .movesProducts(let count, let read):
            "\(grouped(count)) of \(several(read, "review")) would belong to other products by "
                + "this shape; nothing was stored. Reviews stay with their products: load the "
                + "dumps into a new store by the shape"
        case .tooManyMerged(let merged, let read):
            "\(grouped(merged)) of \(several(read, "review")) would be closed, because others have "
                + "the same id by the new reading; nothing was stored. If that is so: "
                + "--max-deletes \(merged)"
        case .tooManyUnread(let unread, let read):
            "\(grouped(unread)) of \(several(read, "record")) cannot be read by the shape; nothing "
                + "was stored. Accept them with --max-rejects \(unread)"
        }
    }
}
