package import AfterwordCore

extension WorkSubject {
    /// What it is, in the members of a mark and of an entry of work.
    fileprivate static let form = ObjectForm<WorkSubject>(
        "WorkSubject", "What people work on: a theme of a scope, or a review."
    ) { form in
        form.optionalString("theme", "The theme; null for a review.") { $0.themeID }
        form.optionalString(
            "scope", "What the theme is of, as `brand:NAME` or `portfolio`; null for a review."
        ) { $0.scope?.written }
        form.optionalText("product_id", "The product of the theme or of the review, if any.") {
            $0.productID
        }
        form.optionalText("review_id", "The review; null for a theme.") { $0.reviewID }
    }

    /// The theme; nil for a review.
    package var themeID: String? {
        if case .theme(let theme, _) = self { theme } else { nil }
    }

    /// What the theme is of; nil for a review.
    package var scope: ReviewScope? {
        if case .theme(_, let scope) = self { scope } else { nil }
    }

    /// The review's id; nil for a theme.
    package var reviewID: Text? {
        if case .review(_, let id) = self { id } else { nil }
    }

    /// The product of the review, or that the theme is of; nil for a theme of anything else.
    package var productID: Text? {
        switch self {
        case .review(let product, _), .theme(_, of: .product(let product)): product
        case .theme: nil
        }
    }
}

private let fixedComment = "The day since which it is fixed; null where it is not."

extension ListedMark {
    package static let form = ObjectForm<ListedMark>(
        "WorkMark", "What a person did about a theme or a review."
    ) { form in
        form.choice("mark", WorkMark.allCases.map(\.rawValue), "What was done.") {
            $0.row.mark.rawValue
        }
        form.optionalText("text", "A note, or who is to see to it.") { $0.row.text }
        form.value("fixed_on", .nullable(.text(.date)), fixedComment) {
            JSONValue($0.row.fixedOn?.day)
        }
        form.id("marked_by", "Who did it.") { $0.row.markedBy }
        form.include(WorkSubject.form) { $0.row.subject }
        form.optionalCount("version", "The version of the review that was current then.") {
            $0.row.marked?.version
        }
        form.count("made_run", "The run that recorded it.") { $0.row.madeRun }
        form.count("place", "Its place among the marks of that run, from 0.") { $0.row.place }
        form.optionalInstant("recorded_at", "When that run was recorded.") { $0.recordedAt }
    }

    package var json: JSONValue { Self.form.json(self) }
}

extension ListedWork {
    package static let form = ObjectForm<ListedWork>(
        "Work", "A theme or a review that people work on."
    ) { form in
        form.include(WorkSubject.form) { $0.item.subject }
        form.value(
            "state", .nullable(.choice(WorkState.allCases.map(\.rawValue))),
            "How far the work is; null where nobody said."
        ) { JSONValue($0.item.state?.rawValue) }
        form.value("fixed_on", .nullable(.text(.date)), fixedComment) {
            JSONValue($0.item.fixedOn?.day)
        }
        form.optionalText("assignee", "Who is to see to it; null for nobody.") { $0.item.assignee }
        form.flag("is_open", "Whether it is to be worked on.") { $0.item.isOpen }
        form.list("marks", ListedMark.form, "All that was done about it, the oldest first.") {
            $0.marks
        }
    }

    package var json: JSONValue { Self.form.json(self) }
}
