package import AfterwordCore

extension GoldenVerdict {
    /// One test case per golden file; a failure points to the first line that differs.
    package func junitCase(of golden: GoldenCase, actual: [String: [String]]) -> JUnitReport.Case {
        let path = "\(golden.folder)/expected/\(file)"
        let name = String(file.dropLast(6))
        let expected = (try? golden.expected()[name]) ?? []
        let got = actual[name] ?? []
        let line = zip(expected, got).enumerated().first { $1.0 != $1.1 }?.offset
        let outcome: JUnitReport.Outcome =
            switch self.outcome {
            case .same: .passed
            case .missing:
                .failed(
                    message: "no golden file is there", type: "missing",
                    text:
                        "\(several(got.count, "row")) came out; afterword verify accept \(caseName)"
                )
            case .unused:
                .failed(
                    message: "the golden file is there, nothing of it came out", type: "unused",
                    text: "afterword verify accept \(caseName) removes it")
            case .differs(let rows):
                .failed(
                    message: several(rows.count, "row")
                        + (rows.count == 1 ? " differs" : " differ"), type: "difference",
                    text: rows.prefix(50).flatMap(\.lines).joined(separator: "\n"))
            }
        return JUnitReport.Case(
            className: "golden.\(caseName)", name: file,
            place: .init(path: path, line: (line ?? min(expected.count, got.count)) + 1),
            outcome: outcome)
    }
}

extension RowDifference {
    /// The difference for a person: the row's key, then each field as expected and as produced.
    package var lines: [String] {
        switch kind {
        case .added: ["+ \(key)"]
        case .removed: ["- \(key)"]
        case .changed(let fields):
            ["~ \(key)"] + fields.map { "    \($0.name): \($0.expected) → \($0.actual)" }
        }
    }
}
