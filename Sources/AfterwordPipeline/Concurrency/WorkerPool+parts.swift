import Synchronization

extension WorkerPool {
    /// Calls `make` for consecutive parts of `count` elements, on several threads at once; returns
    /// the results in the order of the parts.
    func parts<Result: Sendable>(
        of count: Int, _ make: @escaping @Sendable (Range<Int>) -> Result
    ) -> [Result] {
        let size = 256
        let parts = (count + size - 1) / size
        let results = Mutex([Result?](repeating: nil, count: parts))
        share(parts) { part in
            let result = make(part * size..<min((part + 1) * size, count))
            results.withLock { $0[part] = result }
        }
        return results.withLock { $0.compactMap { $0 } }
    }
}
