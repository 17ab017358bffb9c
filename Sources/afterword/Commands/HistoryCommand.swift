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
