/// What a person says of an issue or of a review by a mark.
package enum WorkMark: String, CaseIterable, Sendable {
    /// Read it: an inbox leaves it out until it changes.
    case seen
    /// To be read again.
    case unseen
    /// Wrote something about it.
    case note
    /// Somebody is to see to it; without a name nobody is any more.
    case assigned
    /// It is an issue that nobody has taken up.
    case open
    /// It is known and being worked on.
    case acknowledged
    /// It was fixed on a day.
    case fixed

    /// The state of work that the mark sets; nil for marks that leave it.
    package var state: WorkState? { WorkState(rawValue: rawValue) }

    /// Whether a mark says nothing without a text.
    package var needsText: Bool { self == .note }
    /// Whether a mark may carry a text.
    package var takesText: Bool { ![.seen, .unseen].contains(self) }
}

/// How far the work on an issue is.
package enum WorkState: String, CaseIterable, Sendable {
    case open
    case acknowledged
    case fixed
}
