/// Reads reviews with the frozen model, one after another; the memory of one serves the next.
///
/// A score is that of the strongest sentence plus half of the whole review's plus what the stars
/// say. All arithmetic is of whole numbers: the same text gives the same reading on every machine.
/// The time is linear in the text; of a field, 20,000 words are read. Not to be shared by threads.
package struct FrozenReader: Sendable {
    let model: FrozenModel
    var memory = WordMemory()
    private(set) var sentences: [Sentence] = []
    private var whole = WeightSum()
    private var languages = SIMD32<Int32>.zero
    private var scores = Array(repeating: Int32(0), count: WeightSum.laneCount)
    private var best = Array(repeating: Int32(0), count: WeightSum.laneCount)
    private var bestSentence = Array(repeating: -1, count: WeightSum.laneCount)

    /// A sentence of the review that is read.
    struct Sentence {
        var field: TrackedField
        var range: Range<Int>
        /// What its phrases say, and whether a negation stands before them.
        var says: [(meaning: UInt16, isNegated: Bool)] = []
    }

    package init(_ model: FrozenModel = .second) { self.model = model }

    /// What the ids of readings stand for, by their places.
    package var ids: [FrozenModel.ID] { model.ids }

    /// What a review says.
    ///
    /// - Parameter stars: From 1 to 5; nil where it has no rating.
    package mutating func read(title: Text?, body: Text?, stars: Int?) -> FrozenReading {
        score(title: title, body: body, stars: stars)
        let limits = model.limits[(stars ?? 0) > 3 ? 1 : 0]
        var reading = FrozenReading(language: model.languages.language(languages))
        let (first, isOpen) = (stars ?? 0) > 3 ? strongest() : (-1, true)
        for lane in model.ids.indices where bestSentence[lane] >= 0 {
            guard best[lane] > limits[lane] || isOpen && lane == first,
                isOpen || model.ids[lane].isDanger
            else { continue }
            let mention = mention(of: lane, above: limits[lane], title, body)
            if model.ids[lane].isDanger {
                let dangerClass = dangerClass(of: lane, in: sentence(of: lane), title, body)
                reading.dangers.append(FrozenDanger(mention: mention, dangerClass: dangerClass))
            } else {
                reading.aspects.append(mention)
            }
        }
        if (stars ?? 0) <= 3 { addSureDangers(to: &reading, title, body) }
        leaveOutUnnamed(&reading)
        addPraise(to: &reading, title, body)
        addUnlikelyDangers(to: &reading, title, body)
        reading.dangers.sort { left, right in
            (left.dangerClass, left.mention.id) < (right.dangerClass, right.mention.id)
        }
        return reading
    }

    /// The scores of a review by lane, in whole numbers; the definition that Python repeats.
    package mutating func scores(title: Text?, body: Text?, stars: Int?) -> [Int] {
        score(title: title, body: body, stars: stars)
        return best.map { Int($0) }
    }

    /// The language of a text; nil where it is not certain.
    package mutating func language(of text: Text) -> String? {
        score(title: nil, body: text, stars: nil)
        return model.languages.language(languages)
    }

    /// The complaint with the greatest score in the review that was read last, and whether it and
    /// the next one together exceed the gate.
    private func strongest() -> (lane: Int, isOpen: Bool) {
        var (lane, first, second) = (-1, Int.min, Int.min)
        for place in model.ids.indices where !model.ids[place].isDanger {
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
    func sentence(of lane: Int) -> Sentence { sentences[bestSentence[lane]] }

    // MARK: Scores

    private mutating func score(title: Text?, body: Text?, stars: Int?) {
        sentences.removeAll(keepingCapacity: true)
        (whole, languages) = (WeightSum(), .zero)
        for lane in best.indices { (best[lane], bestSentence[lane]) = (.min, -1) }
        if let title { add(title, .title) }
        if let body { add(body, .body) }
        model.scaled(whole, &scores)
        let bias = model.bias[min(max(stars ?? 0, 0), 5)]
        for lane in best.indices {
            let strongest = bestSentence[lane] < 0 ? 0 : best[lane]
            best[lane] = strongest &+ scores[lane] >> 1 &+ bias[lane]
        }
    }

    private mutating func add(_ text: Text, _ field: TrackedField) {
        var sum = SentenceSum()
        var walk = ClauseWalk()
        var (last, end) = (-1, -1)
        text.bytes.lend { bytes in
            var own = WordMemory.none
            swap(&own, &memory)
            cutFrozenWords(bytes, model, &own) { word in
                if word.sentence != last {
                    finish(&sum, at: end)
                    sentences.append(Sentence(field: field, range: word.range))
                    last = word.sentence
                }
                let weights = walk.weights(word, model) { meaning, isNegated in
                    sentences[sentences.count - 1].says.append((meaning, isNegated))
                }
                let bound = word.facts.bound + walk.bound
                sum.add(weights, word.facts.languages, bound: bound)
                end = word.range.upperBound
            }
            swap(&own, &memory)
        }
        finish(&sum, at: end)
    }

    /// Takes the sum of the field's sentence that is over; there is none where its end is -1.
    private mutating func finish(_ sum: inout SentenceSum, at end: Int) {
        guard end >= 0 else { return }
        let place = sentences.count - 1
        sentences[place].range = sentences[place].range.lowerBound..<end
        sum.widen()
        model.scaled(sum.wide, &scores)
        for lane in best.indices where scores[lane] > best[lane] {
            (best[lane], bestSentence[lane]) = (scores[lane], place)
        }
        whole.add(sum.wide)
        languages &+= sum.languages
        sum = SentenceSum()
    }
}
