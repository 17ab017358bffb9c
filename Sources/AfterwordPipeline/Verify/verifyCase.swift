package import AfterwordCore
import Foundation

/// The result for one golden file.
package struct GoldenVerdict: Sendable {
    /// How the actual output compares with the golden file.
    package enum Outcome: Equatable, Sendable {
        case same
        /// The rows that differ, for a person to read.
        case differs([RowDifference])
        /// There is output but no golden file.
        case missing
        /// There is a golden file but no output.
        case unused
    }
    package var caseName: String
    package var file: String
    package var outcome: Outcome

    package var passes: Bool { outcome == .same }
}

/// Compares every file of a case byte for byte. Both `swift test` and `verify` use this function.
package func judgeCase(
    _ golden: GoldenCase, actual: [String: [String]]
) throws -> [GoldenVerdict] {
    let expected = try golden.expected()
    let names = Set(expected.keys).union(actual.keys).sorted { Text($0) < Text($1) }
    return names.map { name in
        let outcome: GoldenVerdict.Outcome =
            switch (expected[name], actual[name]) {
            case (let wanted?, let got?):
                wanted == got ? .same : .differs(rowDifferences(expected: wanted, actual: got))
            case (nil, _): .missing
            case (_, nil): .unused
            }
        return GoldenVerdict(caseName: golden.name, file: name + ".jsonl", outcome: outcome)
    }
}

/// Writes the actual output beside each golden file that differs, as `….jsonl.actual`, and removes
/// such files where the output agrees.
package func writeActual(
    _ golden: GoldenCase, _ actual: [String: [String]], _ verdicts: [GoldenVerdict]
) throws {
    for verdict in verdicts {
        let path = "\(golden.folder)/expected/\(verdict.file).actual"
        let name = String(verdict.file.dropLast(6))
        if verdict.passes {
            try? FileManager.default.removeItem(atPath: path)
        } else if let lines = actual[name] {
            try write(lines, to: path)
        }
    }
}

/// Accepts the actual output as the goldens of a case: changed and missing files are written,
/// unused ones removed.
package func acceptCase(
    _ golden: GoldenCase, _ actual: [String: [String]], _ verdicts: [GoldenVerdict]
) throws {
    for verdict in verdicts where !verdict.passes {
        let path = "\(golden.folder)/expected/\(verdict.file)"
        try? FileManager.default.removeItem(atPath: path + ".actual")
        if let lines = actual[String(verdict.file.dropLast(6))] {
            try write(lines, to: path)
        } else {
            try FileManager.default.removeItem(atPath: path)
        }
    }
}

private func write(_ lines: [String], to path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let text = lines.map { $0 + "\n" }.joined()
    try writeFile(Array(text.utf8), to: path, mode: 0o644)
}

/// Creates a case from dumps: copies them unchanged, one step each.
///
/// - Throws: `CaseFault` when the case already exists.
package func newCase(
    named name: String, in golden: String, dumps: [String], recordedAt: Instant
) throws {
    let folder = "\(golden)/\(name)"
    let manager = FileManager.default
    guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else {
        throw CaseFault(description: "a case's name is a plain word, not a path")
    }
    guard !manager.fileExists(atPath: folder) else {
        throw CaseFault(description: "the case \(name) is there already")
    }
    // Opens every dump first, so that an invalid one is found before anything is written.
    for dump in dumps { _ = try openDumps(dump) }
    try manager.createDirectory(atPath: folder + "/dumps", withIntermediateDirectories: true)
    var steps: [JSONValue] = []
    for (index, dump) in dumps.enumerated() {
        let source = URL(fileURLWithPath: dump).standardizedFileURL
        let step = "\(padded(index + 1, 2))_\(source.lastPathComponent)"
        try manager.copyItem(atPath: source.path, toPath: "\(folder)/dumps/\(step)")
        let recorded = Instant(
            microseconds: recordedAt.microseconds + Int64(index) * 86_400_000_000)
        let observed = instant(inName: source.lastPathComponent) ?? recorded
        steps.append(
            .row([
                "folder": .string(step), "recorded_at": .string(recorded.description),
                "observed_at": .string(observed.description), "complete": .string("none"),
            ]))
    }
    let document = JSONValue.row([
        "seed": JSONValue(1), "salt_seed": JSONValue(1), "dumps": .array(steps),
    ])
    try write([document.canonical], to: folder + "/case.json")
}
