/// A source format as data: where the reviews are, where each field comes from and how it is read.
///
/// A shape is a JSON document:
///
/// ```
/// {
///   "shape": "product-with-reviews",   name
///   "version": 1,
///   "records": "reviews[*]",           path from an element of the container to the reviews
///   "fields": {                        tracked fields and identity, by name
///     "product_id": "^product_id",
///     "rating": {"from": "rating", "scale": 5},
///     "created_at": {"from": "date", "as": "iso8601"}
///   },
///   "product": {"title": "^title"},    attributes of the product
///   "holds": "reviews",                or "products": each element is a product, without reviews
///   "where": {"status": ["approved"]}, conditions that a record must meet, optional
///   "deleted_when": {"state": ["gone"]}, what says that the review was deleted, optional
///   "window": 10,                      the source holds the newest 10 of a product, optional
///   "signs": ["reviewer"],             sources without which no file has the shape, optional
///   "description": "…",                what it reads, and "source": where that is documented
///   "total": "^total_reviews",         number of reviews that the object states, optional
///   "review_ids": "global",            an id is one review under any product, optional
///   "placeholders": ["Amazon Customer"]
/// }
/// ```
///
/// The container (array, lines, one object, concatenated objects) is not part of the shape:
/// `records` begins at one of its elements, and an empty path means that the element is the review.
/// A path consists of `key`, `[*]` (every element of an array) and `{name}` (every member of an
/// object; the member's key is captured under that name), joined by dots. A field comes from
/// `key.key` inside the review, from `^key` in the object around the list of reviews (`^^key` one
/// level further out), or from `@name`, a captured key. A key that is itself written with dots wins
/// over the path of that name; a backslash takes the next character of a key as it is, and an array
/// of keys needs none.
package struct Shape: Equatable, Sendable {
    /// How one value is found and read.
    package struct Rule: Equatable, Sendable {
        package var source: FieldSource
        package var format: FieldFormat
        /// Which part of an array or object is read; `whole` for scalar values.
        package var part = FieldPart.whole
        /// Whether the shape names the scale of the rating, or where the record does; else five is
        /// assumed.
        package var statesScale = false
        /// What few rules say besides; nil for nearly all.
        package var options: RuleOptions?
    }

    package var name: String
    package var version: Int
    /// The document that defines this shape, in canonical form; stored with the runs that used it.
    package var document: String
    package var records: [PathStep]
    package var productID: Rule
    package var reviewID: Rule?
    package var authorID: Rule?
    package var fields: [TrackedField: Rule]
    package var attributes: [Attribute: Rule]
    package var total: Rule?
    /// What a record must meet, all of it; records that do not are left out.
    package var conditions: [RecordCondition] = []
    /// What says that a record's review was deleted, all of it; empty where nothing does.
    package var deletions: [RecordCondition] = []
    /// Sources that a file must hold for the shape to be chosen for it. A given shape needs none.
    package var signs: [FieldSource] = []
    /// The rules of the zones in `zoneNames`, given by the caller. Times of a zone without rules
    /// cannot be read, unless they name a zone of their own.
    package var zones: [String: ZoneRules] = [:]
    package var placeholders: Set<Text>
    /// The greatest number of a product's reviews that the source holds, the newest; nil where it
    /// holds all.
    package var window: Int?
    /// Whether an id of a review is the same review under any product, whatever its text.
    package var hasGlobalIDs = false
    /// Whether its files hold products and no reviews.
    package var holdsProducts = false

    /// The tracked fields that this shape maps; it makes no statement about the others.
    package var said: FieldSet {
        fields.keys.reduce(into: FieldSet()) { $0.insert(FieldSet($1)) }
    }

    /// The rules that fields and attributes of a record or product are read by, in no order.
    var rules: [Rule] {
        [productID, reviewID, authorID, total].compactMap { $0 } + Array(fields.values)
            + Array(attributes.values)
    }

    /// The names of the fields and attributes whose values do not lie in records as an earlier form
    /// of the shape stored them: in what encloses a record, or in the object of its product.
    package func namesOutside(recordsOf stored: Shape) -> [String] {
        let known = Set(stored.rules.map(\.source))
        let mapped = fields.filter { _, rule in
            if case .record = rule.source { return false }
            if case .constant = rule.source { return false }
            return !known.contains(rule.source)
        }
        let attributes = attributes.filter { stored.attributes[$0.key]?.source != $0.value.source }
        return (mapped.keys.map(\.name) + attributes.keys.map(\.name)).sorted()
    }

    /// The names of the zones whose rules `zones` needs, sorted.
    package var zoneNames: [String] {
        let names = rules.compactMap { rule in
            if case .named(let name) = rule.options?.zone { name } else { nil }
        }
        return Set(names).sorted()
    }

    /// Whether the objects that hold lists of reviews are elements of a list or members of a map
    /// themselves.
    package var hasInnerLists: Bool {
        let last = records.lastIndex { if case .key = $0 { true } else { false } }
        return records[..<(last ?? 0)].contains {
            if case .key = $0 { false } else { true }
        }
    }

    /// The patterns that every file's name must match, in the order of their texts.
    package var filePatterns: [NamePattern] {
        let patterns = rules.compactMap { rule in
            if case .file(let pattern) = rule.source { pattern } else { nil }
        }
        return Set(patterns).sorted { $0.written < $1.written }
    }

    /// The first of `filePatterns` that a file's name does not match; nil where all do.
    ///
    /// - Parameter name: The path of the file in its dump, with or without `.gz`.
    package func patternUnmatched(by name: String) -> NamePattern? {
        filePatterns.first { pattern in
            let end = NamePattern.end(ofFile: name, parts: pattern.partCount)
            return pattern.value(inFile: Array(end.utf8)) == nil
        }
    }

    /// The identity of this shape's reviews; a single record may fall back to a weaker one.
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
    /// A path of keys in an enclosing object; level 1 is the nearest.
    case enclosing(level: Int, [String])
    /// A captured key of an enclosing map.
    case capture(String)
    /// A constant that the shape itself states.
    case constant(String)
    /// A part of the name of the record's file.
    case file(NamePattern)
}

/// Which part of a value is read.
package enum FieldPart: Hashable, Sendable {
    /// The value itself, which must not be an array or an object.
    case whole
    /// An element of an array, counted from 0.
    case element(Int)
    /// All members of an object, as `name: value; name: value`, sorted by name.
    case members
}

/// How a value is parsed.
package enum FieldFormat: Equatable, Sendable {
    case text
    /// A text from which the shape has something removed.
    case cleanedText(TextCleaning)
    /// A number, or text that holds one; a rating is converted from `scale` to five stars.
    case number(scale: Int64)
    case flag
    /// An ISO 8601 date, or date and time; without a zone it is UTC.
    case iso8601
    case unixSeconds
    case unixMilliseconds
    case unixMicroseconds
}

/// What the rule of a field says besides where its value is and what kind of value it is.
package struct RuleOptions: Equatable, Sendable {
    /// Written values that mean another value or none.
    package var values = ValueMap()
    /// The part of a URL that is the value.
    package var url: URLPart?
    /// The source of the best rating, in place of the scale of the format.
    package var scale: FieldSource?
    /// The order of day, month and year in dates of numbers alone.
    package var order: DateOrder?
    /// The zone of times that name none; nil for UTC.
    package var zone: ShapeZone?

    package init() {}
}

/// Why a shape document is not valid, in words.
package struct ShapeFault: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String

    package init(description: String) { self.description = description }
}
