/// How a review speaks of a danger. `happened` and `said` lead every list and raise alarms; `unlikely` is counted after them.
package enum DangerClass: String, CaseIterable, Comparable, Sendable {
    /// It happened and is not denied, whatever the stars.
    case happened = "A"
    /// The review says that the product is dangerous.
    case said = "B"
    /// The word alone, denied, or said of dangers in general.
    case unlikely = "C"

    /// Whether it is shown by itself and raises alarms.
    package var leads: Bool { self != .unlikely }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A danger of one review, after a person's verdict where there is one: what every list and alarm shows.
package struct Danger: Equatable, Sendable {
    /// The lexicon's name; `judged` where only a person found it.
    package var hazard: String
    /// The hazard's place by severity: 0 is the worst.
    package var severity: Int
    package var dangerClass: DangerClass
    /// Where it is said: the sentence as bytes of a field.
    package var field: Field
    package var sentence: Range<Int>

    /// The name of a danger that no word of the lexicon tells.
    package static let judged = "judged"

    package init(
        hazard: String, severity: Int, dangerClass: DangerClass, field: Field,
        sentence: Range<Int>
    ) {
        self.hazard = hazard
        self.severity = severity
        self.dangerClass = dangerClass
        self.field = field
        self.sentence = sentence
    }
}

extension Danger: Comparable {
    /// By class, then severity of the hazard. Stars and impact of a brand never count.
    package static func < (left: Danger, right: Danger) -> Bool {
        (left.dangerClass, left.severity) < (right.dangerClass, right.severity)
    }
}

/// The dangers of a review in order, each hazard once with its strongest mention.
///
/// `dangerous`, which names no kind, is left out beside another danger that leads. A verdict of `false` leaves none; one of
/// `real` makes the first of them a thing that happened, or where the lexicon finds none, the review's text as a whole.
package func dangers(
    in reading: ReviewReading, of values: ReviewValues, verdict: Verdict? = nil, lexicon: Lexicon
) -> [Danger] {
    guard verdict != .isFalse else { return [] }
    var strongest: [Int: Danger] = [:]
    for mention in reading.hazards {
        let danger = Danger(
            hazard: lexicon.hazards[mention.hazard], severity: mention.hazard,
            dangerClass: mention.dangerClass, field: mention.field, sentence: mention.sentence)
        let known = strongest[mention.hazard]
        if known.map({ danger < $0 }) ?? true { strongest[mention.hazard] = danger }
    }
    var found = strongest.values.sorted()
    if let first = found.first(where: { $0.hazard != Lexicon.unspecified }),
        first.dangerClass.leads
    {
        found.removeAll { $0.hazard == Lexicon.unspecified }
    }
    guard verdict == .real else { return found }
    if found.isEmpty { return [wholeText(values, severity: 0)] }
    found[0].dangerClass = .happened
    return found.sorted()
}

/// A judged danger that no word tells: the body, or where there is none the title.
private func wholeText(_ values: ReviewValues, severity: Int) -> Danger {
    let field: Field = values.body == nil && values.title != nil ? .title : .body
    let text = field == .title ? values.title : values.body
    return Danger(
        hazard: Danger.judged, severity: severity, dangerClass: .happened, field: field,
        sentence: 0..<(text?.bytes.count ?? 0))
}

extension ReadReview {
    /// Its dangers in order, after a person's verdict.
    package func dangers(_ lexicon: Lexicon = .first) -> [Danger] {
        AfterwordCore.dangers(
            in: reading, of: review.values, verdict: verdict, lexicon: lexicon)
    }
}
