/// Reads reviews with the frozen model, one after another; the memory of one serves the next.
///
/// A score is that of the strongest sentence plus half of the whole review's plus what the stars
/// say. All arithmetic is of whole numbers: the same text gives the same reading on every machine.
/// The time is linear in the text; of a field, 20,000 words are read. Not to be shared by threads.
///
/// A review is read step by step, each step for all its words: cut, look up what each word is,
/// what its neighbors make of it, which of that the model knows, and add. So the memory that a step
/// waits for is asked for many words at once.
package struct FrozenReader: Sendable {
    let model: FrozenModel
    var memory: WordMemory
    private(set) var words: [FrozenWord] = []
    private(set) var sentences: [FrozenSentence] = []
    private(set) var walk = ClauseWalk()
    /// The sentences in which a pattern may say a danger.
    private(set) var risky: [Int] = []
    private var languages = LanguageSum()
    /// By lane.
    private var best = Array(repeating: Int32(0), count: WeightSum.laneCount)
    private var bestSentence = Array(repeating: -1, count: WeightSum.laneCount)

    /// - Parameter remembersWords: Whether it remembers what words weigh, in memory that grows to
    ///   13 MB with the words that come.
    package init(_ model: FrozenModel = .second, remembersWords: Bool = true) {
        self.model = model
        memory = remembersWords ? WordMemory() : .small
    }

    /// What the ids of readings stand for, by their places.
    package var ids: [FrozenModel.ID] { model.ids }

    /// What a review says.
    ///
    /// - Parameter stars: From 1 to 5; nil where it has no rating.
    package mutating func read(title: Text?, body: Text?, stars: Int?) -> FrozenReading {
        score(title: title, body: body, stars: stars)
        let isHigh = (stars ?? 0) > 3
        var reading = FrozenReading(language: told)
        addStatedDangers(to: &reading, isHigh: isHigh)
        if !sentences.isEmpty { addScored(to: &reading, isHigh: isHigh) }
        leaveOutUnnamed(&reading)
        if !walk.says.isEmpty {
            addPraise(to: &reading)
            addUnlikelyDangers(to: &reading)
        }
        if reading.dangers.count > 1 {
            reading.dangers.sort { left, right in
                (left.dangerClass, left.mention.id) < (right.dangerClass, right.mention.id)
            }
        }
        memory.keep(words)
        return reading
    }

    /// The scores of a review by lane, in whole numbers; the definition that Python repeats.
    package mutating func scores(title: Text?, body: Text?, stars: Int?) -> [Int] {
        score(title: title, body: body, stars: stars)
        memory.keep(words)
        return best.map { Int($0) }
    }

    /// The score of a danger in a text, and whether a pattern says it there.
    mutating func danger(
        _ lane: Int, in text: Text, stars: Int?
    ) -> (score: Int, isStated: Bool) {
        score(title: nil, body: text, stars: stars)
        let stated = statedDangers(told, isHigh: (stars ?? 0) > 3)
        memory.keep(words)
        return (Int(best[lane]), stated.contains { $0.lane == lane })
    }

    /// The language of a text; nil where it is not certain.
    package mutating func language(of text: Text) -> String? {
        score(title: nil, body: text, stars: nil)
        memory.keep(words)
        return told
    }

    /// The language of the review that was read last; nil where it is not certain.
    var told: String? { model.languages.language(languages.sum) }

    /// Adds what scores say. A danger that a pattern says is quoted for that.
    private func addScored(to reading: inout FrozenReading, isHigh: Bool) {
        let limits = model.limits[isHigh ? 1 : 0]
        let stated = LaneSet(reading.dangers.map(\.mention.id))
        let (first, isOpen) = isHigh ? strongest() : (-1, true)
        for lane in 0..<model.ids.count
        where best[lane] > limits[lane] || isOpen && lane == first {
            if model.isDanger(lane) ? !stated.contains(lane) : isOpen {
                add(lane, above: limits[lane], to: &reading)
            }
        }
    }

    private func add(_ lane: Int, above limit: Int32, to reading: inout FrozenReading) {
        let isDanger = model.isDanger(lane)
        let sentence = isDanger ? statement(of: lane) : sentence(of: lane)
        let mention = mention(of: lane, above: limit, in: sentence)
        if isDanger {
            let own = dangerClass(of: lane, in: sentence)
            reading.dangers.append(FrozenDanger(mention: mention, dangerClass: own))
        } else {
            reading.aspects.append(mention)
        }
    }

    /// The complaint with the greatest score in the review that was read last, and whether it and
    /// the next one together exceed the gate.
    private func strongest() -> (lane: Int, isOpen: Bool) {
        var (lane, first, second) = (-1, Int.min, Int.min)
        for place in 0..<model.ids.count where !model.isDanger(place) {
            let own = Int(best[place]) * 1000 / max(1, Int(model.units[place]))
            if own > first {
                (lane, first, second) = (place, own, first)
            } else {
                second = max(second, own)
            }
        }
        return (lane, second > .min && first + second > model.gate)
    }

    /// The score of a lane in the review that was read last.
    func score(of lane: Int) -> Int32 { best[lane] }

    /// The sentence that weighed most for a lane; there must be one.
    func sentence(of lane: Int) -> FrozenSentence { sentences[bestSentence[lane]] }

    // MARK: Scores

    private mutating func score(title: Text?, body: Text?, stars: Int?) {
        words.removeAll(keepingCapacity: true)
        sentences.removeAll(keepingCapacity: true)
        risky.removeAll(keepingCapacity: true)
        if let title { cut(title, .title) }
        if let body { cut(body, .body) }
        walk.pass(words, &sentences, model)
        walk.findRows(&sentences, model)
        walk.waitForRows(model)
        memory.waitForFacts(words)
        languages = LanguageSum()
        var whole = WeightSum()
        var strongest = StrongestSentences()
        for place in sentences.indices {
            let (sum, groups) = sum(of: sentences[place])
            if groups.meets(model.dangers.anchors) { risky.append(place) }
            strongest.take(model.scaled(sum), at: place)
            whole.add(sum)
        }
        finish(strongest, whole, model.bias[min(max(stars ?? 0, 0), 5)])
    }

    private mutating func cut(_ text: Text, _ field: TrackedField) {
        let start = words.count
        text.bytes.lend { bytes in
            cutFrozenWords(bytes, field, model.letters, &words, &sentences)
            memory.find(&words, from: start, bytes, model)
        }
    }

    /// The sum of a sentence's words and of what their neighbors make of them, and the groups of
    /// its words.
    @inline(__always)
    private mutating func sum(of sentence: FrozenSentence) -> (WeightSum, GroupSet) {
        var (sum, groups) = (SentenceSum(), GroupSet())
        for index in sentence.words {
            let (place, marks) = (words[index].place, words[index].marks)
            sum.add(memory[place].weights, bound: marks.bound)
            languages.add(memory[place].languages, bound: marks.languageBound)
            groups.formUnion(memory[place].groups)
        }
        for index in sentence.rows { sum.add(walk.neighbors[index].feature, of: model.rows) }
        return (sum.sum, groups)
    }

    private mutating func finish(
        _ strongest: StrongestSentences, _ whole: WeightSum, _ bias: WeightSum
    ) {
        let wholes = model.scaled(whole)
        for lane in 0..<WeightSum.laneCount {
            let place = strongest.places[lane]
            let own = place < 0 ? 0 : strongest.scores[lane]
            best[lane] = own &+ wholes[lane] >> 1 &+ bias[lane]
            bestSentence[lane] = Int(place)
        }
    }
}
