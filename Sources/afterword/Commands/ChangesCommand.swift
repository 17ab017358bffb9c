import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `changes`: what moved between two runs, and because of which reviews.
struct ChangesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes",
        abstract: "What moved between two runs, and because of which reviews.",
        discussion: """
            A scope is 'portfolio', 'brand:NAME', 'product:ID', 'category:NAME' or 'family:ID'; with \
            --top the brands that moved are listed, those with most new one- and two-star reviews \
            first. The parts of the reviews add up to the change of the mean exactly.

            --alert exits 6 where the mean fell by 0.2 stars or more (of at least 10 ratings before and \
            after), or where at least 5 reviews that came, and half of all that came, are negative.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The scope.")
    var scope: String?
    @Option(help: "The run before; the one before the last dump when left out.")
    var from: Int64?
    @Option(help: "The run after; the last dump's when left out.")
    var to: Int64?
    @Option(help: "List so many brands instead of one scope.")
    var top: Int?
    @Option(help: "Reviews shown.")
    var limit = 10
    @Flag(help: "Exit 6 where the change is one to be told of at once.")
    var alert = false

    func validate() throws {
        guard (scope == nil) != (top == nil) else {
            throw ValidationError("give a scope, or --top N for the brands that moved")
        }
        if let scope, ReviewScope(scope) == nil {
            throw ValidationError(
                "a scope is portfolio, brand:NAME, product:ID, category:NAME or family:ID")
        }
        guard (top ?? 1) > 0, limit >= 0 else { throw ValidationError("--top and --limit count") }
    }

    func run() throws {
        try store.openForReading().read { reader in
            try requireLoaded(reader)
            let last = try reader.runs().newestDump?.run ?? 0
            guard last > 1 || (from != nil && to != nil) else {
                throw CommandFault(.usage, "there is one dump: nothing changed since another")
            }
            let (from, to) = (from ?? max((to ?? last) - 1, 1), to ?? last)
            if let top {
                try show(brandShifts(reader, from: from, to: to).prefix(top))
            } else if let scope = scope.flatMap({ ReviewScope($0) }) {
                try show(changes(reader, of: scope, from: from, to: to))
            }
        }
    }

    private func show(_ shifts: ArraySlice<ScopeShift>) {
        if output.json { return Terminal.write(json: shifts.map(\.json)) }
        var table = Table([
            "brand": .left, "reviews": .right, "negative": .right, "mean": .right,
        ])
        for shift in shifts {
            table.add([
                printable(shift.scope.id.string), signed(shift.newReviews),
                signed(shift.newNegatives), "\(stars(shift.before)) → \(stars(shift.after))",
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
        say(
            "Run \(changes.from.run) → \(changes.to.run): \(grouped(changes.before.reviewCount)) → "
                + "\(several(changes.after.reviewCount, "review")), mean \(stars(changes.before)) → "
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
        var table = Table([
            "": .left, "product": .left, "stars": .left, "mean": .right, "says": .text,
        ])
        for moved in changes.movements.prefix(limit) {
            let part = changes.attribution.flatMap { attribution in
                moved.part.map { signedStars(attribution.millionths($0)) }
            }
            table.add([
                moved.movement.reason.rawValue,
                printable(moved.review.productID.string), moved.starText, part ?? "–",
                printable((moved.review.values.title ?? moved.review.values.body)?.string ?? ""),
            ])
        }
        table.show()
        if !changes.saysEnough {
            print(
                Terminal.grey(
                    "fewer than \(ChangeAlert.fewestRatings) ratings: the mean says little"))
        }
        for alert in changes.alerts { print(Terminal.red("ALERT: ") + alert.words) }
    }
}

private func signed(_ number: Int64) -> String { (number > 0 ? "+" : "") + grouped(number) }

private func signedStars(_ millionths: Int64) -> String {
    (millionths > 0 ? "+" : "") + decimal(millionths, of: 1_000_000, places: 3)
}

extension ReviewMovement {
    var starText: String {
        func star(_ review: StoredReview?) -> String { review?.values.star.map { "\($0)" } ?? "–" }
        return before == nil || after == nil
            ? star(review) : "\(star(before)) → \(star(after))"
    }
}

extension ChangeAlert {
    fileprivate var words: String {
        switch self {
        case .meanFell(let millionths):
            "the mean fell by \(decimal(millionths, of: 1_000_000, places: 2)) stars"
        case .negatives(let count, let all):
            "\(grouped(count)) of \(several(all, "review")) that came \(count == 1 ? "is" : "are") negative"
        }
    }
}
