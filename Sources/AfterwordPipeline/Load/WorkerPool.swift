import Dispatch
import Foundation
import Synchronization

/// Those who do parts of a load's work beside the thread that has it to do: the one that serves the store, while nothing waits for it
/// (`StoreExecutor`), and threads of Dispatch for the other cores.
///
/// As many threads as there are cores, no more: a core stands idle for milliseconds where a thread of its own goes to sleep while two
/// others share the next core, and is woken for each piece of work. Whoever shares work does its parts too until none is left, so that it gets
/// done even if nobody comes.
final class WorkerPool: Sendable {
    private struct State {
        /// Work with parts that nobody has begun, what is to be done first last.
        var open: [Work] = []
        /// Threads of Dispatch at work or on their way.
        var helpers = 0
        /// Tells the thread that serves the store of new work.
        var call: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    /// Threads beside the one that shares work.
    private let width: Int

    init(width: Int = ProcessInfo.processInfo.activeProcessorCount - 1) { self.width = width }

    /// Calls `body` for each number below `count`, on several threads at once; all calls have ended when this one has.
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

    /// Lays something aside for those who came for what is shared and find nothing left of that. Nobody is called for it alone.
    func deferTask(_ body: @escaping @Sendable () -> Void) -> DeferredTask {
        let work = Work(1) { _ in body() }
        state.withLock { $0.open.insert(work, at: 0) }
        return DeferredTask(workers: self, work: work)
    }

    /// What was laid aside.
    struct DeferredTask {
        fileprivate let workers: WorkerPool
        fileprivate let work: Work

        /// Waits until it is done, or does it where nobody has begun; to be called once, whatever happens.
        func finish() {
            if let part = workers.begin(work) { work.run(part) }
            work.finish()
        }
    }

    /// Has the thread that serves the store called from now on, or no more.
    func serve(_ call: (@Sendable () -> Void)?) { state.withLock { $0.call = call } }

    /// Does one part, if there is any.
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

    /// The next part of some work, which is no longer open with its last.
    private static func begin(_ work: Work, _ state: inout State) -> Int? {
        guard work.begun < work.count else { return nil }
        defer { work.begun += 1 }
        if work.begun == work.count - 1 { state.open.removeAll { $0 === work } }
        return work.begun
    }
}

/// Something to be done in parts.
///
/// Sendable by hand: `begun` is behind the workers's lock; `body` is emptied by the thread that shares it when all parts are done, so that no other
/// thread is ever the last to hold what is in it.
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

    /// A function of its own: with its end this thread holds nothing of the body.
    @inline(never)
    private func call(_ part: Int) { body?(part) }

    /// Waits for the parts that others have begun.
    func finish() {
        done.wait()
        body = nil
    }
}
