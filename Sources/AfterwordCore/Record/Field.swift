/// A tracked field of a review: a change of one of these opens a version.
///
/// The raw value is the field's bit in `FieldSet` and its position in `content_digest`. Both are
/// stored, so a released value never changes and new fields come last.
package enum Field: UInt8, CaseIterable, Sendable {
    case rating
    case title
    case body
    case authorName
    case verified
    case helpfulVotes
    case variant
    case country
    case language
    case createdAt
    case updatedAt

    /// The field's name in tables, goldens and shapes.
    package var name: String {
        switch self {
        case .rating: "rating"
        case .title: "title"
        case .body: "body"
        case .authorName: "author_name"
        case .verified: "verified"
        case .helpfulVotes: "helpful_votes"
        case .variant: "variant"
        case .country: "country"
        case .language: "language"
        case .createdAt: "created_at"
        case .updatedAt: "updated_at"
        }
    }
}

/// A set of tracked fields, one bit each.
package struct FieldSet: OptionSet, Hashable, Sendable {
    package var rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
    package init(_ field: Field) { rawValue = 1 << Int64(field.rawValue) }

    package static let all = FieldSet(rawValue: (1 << Int64(Field.allCases.count)) - 1)

    package func contains(_ field: Field) -> Bool { contains(FieldSet(field)) }

    /// The names of the fields in the set, in the order of `Field`.
    package var names: [String] { Field.allCases.filter(contains).map(\.name) }
}

/// An attribute of a product: a column of `products_dim`.
package enum Attribute: Int, CaseIterable, Sendable {
    case title
    case brand
    case category
    case family
    case price
    /// Who is responsible for the product; given by a catalog only.
    case owner
    case unitsSold

    /// The attribute's name in tables, goldens and shapes.
    package var name: String {
        switch self {
        case .title: "title"
        case .brand: "brand"
        case .category: "category"
        case .family: "family"
        case .price: "price"
        case .owner: "owner"
        case .unitsSold: "units_sold"
        }
    }
}
