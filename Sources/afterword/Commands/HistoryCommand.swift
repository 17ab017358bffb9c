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
        let (rows, links) = try store.read { reader in
            let id = try resolveScope(reader, "product:\(product)").id
            return (
                try reader.history(ofProduct: id, review: Text(review)),
                try reader.links().filter { $0.to.productID == id || $0.from.productID == id }
            )
        }
        guard !rows.isEmpty else { throw CommandFault(.usage, "no such review of that product") }
        func link(_ row: HistoryRow) -> ReviewLink? {
            links.first { link in
                link.run == row.run
                    && (row.operation == .delete
                        ? link.from.key == row.reviewKey && (link.match.isMovement || link.isMerge)
                        : link.to.key == row.reviewKey && link.version == row.version)
            }
        }
        if output.json {
            return Terminal.write(
                json: rows.map { row in
                    link(row).map { row.answer.with("link", $0.json) } ?? row.answer
                })
        }
        for row in rows {
            let version = row.operation == .late ? "late" : "version \(row.version)"
            let changed = row.changedFields.names.joined(separator: ", ")
            say(
                Terminal.bold("\(version): \(row.operation.rawValue)")
                    + (changed.isEmpty ? "" : " of \(changed)")
                    + ", run \(row.run), observed \(row.observedAt)"
                    + (link(row).map { ", " + words(of: $0, at: row) } ?? ""))
            for (name, value) in shown(row) {
                say("  \(name): \(value)", indent: "    ")
            }
        }
    }

    /// What a link says of a version.
    private func words(of link: ReviewLink, at row: HistoryRow) -> String {
        if let score = link.score {
            return "matched by similarity (\(decimal(score, of: 1_000_000, places: 3)))"
        }
        let isGone = row.operation == .delete
        let other = isGone ? link.to : link.from
        if link.match == .reclean {
            let id = printable(other.reviewID.string)
            if !link.isMerge { return "found by another id from now on" }
            return isGone ? "it is the review \(id)" : "the review \(id) is the same"
        }
        let way = isGone ? "moved to" : "moved from"
        return "\(way) product \(printable(other.productID.string))"
    }

    /// A time as text. A mock time is marked as such, because it says nothing about the review, and
    /// an estimate is given to the day.
    private static func told(_ instant: Instant, _ origin: TimeOrigin) -> String {
        switch origin {
        case .source: "\(instant)"
        case .estimated: "about \(instant.day)"
        case .mock: "the source does not say (mock \(instant))"
        }
    }

    /// The values of a version by the labels of their fields, those that are present.
    private func shown(_ row: HistoryRow) -> [(String, String)] {
        TrackedField.allCases.compactMap { field in
            shown(field, of: row).map { (field.label, printable($0)) }
        }
    }

    private func shown(_ field: TrackedField, of row: HistoryRow) -> String? {
        let values = row.values
        switch field.form {
        case .text: return values[text: field]?.string
        case .rating:
            return values[number: field].map { decimal($0, of: 10, places: $0 % 10 == 0 ? 0 : 1) }
        case .count: return values[number: field].map { grouped($0) }
        case .flag: return values[number: field].map { "\($0 != 0)" }
        case .instant:
            return Self.told(row.times.instant(of: field), row.times.origin(of: field))
        }
    }
}
