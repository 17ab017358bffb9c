import AfterwordCore
import AfterwordPipeline

/// Everything that people work on.
struct WorkPage: PageRow {
    /// The brand or product whose work is listed; nil for all.
    var scope: String?
    var everything: String
    var facets: [Facet]
    var rows: [WorkRow]
    var steps: ListSteps
    var exports: Exports

    static let members: KeyValuePairs<String, Member<WorkPage>> = [
        "scope": .maybe { $0.scope }, "everything": .text { $0.everything },
        "facets": .rows { $0.facets }, "rows": .rows { $0.rows }, "steps": .row { $0.steps },
        "exports": .row { $0.exports },
    ]
}

/// A theme or a review that people work on.
struct WorkRow: PageRow {
    var work: ListedWork
    var name: String
    var link: String?
    /// What was said before and after the day since which it is fixed.
    var fix: String?

    init(_ work: ListedWork, _ call: Call) {
        self.work = work
        (name, link) = workLink(work.item.subject, call)
    }

    static let members: KeyValuePairs<String, Member<WorkRow>> = [
        "name": .text { $0.name }, "link": .maybe { $0.link },
        "words": .maybe { $0.work.item.words }, "fix": .maybe { $0.fix },
        "marks": .rows { $0.shown.reversed().map { MarkRow(mark: $0) } },
        "earlier": .maybe { own in
            let left = own.work.marks.count - own.shown.count
            return left > 0 ? several(Int64(left), "earlier mark") : nil
        },
    ]

    /// The newest marks, and of the others the newest notes, which say what happened.
    private var shown: [ListedMark] {
        let first = work.marks.count - marksOfRow
        let notes = work.marks.indices.filter { work.marks[$0].row.mark == .note }
        let kept = Set(notes.suffix(notesOfRow))
        return work.marks.indices.filter { $0 >= first || kept.contains($0) }
            .map { work.marks[$0] }
    }
}

private let marksOfRow = 3
private let notesOfRow = 10
private let filters = ["brand", "product", "state", "assignee", "open"]

func workPage(_ call: Call) throws -> String {
    let all = try listedWork(call.reader, call.workQuery())
    let found = try listedWork(call)
    let range = call.range(of: found.count, size: listPageSize)
    let address = call.listAddress("/work", filters)
    let page = WorkPage(
        scope: try call.text("product") ?? call.brandFilter(), everything: call.link("/work"),
        facets: workFacets(all, call, at: address), rows: found[range].map { WorkRow($0, call) },
        steps: ListSteps(range, of: found.count, size: listPageSize, at: address, call),
        exports: Exports(
            "work",
            [
                "brand": try call.brandFilter(), "product": call.text("product"),
                "state": call.text("state"), "assignee": call.text("assignee"),
                "open": call.text("open"),
            ], call))
    return try AfterwordServer.page(
        Templates.shared.work, page, title: "Work", at: call.ownAddress("/work", filters), call)
}

private func workFacets(_ all: [ListedWork], _ call: Call, at address: Address) -> [Facet] {
    func count(_ holds: (WorkItem) -> Bool) -> Int64 { Int64(all.count { holds($0.item) }) }
    let people = Set(all.compactMap(\.item.assignee)).sorted()
    return [
        Facet(
            "Work", "open",
            [
                ("yes", "to do", count(\.isOpen)), ("no", "done or seen", count { !$0.isOpen }),
            ], chosen: call.text("open"), at: address),
        Facet(
            "State", "state",
            WorkState.allCases.map { state in
                (state.rawValue, state.label, count { $0.state == state })
            }, chosen: call.text("state"), at: address),
        Facet(
            "Who sees to it", "assignee",
            people.map { person in (person.string, person.string, count { $0.assignee == person })
            },
            chosen: call.text("assignee"), at: address),
    ]
}

/// The name of what people work on, and its page; nil where it has none of its own.
func workLink(_ subject: WorkSubject, _ call: Call) -> (name: String, link: String?) {
    switch subject {
    case .review(let product, let id):
        return ("A review of \(product.string)", call.link(toReview: id, of: product))
    case .theme(let theme, let scope):
        let label = (call.aspect(named: theme) ?? Lexicon.aspect(named: theme))?.label ?? theme
        let path = "/themes/\(encoded(theme))"
        let name = "\(label), \(scopeName(scope))"
        switch scope {
        case .product(let id): return (name, call.link(path, ["product": id.string]))
        case .scope(.portfolio): return (name, call.link(path))
        case .scope(let own) where own.kind == .brand:
            return (name, call.link(path, ["brand": own.id.string]))
        case .scope: return (name, nil)
        }
    }
}
