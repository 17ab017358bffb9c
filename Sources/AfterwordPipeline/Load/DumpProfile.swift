import AfterwordCore

/// What a dump looks like as a whole, to tell one that is not what it should be.
package struct DumpProfile: Equatable, Sendable {
    /// Records that could be read.
    package var records: Int64 = 0
    package var brands: Int64 = 0
    package var rated: Int64 = 0
    /// Sum of the ratings in tenths of a star.
    package var ratingSum: Int64 = 0
    /// Records with neither title nor body.
    package var withoutText: Int64 = 0

    package init() {}

    /// Counts one record.
    mutating func count(rating: Int64?, hasText: Bool) {
        records += 1
        if let rating {
            rated += 1
            ratingSum += rating
        }
        if !hasText { withoutText += 1 }
    }

    /// Counts the records of another, whose brands are told elsewhere.
    mutating func add(_ other: DumpProfile) {
        records += other.records
        rated += other.rated
        ratingSum += other.ratingSum
        withoutText += other.withoutText
    }

    /// Mean in hundredths of a star.
    package var meanHundredths: Int64? { rated > 0 ? ratingSum * 10 / rated : nil }
    /// Records without text, in thousandths.
    package var withoutTextThousandths: Int64 { records > 0 ? withoutText * 1000 / records : 0 }
}
