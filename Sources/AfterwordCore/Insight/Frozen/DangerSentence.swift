/// A sentence as patterns of dangers see it: by word its groups, its clause and whether it negates.
struct DangerSentence {
    private struct Word {
        var groups: GroupSet
        var clause: Int
        var negates: Bool
        var isSpaced: Bool
    }

    private var words: [Word] = []
    private var all = GroupSet()

    /// Words before a pattern in which a negation counts.
    private static let before = 4
    /// Words behind a pattern in which a negation of its fault counts: "I had no problem".
    private static let behind = 12

    init(_ own: ArraySlice<FrozenWord>, _ memory: WordMemory) {
        var clause = 0
        words.reserveCapacity(own.count)
        for word in own {
            if word.beginsClause || word.marks.contrasts { clause += 1 }
            let groups = memory[word.place].groups
            all.formUnion(groups)
            words.append(
                Word(
                    groups: groups, clause: clause, negates: word.marks.negates,
                    isSpaced: word.isSpaced))
        }
    }

    /// The words in which a pattern stands first without being denied; nil where it does not.
    func place(of pattern: DangerPatterns.Pattern, _ patterns: DangerPatterns) -> Range<Int>? {
        if pattern.without.meets(all) { return nil }
        for slot in pattern.slots where !slot.groups.meets(all) { return nil }
        for first in words.indices where pattern.slots[0].groups.meets(words[first].groups) {
            if let last = end(of: pattern.slots, from: 1, behind: first),
                !isTakenBack(first, last, pattern), !isDenied(first, last, patterns)
            {
                return first..<last + 1
            }
        }
        return nil
    }

    /// The last word of the slots from one on; nil where they do not follow.
    private func end(of slots: [DangerPatterns.Slot], from number: Int, behind last: Int) -> Int? {
        if number == slots.count { return last }
        // A run of letters without spaces may hold several groups.
        let first = words[last].isSpaced ? last + 1 : last
        let limit = min(words.count, last + 2 + slots[number].gap)
        for place in first..<max(first, limit)
        where slots[number].groups.meets(words[place].groups) {
            if let end = end(of: slots, from: number + 1, behind: place) { return end }
        }
        return nil
    }

    /// Whether a word that takes the pattern back stands in its clause.
    private func isTakenBack(_ first: Int, _ last: Int, _ pattern: DangerPatterns.Pattern) -> Bool {
        guard pattern.within.meets(all) else { return false }
        let clauses = words[first].clause...words[last].clause
        return words.contains {
            clauses.contains($0.clause) && pattern.within.meets($0.groups)
        }
    }

    private func isDenied(_ first: Int, _ last: Int, _ patterns: DangerPatterns) -> Bool {
        for place in max(0, first - Self.before)..<min(words.count, last + 2) {
            let word = words[place]
            let (isBefore, isBehind) = (place < first, place > last)
            if isBefore && word.clause != words[first].clause { continue }
            if isBehind && word.clause != words[last].clause { continue }
            if word.negates, place != first, place != last, !isPlain(place, patterns) {
                return true
            }
            if isBefore, patterns.takesBack.meets(word.groups) { return true }
        }
        return isFine(behind: last, patterns)
    }

    /// Whether what a negation denies says no more than the sentence does: "no joke".
    private func isPlain(_ place: Int, _ patterns: DangerPatterns) -> Bool {
        place + 1 < words.count && patterns.plain.meets(words[place + 1].groups)
    }

    /// Whether a negated fault follows: "with mould I had no problem".
    private func isFine(behind last: Int, _ patterns: DangerPatterns) -> Bool {
        let limit = min(words.count - 1, last + 1 + Self.behind)
        for place in last + 1..<max(last + 1, limit) {
            if words[place].clause != words[last].clause { return false }
            let next = words[place + 1...min(place + 2, words.count - 1)]
            if words[place].negates, next.contains(where: { patterns.fine.meets($0.groups) }) {
                return true
            }
        }
        return false
    }
}

/// A danger that a pattern says in the review that was read last.
struct StatedDanger {
    var lane: Int
    /// The place of the sentence.
    var sentence: Int
    /// Its words, by their places among those of the review.
    var words: Range<Int>
    var isSaid: Bool
}

extension FrozenReader {
    /// The dangers that patterns say, each kind where it is said first.
    func statedDangers(_ language: String?, isHigh: Bool) -> [StatedDanger] {
        var (found, known): ([StatedDanger], LaneSet) = ([], LaneSet())
        guard !risky.isEmpty else { return found }
        let patterns = model.dangers.patterns(of: language)
        for place in risky {
            let start = sentences[place].words.lowerBound
            let sentence = DangerSentence(words[sentences[place].words], memory)
            for pattern in patterns where !known.contains(pattern.lane) {
                guard !isHigh || !pattern.isMild,
                    let own = sentence.place(of: pattern, model.dangers)
                else { continue }
                known.insert(pattern.lane)
                found.append(
                    StatedDanger(
                        lane: pattern.lane, sentence: place,
                        words: own.lowerBound + start..<own.upperBound + start,
                        isSaid: pattern.isSaid))
            }
        }
        return found
    }

    /// Adds the dangers that patterns say.
    func addStatedDangers(to reading: inout FrozenReading, isHigh: Bool) {
        for own in statedDangers(reading.language, isHigh: isHigh) {
            let sentence = sentences[own.sentence]
            let limit = model.limits[isHigh ? 1 : 0][own.lane]
            var mention = mention(of: own.lane, above: limit, in: sentence)
            let (first, last) = (words[own.words.lowerBound], words[own.words.upperBound - 1])
            mention.word = Int(first.range.lowerBound)..<Int(last.range.upperBound)
            let ownClass = own.isSaid ? .said : dangerClass(of: own.lane, in: sentence)
            reading.dangers.append(FrozenDanger(mention: mention, dangerClass: ownClass))
        }
    }
}
