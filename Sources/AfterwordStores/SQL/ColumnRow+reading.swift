import AfterwordCore
import AfterwordPipeline

/// Valid ranges of column values. This program never writes a value outside them, and sums of
/// values inside them cannot overflow.
private enum Believed {
    static let counts: ClosedRange<Int64> = 0...1 << 40
    /// Sums of helpful votes, and money in nanodollars.
    static let sums: ClosedRange<Int64> = 0...1 << 57
    static let ratings: ClosedRange<Int64> = 10...50
    static let runs: ClosedRange<Int64> = 0...1 << 40
    static let products: ClosedRange<Int64> = 0...greatestProductKey
    /// About the years -7500 to 11500, in microseconds since 1970.
    static let instants: ClosedRange<Int64> = -300_000_000_000_000_000...300_000_000_000_000_000
    static let months: ClosedRange<Int64> = -1_200_000...1_200_000
}

extension ColumnRow {
    func unreadable(_ column: String) -> StoreFault {
        .unreadable(table: Table.name(ofColumn: column, in: question), column: column)
    }

    func number(_ column: String) throws -> Int64 {
        guard let number = try optional(column) else { throw unreadable(column) }
        return number
    }

    private func number(_ column: String, in range: ClosedRange<Int64>) throws -> Int64 {
        let number = try number(column)
        guard range.contains(number) else { throw unreadable(column) }
        return number
    }

    private func optional(_ column: String, in range: ClosedRange<Int64>) throws -> Int64? {
        guard let number = try optional(column) else { return nil }
        guard range.contains(number) else { throw unreadable(column) }
        return number
    }

    func count(_ column: String) throws -> Int64 { try number(column, in: Believed.counts) }
    func sum(_ column: String) throws -> Int64 { try number(column, in: Believed.sums) }
    func optionalSum(_ column: String) throws -> Int64? {
        try optional(column, in: Believed.sums)
    }
    func run(_ column: String = "run") throws -> Int64 { try number(column, in: Believed.runs) }
    func reviewKey(_ column: String = "review_key") throws -> Int64 {
        try number(column, in: KeyLayout.validKeys)
    }
    func productKey() throws -> Int64 { try number("product_key", in: Believed.products) }

    func optionalCount(_ column: String) throws -> Int64? {
        try optional(column, in: Believed.counts)
    }
    func optionalRun(_ column: String) throws -> Int64? {
        try optional(column, in: Believed.runs)
    }
    func optionalRating(_ column: String) throws -> Int64? {
        try optional(column, in: Believed.ratings)
    }
    func optionalImpact(_ column: String) throws -> Int64? {
        try optional(column, in: -Believed.counts.upperBound...Believed.counts.upperBound)
    }

    func flag(_ column: String) throws -> Bool { try number(column, in: 0...1) == 1 }
    func optionalFlag(_ column: String) throws -> Bool? {
        try optional(column, in: 0...1).map { $0 == 1 }
    }

    func string(_ column: String) throws -> String { try id(column).string }

    /// A text that must not be NULL.
    func id(_ column: String) throws -> Text {
        guard let text = try text(column) else { throw unreadable(column) }
        return text
    }

    /// A text that must be one of the raw values of `Word`.
    func word<Word: RawRepresentable>(
        _ column: String, of _: Word.Type = Word.self
    ) throws -> Word where Word.RawValue == String {
        guard let word = Word(rawValue: try string(column)) else { throw unreadable(column) }
        return word
    }

    func instant(_ column: String) throws -> Instant {
        Instant(microseconds: try number(column, in: Believed.instants))
    }
    func optionalInstant(_ column: String) throws -> Instant? {
        try optional(column, in: Believed.instants).map { Instant(microseconds: $0) }
    }

    func digest(_ column: String) throws -> Digest256 {
        let bytes = try bytes(column)
        guard bytes.count == 32 else { throw unreadable(column) }
        return Digest256(bytes)
    }
    func salt(_ column: String) throws -> [UInt8] {
        let bytes = try bytes(column)
        guard bytes.count == 16 else { throw unreadable(column) }
        return bytes
    }
    func digest128(_ column: String) throws -> Digest128 {
        let bytes = try bytes(column)
        guard bytes.count == 16 else { throw unreadable(column) }
        return Digest128(bytes)
    }

    func month(_ column: String) throws -> Int64 {
        let month = try number(column, in: Believed.months)
        guard Instant(startOfMonth: month) != nil else { throw unreadable(column) }
        return month
    }
}
