import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `changes`: what changed between two runs, and which reviews caused it.
struct ChangesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes",
        abstract: "What moved between two runs, and because of which reviews.",
        discussion: """
            A scope is 'portfolio', 'brand:NAME', 'product:ID', 'category:NAME' or 'family:ID'; \
            with --top the brands that moved are listed, those with most new one- and two-star \
            reviews first. The parts of the reviews add up to the change of the mean exactly.

            A moment is a run (3), a date (2026-03-09), an instant, a dump's label, or last.

            --alert exits 6 where a review that came or was edited speaks of a danger, where the \
            mean fell by 0.2 stars or more (of at least 10 ratings before and after), or where at \
            least 5 reviews are new and negative or were edited down, and half of all that came. \
            With --top it looks at every brand. Products seen for the first time raise no alert \
            but of dangers.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The scope.")
    var scope: String?
    @Option(help: "The moment before; the dump before the newest when left out.")
    var from: String?
    @Option(help: "The moment after; now when left out.")
    var to: String?
    @Option(help: "List so many brands instead of one scope.")
    var top: Int?
    @Option(help: "Reviews shown.")
    var limit = 10
    @Flag(help: "Exit 6 where the change raises an alert.")
    var alert = false

    func validate() throws {
        guard (scope == nil) != (top == nil) else {
            throw ValidationError("give a scope, or --top N for the brands that moved")
        }
        if let scope { try checkScope(scope) }
        _ = try WindowOptions(since: from, to: to)
        guard (top ?? 1) > 0, limit >= 0 else { throw ValidationError("--top and --limit count") }
    }

    func run() throws {
        try WindowOptions(since: from, to: to).read(store.openForReading()) { reader, window in
            if let top {
                try show(brandShifts(reader, in: window), first: top, window)
            } else if let scope {
                try show(changes(reader, of: resolveScope(reader, scope), in: window))
            }
        }
    }

    /// Shows the first brands; brands with an alert beyond that number are listed by name.
    private func show(_ shifts: [ScopeShift], first: Int, _ window: DumpWindow) throws {
        let alerted = shifts.filter { !$0.alerts.isEmpty }
        if output.json {
            Terminal.write(json: shifts.prefix(first).map(\.json))
        } else {
            showTable(shifts.prefix(first))
            let rest = alerted.dropFirst(first).map { printable($0.name) }
            if !rest.isEmpty {
                print(Terminal.red("ALERT too: ") + rest.joined(separator: ", "))
            }
        }
        if alert, !alerted.isEmpty { throw ExitCode(Failure.Code.alert.rawValue) }
    }

    private func showTable(_ shifts: ArraySlice<ScopeShift>) {
        var table = Table([
            "brand": .left, "new": .right, "negative": .right, "edited down": .right,
            "first seen": .right, "mean": .right, "": .left,
        ])
        for shift in shifts {
            table.add([
                printable(shift.name), grouped(shift.counts.new),
                grouped(shift.counts.newNegative), grouped(shift.counts.editedDown),
                grouped(shift.counts.firstSeen), "\(stars(shift.before)) → \(stars(shift.after))",
                shift.alerts.isEmpty
                    ? ""
                    : Terminal.red("ALERT: ") + shift.alerts.map(\.words).joined(separator: "; "),
            ])
        }
        table.show()
    }

    private func show(_ changes: ScopeChanges) throws {
        if output.json {
            Terminal.write(json: [changes.json(limit: limit)])
        } else {
            showTable(changes)
        }
        if alert, !changes.alerts.isEmpty {
            throw ExitCode(Failure.Code.alert.rawValue)
        }
    }

    private func showTable(_ changes: ScopeChanges) {
        print(
            "\(printable(changes.window.words)): \(grouped(changes.before.reviewCount)) → "
                + "\(grouped(changes.after.reviewCount)) reviews, mean \(stars(changes.before)) → "
                + stars(changes.after))
        var reasons = Table(["because of": .left, "reviews": .right, "mean": .right])
        for reason in MovementReason.allCases {
            let own = changes.movements.filter { $0.movement.reason == reason }
            guard !own.isEmpty else { continue }
            reasons.add([
                reason.rawValue, grouped(Int64(own.count)),
                changes.attribution.map { signedStars($0.millionths(changes.part(reason))) } ?? "–",
            ])
        }
        reasons.show()
        let counts = changes.counts
        if counts.movedHere + counts.movedAway > 0 {
            print(
                "moved: \(several(counts.movedHere, "review")) came from another product and "
                    + "\(grouped(counts.movedAway)) went to one: neither new nor gone")
        }
        var table = Table([
            "": .left, "product": .left, "stars": .left, "mean": .right, "says": .text,
        ])
        for moved in changes.movements.prefix(limit) {
            let part = changes.attribution.flatMap { attribution in
                moved.part.map { signedStars(attribution.millionths($0)) }
            }
            table.add([
                moved.difference?.news == .moved ? "moved" : moved.movement.reason.rawValue,
                printable(moved.review.productID.string), moved.starText, part ?? "–",
                printable((moved.review.values.title ?? moved.review.values.body)?.string ?? ""),
            ])
        }
        table.show()
        if !changes.saysEnough {
            print(
                Terminal.grey(
                    "fewer than \(ChangeAlert.fewestRatings) ratings before or after: "
                        + "the mean says little"))
        }
        for alert in changes.alerts { print(Terminal.red("ALERT: ") + alert.words) }
    }
}

private func signedStars(_ millionths: Int64) -> String {
    (millionths > 0 ? "+" : "") + decimal(millionths, of: 1_000_000, places: 3)
}
