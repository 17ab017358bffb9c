import Dispatch
import Foundation
import Synchronization

/// Serializes the calls of one load: a deciding thread queues jobs, and the thread that opened the
/// load runs them in order, one at a time.
///
/// 1. Only the thread that opened the load calls it. Inside `whileServing` that thread runs the
///    queue.
/// 2. Outside `whileServing` a job runs at once on the calling thread.
/// 3. Inside `whileServing`, no job runs after a failed one; every later answer is that failure.
///
/// Unchecked Sendable: `load` is called by the serving thread alone; the state shared with the
/// deciding thread is behind a lock.
final class StoreExecutor: @unchecked Sendable {
    /// A queued call. Its argument is the first failure so far; it returns the failure of its own
    /// answer.
    ///
    /// Unchecked Sendable: only the serving thread calls `run`.
    private struct Job: @unchecked Sendable {
        var run: ((any Error)?) -> (any Error)?
    }

    /// FIFO of jobs. The semaphore is signaled for each job, for each `call`, and for the end.
    private final class Queue: Sendable {
        private struct Waiting {
            var jobs: [Job] = []
            var isOpen = false
        }

        private let waiting = Mutex(Waiting())
        private let arrived = DispatchSemaphore(value: 0)

        var isOpen: Bool { waiting.withLock { $0.isOpen } }

        func open() { waiting.withLock { $0.isOpen = true } }

        func close() {
            waiting.withLock { $0.isOpen = false }
            arrived.signal()
        }

        func add(_ job: Job) {
            waiting.withLock { $0.jobs.append(job) }
            arrived.signal()
        }

        /// Wakes the serving thread to help the worker pool.
        func call() { arrived.signal() }

        /// Waits for the next job, and runs tasks of the worker pool until there is one; nil once
        /// the queue is closed and empty.
        func next(helping workers: WorkerPool?) -> Job? {
            while true {
                let (job, isOpen) = waiting.withLock { waiting in
                    (waiting.jobs.isEmpty ? nil : waiting.jobs.removeFirst(), waiting.isOpen)
                }
                if job != nil || !isOpen { return job }
                // Any job or call that arrives after the check above has signaled the semaphore.
                if workers?.help() != true { arrived.wait() }
            }
        }
    }

    private let load: any StoreLoad
    /// Runs shared tasks; the serving thread helps it when idle.
    let workers: WorkerPool
    private let queue = Queue()
    /// Limits the jobs in flight to 12: each may hold megabytes.
    private let room = DispatchSemaphore(value: 12)

    init(_ load: any StoreLoad, _ workers: WorkerPool) {
        self.load = load
        self.workers = workers
    }

    /// The result of a queued job.
    ///
    /// Unchecked Sendable: `result` is written before the semaphore is signaled and read after
    /// waiting for it.
    final class Answer<Value>: @unchecked Sendable {
        // Written by the serving thread before the signal; read after the wait.
        fileprivate var result: Result<Value, any Error>?
        fileprivate let done = DispatchSemaphore(value: 0)

        /// Whether `get` would return without waiting.
        var isThere: Bool {
            guard done.wait(timeout: .now()) == .success else { return false }
            done.signal()
            return true
        }

        /// Waits for the job, and returns its result; may be called more than once.
        ///
        /// - Throws: What the job threw, or the failure of an earlier job.
        func get() throws -> Value {
            done.wait()
            done.signal()
            guard let result else { preconditionFailure("an answer that is there is known") }
            return try result.get()
        }
    }

    /// Queues a job, and returns its pending answer. Waits while 12 jobs are in flight.
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
            if case .failure(let error) = result { return error }
            return nil
        }
        guard queue.isOpen else {
            // The answer holds its failure.
            _ = job.run(nil)
            return answer
        }
        room.wait()
        queue.add(job)
        return answer
    }

    /// Queues a job, and waits for its answer.
    func now<Value>(_ body: @escaping (any StoreLoad) throws -> Value) throws -> Value {
        try later(body).get()
    }

    /// Runs `decide` on a new thread, and runs queued jobs on this one until `decide` returns.
    ///
    /// When `whileServing` returns, the deciding thread holds no reference to anything of `decide`.
    /// Otherwise the last reference to a store could be released while that thread exits, and GRDB
    /// would close its connection through Dispatch after Dispatch has torn down its thread-local
    /// state.
    ///
    /// - Throws: What `decide` throws, else the first failure of a job.
    func whileServing<Value>(_ decide: @escaping () throws -> Value) throws -> Value {
        queue.open()
        let task = DecisionTask(decide, closing: queue)
        // A thread of its own: a pool's thread might never start while all of them wait for stores.
        let thread = Thread { task.run() }
        thread.stackSize = 8 << 20
        thread.start()
        // Where the store works in another process, that process needs the core: this thread does
        // not help.
        let helped = load.traits.worksElsewhere ? nil : workers
        workers.serve { [queue] in if helped != nil { queue.call() } }
        defer { workers.serve(nil) }
        var failure: (any Error)?
        while true {
            guard let job = queue.next(helping: helped) else { break }
            let own = job.run(failure)
            failure = failure ?? own
            room.signal()
        }
        let value = try task.takeResult().get()
        if let failure { throw failure }
        return value
    }

    /// The deciding thread's work and result. The thread holds nothing else, and this object is
    /// empty before the thread exits.
    ///
    /// Unchecked Sendable: the deciding thread owns it until the queue is closed, the serving
    /// thread afterwards.
    private final class DecisionTask<Value>: @unchecked Sendable {
        private var work: (() throws -> Value)?
        private var queue: Queue?
        private var result: Result<Value, any Error>?

        init(_ work: @escaping () throws -> Value, closing queue: Queue) {
            self.work = work
            self.queue = queue
        }

        func run() {
            result = done()
            queue.take()?.close()
        }

        /// A function of its own, so that no reference to the work remains after it returns.
        private func done() -> Result<Value, any Error> {
            guard let work = work.take() else { preconditionFailure("a task is run once") }
            return Result { try work() }
        }

        func takeResult() -> Result<Value, any Error> {
            guard let result = result.take() else { preconditionFailure("a task was run") }
            return result
        }
    }
}
