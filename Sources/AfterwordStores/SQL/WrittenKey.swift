import AfterwordCore

/// The key of a row that exists once per product, or once per product and month. Rows written in
/// ascending key order cannot replace an earlier row.
struct WrittenKey: Comparable {
    var product: Int64
    var month: MonthKey?

    static func < (left: Self, right: Self) -> Bool {
        if left.product != right.product { return left.product < right.product }
        guard let month = right.month else { return false }
        return left.month.map { $0 < month } ?? true
    }

    /// Advances to the greatest of the given keys.
    ///
    /// - Returns: Whether every key was greater than the one before it, the first than `self`.
    mutating func follow(_ keys: some Sequence<WrittenKey>) -> Bool {
        var areInOrder = true
        for key in keys {
            if key <= self { areInOrder = false } else { self = key }
        }
        return areInOrder
    }
}
