package import AfterwordCore

/// What people work on: a theme of a scope, or a review.
package enum WorkSubject: Hashable, Sendable {
    /// - Parameter theme: As the lexicon names it.
    case theme(String, of: ReviewScope)
    case review(product: Text, id: Text)
}

/// A version of a review that was marked.
package struct MarkedVersion: Hashable, Sendable {
    package var reviewKey: Int64
    package var version: Int64

    package init(reviewKey: Int64, version: Int64) {
        (self.reviewKey, self.version) = (reviewKey, version)
    }
}

/// A row of `work_marks`: what a person did about a theme or a review, and when. Rows are only ever
/// added; the newest of its kind counts.
package struct WorkMarkRow: Equatable, Sendable {
    /// The run that recorded it, which records marks only.
    package var madeRun: Int64
    /// Its place among the marks of the run, from 0.
    package var place: Int64
    package var subject: WorkSubject
    /// The version that was current when a review was marked; nil for a theme.
    package var marked: MarkedVersion?
    package var mark: WorkMark
    /// A note, or who is to see to it.
    package var text: Text?
    /// Since when it is fixed: midnight UTC.
    package var fixedOn: Instant?
    package var markedBy: Text

    package init(
        madeRun: Int64, place: Int64, subject: WorkSubject, marked: MarkedVersion?,
        mark: WorkMark, markedBy: Text
    ) {
        self.madeRun = madeRun
        self.place = place
        self.subject = subject
        self.marked = marked
        self.mark = mark
        self.markedBy = markedBy
    }

    /// The row's JSON Lines form, which its ledger digest covers.
    package var json: JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("made_run", JSONValue(madeRun)), ("place", JSONValue(place)),
            ("mark", .string(mark.rawValue)), ("text", JSONValue(text)),
            ("fixed_on", JSONValue(fixedOn)), ("marked_by", JSONValue(markedBy)),
        ]
        switch subject {
        case .theme(let theme, let scope):
            members += [
                ("theme", .string(theme)), ("kind", .string(scope.kind)),
                ("id", JSONValue(scope.id)),
            ]
        case .review(let product, let id):
            members += [
                ("product_id", JSONValue(product)), ("review_id", JSONValue(id)),
                ("version", JSONValue(marked?.version)),
            ]
        }
        return .object(members)
    }
}

extension LedgerRows {
    /// Adds a mark.
    package mutating func add(_ row: WorkMarkRow) {
        var builder = rules.encoder(for: .ledgerWork)
        builder.add(row.json.canonical)
        add(builder)
    }
}
