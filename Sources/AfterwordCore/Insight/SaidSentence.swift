/// The sentence of a review that is shown for an aspect.
package struct SaidSentence: Equatable, Sendable {
    package var field: TrackedField
    /// Its bytes in the field.
    package var range: Range<Int>
    /// Whether it says by itself what it is shown for.
    package var isClear = false
}

/// Which sentence of a review is shown for what is read in it, wherever that is: in lists, on pages
/// and in reports. It is that of the reading, which insights quote, where it says so by itself;
/// else the clearest other one that does, the first of equally clear ones; else again that of the
/// reading. Only reviews that are shown are worth it: of each some sentences are read again.
extension QuoteReader {
    /// The sentence for an aspect; nil where the review does not mention it.
    package mutating func sentence(
        of aspect: Int, isNegative: Bool, in values: ReviewValues, _ reading: ReviewReading
    ) -> SaidSentence? {
        guard let place = reading.mention(of: aspect, isNegative: isNegative) else { return nil }
        var first = SaidSentence(field: place.field, range: place.sentence)
        // What only phrases find stands in the sentence of the phrase and in no other one.
        if frozen != nil, lanes(of: aspect).isEmpty {
            first.isClear = !values.asks(first.field, first.range)
            return first
        }
        return chosen(first, in: values) { reader, own in
            let mention = Mention(
                aspect: aspect, isNegative: isNegative, field: own.field, range: own.range,
                sentence: own.range)
            guard let clarity = reader.clarity(of: mention, in: values), clarity.step > .faint
            else { return nil }
            return clarity
        }
    }

    /// The complaint that a review is shown for where it is shown for no theme, with its sentence:
    /// in the order of the lexicon the first with a clear one, else the first. Nil where the review
    /// complains of nothing.
    package mutating func complaint(
        in values: ReviewValues, _ reading: ReviewReading
    ) -> (aspect: Int, sentence: SaidSentence)? {
        var first: (aspect: Int, sentence: SaidSentence)?
        for aspect in reading.complaints.sorted().prefix(ProgramQuote.complaints) {
            guard let own = sentence(of: aspect, isNegative: true, in: values, reading) else {
                continue
            }
            let found = (aspect: aspect, sentence: own)
            if own.isClear { return found }
            first = first ?? found
        }
        return first
    }

    /// A danger with the place of the sentence that is shown for it: one that states it, where the
    /// review has one.
    package mutating func placed(_ danger: Danger, in values: ReviewValues) -> Danger {
        let hazard = hazards.firstIndex(of: danger.hazard)
        let first = SaidSentence(field: danger.field, range: danger.sentence)
        let said = chosen(first, in: values) { reader, own in
            if values.asks(own.field, own.range) { return nil }
            let clarity = reader.clarity(
                ofHazard: hazard, in: Text(values.quote(own.field, own.range)), star: values.star)
            return clarity.step == .plain ? clarity : nil
        }
        var danger = danger
        (danger.field, danger.sentence) = (said.field, said.range)
        return danger
    }

    /// - Parameters:
    ///   - place: That of the reading.
    ///   - clarity: How clearly a sentence says what is shown; nil where it does not.
    private mutating func chosen(
        _ place: SaidSentence, in values: ReviewValues,
        _ clarity: (inout QuoteReader, SaidSentence) -> QuoteClarity?
    ) -> SaidSentence {
        var place = place
        if clarity(&self, place) != nil {
            place.isClear = true
            return place
        }
        var best: (sentence: SaidSentence, clarity: QuoteClarity)?
        for other in others(than: place, in: values) {
            if let own = clarity(&self, other), best.map({ $0.clarity < own }) ?? true {
                best = (sentence: other, clarity: own)
            }
        }
        best?.sentence.isClear = true
        return best?.sentence ?? place
    }

    /// The first other sentences of a review, without those that are longer than a quote; none
    /// where phrases of a lexicon are read, each of which says as much as any other.
    private func others(than place: SaidSentence, in values: ReviewValues) -> [SaidSentence] {
        guard let all = frozen?.reader.cut(title: values.title, body: values.body) else {
            return []
        }
        let short = all.lazy.filter { $0 != place && $0.range.count <= ProgramQuote.bytes }
        return Array(short.prefix(ProgramQuote.sentences))
    }
}
