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
    /// The next entries of the list that the same person saw on the same day, and nothing else was
    /// done about.
    var alike: [CountLink] = []

    init(_ work: ListedWork, _ call: Call) {
        self.work = work
        (name, link) = workLink(work.item.subject, call)
    }

    static let members: KeyValuePairs<String, Member<WorkRow>> = [
        "name": .text { $0.name }, "link": .maybe { $0.link },
        "words": .maybe { $0.work.item.words }, "fix": .maybe { $0.fix },
        "alike": .rows { $0.alike },
        "more": .maybe { $0.alike.isEmpty ? nil : "\($0.alike.count) more seen that day" },
        "marks": .rows { $0.shown.reversed().map { MarkRow(mark: $0) } },
        "earlier": .maybe { own in
            let left = own.work.marks.count - own.shown.count
            return left > 0 ? several(Int64(left), "earlier mark") : nil
        },
    ]

    /// Who saw it and when, where nothing else was done about it; else nil.
    private var seenOnly: String? {
        guard work.marks.count == 1, work.marks[0].row.mark == .seen else { return nil }
        return "\(work.marks[0].recordedAt?.day ?? "") \(work.marks[0].row.markedBy.string)"
    }

    /// The rows with those that follow one and are seen alike in it.
    static func folded(_ rows: [WorkRow]) -> [WorkRow] {
        var folded: [WorkRow] = []
        for row in rows {
            if let seen = row.seenOnly, let link = row.link, folded.last?.seenOnly == seen {
                folded[folded.count - 1].alike.append(
                    CountLink(name: row.name, link: link, count: 1))
            } else {
                folded.append(row)
            }
        }
        return folded
    }

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
        facets: workFacets(all, call, at: address),
        rows: WorkRow.folded(found[range].map { WorkRow($0, call) }),
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
