/// The result of looking up a name that a person wrote.
package enum NameMatch: Equatable, Sendable {
    case one(Text)
    /// Several names that differ from the wanted one only in case or white space.
    case several([Text])
    /// No match; the nearest names, the nearest first.
    case none(nearest: [Text])
}

/// Matches a name exactly; otherwise ignoring case and white space, where that is unambiguous.
///
/// - Parameter limit: The most names that are suggested.
package func matchName(
    _ wanted: Text, among names: some Sequence<Text>, limit: Int = 3
) -> NameMatch {
    let all = Set(names)
    if all.contains(wanted) { return .one(wanted) }
    let folded = fold(wanted)
    var same: [Text] = []
    var near: [(distance: Int, name: Text)] = []
    let length = folded.count
    let reach = max(1, min(4, (length + 1) / 3))
    for name in all {
        let other = fold(name)
        if other == folded {
            same.append(name)
        } else if length >= 3, other.count > length, isPart(folded, of: other) {
            near.append((reach, name))
        } else if abs(other.count - length) <= reach,
            let distance = editDistance(folded, other, within: reach)
        {
            near.append((distance, name))
        }
    }
    if same.count == 1 { return .one(same[0]) }
    if same.count > 1 { return .several(same.sorted()) }
    let sorted = near.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
    return .none(nearest: sorted.prefix(limit).map(\.name))
}

/// In lower case, without outer white space, with white-space runs as one space.
private func fold(_ name: Text) -> [Character] {
    let text = String(decoding: composeText(name.bytes), as: UTF8.self).lowercased()
    return Array(text.split(whereSeparator: \.isWhitespace).joined(separator: " "))
}

private func isPart(_ part: [Character], of whole: [Character]) -> Bool {
    guard part.count <= whole.count else { return false }
    return (0...(whole.count - part.count)).contains { start in
        whole[start..<(start + part.count)].elementsEqual(part)
    }
}

/// The number of insertions, deletions, replacements and swaps of neighbors that turn one text into
/// the other; nil above `limit`.
package func editDistance(_ left: [Character], _ right: [Character], within limit: Int) -> Int? {
    guard abs(left.count - right.count) <= limit else { return nil }
    var older: [Int] = []
    var row = Array(0...right.count)
    for i in left.indices {
        var next = [i + 1]
        for j in right.indices {
            var least = min(row[j + 1] + 1, next[j] + 1)
            least = min(least, row[j] + (left[i] == right[j] ? 0 : 1))
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                least = min(least, older[j - 1] + 1)
            }
            next.append(least)
        }
        if next.min()! > limit { return nil }
        (older, row) = (row, next)
    }
    return row[right.count] <= limit ? row[right.count] : nil
}
