package import AfterwordCore

extension ComparedModels {
    /// One test case for each share, for each bar and for the number of scopes.
    ///
    /// - Parameter faults: As the comparison found them.
    package func junit(_ faults: [ModelComparison.Fault]) -> JUnitReport {
        let named = Dictionary(faults.map { ($0.caseName, $0) }) { first, _ in first }
        let names =
            ComparedShare.allCases.map(\.rawValue) + ["least-grounded", "least-answered", "scopes"]
        let cases = names.map { name in
            JUnitReport.Case(
                className: "models.compare", name: name,
                outcome: named[name].map {
                    .failed(message: $0.words, type: "models", text: $0.words)
                } ?? .passed)
        }
        return JUnitReport(name: "models compare \(a.name) \(b.name)", cases: cases)
    }
}

/// The report of a comparison that ended before it had a result: one case, an error, so that the
/// report of an earlier comparison does not stand for it.
package func unfinishedComparison(of a: String, with b: String, _ words: String) -> JUnitReport {
    JUnitReport(
        name: "models compare \(a) \(b)",
        cases: [
            JUnitReport.Case(
                className: "models.compare", name: "comparison",
                outcome: .errored(message: words, type: "models", text: words))
        ])
}

extension ModelComparison.Fault {
    fileprivate var caseName: String {
        switch self {
        case .worse(let share, _): share.rawValue
        case .belowBar: "least-grounded"
        case .tooFewScopes: "scopes"
        case .unanswered: "least-answered"
        }
    }
}
