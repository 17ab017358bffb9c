/// How a review mentions a danger. `happened` and `said` lead every list and raise alerts;
/// `unlikely` is only counted.
package enum DangerClass: String, CaseIterable, Comparable, Sendable {
    /// It happened and is not denied, whatever the stars.
    case happened = "A"
    /// The review says that the product is dangerous.
    case said = "B"
    /// The word alone, a denied danger, or a statement about dangers in general.
    case unlikely = "C"

    /// Whether a danger of this class is listed and raises alerts.
    package var leads: Bool { self != .unlikely }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A danger mentioned in one review, after applying a person's verdict where there is one. Lists
/// and alerts show these.
package struct Danger: Equatable, Sendable {
    /// The hazard's name in the lexicon; `judged` where only a person found the danger.
    package var hazard: String
    /// The hazard's rank by severity; 0 is the worst.
    package var severity: Int
    package var dangerClass: DangerClass
    /// The field and the byte range in it of the sentence that mentions the danger.
    package var field: TrackedField
    package var sentence: Range<Int>

    /// The hazard of a danger that the lexicon does not find.
    package static let judged = "judged"

    package init(
        hazard: String, severity: Int, dangerClass: DangerClass, field: TrackedField,
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
    /// Ordered by class, then by severity of the hazard. Stars and star impact never count.
    package static func < (left: Danger, right: Danger) -> Bool {
        (left.dangerClass, left.severity) < (right.dangerClass, right.severity)
    }
}

/// The dangers of a review in order, one per hazard, each with its strongest mention.
///
/// `dangerous`, which names no kind, is left out beside another hazard that leads. The verdict
/// `false` removes all dangers. The verdict `real` sets the class of the first one to `happened`;
/// where the lexicon finds none, the whole text becomes one `judged` danger.
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

/// A judged danger without a mention in the lexicon: the whole body, or the title where there is no
/// body.
private func wholeText(_ values: ReviewValues, severity: Int) -> Danger {
    let field: TrackedField = values.body == nil && values.title != nil ? .title : .body
    let text = field == .title ? values.title : values.body
    return Danger(
        hazard: Danger.judged, severity: severity, dangerClass: .happened, field: field,
        sentence: 0..<(text?.bytes.count ?? 0))
}

extension ReadReview {
    /// The review's dangers in order, after the person's verdict.
    package func dangers(_ lexicon: Lexicon = .first) -> [Danger] {
        AfterwordCore.dangers(
            in: reading, of: review.values, verdict: verdict, lexicon: lexicon)
    }
}
