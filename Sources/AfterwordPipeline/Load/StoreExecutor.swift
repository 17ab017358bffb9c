import Dispatch
import Foundation
import Synchronization

/// The way to the store while a load decides: what is asked and written goes to the store's own thread in order, one after
/// another, and the decisions go on meanwhile on another.
///
/// Whoever opened the load stays the only one that calls it. Outside `whileServing` everything is done at once.
///
/// Sendable by hand: `load` is called by one thread at a time, the one that serves; what two threads touch is behind a lock.
final class StoreExecutor: @unchecked Sendable {
    /// What is to be done, told of a failure before it. Sendable by hand: only the serving thread calls it.
    private struct Job: @unchecked Sendable {
        var run: ((any Error)?) throws -> Void
    }

    /// Where jobs wait for the serving thread, which is told of each, and of the end.
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

        /// Tells the serving thread that there is something else to do.
        func call() { arrived.signal() }

        /// Waits for the next, and does a workers's parts as long as none is there; nil once it is closed and nothing is left.
        func next(helping workers: WorkerPool?) -> Job? {
            while true {
                let (job, isOpen) = waiting.withLock { waiting in
                    (waiting.jobs.isEmpty ? nil : waiting.jobs.removeFirst(), waiting.isOpen)
                }
                if job != nil || !isOpen { return job }
                // It is told of whatever comes after this look.
                if workers?.help() != true { arrived.wait() }
            }
        }
    }

    private let load: any StoreLoad
    /// Who does parts of the work that is shared, the serving thread among them.
    let workers: WorkerPool
    private let queue = Queue()
    /// Batches on their way at most: each may hold megabytes.
    private let room = DispatchSemaphore(value: 12)

    init(_ load: any StoreLoad, _ workers: WorkerPool) {
        self.load = load
        self.workers = workers
    }

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
        guard queue.isOpen else {
            try? job.run(nil)
            return answer
        }
        room.wait()
        queue.add(job)
        return answer
    }

    /// Has something done in its turn, and waits for it.
    func now<Value>(_ body: @escaping (any StoreLoad) throws -> Value) throws -> Value {
        try later(body).get()
    }

    /// Runs `decide` on another thread, and serves the store on this one until it ends.
    ///
    /// When it returns, nothing that `decide` holds is held by that thread: a store whose last reference went with a thread would be
    /// closed while the thread ends, where Dispatch, which GRDB closes its connections with, has already put its own things away.
    ///
    /// - Throws: What `decide` throws; a failure of the store that nobody asked for is thrown as well.
    func whileServing<Value>(_ decide: @escaping () throws -> Value) throws -> Value {
        queue.open()
        let task = DecisionTask(decide, closing: queue)
        // A thread of its own: one of a pool might not come while all of them wait for stores.
        let thread = Thread { task.run() }
        thread.stackSize = 8 << 20
        thread.start()
        // Where another process does the work its core is left to that.
        let helped = load.worksElsewhere ? nil : workers
        workers.serve { [queue] in if helped != nil { queue.call() } }
        defer { workers.serve(nil) }
        var failure: (any Error)?
        while true {
            guard let job = queue.next(helping: helped) else { break }
            do { try job.run(failure) } catch { failure = failure ?? error }
            room.signal()
        }
        let value = try task.takeResult().get()
        if let failure { throw failure }
        return value
    }

    /// What the deciding thread does, and what comes of it. The thread holds nothing else, and this is empty before it ends.
    ///
    /// Sendable by hand: one thread has it until the queue is closed, the other after that.
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

        /// A function of its own: with its end nothing of the work is left.
        private func done() -> Result<Value, any Error> {
            guard let work = work.take() else { preconditionFailure("an task is run once") }
            return Result { try work() }
        }

        func takeResult() -> Result<Value, any Error> {
            guard let result = result.take() else { preconditionFailure("an task was run") }
            return result
        }
    }
}
