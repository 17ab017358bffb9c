import AfterwordCore
import AfterwordPipeline

/// Every run with the balance of its files, what was rejected, attempts that failed, and what
/// models cost.
struct RunsPage: PageRow {
    var newest: String
    var attempts: [AttemptRow]
    var facets: [Facet]
    var runs: [RunRow]
    /// How many runs of marks are left out, with the link that lists them; nil for none.
    var folded: CountLink?
    var steps: ListSteps
    /// The run whose rejected records are listed; nil for none.
    var chosen: String?
    var rejects: [RejectCard]
    var rejectSteps: ListSteps?
    var all: String
    var costs: [CostRow]
    var exports: Exports

    static let members: KeyValuePairs<String, Member<RunsPage>> = [
        "newest": .text { $0.newest }, "attempts": .rows { $0.attempts },
        "has_attempts": .flag { !$0.attempts.isEmpty }, "facets": .rows { $0.facets },
        "runs": .rows { $0.runs }, "folded": .row { $0.folded },
        "steps": .row { $0.steps }, "chosen": .maybe { $0.chosen },
        "rejects": .rows { $0.rejects }, "reject_steps": .row { $0.rejectSteps },
        "all": .text { $0.all }, "costs": .rows { $0.costs },
        "has_costs": .flag { !$0.costs.isEmpty }, "exports": .row { $0.exports },
    ]
}

/// An attempt that committed nothing.
struct AttemptRow: PageRow {
    var attempt: RunAttempt

    static let members: KeyValuePairs<String, Member<AttemptRow>> = [
        "when": .text { minute($0.attempt.startedAt) },
        "dump": .maybe { shown($0.attempt.dump) },
        "outcome": .text { $0.attempt.outcome?.failure ?? "did not end, or is under way" },
    ]
}

/// A run with the balance of its files.
struct RunRow: PageRow {
    var run: RunRecord
    var files: [RunFileRow]
    var rejectsLink: String?

    static let members: KeyValuePairs<String, Member<RunRow>> = [
        "run": .text { "\($0.run.run)" }, "kind": .text { kindName($0.run) },
        "observed": .text { day($0.run.observedAt) },
        "recorded": .text { minute($0.run.recordedAt) },
        "found": .text { grouped($0.run.balance.found) },
        "inserted": .text { grouped($0.run.balance.inserted) },
        "updated": .text { grouped($0.run.balance.updated) },
        "unchanged": .text { grouped($0.run.balance.unchanged) },
        "deleted": .text { grouped($0.run.deleted) },
        "others": .text { row in
            let balance = row.run.balance
            return grouped(
                balance.copies + balance.shadowed + balance.late + balance.suppressed)
        },
        "rejected": .text { grouped($0.run.balance.rejected) },
        "rejects_link": .maybe { $0.rejectsLink }, "files": .rows { $0.files },
        "has_files": .flag { !$0.files.isEmpty },
    ]
}

/// A file of a run: what became of its records.
struct RunFileRow: PageRow {
    var file: FileRecord

    static let members: KeyValuePairs<String, Member<RunFileRow>> = [
        "name": .text { $0.file.name },
        // A catalog has no shape.
        "shape": .text { $0.file.shape.isEmpty ? "catalog" : $0.file.shape },
        "balance": .text { row in
            let parts = row.file.balance.parts.dropFirst().filter { $0.value > 0 }
                .map { "\(grouped($0.value)) \($0.key)" }
            return "\(grouped(row.file.balance.found)) found"
                + (parts.isEmpty ? "" : " = " + parts.joined(separator: " + "))
        },
        "version": .maybe { $0.file.version?.words },
    ]
}

/// A record that was rejected, by its place.
struct RejectCard: PageRow {
    var reject: RejectRow

    static let members: KeyValuePairs<String, Member<RejectCard>> = [
        "reason": .text { $0.reject.reason.rawValue.replacing("_", with: " ") },
        "field": .maybe { shown($0.reject.field) }, "file": .text { $0.reject.file },
        "place": .text { "\(grouped($0.reject.offset)), \(grouped($0.reject.length)) bytes" },
        "product": .maybe { shown($0.reject.productID?.string) },
    ]
}

/// What calls of a model cost.
struct CostRow: PageRow {
    var model: String
    var calls: Int
    var answered: Int
    var dollars: String

    static let members: KeyValuePairs<String, Member<CostRow>> = [
        "model": .text { $0.model }, "calls": .text { grouped($0.calls) },
        "answered": .text { grouped($0.answered) }, "dollars": .text { $0.dollars },
    ]
}

func runsPage(_ call: Call) throws -> String {
    // Names of files and sums over all brands are for keys that see everything.
    try call.requireAll()
    let list = RunList(call.allRuns.filter { $0.run <= call.run.run }, call.runFilter)
    let runs = Array(list.runs.reversed())
    let asked = call.number("rejects")
    let runRange = call.range(of: runs.count, size: asked == nil ? listPageSize : 10)
    let status = try statusAnswer(call.reader, now: call.now, maxAge: nil)
    let rejects = try asked.map {
        try rejectListing(
            call.reader, run: $0, page: Page(first: call.first, size: listPageSize))
    }
    let address = call.listAddress("/runs", filters)
    let page = RunsPage(
        newest: newestWords(status), attempts: status.attemptsSince.map { AttemptRow(attempt: $0) },
        facets: asked != nil ? [] : [kindFacet(list, call, at: address)],
        runs: asked != nil ? [] : try runs[runRange].map { try runRow($0, call) },
        folded: asked != nil || list.folded == 0
            ? nil
            : CountLink(
                name: several(Int64(list.folded), "run"), link: address.with("kind", "work").text,
                count: Int64(list.folded)),
        steps: ListSteps(runRange, of: runs.count, size: listPageSize, at: address, call),
        chosen: asked.map { "\($0)" },
        rejects: rejects?.entries.map { RejectCard(reject: $0) } ?? [],
        rejectSteps: rejects.map {
            ListSteps(
                $0.first..<$0.first + $0.entries.count, of: $0.total, size: listPageSize,
                at: address, call)
        }, all: call.link("/runs"), costs: costs(try call.reader.modelCalls()),
        exports: Exports("runs", ["kind": call.text("kind") ?? "usual"], call))
    return try AfterwordServer.page(
        Templates.shared.runs, page, title: "Runs and rejects",
        at: call.ownAddress("/runs", filters), call)
}

private let filters = ["rejects", "kind"]

private func kindFacet(_ list: RunList, _ call: Call, at address: Address) -> Facet {
    var values: [(value: String, label: String, count: Int64)] = RunKind.allCases.map {
        ($0.rawValue, $0.title, Int64(list.counts[$0] ?? 0))
    }
    values.append(("all", "Everything", values.reduce(0) { $0 + $1.count }))
    return Facet("Kind", "kind", values, chosen: call.text("kind"), at: address)
}

extension RunKind {
    /// The kind in the plural, as a filter names it.
    var title: String {
        switch self {
        case .dump: "Dumps"
        case .catalog: "Catalogs"
        case .replay: "Rejected records again"
        case .insight: "Insights"
        case .enrichment: "What models read"
        case .verdict: "Verdicts"
        case .work: "Marks of people's work"
        case .reread: "Stored reviews read again"
        case .prune: "Bytes removed"
        }
    }
}

extension Call {
    /// Which runs a request asks for; the parameter is checked.
    var runFilter: RunFilter { RunFilter(text("kind")) ?? .usual }
}

private func runRow(_ run: RunRecord, _ call: Call) throws -> RunRow {
    RunRow(
        run: run, files: try call.reader.files(ofRun: run.run).map { RunFileRow(file: $0) },
        rejectsLink: run.balance.rejected > 0
            ? call.link("/runs", ["rejects": "\(run.run)"]) : nil)
}

private func newestWords(_ status: StatusAnswer) -> String {
    guard let dump = status.newestDump, let run = status.lastRun else {
        return "No dump with reviews was loaded yet."
    }
    let counted =
        "\(several(status.portfolio.counters.reviewCount, "review")) of "
        + several(Int64(status.brandCount), "brand")
    // Insights, marks and the like change no count.
    let newest = status.newestRun.map {
        "The newest run is \($0.run), recorded on \(minute($0.recordedAt))."
    }
    let since =
        status.newestRun?.run == run.run
        ? "" : " as of run \(run.run), the newest that may have changed what is counted"
    return ["The newest dump was taken on \(dump.fullName).", newest, "\(counted)\(since)."]
        .compactMap(\.self).joined(separator: " ")
}

/// What a run did, in words.
func kindName(_ run: RunRecord) -> String {
    plainName(run) + (run.acceptsTaxonomy ? ", by a taxonomy that was accepted" : "")
}

private func plainName(_ run: RunRecord) -> String {
    switch run.observedOrigin {
    case .given, .folderName, .identicalRun, .clock:
        run.dumpLabel.map { "dump \($0.string)" } ?? "dump"
    case .replay: "rejected records again"
    case .catalog: "catalog"
    case .insight: "insights"
    case .enrichment: "what a model read"
    case .verdict: "a person's verdict"
    case .work: "marks of people's work"
    case .reclean, .reread: "stored reviews read again"
    case .prune: "bytes of old records removed"
    }
}

/// A moment to the minute: `2026-03-09 07:30`.
func minute(_ instant: Instant) -> String {
    String(instant.description.prefix(16)).replacing("T", with: " ")
}

private func costs(_ calls: [ModelCall]) -> [CostRow] {
    Dictionary(grouping: calls, by: \.model).map { model, own in
        let nanos = own.reduce(Int64(0)) { $0 + ($1.cost ?? 0) }
        return CostRow(
            model: model, calls: own.count, answered: own.count { $0.outcome == "answered" },
            dollars: fixed(nanos, of: 1_000_000_000, places: 4))
    }.sorted { $0.model < $1.model }
}
