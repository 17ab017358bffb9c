/// The name nearest to a word by edit distance; nil when none is near. A distance of up to half of
/// the word's letters counts as near, but at least 1 and at most 3.
package func nearestName(to word: String, among names: [String]) -> String? {
    let word = word.lowercased()
    let distances = names.map { (name: $0, distance: editDistance(word, $0.lowercased())) }
    // A prefix of at least three letters also counts as near: 'verif' for 'verify'.
    let near = distances.filter { entry in
        entry.distance <= max(1, min(3, word.count / 2))
            || (word.count > 2 && entry.name.lowercased().hasPrefix(word))
    }
    return near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

/// The number of letters to insert, remove, replace or swap (restricted Damerau-Levenshtein
/// distance).
func editDistance(_ left: String, _ right: String) -> Int {
    let (left, right) = (Array(left), Array(right))
    var before: [Int] = []
    var last = Array(0...right.count)
    for i in left.indices {
        var next = [i + 1]
        for j in right.indices {
            var least = min(last[j + 1] + 1, next[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                least = min(least, before[j - 1] + 1)
            }
            next.append(least)
        }
        (before, last) = (last, next)
    }
    return last[right.count]
}
