import AfterwordCore

/// Counts over a whole dump, by which a broken one is recognized.
package struct DumpProfile: Equatable, Sendable {
    /// Number of readable records.
    package var records: Int64 = 0
    /// Number of distinct brands.
    package var brands: Int64 = 0
    /// Number of records with a rating.
    package var rated: Int64 = 0
    /// Sum of the ratings in tenths of a star.
    package var ratingSum: Int64 = 0
    /// Number of records with neither title nor body.
    package var withoutText: Int64 = 0

    package init() {}

    /// Counts one record.
    ///
    /// - Parameter rating: In tenths of a star.
    mutating func count(rating: Int64?, hasText: Bool) {
        records += 1
        if let rating {
            rated += 1
            ratingSum += rating
        }
        if !hasText { withoutText += 1 }
    }

    /// Adds the counts of another profile, except its brands.
    mutating func add(_ other: DumpProfile) {
        records += other.records
        rated += other.rated
        ratingSum += other.ratingSum
        withoutText += other.withoutText
    }

    /// Mean rating in hundredths of a star; nil without a rating.
    package var meanHundredths: Int64? { rated > 0 ? ratingSum * 10 / rated : nil }
    /// Share of records without text, in thousandths.
    package var withoutTextThousandths: Int64 { records > 0 ? withoutText * 1000 / records : 0 }
}
