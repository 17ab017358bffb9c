/// What the frozen reader reads in one review.
package struct FrozenReading: Equatable, Sendable {
    /// The language; `nil` where it is not certain.
    package var language: String?
    /// Complaints, in the order of the model's ids; at most one for each.
    package var aspects: [FrozenMention] = []
    /// Dangers, the surest class first, then in the order of the ids; at most one for each kind.
    package var dangers: [FrozenDanger] = []
}

/// An aspect or a danger that a review mentions, and where.
package struct FrozenMention: Equatable, Sendable {
    /// Its place among the model's ids.
    package var id: Int
    /// Whether it is a complaint; the model reads no praise.
    package var isNegative = true
    /// How far its score is above the threshold, in thousandths of a logistic unit: 0 or more.
    package var weight: Int
    package var field: TrackedField
    /// The byte range in the field of the sentence that weighed most.
    package var sentence: Range<Int>
    /// The byte range of the word in that sentence that weighed most.
    package var word: Range<Int>
}

/// A danger that a review mentions.
package struct FrozenDanger: Equatable, Sendable {
    package var mention: FrozenMention
    package var dangerClass: DangerClass
}
