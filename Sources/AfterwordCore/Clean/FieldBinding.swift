/// One target of cleaning: where its value comes from and how it is read.
struct FieldBinding: Sendable {
    var target: Target
    var place: Place
    /// The index of its options in the cleaner's; negative for none.
    var option: Int16 = -1
    var slot: Int
    var format: FieldFormat
    var part: FieldPart

    /// Whether it is an id, which is never parsed as a number.
    var isID: Bool { target == .productID || target == .reviewID || target == .authorID }

    /// What is read.
    enum Target: Equatable, Sendable {
        case productID, reviewID, authorID
        case field(TrackedField)
        case attribute(Attribute)

        /// The name in tables, goldens and shapes.
        var name: String {
            switch self {
            case .productID: "product_id"
            case .reviewID: "review_id"
            case .authorID: "author_id"
            case .field(let field): field.name
            case .attribute(let attribute): attribute.name
            }
        }
    }

    /// Where a slot is counted.
    enum Place: Sendable { case record, context, constant }
}
