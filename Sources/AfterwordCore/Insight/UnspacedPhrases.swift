/// The phrases of languages without spaces, found together in one pass over a text.
struct UnspacedPhrases: Sendable {
    let entries: [Lexicon.UnspacedEntry]
    private let trie: ByteTrie
    /// The places of the entries with each phrase, in the order of the trie.
    private let meanings: [[Int]]

    init(_ entries: [Lexicon.UnspacedEntry]) {
        var places: [[UInt8]: Int] = [:]
        var phrases: [[UInt8]] = []
        var meanings: [[Int]] = []
        for (place, entry) in entries.enumerated() {
            if let known = places[entry.phrase] {
                meanings[known].append(place)
                continue
            }
            places[entry.phrase] = phrases.count
            phrases.append(entry.phrase)
            meanings.append([place])
        }
        (self.entries, self.meanings) = (entries, meanings)
        trie = ByteTrie(phrases)
    }

    /// Where the phrases of a language stand in a text: ordered by entry, then by place.
    func places(
        in bytes: [UInt8], of language: Language
    ) -> [(entry: Int, range: Range<Int>)] {
        var found: [(entry: Int, range: Range<Int>)] = []
        for start in bytes.indices {
            var state = ByteTrie.root
            var end = start
            repeat {
                state = trie.next(state, bytes[end])
                end += 1
                guard let phrase = trie.place(in: state) else { continue }
                for entry in meanings[phrase] where entries[entry].language == language {
                    found.append((entry, start..<end))
                }
            } while state != ByteTrie.root && end < bytes.count
        }
        found.sort { ($0.entry, $0.range.lowerBound) < ($1.entry, $1.range.lowerBound) }
        return found
    }
}
