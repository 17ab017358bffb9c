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
        words = item?.words ?? "Nobody works on it."
        marks = (item?.marks ?? []).reversed().map { MarkRow(mark: list.listed($0)) }
        guard call.offersForms else { return }
        forms = WorkForms(subject, review, item, back: back, call)
        forms?.seen = review.flatMap { SeenForm($0, list.book, back: back, call) }
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

    /// Nil where no work may be recorded.
    init?(_ review: StoredReview, _ book: WorkBook, back: String, _ call: Call) {
        guard call.offersForms else { return nil }
        let isSeen = book.isSeen(review.reviewKey, since: review.run)
        self.init([entryName(review)], isSeen: isSeen, back: back)
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
        "words": .text { $0.mark.row.words },
        "text": .maybe { own in
            own.mark.row.mark == .assigned ? nil : shown(own.mark.row.text?.string)
        },
    ]
}

/// The state of work on a review, who is to see to it, and whether it was seen since it changed;
/// nil where nobody said anything.
func reviewWork(_ review: StoredReview, _ book: WorkBook) -> String? {
    let subject = WorkSubject.review(product: review.productID, id: review.reviewID)
    let isSeen = book.isSeen(review.reviewKey, since: review.run)
    let parts = [book.item(subject)?.words, isSeen ? "seen" : nil]
    return shown(parts.compactMap(\.self).joined(separator: " · "))
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
