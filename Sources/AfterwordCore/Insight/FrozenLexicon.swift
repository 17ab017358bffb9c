/// What the lanes of the frozen model mean in a lexicon.
struct FrozenLanes: Sendable {
    /// What a lane means.
    enum Meaning: Equatable, Sendable {
        /// The place of an aspect in the lexicon.
        case aspect(Int)
        /// The place of a hazard in the lexicon.
        case hazard(Int)
    }

    /// By lane.
    let meanings: [Meaning]
    /// The model, which is read when the first text is: names and labels need none of its weights.
    var model: FrozenModel { .second }

    /// - Parameters:
    ///   - ids: What the lanes of the model stand for.
    ///   - list: `reader2/aspects.txt`, which names every lane of the model.
    init(_ ids: [FrozenModel.ID], _ list: DataSections) {
        let aspects = list.values(in: "aspects").map(\.key)
        let hazards = list["hazards", "by severity"]?.words ?? []
        meanings = ids.map { id in
            let name = list["names", id.name]?.text ?? id.name
            guard let place = (id.isDanger ? hazards : aspects).firstIndex(of: name) else {
                preconditionFailure("the lexicon has no \(name)")
            }
            return id.isDanger ? .hazard(place) : .aspect(place)
        }
    }

    /// The lane of a meaning; nil where no lane has it.
    func lane(of meaning: Meaning) -> Int? { meanings.firstIndex(of: meaning) }

    /// The names of aspects that lexicon 1 does not have, by language.
    static let labels = DataSections(EmbeddedFile("reader2/labels.txt"))
    static let list = DataSections(EmbeddedFile("reader2/aspects.txt"))
}

extension ReviewReading {
    /// What the frozen reader reads, in the words of a lexicon. Languages that no lexicon knows are
    /// `unknown`.
    init(_ reading: FrozenReading, _ lanes: FrozenLanes) {
        self.init(language: reading.language.flatMap { Language(rawValue: $0) } ?? .unknown)
        for own in reading.aspects {
            guard case .aspect(let aspect) = lanes.meanings[own.id] else { continue }
            mentions.append(
                Mention(
                    aspect: aspect, isNegative: own.isNegative, field: own.field, range: own.word,
                    sentence: own.sentence))
        }
        for own in reading.dangers {
            guard case .hazard(let hazard) = lanes.meanings[own.mention.id] else { continue }
            hazards.append(
                HazardMention(
                    hazard: hazard, dangerClass: own.dangerClass, field: own.mention.field,
                    range: own.mention.word, sentence: own.mention.sentence))
        }
    }
}
