import Synchronization

/// What is found out about a request while it is answered, for its line in the log.
final class RequestNotes: Sendable {
    /// Those of the request that this task answers.
    @TaskLocal static var current: RequestNotes?

    private let name = Mutex<String?>(nil)

    /// The name of the key that it came with; never the key.
    var keyName: String? { name.withLock { $0 } }

    func note(key: String) { name.withLock { $0 = key } }
}
