import Dispatch
import Foundation
import Synchronization

/// The threads of a load that share work in parts: Dispatch threads, and the thread that serves the
/// store while its queue is empty (`StoreExecutor`).
///
/// 1. At most as many threads as cores, or as `threads` says, work at once. With more threads than
///    cores, two threads may share one core while another core stays idle for milliseconds, until
///    its thread wakes.
/// 2. The thread that calls `share` runs parts too until none is left: the work finishes even where
///    no other thread is free.
/// 3. Thread-safe.
final class WorkerPool: Sendable {
    private struct State {
        /// Work with parts that no thread has begun; the last element is taken first.
        var open: [Work] = []
        /// Dispatch threads that run parts, or are about to.
        var helpers = 0
        /// Wakes the thread that serves the store.
        var call: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    /// Greatest number of threads beside the one that calls `share`.
    private let width: Int

    /// - Parameter width: Threads beside the calling one; 0 runs everything on the calling thread.
    init(width: Int) { self.width = width }

    /// - Parameter threads: Threads with the calling one, 1 or more; nil for one a core.
    convenience init(threads: Int?) {
        self.init(width: (threads ?? ProcessInfo.processInfo.activeProcessorCount) - 1)
    }

    /// Calls `body` for each number below `count`, on several threads at once; returns after all
    /// calls have returned.
    func share(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        guard count > 1 else {
            if count == 1 { body(0) }
            return
        }
        let work = Work(count, body)
        open(work, for: count - 1)
        while let part = begin(work) { work.run(part) }
        work.finish()
    }

    /// Queues low-priority work for idle threads: it runs after all shared work, and wakes no
    /// thread.
    func deferTask(_ body: @escaping @Sendable () -> Void) -> DeferredTask {
        let work = Work(1) { _ in body() }
        state.withLock { $0.open.insert(work, at: 0) }
        return DeferredTask(workers: self, work: work)
    }

    /// A task queued by `deferTask`.
    struct DeferredTask {
        fileprivate let workers: WorkerPool
        fileprivate let work: Work

        /// Waits until the task is done, or runs it where no thread has begun it. Call exactly
        /// once.
        func finish() {
            if let part = workers.begin(work) { work.run(part) }
            work.finish()
        }
    }

    /// Sets the callback that wakes the thread that serves the store; nil for none.
    func serve(_ call: (@Sendable () -> Void)?) { state.withLock { $0.call = call } }

    /// Runs one part, if there is any.
    ///
    /// - Returns: Whether a part was run.
    func help() -> Bool {
        guard let (work, part) = state.withLock({ Self.beginAny(&$0) }) else { return false }
        work.run(part)
        return true
    }

    private func open(_ work: Work, for others: Int) {
        let (call, wanted) = state.withLock { state in
            state.open.append(work)
            let room = width - state.helpers - (state.call == nil ? 0 : 1)
            let wanted = max(min(room, others), 0)
            state.helpers += wanted
            return (state.call, wanted)
        }
        call?()
        for _ in 0..<wanted {
            DispatchQueue.global(qos: .userInitiated).async { [self] in
                while helpOrLeave() {}
            }
        }
    }

    private func helpOrLeave() -> Bool {
        let begun = state.withLock { state in
            let begun = Self.beginAny(&state)
            if begun == nil { state.helpers -= 1 }
            return begun
        }
        guard let (work, part) = begun else { return false }
        work.run(part)
        return true
    }

    private static func beginAny(_ state: inout State) -> (Work, part: Int)? {
        guard let work = state.open.last else { return nil }
        return begin(work, &state).map { (work, $0) }
    }

    private func begin(_ work: Work) -> Int? { state.withLock { Self.begin(work, &$0) } }

    /// Takes the next part of some work, and removes the work from the open ones with its last
    /// part.
    private static func begin(_ work: Work, _ state: inout State) -> Int? {
        guard work.begun < work.count else { return nil }
        defer { work.begun += 1 }
        if work.begun == work.count - 1 { state.open.removeAll { $0 === work } }
        return work.begun
    }
}

/// Shared work in numbered parts.
///
/// Unchecked Sendable: `begun` is behind the pool's lock. The thread that called `share` clears
/// `body` when all parts are done, so that no other thread releases the last reference to what
/// `body` captures.
private final class Work: @unchecked Sendable {
    let count: Int
    var begun = 0
    private var body: (@Sendable (Int) -> Void)?
    private let left: Atomic<Int>
    private let done = DispatchSemaphore(value: 0)

    init(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        self.count = count
        self.body = body
        left = Atomic(count)
    }

    func run(_ part: Int) {
        call(part)
        if left.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { done.signal() }
    }

    /// A function of its own, so that this thread holds no reference to `body` after it returns.
    @inline(never)
    private func call(_ part: Int) { body?(part) }

    /// Waits for the parts that other threads have begun; call once, when no part is left to begin.
    func finish() {
        done.wait()
        body = nil
    }
}
