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
        let limits = model.limits[isHigh ? 1 : 0]
        var reading = FrozenReading(language: model.languages.language(languages.sum))
        if !sentences.isEmpty {
            let (first, isOpen) = isHigh ? strongest() : (-1, true)
            for lane in 0..<model.ids.count
            where best[lane] > limits[lane] || isOpen && lane == first {
                if isOpen || model.isDanger(lane) { add(lane, above: limits[lane], to: &reading) }
            }
        }
        if !walk.says.isEmpty {
            if !isHigh { addSureDangers(to: &reading) }
            leaveOutUnnamed(&reading)
            addPraise(to: &reading)
            addUnlikelyDangers(to: &reading)
        } else {
            leaveOutUnnamed(&reading)
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

    /// The language of a text; nil where it is not certain.
    package mutating func language(of text: Text) -> String? {
        score(title: nil, body: text, stars: nil)
        memory.keep(words)
        return model.languages.language(languages.sum)
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
            let sum = sum(of: sentences[place])
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

    /// The sum of a sentence's words and of what their neighbors make of them.
    @inline(__always)
    private mutating func sum(of sentence: FrozenSentence) -> WeightSum {
        var sum = SentenceSum()
        for index in sentence.words {
            let (place, marks) = (words[index].place, words[index].marks)
            sum.add(memory[place].weights, bound: marks.bound)
            languages.add(memory[place].languages, bound: marks.languageBound)
        }
        for index in sentence.rows { sum.add(walk.neighbors[index].feature, of: model.rows) }
        return sum.sum
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
