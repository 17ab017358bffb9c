import Foundation

/// The second way to a store, for look-ups beside the load: asked by one thread at a time.
///
/// Sendable by hand: behind a lock.
final class ReadConnection: @unchecked Sendable {
    private let lookUps: any StoreLookUps
    private let lock = NSLock()

    init(_ lookUps: any StoreLookUps) { self.lookUps = lookUps }

    func ask<Found>(_ question: (any StoreLookUps) throws -> Found) rethrows -> Found {
        try lock.withLock { try question(lookUps) }
    }
}

/// What the store is asked before the answer is needed: on its second way by whoever has time, or else in its turn.
///
/// Sendable by hand: the result is written by the one who asks, and read by the one who laid it deferred when that is done.
final class Prefetch<Value>: @unchecked Sendable {
    private var result: Result<Value, any Error>?
    private var deferred: WorkerPool.DeferredTask?
    private var answer: StoreExecutor.Answer<Value>?

    /// - Parameter question: Called once. What was there before this run is asked: reviews, records and months of a product are written by its
    ///   own decision alone, and it makes no difference which of its new rows are there already.
    init(_ context: LoadContext, _ question: @escaping (any StoreLookUps) throws -> Value) {
        guard let way = context.readConnection else {
            answer = context.executor.later { try question($0) }
            return
        }
        // By one thread, which has ended with it when `finish` has.
        nonisolated(unsafe) let question = question
        deferred = context.executor.workers.deferTask { [self] in
            result = Result { try way.ask(question) }
        }
    }

    /// Of a question that need not be asked.
    init(_ value: Value) { result = .success(value) }

    /// To be called before the second way ends, whatever happens.
    func finish() { deferred.take()?.finish() }

    func get() throws -> Value {
        finish()
        if let answer { return try answer.get() }
        guard let result else { preconditionFailure("what was asked has an answer") }
        return try result.get()
    }
}
