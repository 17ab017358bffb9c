/// The day that a written date means, in days since 1970, as identity takes it: the same for every
/// spelling, whether a time of day is told or not. Nil for relative dates, which move from dump to
/// dump, and for what cannot be read; such a date identifies as written, or not at all.
///
/// - Parameter order: The order of day and month that the whole dump decided.
package func writtenDay(_ raw: [UInt8], order: DateOrder? = nil) -> Int64? {
    guard case .moment(let moment) = readWrittenDate(raw, order: order), !moment.isMonth else {
        return nil
    }
    return Instant.floorDivide(moment.instant.microseconds, 86_400_000_000)
}

/// Whether a written date is relative, so that it is no part of an identity.
package func isRelativeDate(_ raw: [UInt8]) -> Bool {
    if case .relative = readWrittenDate(raw) { true } else { false }
}
