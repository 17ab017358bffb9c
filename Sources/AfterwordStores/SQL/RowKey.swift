import AfterwordCore

/// The key of a row that is stored once: a digest with a product key (`product_raw`) or with an
/// occurrence (`rejected_records`).
struct RowKey: Hashable {
    var digest: Digest128
    var number: Int64

    init(digest: Digest128, _ number: Int64) {
        self.digest = digest
        self.number = number
    }
}

extension Array {
    /// The first row for each of the given keys.
    func once(among keys: Set<RowKey>, by key: (Element) -> RowKey) -> [Element] {
        var wanted = keys
        return filter { wanted.remove(key($0)) != nil }
    }
}
