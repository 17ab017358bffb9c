/// Where a review says what is read in it, and how sure a danger is.
extension FrozenReader {
    /// The mention of a lane that is read, in the sentence that says it.
    func mention(
        of lane: Int, above limit: Int32, in sentence: FrozenSentence
    ) -> FrozenMention {
        let excess = Int64(score(of: lane)) - Int64(limit)
        let unit = max(1, Int64(model.units[lane]))
        return FrozenMention(
            id: lane, weight: Int(max(0, excess) * 1000 / unit), field: sentence.field,
            sentence: sentence.range, word: heaviestWord(lane, sentence))
    }

    /// The sentence that states a danger: the one that weighed most where a phrase of it names the
    /// danger without a negation before it, else the first with such a phrase, else again the one
    /// that weighed most.
    func statement(of lane: Int) -> FrozenSentence {
        func names(_ sentence: FrozenSentence) -> Bool {
            walk.says[sentence.says].contains {
                let isSure = PhraseTable.sure($0.meaning) == lane
                return !$0.isNegated && (isSure || PhraseTable.complaint($0.meaning) == lane)
            }
        }
        let heaviest = sentence(of: lane)
        return names(heaviest) ? heaviest : sentences.first(where: names) ?? heaviest
    }

    /// A danger that is read: `said` where it is called dangerous, or possible; else `happened`.
    func dangerClass(of lane: Int, in sentence: FrozenSentence) -> DangerClass {
        if lane == model.unnamed { return .said }
        return words[sentence.words].contains(where: \.marks.isPossible) ? .said : .happened
    }

    /// Leaves out `unsafe`, which stands for any danger, beside one that is known by its kind.
    func leaveOutUnnamed(_ reading: inout FrozenReading) {
        guard reading.dangers.count > 1 else { return }
        reading.dangers.removeAll { $0.mention.id == model.unnamed }
    }

    /// Adds, as unlikely, the dangers that a phrase names and that are not read.
    func addUnlikelyDangers(to reading: inout FrozenReading) {
        var known = LaneSet(reading.dangers.map(\.mention.id))
        let isKnown = !reading.dangers.isEmpty
        for sentence in sentences {
            for says in walk.says[sentence.says] {
                guard let lane = PhraseTable.complaint(says.meaning), model.isDanger(lane),
                    !isKnown || lane != model.unnamed, known.insert(lane)
                else { continue }
                let mention = mention(of: lane, in: sentence)
                reading.dangers.append(FrozenDanger(mention: mention, dangerClass: .unlikely))
            }
        }
    }

    /// The mention of a danger that a phrase of a sentence names.
    private func mention(of lane: Int, in sentence: FrozenSentence) -> FrozenMention {
        FrozenMention(
            id: lane, weight: 0, field: sentence.field, sentence: sentence.range,
            word: heaviestWord(lane, sentence))
    }

    /// Adds the aspects that a phrase praises, without a negation before it, and that are no
    /// complaints of the review. A phrase that may praise something else ("buono", of a taste) does
    /// not count.
    func addPraise(to reading: inout FrozenReading) {
        var known = LaneSet(reading.aspects.map(\.id))
        for sentence in sentences {
            for says in walk.says[sentence.says] where !says.isNegated && !says.isLoose {
                guard let lane = PhraseTable.praise(says.meaning), !model.isDanger(lane),
                    known.insert(lane)
                else { continue }
                reading.aspects.append(
                    FrozenMention(
                        id: lane, isNegative: false, weight: 0, field: sentence.field,
                        sentence: sentence.range, word: sentence.range))
            }
        }
    }

    /// The word of a sentence with the greatest weight for a lane, with what its neighbors make of
    /// it; the first of equal ones.
    private func heaviestWord(_ lane: Int, _ sentence: FrozenSentence) -> Range<Int> {
        var (heaviest, weight) = (sentence.words.lowerBound, Int16.min)
        var row = sentence.rows.lowerBound
        for index in sentence.words {
            var own = memory[words[index].place].weights[lane]
            while row < sentence.rows.upperBound, walk.neighbors[row].word == index {
                own &+= model.rows.weight(walk.neighbors[row].feature, lane)
                row += 1
            }
            if own > weight { (heaviest, weight) = (index, own) }
        }
        let range = words[heaviest].range
        return Int(range.lowerBound)..<Int(range.upperBound)
    }
}

/// Lanes, as bits.
struct LaneSet {
    private var bits: UInt64 = 0

    init(_ lanes: [Int] = []) { for lane in lanes { insert(lane) } }

    func contains(_ lane: Int) -> Bool { bits &>> UInt64(lane) & 1 != 0 }

    /// Whether the lane was not in it.
    @discardableResult
    mutating func insert(_ lane: Int) -> Bool {
        let bit: UInt64 = 1 << UInt64(lane)
        defer { bits |= bit }
        return bits & bit == 0
    }
}
