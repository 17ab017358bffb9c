import Synchronization

/// Objects that are not thread-safe and costly to make, for use by many threads.
///
/// 1. `use` may be called on any thread. It passes an object to one thread at a time: an idle one,
///    or a new one where none is idle.
/// 2. `make` runs on the thread that calls `use`, one call at a time. It and the objects may read
///    only what nothing changes while the pool is in use.
/// 3. The body must not let the object out.
///
/// Unchecked Sendable: `idle` and `count` are behind the lock, and by 1 an object has one user.
final class ObjectPool<Object>: @unchecked Sendable {
    private let lock = Mutex(())
    private let make: (_ number: UInt32) -> Object
    private var idle: [Object] = []
    private var count: UInt32 = 0

    /// - Parameter make: Makes an object; receives its number, from 1 on.
    init(_ make: @escaping (_ number: UInt32) -> Object) { self.make = make }

    /// Runs `body` with an object that no other thread uses meanwhile.
    func use<Result>(_ body: (Object) throws -> Result) rethrows -> Result {
        let object = take()
        defer { lock.withLock { _ in idle.append(object) } }
        return try body(object)
    }

    private func take() -> Object {
        lock.withLock { _ in
            if let object = idle.popLast() { return object }
            count += 1
            return make(count)
        }
    }
}
