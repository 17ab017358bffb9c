/// A source format as data: where the reviews are, where each field comes from, how it is read.
///
/// A shape is a JSON document:
///
///     {
///       "shape": "product-with-reviews",   name
///       "version": 1,
///       "records": "reviews[*]",           path from an element of the container to the reviews
///       "fields": {                        tracked fields and identity, by name
///         "product_id": "^product_id",
///         "rating": {"from": "rating", "scale": 5},
///         "created_at": {"from": "date", "as": "iso8601"}
///       },
///       "product": {"title": "^title"},    attributes of the product
///       "holds": "reviews",                or "products": each element is a product, without reviews
///       "total": "^total_reviews",         how many reviews the object says it has, optional
///       "placeholders": ["Amazon Customer"]
///     }
///
/// The container (array, lines, one object, concatenated objects) is not the shape's matter:
/// `records` begins at one of its elements, and an empty path means that the element is the review.
/// A path is made of `key`, `[*]` (every element of an array) and `{name}` (every member of an
/// object; its key is kept under that name), joined by dots. A field comes from `key.key` inside
/// the review, `^key` in the object around the list of reviews (`^^key` one further out), or
/// `@name`, a kept key.
package struct Shape: Equatable, Sendable {
    package struct Rule: Equatable, Sendable {
        package var source: FieldSource
        package var format: FieldFormat
        /// What of a value that is none by itself.
        package var part = FieldPart.whole
    }

    package var name: String
    package var version: Int
    /// The document that made this shape, in canonical form: kept with the runs that used it.
    package var document: String
    package var records: [PathStep]
    package var productID: Rule
    package var reviewID: Rule?
    package var authorID: Rule?
    package var fields: [Field: Rule]
    package var attributes: [Attribute: Rule]
    package var total: Rule?
    package var placeholders: Set<Text>
    /// Its files tell of products alone.
    package var holdsProducts = false

    /// The fields this shape speaks of; the others are not said.
    package var said: FieldSet {
        fields.keys.reduce(into: FieldSet()) { $0.insert(FieldSet($1)) }
    }

    /// The kind of identity that reviews of this shape have unless a record falls through.
    package var identityKind: IdentityKind {
        if reviewID != nil { return .source }
        return authorID != nil || fields[.authorName] != nil ? .author : .content
    }

    package static func == (left: Shape, right: Shape) -> Bool { left.document == right.document }
}

/// One step of a path to the reviews.
package enum PathStep: Equatable, Sendable {
    case key(String)
    case everyElement
    case everyMember(name: String)
}

/// Where a value comes from.
package enum FieldSource: Hashable, Sendable {
    /// A path of keys inside the review.
    case record([String])
    /// A path of keys in an enclosing object, 1 = the nearest.
    case enclosing(level: Int, [String])
    /// A kept key of an enclosing map.
    case capture(String)
    /// The same for every record: what the shape itself says.
    case constant(String)
}

/// Which part of a value is read.
package enum FieldPart: Hashable, Sendable {
    /// The value itself, which is no array and no object.
    case whole
    /// An element of an array, from 0.
    case element(Int)
    /// All members of an object, as `name: value; name: value` in order of their names.
    case members
}

/// How a value is read.
package enum FieldFormat: Equatable, Sendable {
    case text
    /// A number, or text that is one; a rating is mapped from `scale` to five stars.
    case number(scale: Int64)
    case flag
    /// A date, or a date and time, of ISO 8601; without a zone it is UTC.
    case iso8601
    case unixSeconds
    case unixMilliseconds
}

package struct ShapeFault: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String

    package init(description: String) { self.description = description }
}
