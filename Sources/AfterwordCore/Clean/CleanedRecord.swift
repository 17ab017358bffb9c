/// One record, read by its shape and the cleaning rules, with texts of its own.
package struct CleanedRecord: Sendable {
    package var productID: Text?
    package var reviewID: Text?
    package var authorID: Text?
    package var values = ReviewValues()
    /// The review's date exactly as the source writes it; part of a review's identity.
    package var writtenDate: Text?
    /// The moment that the text itself gives; nil where it cannot be read, could be either of two
    /// days, or is relative.
    package var writtenInstant: Instant?
    /// The review's date as its distance from the moment of the dump; nil for any other date.
    package var relativeDate: RelativeDate?
    /// The tracked fields whose value cannot be read: the record does not say them.
    package var unread = FieldSet()
    /// The attributes of its product that this record holds.
    package var attributes: [(attribute: Attribute, value: Text)] = []
    /// Why the record is no review, and the field that decided it; nil where it is one. The other
    /// fields are read all the same, so that the record's identity may still be found.
    package var fault: (reason: RejectReason, field: String)?
    /// How many of its fields cannot be read.
    package var faultCount = 0
    /// Whether the record is no review: it does not meet the shape's conditions, and nothing of it
    /// is read, or it says that its review was deleted.
    package var isLeftOut = false

    package init() {}
}
