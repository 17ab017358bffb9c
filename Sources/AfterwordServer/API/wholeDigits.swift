import AfterwordCore

extension JSONValue {
    /// The digits of a whole number, also where it is written as `5.0` or `5e0`: JSON Schema takes
    /// these for integers. Nil for anything else, and for a number that is not of 64 bits.
    var wholeDigits: String? {
        guard case .number(let written) = self else { return nil }
        if Int64(written) != nil { return written }
        return Double(written).flatMap { Int64(exactly: $0) }.map { String($0) }
    }
}
