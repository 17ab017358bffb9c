/// What is settled about reading records beside their shape: by the store, and by the dump as a
/// whole.
package struct ReadingRules: Equatable, Sendable {
    /// The rules by which the store identifies reviews.
    package var identity = IdentityRules.current
    /// The order of day and month in dates written with numbers alone; nil where none is settled.
    package var dateOrder: DateOrder?
    /// The earliest and latest time that a review can have; a time beyond is unreadable.
    package var reach: ClosedRange<Instant>?

    package init() {}

    /// The rules for a dump taken at `observedAt`: from 1995, when the first reviews were
    /// published, to two days later than the dump, which covers every zone.
    package init(observedAt: Instant) {
        let latest = observedAt.adding(seconds: 2 * 86_400)
        reach = Self.earliest...max(latest, Self.earliest)
    }

    /// 1995-01-01.
    static let earliest = Instant(seconds: 788_918_400)
}

/// A version of the rules by which records are identified. A released version never changes.
package enum IdentityRules: Int64, CaseIterable, Sendable {
    /// Dates and ids identify by their spelling.
    case v1 = 1
    /// Dates identify as instants, ids without invisible characters and decimals.
    case v2 = 2

    package static let current = IdentityRules.v2
}

/// A field of a record that holds a value which cannot be read. The record does not say the field.
package struct FieldFault: Equatable, Sendable {
    /// The number of the record's row.
    var row: Int
    /// The index of the field in `RecordCleaner`'s bindings.
    package var binding: Int
    package var reason: RejectReason
}
