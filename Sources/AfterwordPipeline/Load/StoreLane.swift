import Dispatch
import Foundation
import Synchronization

/// The way to the store while a load decides: what is asked and written goes to the store's own thread in order, one after
/// another, and the decisions go on meanwhile on another.
///
/// Whoever opened the load stays the only one that calls it. Outside `whileServing` everything is done at once.
///
/// Sendable by hand: `load` is called by one thread at a time, the one that serves; what two threads touch is behind a lock.
final class StoreLane: @unchecked Sendable {
    /// What is to be done, told of a failure before it. Sendable by hand: only the serving thread calls it.
    private struct Job: @unchecked Sendable {
        var run: ((any Error)?) throws -> Void
    }

    private struct Waiting {
        var jobs: [Job] = []
        var isServing = false
    }

    private let load: any StoreLoad
    private let state = Mutex(Waiting())
    private let arrived = DispatchSemaphore(value: 0)
    /// Batches on their way at most: each may hold megabytes.
    private let room = DispatchSemaphore(value: 12)

    init(_ load: any StoreLoad) { self.load = load }

    /// An answer that is on its way.
    final class Answer<Value>: @unchecked Sendable {
        // Written by the serving thread before the signal, read by the other after it.
        fileprivate var result: Result<Value, any Error>?
        fileprivate let done = DispatchSemaphore(value: 0)

        var isThere: Bool {
            guard done.wait(timeout: .now()) == .success else { return false }
            done.signal()
            return true
        }

        /// Waits for it.
        func get() throws -> Value {
            done.wait()
            done.signal()
            guard let result else { preconditionFailure("an answer that is there is known") }
            return try result.get()
        }
    }

    /// Has something done in its turn. After a failure nothing is done any more: every answer is that failure.
    @discardableResult
    func later<Value>(_ body: @escaping (any StoreLoad) throws -> Value) -> Answer<Value> {
        let answer = Answer<Value>()
        let load = load
        let job = Job { failure in
            defer { answer.done.signal() }
            let result = Result {
                if let failure { throw failure }
                return try body(load)
            }
            answer.result = result
            _ = try result.get()
        }
        guard state.withLock({ $0.isServing }) else {
            try? job.run(nil)
            return answer
        }
        room.wait()
        state.withLock { $0.jobs.append(job) }
        arrived.signal()
        return answer
    }

    /// Has something done in its turn, and waits for it.
    func now<Value>(_ body: @escaping (any StoreLoad) throws -> Value) throws -> Value {
        try later(body).get()
    }

    /// Runs `decide` on another thread, and serves the store on this one until it ends.
    ///
    /// - Throws: What `decide` throws; a failure of the store that nobody asked for is thrown as well.
    func whileServing<Value>(_ decide: @escaping () throws -> Value) throws -> Value {
        state.withLock { $0.isServing = true }
        let decided = Answer<Value>()
        // Handed over whole: this thread does nothing but serve until it is done.
        nonisolated(unsafe) let work = decide
        // A thread of its own: one of a pool might not come while all of them wait for stores.
        let thread = Thread {
            decided.result = Result { try work() }
            self.state.withLock { $0.isServing = false }
            decided.done.signal()
            self.arrived.signal()
        }
        thread.stackSize = 8 << 20
        thread.start()
        var failure: (any Error)?
        while true {
            arrived.wait()
            let job = state.withLock { state in
                state.jobs.isEmpty ? nil : state.jobs.removeFirst()
            }
            guard let job else { break }
            do { try job.run(failure) } catch { failure = failure ?? error }
            room.signal()
        }
        let value = try decided.get()
        if let failure { throw failure }
        return value
    }
}
