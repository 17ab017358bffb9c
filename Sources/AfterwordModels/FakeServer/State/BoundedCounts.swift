/// Numbers by key, of the newest keys only: what was not touched for long is forgotten.
struct BoundedCounts: Sendable {
    private let limit: Int
    private var young: [UInt64: Int] = [:]
    private var old: [UInt64: Int] = [:]

    /// - Parameter limit: At least half as many keys are kept, at most this many.
    init(limit: Int) { self.limit = limit }

    var count: Int { young.count + old.count }

    /// The number of a key; 0 where none is kept.
    subscript(key: UInt64) -> Int {
        get { young[key] ?? old[key] ?? 0 }
        set {
            if young.count >= limit / 2, young[key] == nil {
                old = young
                young.removeAll(keepingCapacity: true)
            }
            young[key] = newValue
        }
    }

    func contains(_ key: UInt64) -> Bool { young[key] != nil || old[key] != nil }
}
