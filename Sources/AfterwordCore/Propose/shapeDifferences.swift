/// What a proposal reads otherwise than the shape by which files like its own were read before:
/// each field in words, as `body: "content" instead of "text"`. Empty where it reads the same, or
/// less because these files do not hold every field. What is removed from texts is no difference,
/// nor is a scale that these files do not name, a value that stands for nobody, or the time of an
/// update that was not read.
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
            // All times of an update may have lain within an hour before, and said nothing.
            if member.key == "updated_at", old[group]?[member.key] == nil { continue }
            if let words = difference(member.key, old[group]?[member.key], member.value) {
                differences.append(words)
            }
        }
    }
    return differences + markDifferences(from: old, to: new)
}

/// The members by which a proposal, however much else of it is in doubt, leaves records out or
/// deletes reviews, and by which the shape of before does not, in words. Empty for none: what the
/// shape of before has and the proposal lacks is no difference, as a file may hold no marked
/// record.
package func markDifferences(from used: Shape, to proposal: JSONValue) -> [String] {
    guard let old = try? JSONValue(parsing: Array(used.document.utf8)) else { return [] }
    return markDifferences(from: old, to: proposal)
}

private func markDifferences(from old: JSONValue, to new: JSONValue) -> [String] {
    let groups = ["where", "deleted_when"]
    let known = Set(groups.flatMap { (old[$0]?.members ?? []).map(\.key) })
    return groups.flatMap { group in
        (new[group]?.members ?? []).map(\.key).filter { !known.contains($0) }
            .map { "\(group): \($0), which was not read" }
    }
}

private func difference(_ name: String, _ old: JSONValue?, _ new: JSONValue?) -> String? {
    guard let new, old != new else { return nil }
    if let old, compared(old, keepsScale: statesScale(new)) == compared(new) { return nil }
    guard let old else { return "\(name): \(new.canonical), which was not read" }
    return "\(name): \(new.canonical) instead of \(old.canonical)"
}

private func statesScale(_ rule: JSONValue) -> Bool { rule["scale"]?["from"] != nil }

/// A rule without what is no difference.
private func compared(_ rule: JSONValue, keepsScale: Bool = true) -> JSONValue {
    guard let members = rule.members else { return rule }
    let kept = members.filter { member in
        !["clean", "absent"].contains(member.key)
            && (keepsScale || member.key != "scale" || !statesScale(rule))
    }
    if kept.count == 1, kept[0].key == "from" { return kept[0].value }
    return .object(kept)
}
