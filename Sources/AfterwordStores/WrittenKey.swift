import AfterwordCore

/// The key of a row that a product has one of, or one of for each month: rows that come in the order of their keys take nobody's
/// place.
struct WrittenKey: Comparable {
    var product: Int64
    var month: MonthKey?

    static func < (left: Self, right: Self) -> Bool {
        if left.product != right.product { return left.product < right.product }
        guard let month = right.month else { return false }
        return left.month.map { $0 < month } ?? true
    }

    /// Moves it to the last of keys that come after it, each after the one before.
    ///
    /// - Returns: Whether all did.
    mutating func follow(_ keys: some Sequence<WrittenKey>) -> Bool {
        var areInOrder = true
        for key in keys {
            if key <= self { areInOrder = false } else { self = key }
        }
        return areInOrder
    }
}
