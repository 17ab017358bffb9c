import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `history`: lists the versions of a review.
struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show every version of a review.")

    @Argument(help: "The product's id.")
    var product: String
    @Argument(help: "The review's id.")
    var review: String
    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let rows = try store.read { reader in
            try reader.history(
                ofProduct: resolveScope(reader, "product:\(product)").id, review: Text(review))
        }
        guard !rows.isEmpty else { throw CommandFault(.usage, "no such review of that product") }
        if output.json { return Terminal.write(json: rows.map(\.answer)) }
        for row in rows {
            let version = row.operation == .late ? "late" : "version \(row.version)"
            let changed = row.changedFields.names.joined(separator: ", ")
            say(
                Terminal.bold("\(version): \(row.operation.rawValue)")
                    + (changed.isEmpty ? "" : " of \(changed)")
                    + ", run \(row.run), observed \(row.observedAt)")
            for (name, value) in shown(row) {
                say("  \(name): \(value)", indent: "    ")
            }
        }
    }

    /// A time as text. A mock time is marked as such, because it says nothing about the review.
    private static func told(_ instant: Instant, _ origin: TimeOrigin) -> String {
        origin == .source ? "\(instant)" : "the source does not say (mock \(instant))"
    }

    private func shown(_ row: HistoryRow) -> [(String, String)] {
        let values = row.values
        let times = row.times
        let rating = values.rating.map { decimal($0, of: 10, places: $0 % 10 == 0 ? 0 : 1) }
        let fields: [(String, String?)] = [
            ("rating", rating), ("title", values.title?.string), ("text", values.body?.string),
            ("author", values.authorName?.string), ("verified", values.verified.map { "\($0)" }),
            ("helpful votes", values.helpfulVotes.map { grouped($0) }),
            ("variant", values.variant?.string), ("country", values.country?.string),
            ("language", values.language?.string),
            ("created", Self.told(times.createdAt, times.createdOrigin)),
            ("updated", Self.told(times.updatedAt, times.updatedOrigin)),
        ]
        return fields.compactMap { name, value in value.map { (name, printable($0)) } }
    }
}
