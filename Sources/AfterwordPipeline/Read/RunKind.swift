import AfterwordCore

/// What a run did, as lists of runs are filtered by it.
package enum RunKind: String, CaseIterable, Sendable {
    case dump
    case catalog
    /// Rejected records loaded again.
    case replay
    case insight
    /// What a model read in reviews.
    case enrichment
    case verdict
    /// Marks of people's work: every click is a run, which lists leave out unless asked for them.
    case work
    /// Stored records or texts read again.
    case reread
    case prune
}

extension RunRecord {
    package var kind: RunKind {
        switch observedOrigin {
        case .given, .folderName, .identicalRun, .clock: .dump
        case .catalog: .catalog
        case .replay: .replay
        case .insight: .insight
        case .enrichment: .enrichment
        case .verdict: .verdict
        case .work: .work
        case .reclean, .reread: .reread
        case .prune: .prune
        }
    }
}

/// Which runs a list shows.
package enum RunFilter: Equatable, Sendable {
    /// All but those of marks, which are counted.
    case usual
    case all
    case only(RunKind)

    /// The names of filters other than the usual one.
    package static let names = RunKind.allCases.map(\.rawValue) + ["all"]

    /// - Parameter name: One of `names`; nil for the usual one.
    package init?(_ name: String?) {
        switch name {
        case nil: self = .usual
        case "all": self = .all
        case let name?:
            guard let kind = RunKind(rawValue: name) else { return nil }
            self = .only(kind)
        }
    }
}

/// The runs that pass a filter.
package struct RunList: Sendable {
    /// In the order of all runs.
    package private(set) var runs: [RunRecord]
    /// Of all runs, whatever the filter.
    package private(set) var counts: [RunKind: Int]
    /// Runs of marks that are left out.
    package private(set) var folded: Int

    package init(_ all: [RunRecord], _ filter: RunFilter) {
        counts = all.reduce(into: [:]) { $0[$1.kind, default: 0] += 1 }
        switch filter {
        case .usual: runs = all.filter { $0.kind != .work }
        case .all: runs = all
        case .only(let kind): runs = all.filter { $0.kind == kind }
        }
        folded = filter == .usual ? counts[.work] ?? 0 : 0
    }
}
