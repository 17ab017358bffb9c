/// A row that differs between a golden and the actual output.
package struct RowDifference: Equatable, Sendable {
    /// How the row differs.
    package enum Kind: Equatable, Sendable {
        case added
        case removed
        /// The fields that differ.
        case changed([Field])
    }
    /// A differing field, with both values in JSON; `(none)` for a missing one.
    package struct Field: Equatable, Sendable {
        package var name: String
        package var expected: String
        package var actual: String

        package init(name: String, expected: String, actual: String) {
            self.name = name
            self.expected = expected
            self.actual = actual
        }
    }
    /// The key members of the row, as text.
    package var key: String
    package var kind: Kind
}

/// Members that identify a row, in the order shown.
private let keyMembers = [
    "kind", "id", "product_id", "brand", "review_id", "identity_digest", "payload_digest", "digest",
    "occurrence", "version", "month", "origin", "name",
]

/// Compares two lists of JSON lines row by row and field by field.
///
/// Rows are matched by their key members, and by their run where they have one. A row without a
/// match is reported as added or removed. A line without key members, or that is no JSON object, is
/// named by its number, from 1.
package func rowDifferences(expected: [String], actual: [String]) -> [RowDifference] {
    let old = keyed(expected)
    let new = keyed(actual)
    let keys = Set(old.keys).union(new.keys).sorted { Text($0) < Text($1) }
    var differences = keys.compactMap { key -> RowDifference? in
        switch (old[key], new[key]) {
        case (let before?, let after?):
            let fields = changedMembers(before, after)
            return fields.isEmpty ? nil : RowDifference(key: key, kind: .changed(fields))
        case (_?, nil): return RowDifference(key: key, kind: .removed)
        default: return RowDifference(key: key, kind: .added)
        }
    }
    // The same rows in another order, or in another form, still differ.
    if differences.isEmpty, expected != actual {
        differences.append(RowDifference(key: "(order or form of the lines)", kind: .changed([])))
    }
    return differences
}

private func keyed(_ lines: [String]) -> [String: JSONValue] {
    var rows: [String: JSONValue] = [:]
    for (index, line) in lines.enumerated() {
        let value = (try? JSONValue(parsing: Array(line.utf8))) ?? .string(line)
        var parts = keyMembers.compactMap { name in
            value[name].flatMap { $0 == .null ? nil : "\(name)=\($0.canonical)" }
        }
        if let run = value["run"] { parts.append("run=\(run.canonical)") }
        let line = "line=\(index + 1)"
        var key = parts.isEmpty ? line : parts.joined(separator: " ")
        if value.members == nil {
            key = line + " (no JSON object)"
        } else if rows[key] != nil {
            key += " " + line
        }
        rows[key] = value
    }
    return rows
}

private func changedMembers(_ before: JSONValue, _ after: JSONValue) -> [RowDifference.Field] {
    guard before.members != nil else {
        return before == after
            ? [] : [.init(name: "line", expected: before.canonical, actual: after.canonical)]
    }
    let names = Set((before.members ?? []).map(\.key)).union((after.members ?? []).map(\.key))
    return names.sorted { Text($0) < Text($1) }.compactMap { name in
        let (old, new) = (before[name], after[name])
        guard old != new else { return nil }
        return RowDifference.Field(
            name: name, expected: old?.canonical ?? "(none)", actual: new?.canonical ?? "(none)")
    }
}
