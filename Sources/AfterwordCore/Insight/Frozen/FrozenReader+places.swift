/// Where a review says what is read in it, and how sure a danger is.
extension FrozenReader {
    /// The mention of a lane in the sentence that weighed most.
    mutating func mention(
        of lane: Int, above limit: Int32, _ title: Text?, _ body: Text?
    ) -> FrozenMention {
        let sentence = sentence(of: lane)
        let excess = Int64(score(of: lane)) - Int64(limit)
        let unit = max(1, Int64(model.units[lane]))
        return FrozenMention(
            id: lane, weight: Int(max(0, excess) * 1000 / unit), field: sentence.field,
            sentence: sentence.range,
            word: heaviestWord(lane, sentence.range, sentence.field == .title ? title : body))
    }

    /// A danger that is read: `said` where it is called dangerous, or possible; else `happened`.
    mutating func dangerClass(
        of lane: Int, in sentence: Sentence, _ title: Text?, _ body: Text?
    ) -> DangerClass {
        if model.ids[lane].name == "unsafe" { return .said }
        guard let text = sentence.field == .title ? title : body else { return .said }
        return hasPossibility(text, sentence.range) ? .said : .happened
    }

    /// Leaves out `unsafe`, which stands for any danger, beside one that is known by its kind.
    func leaveOutUnnamed(_ reading: inout FrozenReading) {
        guard reading.dangers.count > 1 else { return }
        reading.dangers.removeAll { model.ids[$0.mention.id].name == "unsafe" }
    }

    /// Adds the dangers that a phrase says which is sure, without a negation before it, and that
    /// the scores do not reach. A phrase of the sentence that denies the danger, or that only looks
    /// like it ("smoke detector"), takes it back.
    mutating func addSureDangers(to reading: inout FrozenReading, _ title: Text?, _ body: Text?) {
        var known = Set(reading.dangers.map(\.mention.id))
        for sentence in sentences {
            for says in sentence.says where !says.isNegated {
                guard let lane = PhraseTable.sure(says.meaning), model.ids[lane].isDanger,
                    !sentence.says.contains(where: { isPraise($0, of: lane) }),
                    known.insert(lane).inserted
                else { continue }
                let own = dangerClass(of: lane, in: sentence, title, body)
                let mention = mention(of: lane, in: sentence, title, body)
                reading.dangers.append(FrozenDanger(mention: mention, dangerClass: own))
            }
        }
    }

    private func isPraise(_ says: (meaning: UInt16, isNegated: Bool), of lane: Int) -> Bool {
        !says.isNegated && PhraseTable.praise(says.meaning) == lane
    }

    /// Adds, as unlikely, the dangers that a phrase names and that are not read.
    mutating func addUnlikelyDangers(
        to reading: inout FrozenReading, _ title: Text?, _ body: Text?
    ) {
        var known = Set(reading.dangers.map(\.mention.id))
        let isKnown = !known.isEmpty
        for sentence in sentences {
            for says in sentence.says {
                guard let lane = PhraseTable.complaint(says.meaning), model.ids[lane].isDanger,
                    !isKnown || model.ids[lane].name != "unsafe", known.insert(lane).inserted
                else { continue }
                let mention = mention(of: lane, in: sentence, title, body)
                reading.dangers.append(FrozenDanger(mention: mention, dangerClass: .unlikely))
            }
        }
    }

    /// The mention of a danger that a phrase of a sentence names.
    private mutating func mention(
        of lane: Int, in sentence: Sentence, _ title: Text?, _ body: Text?
    ) -> FrozenMention {
        let text = sentence.field == .title ? title : body
        return FrozenMention(
            id: lane, weight: 0, field: sentence.field, sentence: sentence.range,
            word: heaviestWord(lane, sentence.range, text))
    }

    /// Adds the aspects that a phrase praises, without a negation before it, and that are no
    /// complaints of the review.
    func addPraise(to reading: inout FrozenReading, _ title: Text?, _ body: Text?) {
        var known = Set(reading.aspects.map(\.id))
        for sentence in sentences {
            for says in sentence.says where !says.isNegated {
                guard let lane = PhraseTable.praise(says.meaning), !model.ids[lane].isDanger,
                    known.insert(lane).inserted
                else { continue }
                reading.aspects.append(
                    FrozenMention(
                        id: lane, isNegative: false, weight: 0, field: sentence.field,
                        sentence: sentence.range, word: sentence.range))
            }
        }
    }

    /// The word of a sentence with the greatest weight for a lane; the first of equal ones.
    private mutating func heaviestWord(
        _ lane: Int, _ range: Range<Int>, _ text: Text?
    ) -> Range<Int> {
        guard let text else { return range }
        var (heaviest, weight) = (range, Int16.min)
        var walk = ClauseWalk()
        var own = WordMemory.none
        swap(&own, &memory)
        text.bytes.lend { bytes in
            cutFrozenWords(bytes.part(range), model, &own) { word in
                let own = walk.weights(word, model) { _, _ in }[lane]
                guard own > weight else { return }
                weight = own
                let start = range.lowerBound
                heaviest = start + word.range.lowerBound..<start + word.range.upperBound
            }
        }
        swap(&own, &memory)
        return heaviest
    }

    /// Whether a word of a sentence makes what it says a possibility.
    private mutating func hasPossibility(_ text: Text, _ range: Range<Int>) -> Bool {
        var found = false
        var own = WordMemory.none
        swap(&own, &memory)
        text.bytes.lend { bytes in
            cutFrozenWords(bytes.part(range), model, &own) { word in
                found = found || model.words.possible.contains(word.facts.state)
            }
        }
        swap(&own, &memory)
        return found
    }
}
