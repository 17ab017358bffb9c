import AfterwordCore

extension WorkerPool {
    /// As `share(_:_:)`, over bytes that are borrowed for the call.
    ///
    /// 1. The threads only read the bytes.
    /// 2. `share` returns after all calls of `body` have returned: no thread reads the bytes later.
    func share(
        _ count: Int, reading bytes: BorrowedBytes,
        _ body: @escaping @Sendable (_ part: Int, _ bytes: BorrowedBytes) -> Void
    ) {
        nonisolated(unsafe) let bytes = bytes
        share(count) { body($0, bytes) }
    }
}
