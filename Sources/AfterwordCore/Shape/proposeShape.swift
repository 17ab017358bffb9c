/// A shape guessed from the names of fields, for a person to check.
package struct ShapeProposal: Sendable {
    package var document: JSONValue
    /// Members of the reviews that match no known name.
    package var unplaced: [String]
    /// Uncertain points, in words.
    package var remarks: [String]
}

/// Proposes a shape for elements of an unknown container, by the usual names of fields.
///
/// - Throws: `ShapeFault` naming what is missing: a product id, or any rating or text.
package func proposeShape(
    for elements: [JSONValue], named name: String
) throws(ShapeFault) -> ShapeProposal {
    var places: [ReviewPlace] = []
    for element in elements { ReviewPlace.collect(element, into: &places) }
    guard let best = places.max(by: { ($0.score, $1.path.count) < ($1.score, $0.path.count) })
    else { throw ShapeFault(description: "it holds no JSON object") }
    let fields = best.fields
    guard fields["rating"] != nil || fields["body"] != nil else {
        throw ShapeFault(
            description: "no field looks like a rating or a text among \(best.names)")
    }
    guard fields["product_id"] != nil else {
        throw ShapeFault(
            description: "no field looks like a product's id among \(best.names); "
                + #"for one product a file write "product_id": {"value": "ID"} into a shape"#)
    }
    var document: [String: JSONValue] = [
        "shape": .string(name), "version": .number("1"),
        "fields": .object(fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }),
    ]
    if !best.path.isEmpty { document["records"] = .string(best.path.joined(separator: ".")) }
    if !best.attributes.isEmpty {
        document["product"] = .object(
            best.attributes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
    let value = JSONValue.object(document.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    // The proposed document must parse.
    _ = try Shape(parsing: Array(value.canonical.utf8))
    return ShapeProposal(document: value, unplaced: best.unplaced, remarks: best.remarks)
}

/// A place in an element where reviews may be.
private struct ReviewPlace {
    var path: [String]
    /// The members of the objects around the list, the nearest object first.
    var around: [[(key: String, value: JSONValue)]]
    /// The names under which map keys are captured, the outermost map first.
    var captures: [String]
    var record: [(key: String, value: JSONValue)]

    private static let depthLimit = 4

    /// Collects the element itself and every list or map of objects in it.
    static func collect(_ element: JSONValue, into places: inout [ReviewPlace]) {
        guard let members = element.members else { return }
        collect(members, path: [], around: [], captures: [], into: &places)
    }

    private static func collect(
        _ members: [(key: String, value: JSONValue)], path: [String],
        around: [[(key: String, value: JSONValue)]], captures: [String],
        into places: inout [ReviewPlace]
    ) {
        places.append(
            ReviewPlace(path: path, around: around, captures: captures, record: members))
        guard path.count < depthLimit else { return }
        let capture = "key\(captures.count + 1)"
        if let inner = mapped(members) {
            collect(
                inner, path: path + ["{\(capture)}"], around: around,
                captures: captures + [capture], into: &places)
        } else if path.isEmpty, let inner = listed(members) {
            collect(
                inner, path: ["{\(capture)}", "[*]"], around: [], captures: [capture],
                into: &places)
        }
        for member in members where !member.key.contains(".") {
            let around = [members.filter { $0.key != member.key }] + around
            if let inner = member.value.elements?.compactMap(\.members).first {
                collect(
                    inner, path: path + ["\(member.key)[*]"], around: around,
                    captures: captures, into: &places)
            } else if let map = member.value.members, let inner = mapped(map) {
                collect(
                    inner, path: path + [member.key, "{\(capture)}"], around: around,
                    captures: captures + [capture], into: &places)
            }
        }
    }

    /// The first object of a map of objects.
    private static func mapped(
        _ members: [(key: String, value: JSONValue)]
    ) -> [(key: String, value: JSONValue)]? {
        let objects = members.compactMap(\.value.members)
        return objects.count == members.count ? objects.first { !$0.isEmpty } : nil
    }

    /// The first object of a map of lists of objects.
    private static func listed(
        _ members: [(key: String, value: JSONValue)]
    ) -> [(key: String, value: JSONValue)]? {
        let lists = members.compactMap(\.value.elements)
        return lists.count == members.count
            ? lists.joined().compactMap(\.members).first { !$0.isEmpty } : nil
    }

    /// The usual names of the ids, which are not tracked. Those of tracked fields are in their
    /// table.
    private static let ids: KeyValuePairs<String, [String]> = [
        "product_id": [
            "childasin", "parentasin", "asin", "productid", "productasin", "itemid", "sku",
            "isbn", "listingid", "product", "handle",
        ],
        "review_id": ["reviewid", "reviewref", "commentid", "id"],
        "author_id": ["reviewerid", "userid", "authorid", "customerid", "profileid"],
    ]

    private static let synonyms: [(field: String, names: [String])] =
        ids.map { (field: $0.key, names: $0.value) }
        + TrackedField.allCases.map { (field: $0.name, names: $0.usualNames) }

    private static let attributeSynonyms: KeyValuePairs<String, [String]> = [
        "title": ["producttitle", "productname", "amazontitle", "title", "name"],
        "brand": ["productbrand", "brand", "manufacturer", "store"],
        "category": ["maincategory", "category", "productcategory"],
        "price": ["price"],
        "family": ["parentasin", "familyid"],
    ]

    private static func plain(_ key: String) -> String {
        key.lowercased().filter { $0.isLetter || $0.isNumber }
    }

    private func named(
        _ names: [String], among members: [(key: String, value: JSONValue)]
    ) -> (key: String, value: JSONValue)? {
        for name in names {
            let found = members.first {
                Self.plain($0.key) == name && !$0.key.contains(".") && !$0.key.hasPrefix("^")
                    && !$0.key.hasPrefix("@")
            }
            if let found { return found }
        }
        return nil
    }

    /// The rules of the fields found, in the syntax of a shape.
    var fields: [String: JSONValue] {
        var fields: [String: JSONValue] = [:]
        for (field, names) in Self.synonyms {
            if let found = named(names, among: record) {
                if let rule = rule(field, found) { fields[field] = rule }
            } else if field == "product_id" {
                fields[field] = enclosing(names)
            } else if field == "review_id", captures.count > 1, let last = captures.last,
                path.last == "{\(last)}"
            {
                fields[field] = .string("@" + last)
            }
        }
        return fields
    }

    private func enclosing(_ names: [String]) -> JSONValue? {
        for (level, members) in around.enumerated() {
            guard let found = named(names + (level == 0 ? ["id"] : []), among: members) else {
                continue
            }
            return .string(String(repeating: "^", count: level + 1) + found.key)
        }
        return captures.first.map { .string("@" + $0) }
    }

    private func rule(_ field: String, _ found: (key: String, value: JSONValue)) -> JSONValue? {
        let from = JSONValue.string(found.key)
        switch (TrackedField(named: field)?.form, found.value) {
        case (.text, .object) where field == TrackedField.variant.name:
            return .object([("as", .string("members")), ("from", from)])
        case (.count, .array): return .object([("element", .number("0")), ("from", from)])
        case (_, .object), (_, .array): return nil
        case (.instant, .number(let digits)):
            let isMilliseconds = (Double(digits) ?? 0) > 100_000_000_000
            return .object([
                ("as", .string(isMilliseconds ? "unix_ms" : "unix_s")), ("from", from),
            ])
        case (.instant, .string(let text)):
            return Instant(iso8601: text) == nil ? nil : from
        default: return from
        }
    }

    var attributes: [String: JSONValue] {
        var attributes: [String: JSONValue] = [:]
        for (attribute, names) in Self.attributeSynonyms {
            if let members = around.first, let found = named(names, among: members) {
                attributes[attribute] = .string("^" + found.key)
            } else if attribute == "brand" || attribute == "category" || attribute == "price",
                let found = named(names, among: record)
            {
                attributes[attribute] = .string(found.key)
            }
        }
        return attributes
    }

    var score: Int {
        let fields = fields
        let content = (fields["rating"] != nil ? 4 : 0) + (fields["body"] != nil ? 4 : 0)
        return fields.count + content + (fields["product_id"] != nil ? 3 : 0)
    }

    var names: String { record.map(\.key).sorted().prefix(20).joined(separator: ", ") }

    var unplaced: [String] {
        let used = Set(
            (Array(fields.values) + Array(attributes.values)).compactMap { value in
                value.text ?? value["from"]?.text
            })
        return record.map(\.key).filter { !used.contains($0) }.sorted()
    }

    var remarks: [String] {
        var remarks: [String] = []
        if fields["review_id"] == nil {
            remarks.append("no review id: reviews are known by author or by their texts")
        }
        if fields["created_at"] == nil { remarks.append("no time that can be read: mock times") }
        return remarks
    }
}
