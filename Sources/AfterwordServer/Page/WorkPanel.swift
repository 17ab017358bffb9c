import AfterwordCore
import AfterwordPipeline

/// What people did about a theme or a review, and the forms that add to it.
struct WorkPanel: PageRow {
    var words: String
    var marks: [MarkRow]
    var forms: WorkForms?

    static let members: KeyValuePairs<String, Member<WorkPanel>> = [
        "words": .text { $0.words }, "marks": .rows { $0.marks }, "forms": .row { $0.forms },
    ]

    /// - Parameters:
    ///   - review: The review that it is about; nil for a theme.
    ///   - back: The page that a form leads back to.
    init(
        _ subject: WorkSubject, _ list: WorkList, of review: StoredReview? = nil, back: String,
        _ call: Call
    ) {
        let item = list.book.item(subject)
        words = item.flatMap(workWords) ?? "Nobody works on it."
        marks = (item?.marks ?? []).reversed().map { MarkRow(mark: list.listed($0)) }
        guard call.offersForms else { return }
        forms = WorkForms(subject, review, item, back: back, call)
        forms?.seen = review.map { review in
            let isSeen = list.book.isSeen(review.reviewKey, since: review.run)
            return SeenForm([entryName(review)], isSeen: isSeen, back: back)
        }
    }
}

/// The forms of a panel: its state, who is to see to it, a note, and whether it was seen.
struct WorkForms: PageRow {
    var fields: [KeptRow]
    var states: [StateOption]
    var day: String
    var assignee: String?
    var seen: SeenForm?

    static let members: KeyValuePairs<String, Member<WorkForms>> = [
        "fields": .rows { $0.fields }, "states": .rows { $0.states }, "day": .text { $0.day },
        "assignee": .maybe { $0.assignee }, "seen": .row { $0.seen },
    ]

    fileprivate init(
        _ subject: WorkSubject, _ review: StoredReview?, _ item: WorkItem?, back: String,
        _ call: Call
    ) {
        fields = [KeptRow(name: "back", value: back)]
        if let review {
            fields.append(KeptRow(name: "entry", value: entryName(review)))
        } else if let theme = subject.themeID, let scope = subject.scope {
            fields += [
                KeptRow(name: "theme", value: theme), KeptRow(name: "scope", value: scope.written),
            ]
        }
        states = WorkState.allCases.map { state in
            StateOption(state: state, isChosen: state == item?.state ?? .open)
        }
        day = item?.fixedOn?.day ?? call.now.day
        assignee = shown(item?.assignee?.string)
    }
}

/// A state that a form may set.
struct StateOption: PageRow {
    var state: WorkState
    var isChosen: Bool

    static let members: KeyValuePairs<String, Member<StateOption>> = [
        "value": .text { $0.state.rawValue }, "label": .text { $0.state.label },
        "is_chosen": .flag { $0.isChosen },
    ]
}

/// The form that marks reviews as seen, or to be read again.
struct SeenForm: PageRow {
    var fields: [KeptRow]
    var isSeen: Bool
    var label: String

    /// - Parameters:
    ///   - entries: As `entryName` names them.
    ///   - isSeen: Whether they are seen now.
    init(_ entries: [String], isSeen: Bool, back: String, label: String? = nil) {
        fields =
            [KeptRow(name: "back", value: back)]
            + entries.map { KeptRow(name: "entry", value: $0) }
        self.isSeen = isSeen
        self.label = label ?? (isSeen ? "To be read again" : "Mark as seen")
    }

    static let members: KeyValuePairs<String, Member<SeenForm>> = [
        "fields": .rows { $0.fields }, "mark": .text { $0.isSeen ? "unseen" : "seen" },
        "label": .text { $0.label },
    ]
}

/// A mark in words, with who made it and when.
struct MarkRow: PageRow {
    var mark: ListedMark

    static let members: KeyValuePairs<String, Member<MarkRow>> = [
        "who": .text { $0.mark.row.markedBy.string },
        "day": .text { $0.mark.recordedAt?.day ?? "" },
        "words": .text { markWords($0.mark.row) },
        "text": .maybe { own in
            own.mark.row.mark == .assigned ? nil : shown(own.mark.row.text?.string)
        },
    ]
}

extension WorkState {
    /// The state as pages name it.
    var label: String {
        switch self {
        case .open: "Open"
        case .acknowledged: "Acknowledged"
        case .fixed: "Fixed"
        }
    }
}

/// What a mark says, without its note.
private func markWords(_ row: WorkMarkRow) -> String {
    switch row.mark {
    case .seen: "saw it"
    case .unseen: "wants it read again"
    case .note: "noted"
    case .assigned: row.text.map { "gave it to \($0.string)" } ?? "gave it to nobody"
    case .open: "opened it"
    case .acknowledged: "acknowledged it"
    case .fixed: "calls it fixed" + (row.fixedOn.map { " since \($0.day)" } ?? "")
    }
}

/// The state of work and who is to see to it; nil where nobody said either.
func workWords(_ item: WorkItem) -> String? {
    let state = item.state.map { state in
        state.label + (item.fixedOn.map { " since \($0.day)" } ?? "")
    }
    let parts = [state, item.assignee.map { "\($0.string) sees to it" }].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: " · ")
}

/// The name of a review's version in forms.
func entryName(_ review: StoredReview) -> String {
    WorkForm.name(product: review.productID, review: review.reviewID, version: review.version)
}

extension Call {
    /// Whether pages show forms that record work: of now, to those who may.
    var offersForms: Bool { recordsWork && moment == nil }

    /// The scope that a page of a theme is about.
    func workScope(_ query: ThemeQuery) -> ReviewScope {
        if let product = query.product { return .product(product) }
        return query.brand.map { .scope(Scope(kind: .brand, id: Text($0))) } ?? .scope(.portfolio)
    }
}

/// What a picture marks of the work on a theme: since when it is fixed, and notes.
func pictureMarks(_ item: WorkItem?, _ list: WorkList) -> [PictureMark] {
    guard let item else { return [] }
    let notes = item.marks.filter { $0.mark == .note }.compactMap { row in
        list.listed(row).recordedAt.map {
            PictureMark(name: "Note of \(row.markedBy.string), \($0.day)", at: $0)
        }
    }
    let fix = item.fixedOn.map { PictureMark(name: "Fixed, \($0.day)", at: $0) }
    return (notes + (fix.map { [$0] } ?? [])).sorted { $0.at < $1.at }
}
