import AfterwordCore
import AfterwordPipeline

/// The insights that stand, or the history of those of one scope with what changed from one to the
/// next.
struct InsightsPage: PageRow {
    /// The scope whose history is shown; nil for the list of all scopes.
    var scope: CountLink?
    /// The insight of the scope that stands at the moment shown.
    var insight: InsightPart?
    var rows: [InsightListRow]
    var history: [InsightHistoryRow]
    var steps: ListSteps
    var all: String
    var command: String
    /// Nil in the list, and where the caller may have none made.
    var make: MakeForm?
    /// In the list, the page that has one of all brands made; nil where the caller may not.
    var making: String?
    var exports: Exports

    static let members: KeyValuePairs<String, Member<InsightsPage>> = [
        "scope": .row { $0.scope }, "insight": .row { $0.insight }, "rows": .rows { $0.rows },
        "history": .rows { $0.history },
        "steps": .row { $0.steps }, "all": .text { $0.all }, "command": .text { $0.command },
        "make": .row { $0.make }, "making": .maybe { $0.making },
        "is_list": .flag { $0.scope == nil }, "exports": .row { $0.exports },
    ]
}

/// A scope with its standing insight.
struct InsightListRow: PageRow {
    var row: InsightRow
    var link: String
    var historyLink: String

    static let members: KeyValuePairs<String, Member<InsightListRow>> = [
        "kind": .text { $0.row.scope.kind }, "name": .text { scopeName($0.row.scope) },
        "link": .text { $0.link }, "language": .text { languageNames([$0.row.language]) },
        "issues": .text { grouped($0.row.issueCount) },
        "evidence": .text { "\($0.row.evidenceRun)" }, "made": .text { "\($0.row.madeRun)" },
        "model": .text { $0.row.model }, "history_link": .text { $0.historyLink },
    ]
}

/// An insight of a scope, with what it says that the one before it does not.
struct InsightHistoryRow: PageRow {
    var row: InsightRow
    var differences: [InsightDifference]
    var hasEarlier: Bool
    var link: String

    static let members: KeyValuePairs<String, Member<InsightHistoryRow>> = [
        "made": .text { "\($0.row.madeRun)" }, "evidence": .text { "\($0.row.evidenceRun)" },
        "model": .text { $0.row.model }, "language": .text { languageNames([$0.row.language]) },
        "issues": .text { several($0.row.issueCount, "issue") },
        "differences": .rows { $0.differences }, "has_earlier": .flag { $0.hasEarlier },
        "link": .text { $0.link },
    ]
}

/// How an issue differs from that of the insight before.
struct InsightDifference: PageRow {
    var label: String
    var words: String

    static let members: KeyValuePairs<String, Member<InsightDifference>> = [
        "label": .text { $0.label }, "words": .text { $0.words },
    ]
}

private let filters = ["scope"]

func insightsPage(_ call: Call) throws -> String {
    try call.requireAll()
    let scope = try call.text("scope").map { written in
        guard let scope = ReviewScope(written) else { throw Problem(.notFound, "no such scope") }
        return scope
    }
    let rows = scope == nil ? try call.reader.insights(of: nil) : []
    let range = call.range(of: rows.count, size: listPageSize)
    let history = try scope.map { try call.reader.insightHistory(of: $0) } ?? []
    let address = call.listAddress("/insights", filters)
    let page = InsightsPage(
        scope: scope.map {
            CountLink(name: scopeName($0), link: link(to: $0, call), count: Int64(history.count))
        },
        insight: try scope.flatMap { try standingInsight(of: $0, call) },
        rows: rows[range].map { row in
            InsightListRow(
                row: row, link: link(to: row.scope, call),
                historyLink: call.link("/insights", ["scope": row.scope.written]))
        }, history: historyRows(history, call),
        steps: ListSteps(range, of: rows.count, size: listPageSize, at: address, call),
        all: call.link("/insights"),
        command: "afterword insight " + shellQuoted(scope?.written ?? "brand:NAME"),
        make: try scope.flatMap { try MakeForm($0, call) },
        making: scope == nil ? call.makingLink(.scope(.portfolio)) : nil,
        exports: Exports("insights", [:], call))
    return try AfterwordServer.page(
        Templates.shared.insights, page, title: "Insights",
        at: call.ownAddress("/insights", filters), call)
}

/// The insight of a scope that stands; nil where there is none. Its page is the list of those that
/// were made, so that it has no link there.
private func standingInsight(of scope: ReviewScope, _ call: Call) throws -> InsightPart? {
    var brand: Text?
    if case .scope(let own) = scope, own.kind == .brand { brand = own.id }
    var part = try InsightPart(call.reader.insights(of: scope).first, brand: brand, call)
    part?.history = nil
    return part
}

/// The name of a scope for people.
func scopeName(_ scope: ReviewScope) -> String {
    switch scope {
    case .product(let id): id.string
    case .scope(.portfolio): "All brands"
    case .scope(let own): own.id.string
    }
}

private func link(to scope: ReviewScope, _ call: Call) -> String {
    switch scope {
    case .product(let id): call.link(toProduct: id)
    case .scope(let own) where own.kind == .brand: call.link(toBrand: own.id)
    case .scope: call.link("/insights", ["scope": scope.written])
    }
}

/// The insights of a scope, the newest first; each is compared with the one before it in the same
/// language.
private func historyRows(_ history: [InsightRow], _ call: Call) -> [InsightHistoryRow] {
    let sorted = history.sorted { $0.madeRun < $1.madeRun }
    return sorted.enumerated().reversed().map { place, row in
        let earlier = sorted[..<place].last { $0.language == row.language }
        return InsightHistoryRow(
            row: row,
            differences: earlier.map { insightDifferences(from: $0.document, to: row.document) }
                ?? [], hasEarlier: earlier != nil,
            link: Address(
                "/insights", ["scope": row.scope.written, "as_of": "\(row.madeRun)"]
            ).text)
    }
}

/// The issues that an insight has and an earlier one has not, those that went, and those whose
/// share changed.
func insightDifferences(from earlier: String, to later: String) -> [InsightDifference] {
    func issues(_ document: String) -> [(aspect: String, issue: JSONValue)] {
        let parsed = try? JSONValue(parsing: Array(document.utf8))
        return (parsed?["issues"]?.elements ?? []).map { ($0["aspect"]?.text ?? "", $0) }
    }
    let (old, new) = (issues(earlier), issues(later))
    func words(_ issue: JSONValue) -> String {
        let count = issue["distinct_mentions"]?.integer ?? issue["mentions"]?.integer ?? 0
        let share = issue["share_millionths"]?.integer
        return several(count, "review")
            + (share.map { ", \(fixed($0, of: 10_000, places: 1)) %" } ?? "")
    }
    func label(_ issue: JSONValue) -> String { issue["label"]?.text ?? "other" }
    var found: [InsightDifference] = []
    for (aspect, issue) in new {
        guard let before = old.first(where: { $0.aspect == aspect })?.issue else {
            found.append(InsightDifference(label: label(issue), words: "new: \(words(issue))"))
            continue
        }
        if words(before) != words(issue) {
            found.append(
                InsightDifference(
                    label: label(issue), words: "\(words(before)) → \(words(issue))"))
        }
    }
    for (aspect, issue) in old where !new.contains(where: { $0.aspect == aspect }) {
        found.append(
            InsightDifference(label: label(issue), words: "no longer, was \(words(issue))"))
    }
    return found
}
