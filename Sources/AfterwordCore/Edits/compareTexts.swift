/// How much two texts have in common, in millionths of the shorter one.
struct TextLikeness: Equatable {
    /// Of the weight of its words, misspelled ones included.
    var words: Int64
    /// Of its pairs of adjacent words.
    var pairs: Int64
    /// The weight of words that each text has instead of the other's: the lesser of both sides.
    var exchanged: Int64
    /// Letters and digits of the shorter text.
    var letterCount: Int
}

/// Compares two texts by their words, whatever the order of their sentences.
///
/// An edit adds to a text or takes from it, or corrects a word: nearly all of the shorter text is
/// in the longer one. Two fillings of one template leave words over on both sides.
func compareTexts(_ left: SimilarText, _ right: SimilarText) -> TextLikeness {
    var rest = unequalWords(left, right)
    let least = min(left.weight, right.weight)
    func shared() -> Int64 {
        left.weight - rest.left.reduce(0) { $0 + Int64(left.words[$1].weight) }
    }
    // Of an edited text more than a third is spelled as before.
    let typos = shared() * 3 > least ? misspellings(&rest, left, right) : []
    let exchanged = min(
        rest.left.reduce(0) { $0 + left.words[$1].exchangedWeight },
        rest.right.reduce(0) { $0 + right.words[$1].exchangedWeight })
    var renamed = right.words.map(\.hash)
    for typo in typos { renamed[typo.right] = left.words[typo.left].hash }
    let pairs = (wordRuns(left.words.map(\.hash), of: 2), wordRuns(renamed, of: 2))
    return TextLikeness(
        words: least == 0 ? 0 : min(shared() * 1_000_000 / least, 1_000_000),
        pairs: millionths(of: pairs.0, in: pairs.1), exchanged: exchanged,
        letterCount: min(left.letterCount, right.letterCount))
}

/// The part of the shorter list that is in the other one too, each element as often as it occurs.
private func millionths(of left: [UInt64], in right: [UInt64]) -> Int64 {
    let least = min(left.count, right.count)
    guard least > 0 else { return 0 }
    var shared: Int64 = 0
    let (l, r) = (left.sorted(), right.sorted())
    var (own, other) = (0, 0)
    while own < l.count, other < r.count {
        if l[own] == r[other] {
            shared += 1
            own += 1
            other += 1
        } else if l[own] < r[other] {
            own += 1
        } else {
            other += 1
        }
    }
    return shared * 1_000_000 / Int64(least)
}

/// Indexes of words that only one of two texts has, each in order of the text.
private typealias UnequalWords = (left: [Int], right: [Int])

private func unequalWords(_ left: SimilarText, _ right: SimilarText) -> UnequalWords {
    func sorted(_ text: SimilarText) -> [Int] {
        text.words.indices.sorted { (text.words[$0].hash, $0) < (text.words[$1].hash, $1) }
    }
    let (l, r) = (sorted(left), sorted(right))
    var (own, other) = (0, 0)
    var rest: UnequalWords = ([], [])
    while own < l.count || other < r.count {
        let mine = own < l.count ? left.words[l[own]].hash : nil
        let theirs = other < r.count ? right.words[r[other]].hash : nil
        if let mine, let theirs, mine == theirs {
            own += 1
            other += 1
        } else if let mine, theirs.map({ mine < $0 }) ?? true {
            rest.left.append(l[own])
            own += 1
        } else {
            rest.right.append(r[other])
            other += 1
        }
    }
    return (rest.left.sorted(), rest.right.sorted())
}

/// Comparisons of single words that one pair of texts may cost.
private let mostWordComparisons = 4096

/// Takes words out of the rest that are one another's misspellings.
private func misspellings(
    _ rest: inout UnequalWords, _ left: SimilarText, _ right: SimilarText
) -> [(left: Int, right: Int)] {
    var open = rest.right.filter { right.words[$0].mayBeMisspelled }
    let own = rest.left.filter { left.words[$0].mayBeMisspelled }
    guard !own.isEmpty, own.count * open.count <= mostWordComparisons else { return [] }
    var found: [(left: Int, right: Int)] = []
    for place in own {
        let word = left.words[place].range
        let match = open.firstIndex { place in
            let other = right.words[place].range
            // Nobody misspells both ends of a word.
            guard abs(word.count - other.count) <= 2,
                word.count < 4 || left.scalars[word.lowerBound] == right.scalars[other.lowerBound]
                    || left.scalars[word.upperBound - 1] == right.scalars[other.upperBound - 1]
            else { return false }
            return isMisspelling(left.scalars[word], right.scalars[other])
        }
        guard let match else { continue }
        found.append((place, open.remove(at: match)))
    }
    let taken = (Set(found.map(\.left)), Set(found.map(\.right)))
    rest.left.removeAll(where: taken.0.contains)
    rest.right.removeAll(where: taken.1.contains)
    return found
}

/// Whether two words differ by one letter left out, added, exchanged or swapped with its neighbor;
/// by two where both have eight letters or more.
func isMisspelling(_ left: ArraySlice<UInt32>, _ right: ArraySlice<UInt32>) -> Bool {
    let most = min(left.count, right.count) >= 8 ? 2 : 1
    guard abs(left.count - right.count) <= most else { return false }
    // What both begin and end with cannot differ.
    var (l, r) = (left, right)
    while let own = l.first, own == r.first {
        l = l.dropFirst()
        r = r.dropFirst()
    }
    while let own = l.last, own == r.last {
        l = l.dropLast()
        r = r.dropLast()
    }
    return distance(Array(l), Array(r), most: most) <= most
}

/// The number of letters left out, added, exchanged or swapped; `most` + 1 where it is greater.
private func distance(_ left: [UInt32], _ right: [UInt32], most: Int) -> Int {
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    guard max(left.count, right.count) <= 2 * most + 8 else { return most + 1 }
    var before: [Int] = []
    var above = Array(0...right.count)
    for row in 1...left.count {
        var line = [row]
        for column in 1...right.count {
            let isEqual = left[row - 1] == right[column - 1]
            var least = min(
                above[column] + 1, line[column - 1] + 1, above[column - 1] + (isEqual ? 0 : 1))
            if row > 1, column > 1, left[row - 1] == right[column - 2],
                left[row - 2] == right[column - 1]
            {
                least = min(least, before[column - 2] + 1)
            }
            line.append(least)
        }
        (before, above) = (above, line)
    }
    return above[right.count]
}
