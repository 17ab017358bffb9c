import AfterwordCore

/// What a row that is kept once is known by.
struct RowKey: Hashable {
    var digest: Digest128
    var number: Int64

    init(digest: Digest128, _ number: Int64) {
        self.digest = digest
        self.number = number
    }
}

extension Array {
    /// The first row of each of these keys.
    func once(among keys: Set<RowKey>, by key: (Element) -> RowKey) -> [Element] {
        var wanted = keys
        return filter { wanted.remove(key($0)) != nil }
    }
}
