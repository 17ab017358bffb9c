/// One record, read by its shape and the cleaning rules, with texts of its own.
package struct CleanedRecord: Sendable {
    package var productID: Text?
    package var reviewID: Text?
    package var authorID: Text?
    package var values = ReviewValues()
    /// The review's date exactly as the source writes it; part of a review's identity.
    package var writtenDate: Text?
    /// The attributes of its product that this record holds.
    package var attributes: [(attribute: Attribute, value: Text)] = []
    /// The first unreadable field and why; nil when all can be read. The other fields are read all
    /// the same, so that the record's identity may still be found.
    package var fault: (reason: RejectReason, field: String)?
    package var faultCount = 0

    package init() {}
}
