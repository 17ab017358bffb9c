import AfterwordCore
import AfterwordPipeline

/// What was found in a version of a review: by the reader in force when it came and, in the newest
/// one, by that in force now, and by people.
///
/// - Parameter verdicts: Of all reviews, in the order in which they were given.
func findings(
    _ row: HistoryRow, isNewest: Bool, _ verdicts: [VerdictRow], _ call: Call
) throws -> [LineRow] {
    var lines: [LineRow] = []
    if row.operation != .delete {
        let first = call.allRuns.first { $0.run == row.run }?.reader
        // A store without readings is read by the first reader.
        let readers = [first ?? 1] + (isNewest ? [call.run.reader ?? 1] : [])
        for (place, version) in readers.enumerated() where !readers[..<place].contains(version) {
            guard let lexicon = try call.reader.lexicon(ofVersion: version) else { continue }
            lines.append(
                LineRow(text: "By \(Lexicon.named(version)): \(readingWords(row.values, lexicon))"))
        }
    }
    lines += verdicts.filter { $0.reviewKey == row.reviewKey && $0.version == row.version }
        .map { LineRow(text: "\(verdictWords($0)) (run \($0.madeRun))") }
    return lines
}

/// A verdict with who gave it and why.
func verdictWords(_ row: VerdictRow) -> String {
    "\(row.verdict == .real ? "Real" : "No danger"), says \(row.judgedBy.string): "
        + row.why.string
}

/// How a review speaks of a danger, in words.
func dangerWords(_ danger: DangerClass) -> String {
    switch danger {
    case .happened: "it happened"
    case .said: "called dangerous"
    case .unlikely: "probably none"
    }
}

/// What a lexicon finds in a text: language, complaints, praise and dangers.
private func readingWords(_ values: ReviewValues, _ lexicon: Lexicon) -> String {
    let reading = readReview(values, with: lexicon)
    func names(_ isNegative: Bool) -> String {
        let found = Set(reading.mentions.filter { $0.isNegative == isNegative }.map(\.aspect))
        return found.sorted().map { place in
            AspectLabel.text(lexicon.aspects[place], strength: !isNegative)
        }.joined(separator: ", ")
    }
    let found = dangers(in: reading, of: values, lexicon: lexicon)
        .map { "\(hazardName($0.hazard)), \(dangerWords($0.dangerClass))" }
        .joined(separator: "; ")
    let parts = [("complains of ", names(true)), ("praises ", names(false)), ("danger: ", found)]
        .filter { !$0.1.isEmpty }.map { $0.0 + $0.1 }
    let language = languageNames([reading.language.rawValue])
    return ([language] + (parts.isEmpty ? ["no theme"] : parts)).joined(separator: " · ")
}
