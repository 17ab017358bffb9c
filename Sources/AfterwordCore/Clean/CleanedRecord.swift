/// One record, read by its shape and the rules of cleaning.
package struct CleanedRecord: Sendable {
    package var productID: Text?
    package var reviewID: Text?
    package var authorID: Text?
    package var values = ReviewValues()
    /// The date of the review as the source writes it, for identity.
    package var writtenDate: Text?
    /// What this record says of its product.
    package var attributes: [(attribute: Attribute, value: Text)] = []
    /// The first field that cannot be read, and why; the other fields are read all the same, so
    /// that the record's identity may still be known.
    package var fault: (reason: RejectReason, field: String)?
    package var faultCount = 0

    package init() {}
}
