import AfterwordCore
import AfterwordPipeline
import AfterwordTesting

/// Leaves the last review out of every span.
final class CutSpans: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func reviews(in span: RowSpan) throws -> [StoredReview] {
        try reader.reviews(in: span).dropLast()
    }
}

/// Counts no row, so that any number of products is one span.
final class CountingNothing: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func rowCounts(ofProducts ids: ClosedRange<Text>) throws -> [Text: Int] { [:] }
}

/// Returns readings of later runs than asked for.
final class ReadingsOfAllRuns: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func readings(
        ofProducts keys: ClosedRange<Int64>, upTo run: Int64
    ) throws -> [ReadingsRow] { try reader.readings(ofProducts: keys, upTo: .max) }
}

/// Has no page of rejects after the first one.
final class FirstRejects: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func rejects(after place: RejectPlace?, limit: Int) throws -> [RejectRow] {
        place == nil ? try reader.rejects(after: nil, limit: limit) : []
    }
}

/// Returns the months of all products for a range.
final class AllMonthsOfRanges: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func months(ofProducts ids: ClosedRange<Text>) throws -> [MonthSummary] {
        try reader.months(ofProduct: nil)
    }
}

/// Has the rows of one span only.
final class OneSpan: ForwardingReader {
    private let reader: any StoreReader
    private var isUsed = false
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func reviews(in span: RowSpan) throws -> [StoredReview] {
        defer { isUsed = true }
        return isUsed ? [] : try reader.reviews(in: span)
    }
}

/// Knows only the first version of each review of a span.
final class FirstVersions: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func history(in span: RowSpan) throws -> [HistoryRow] {
        try reader.history(in: span).filter { $0.version == 1 }
    }
}

/// Knows only the first version of each review that is asked for by its key.
final class FirstVersionsOfReviews: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func history(ofReviews keys: [Int64]) throws -> [HistoryRow] {
        try reader.history(ofReviews: keys).filter { $0.version == 1 }
    }
}

/// Returns the segments of the oldest run first.
final class OldSegmentsFirst: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func searchSegments() throws -> [SearchSegment] { try reader.searchSegments().reversed() }
}

/// Returns what all runs added to a list.
final class ListsOfAllRuns: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func listed(
        _ list: ReviewList, by version: Int64, after from: Int64, upTo to: Int64,
        _ take: (ReviewListRow) throws -> Void
    ) throws { try reader.listed(list, by: version, after: 0, upTo: .max, take) }
}

/// Returns the first sums of themes of a scope instead of the newest.
final class FirstThemeSums: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func themeSums(of scopes: [Scope]?, upTo run: Int64) throws -> [ThemeSumsRow] {
        try reader.themeSums(of: scopes, upTo: 1)
    }
}

/// Leaves brands out of labels.
final class BrandlessLabels: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func productLabels(asOf run: Int64?) throws -> [ProductLabel] {
        try reader.productLabels(asOf: run).map { label in
            var label = label
            label.dimension[.brand] = nil
            return label
        }
    }
}

/// Leaves ratings out of first versions.
final class RatinglessVersions: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func firstVersions(after from: Int64, upTo to: Int64) throws -> [FirstVersion] {
        try reader.firstVersions(after: from, upTo: to).map {
            FirstVersion(reviewKey: $0.reviewKey, run: $0.run, rating: nil)
        }
    }
}
