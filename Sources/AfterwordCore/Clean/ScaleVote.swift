/// The scale that a sample of ratings suggests.
package struct ScaleVote: Equatable, Sendable {
    /// The ratings that were read by the assumed scale of five, and those above it.
    package private(set) var rated: Int64 = 0
    package private(set) var above: Int64 = 0
    /// The greatest rating, in tenths of its own unit.
    private var greatestTenths: Int64 = 0

    package init() {}

    /// Takes a rating as written into account; texts that name their own scale say nothing.
    package mutating func note(_ raw: [UInt8]) {
        guard isJSONNumber(raw), let tenths = Decimal(firstIn: raw)?.scaled(by: 10, over: 1),
            tenths > 0
        else { return }
        rated += 1
        if tenths > 50 { above += 1 }
        greatestTenths = max(greatestTenths, tenths)
    }

    /// The least usual scale that fits all ratings: 5, 10 or 100; nil above 100.
    package var likely: Int64? { [5, 10, 100].first { greatestTenths <= $0 * 10 } }
}
