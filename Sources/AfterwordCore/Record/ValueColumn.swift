/// A column that holds a part of what a version of a review says: a tracked field, whose time an
/// instant is, or the author's id, which is not tracked.
package enum ValueColumn: Equatable, Sendable {
    case field(TrackedField)
    /// Whether an instant is the source's, an estimate or a mock time.
    case origin(of: TrackedField)
    case authorID

    /// The columns in the order of both stores' tables. Columns of later fields follow at the end.
    package static let stored = columns(authorIDBefore: .createdAt)

    /// The columns in the order of answers.
    package static let shown = columns(authorIDBefore: .authorName)

    private static func columns(authorIDBefore next: TrackedField) -> [ValueColumn] {
        var columns: [ValueColumn] = []
        for field in TrackedField.allCases {
            if field == next { columns.append(.authorID) }
            columns.append(.field(field))
            if field.form == .instant { columns.append(.origin(of: field)) }
        }
        return columns
    }

    /// The column's name in tables, goldens and answers.
    package var name: String {
        switch self {
        case .field(let field): field.name
        case .origin(let field): field.name.replacingSuffix("_at", by: "_origin")
        case .authorID: "author_id"
        }
    }

    /// One sentence about the column, for the descriptions of answers.
    package var comment: String {
        switch self {
        case .field(let field): field.comment
        case .origin(of: .createdAt):
            "`source`; `estimated` from a relative date; `mock` where the source says none."
        case .origin: "Whose time that is."
        case .authorID: "The author's id at the source."
        }
    }
}

extension String {
    fileprivate func replacingSuffix(_ suffix: String, by other: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) + other : self
    }
}
