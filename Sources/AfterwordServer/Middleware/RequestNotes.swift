import Synchronization

/// Facts collected while a request is handled, for its log line. Safe to use from any thread.
final class RequestNotes: Sendable {
    /// The notes of the request that this task handles.
    @TaskLocal static var current: RequestNotes?

    private let name = Mutex<String?>(nil)

    /// The name of the request's API key, never the key itself; nil when there is none.
    var keyName: String? { name.withLock { $0 } }

    /// Records the name of the request's API key.
    func note(key: String) { name.withLock { $0 = key } }
}
