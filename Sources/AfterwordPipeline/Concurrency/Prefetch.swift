import Foundation

/// The read connection of a store for look-ups beside the load (`ReviewStore.besideLoad`).
///
/// 1. `ask` may be called on any thread; one look-up runs at a time.
/// 2. A look-up must not let the connection out.
/// 3. The deciding thread ends all look-ups before `besideLoad` returns (`Prefetch.finish`).
///
/// Unchecked Sendable: by 1 and 2 every use is behind the lock.
final class ReadConnection: @unchecked Sendable {
    private let lookUps: any StoreLookUps
    private let lock = NSLock()

    init(_ lookUps: any StoreLookUps) { self.lookUps = lookUps }

    /// Runs a look-up on the connection, after those of other threads.
    func ask<Found>(_ question: (any StoreLookUps) throws -> Found) rethrows -> Found {
        try lock.withLock { try question(lookUps) }
    }
}

/// A look-up started before its result is needed. It is a deferred task of the worker pool on the
/// read connection, or, where there is none, a job in the queue of `StoreExecutor`.
///
/// 1. One thread owns it, and calls `finish` and `get`.
/// 2. The question runs once, on any thread; it captures only values that nothing changes.
/// 3. The owner calls `finish` before the read connection closes, even after an error.
///
/// Unchecked Sendable: the thread that runs the task writes `result` before the task is done, and
/// the owner reads it afterwards.
final class Prefetch<Value>: @unchecked Sendable {
    private var result: Result<Value, any Error>?
    private var deferred: WorkerPool.DeferredTask?
    private var answer: StoreExecutor.Answer<Value>?

    /// - Parameters:
    ///   - connection: Nil where the store has only one: the executor's thread answers then.
    ///   - question: Called once, on another thread. It may read the state before the run or any
    ///     later one: a product's reviews, records and months are written by its own decision
    ///     alone, so it does not matter which of the run's rows are visible.
    init(
        on connection: ReadConnection?, _ executor: StoreExecutor,
        _ question: @escaping (any StoreLookUps) throws -> Value
    ) {
        guard let connection else {
            answer = executor.later { try question($0) }
            return
        }
        // One thread uses it, and is done with it when `finish` returns.
        nonisolated(unsafe) let question = question
        deferred = executor.workers.deferTask { [self] in
            result = Result { try connection.ask(question) }
        }
    }

    /// A result that needs no look-up.
    init(_ value: Value) { result = .success(value) }

    /// Waits for the look-up, or runs it here. Call before the read connection closes, even after
    /// an error.
    func finish() { deferred.take()?.finish() }

    /// Waits for the result.
    ///
    /// - Throws: What the look-up threw.
    func get() throws -> Value {
        finish()
        if let answer { return try answer.get() }
        guard let result else { preconditionFailure("a finished look-up has a result") }
        return try result.get()
    }
}
