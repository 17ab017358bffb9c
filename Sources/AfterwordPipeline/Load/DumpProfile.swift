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

/// A dump beside the median of the last ones. Beyond a limit it is unlike them: half of an export, another
/// marketplace, texts that a scraper lost.
package struct DumpComparison: Equatable, Sendable {
    package enum Measure: String, CaseIterable, Sendable {
        case records
        case brands
        case meanStar = "mean_star"
        case withoutText = "without_text"
    }
    package struct Row: Equatable, Sendable {
        package var measure: Measure
        /// Records and brands as counts, the mean in hundredths of a star, the share in thousandths.
        package var usual: Int64
        package var found: Int64
        package var isUnlike: Bool
    }

    /// Runs compared with; fewer say nothing.
    package static let runs = 5
    /// Dumps smaller than this vary by themselves.
    package static let fewestRecords: Int64 = 50
    /// Records and brands: from half the usual to twice (brands may grow).
    package static let factor: Int64 = 2
    /// Hundredths of a star that the mean may move.
    package static let starLimit: Int64 = 50
    /// Thousandths that the share without text may move.
    package static let textLimit: Int64 = 200

    package var rows: [Row]
    package var isUnlike: Bool { rows.contains(where: \.isUnlike) }

    /// Nil where there are too few runs, or too small ones, to compare with.
    package init?(_ profile: DumpProfile, with last: [DumpProfile]) {
        guard last.count >= Self.runs else { return nil }
        func median(_ value: (DumpProfile) -> Int64?) -> Int64? {
            let values = last.prefix(Self.runs).compactMap(value).sorted()
            return values.isEmpty ? nil : values[values.count / 2]
        }
        guard let records = median(\.records), records >= Self.fewestRecords,
            let brands = median(\.brands), let missing = median(\.withoutTextThousandths)
        else { return nil }
        rows = [
            Row(
                measure: .records, usual: records, found: profile.records,
                isUnlike: profile.records * Self.factor < records
                    || profile.records > records * Self.factor),
            Row(
                measure: .brands, usual: brands, found: profile.brands,
                isUnlike: profile.brands * Self.factor < brands),
        ]
        if let usual = median(\.meanHundredths), let found = profile.meanHundredths {
            rows.append(
                Row(
                    measure: .meanStar, usual: usual, found: found,
                    isUnlike: abs(found - usual) > Self.starLimit))
        }
        rows.append(
            Row(
                measure: .withoutText, usual: missing, found: profile.withoutTextThousandths,
                isUnlike: abs(profile.withoutTextThousandths - missing) > Self.textLimit))
    }
}
