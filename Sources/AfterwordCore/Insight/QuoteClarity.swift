/// How clearly a quote, read by itself, says what it is quoted for. The greater is the clearer.
package struct QuoteClarity: Comparable, Sendable {
    /// Whether it may be quoted, and before which others.
    package enum Step: Int, Comparable, Sendable {
        /// It says so, beside something else, or so faintly that it may say something else.
        case faint
        /// It says so and hardly anything else.
        case clear
        case plain

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    package var step: Step
    /// Decides within a step.
    package var strength: Int

    /// What a lexicon of phrases reads is said by the phrase, each as clearly as any other.
    package static let given = QuoteClarity(step: .plain, strength: 0)

    /// What a sentence has that does not say so by itself.
    package static let none = QuoteClarity(step: .faint, strength: 0)

    package static func < (left: Self, right: Self) -> Bool {
        (left.step, left.strength) < (right.step, right.strength)
    }
}

/// Reads quotes by themselves, to choose those that say alone what is read in their review: with
/// the frozen model a review says an aspect as a whole, and its strongest sentence for that may say
/// something else.
package struct QuoteReader: Sendable {
    private(set) var frozen: (reader: FrozenReader, lanes: FrozenLanes)?
    /// Of the lexicon.
    let hazards: [String]
    /// What a taxonomy shows of the model's aspects.
    private let overlay: TaxonomyOverlay?
    /// Finds its phrases.
    private var phrases: TaxonomyReader?

    package init(_ lexicon: Lexicon) {
        hazards = lexicon.hazards
        frozen = lexicon.frozen.map { (FrozenReader($0.model, remembersWords: false), $0) }
        overlay = lexicon.overlay
        phrases = lexicon.overlay.map { TaxonomyReader($0) }
    }

    /// The lanes of the model that read an aspect; none for one that phrases find.
    func lanes(of aspect: Int) -> [Int] {
        (overlay?.beneath(aspect) ?? [aspect]).compactMap {
            frozen?.lanes.lane(of: .aspect($0))
        }
    }

    /// How many candidates for the quotes of a theme are considered: fewer where each is read.
    var looked: Int { frozen == nil ? ProgramQuote.looked : ProgramQuote.read }

    /// How clearly a text complains of or praises an aspect; nil where it does not.
    ///
    /// - Parameter quote: Of a review with these stars.
    package mutating func clarity(
        of aspect: Int, isNegative: Bool, in quote: Text, star: Int?
    ) -> QuoteClarity? {
        let lanes = lanes(of: aspect)
        if lanes.isEmpty { return .given }
        // A merge may hold an aspect that phrases find.
        if phrases?.says(aspect, isNegative: isNegative, in: quote, star: star) ?? false {
            return .given
        }
        var clearest: QuoteClarity?
        for lane in lanes {
            let own =
                isNegative
                ? frozen?.reader.clarity(
                    ofComplaint: lane, among: lanes, in: quote, stars: star)
                : frozen?.reader.clarity(ofPraise: lane, in: quote, stars: star)
            guard let own else { continue }
            if let known = clearest, known >= own { continue }
            clearest = own
        }
        return clearest
    }

    /// The clarity of the sentence of a mention.
    package mutating func clarity(of mention: Mention, in values: ReviewValues) -> QuoteClarity? {
        guard frozen != nil else { return .given }
        if values.asks(mention.field, mention.sentence) { return QuoteClarity.none }
        return clarity(
            of: mention.aspect, isNegative: mention.isNegative,
            in: Text(values.quote(mention.field, mention.sentence)), star: values.star)
    }

    /// The clarity of the sentence of a place.
    mutating func clarity(
        of aspect: Int, isNegative: Bool, at place: ProvenPlace
    ) -> QuoteClarity? {
        clarity(
            of: Mention(
                aspect: aspect, isNegative: isNegative, field: place.field, range: place.words,
                sentence: place.sentence), in: place.read.review.values)
    }

    /// How clearly a text states a danger. It is always to be quoted: only people deny dangers.
    mutating func clarity(ofHazard hazard: Int?, in quote: Text, star: Int?) -> QuoteClarity {
        guard let hazard, let lane = frozen?.lanes.lane(of: .hazard(hazard)) else { return .given }
        return frozen?.reader.clarity(ofDanger: lane, in: quote, stars: star) ?? .given
    }

    /// Whether a quote proves an aspect that its review has.
    mutating func proves(
        _ aspect: Int, isNegative: Bool, _ quote: GroundedQuote, of read: ReadReview
    ) -> Bool {
        guard frozen != nil, !lanes(of: aspect).isEmpty else {
            return read.says(aspect, isNegative: isNegative, at: quote)
        }
        return read.counts(asStrength: !isNegative)
            && read.aspects(negative: isNegative).contains(aspect)
            && clarity(
                of: aspect, isNegative: isNegative, in: Text(quote.text),
                star: read.review.values.star) != nil
    }
}

extension ReviewValues {
    /// Whether a mark behind a sentence makes it a question.
    func asks(_ field: TrackedField, _ sentence: Range<Int>) -> Bool {
        let bytes = (field == .title ? title : body)?.bytes ?? []
        guard sentence.upperBound < bytes.count else { return false }
        let behind = bytes[sentence.upperBound...].drop { $0 == 0x20 }
        return behind.first == 0x3F || behind.starts(with: [0xEF, 0xBC, 0x9F])
    }
}
