/// What a proposal reads otherwise than the shape by which files like its own were read before:
/// each field in words, as `body: "content" instead of "text"`. Empty where it reads the same, or
/// less because these files do not hold every field.
package func shapeDifferences(from used: Shape, to proposal: Shape) -> [String] {
    guard let old = try? JSONValue(parsing: Array(used.document.utf8)),
        let new = try? JSONValue(parsing: Array(proposal.document.utf8))
    else { return [] }
    var differences: [String] = []
    if let words = difference("records", old["records"], new["records"]) {
        differences.append(words)
    }
    for group in ["fields", "product"] {
        for member in new[group]?.members ?? [] {
            if let words = difference(member.key, old[group]?[member.key], member.value) {
                differences.append(words)
            }
        }
    }
    return differences
}

private func difference(_ name: String, _ old: JSONValue?, _ new: JSONValue?) -> String? {
    guard let new, old != new else { return nil }
    guard let old else { return "\(name): \(new.canonical), which was not read" }
    return "\(name): \(new.canonical) instead of \(old.canonical)"
}
