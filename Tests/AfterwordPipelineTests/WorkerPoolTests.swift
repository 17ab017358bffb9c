import Dispatch
import Foundation
import Synchronization
import Testing

@testable import AfterwordPipeline

/// The worker pool: shared parts, deferred tasks and a serving thread.
@Suite struct WorkerPoolTests {
    @Test("every part is done once, with any number of others", arguments: [0, 1, 3])
    func partsAreDoneOnce(width: Int) {
        let workers = WorkerPool(width: width)
        for count in [0, 1, 2, 7, 1000] {
            let done = Mutex([Int](repeating: 0, count: count))
            workers.share(count) { part in done.withLock { $0[part] += 1 } }
            let found = done.withLock { $0 }
            #expect(found == [Int](repeating: 1, count: count))
        }
    }

    @Test(
        "with N threads at most N work at once, and with one all on the calling thread",
        arguments: [1, 2, 5])
    func atMostSoMany(threads: Int) {
        let workers = WorkerPool(threads: threads)
        let seen = Mutex((now: 0, most: 0, ids: Set<UInt>()))
        workers.share(200) { _ in
            seen.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
                $0.ids.insert(UInt(bitPattern: ObjectIdentifier(Thread.current)))
            }
            _ = (0..<20_000).reduce(0, &+)
            seen.withLock { $0.now -= 1 }
        }
        let (most, ids) = seen.withLock { ($0.most, $0.ids) }
        #expect(most <= threads)
        if threads == 1 {
            #expect(ids == [UInt(bitPattern: ObjectIdentifier(Thread.current))])
        }
    }

    @Test("two threads share their work at the same time, and parts share work of their own")
    func workInWork() {
        let workers = WorkerPool(width: 2)
        let sum = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<50 {
                workers.share(4) { _ in workers.share(5) { sum.add($0, ordering: .relaxed) } }
            }
        }
        let found = sum.load(ordering: .relaxed)
        #expect(found == 4 * 50 * 4 * 10)
    }

    @Test("without anybody else what was laid aside is done when it is waited for")
    func asideAlone() {
        let isDone = Mutex(false)
        let aside = WorkerPool(width: 0).deferTask { isDone.withLock { $0 = true } }
        #expect(!isDone.withLock { $0 })
        aside.finish()
        #expect(isDone.withLock { $0 })
    }

    @Test("what was laid aside is done by who came for parts, after them")
    func asideAnother() {
        let workers = WorkerPool(width: 1)
        let order = Mutex<[String]>([])
        let done = DispatchSemaphore(value: 0)
        let aside = workers.deferTask {
            order.withLock { $0.append("aside") }
            done.signal()
        }
        // The two parts wait for each other, so each must have its own thread.
        let parts = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        workers.share(2) { part in
            (part == 0 ? parts.0 : parts.1).signal()
            _ = (part == 0 ? parts.1 : parts.0).wait(timeout: .now() + 60)
            order.withLock { $0.append("part") }
        }
        let isDone = done.wait(timeout: .now() + 60) == .success
        let found = order.withLock { $0 }
        #expect(isDone)
        #expect(found.sorted() == ["aside", "part", "part"] && found.first == "part")
        aside.finish()
    }

    @Test("who serves is called, does parts, and is called no more")
    func server() {
        let workers = WorkerPool(width: 1)
        let called = DispatchSemaphore(value: 0)
        let helped = DispatchSemaphore(value: 0)
        workers.serve { called.signal() }
        let server = Thread {
            called.wait()
            while workers.help() {}
            helped.signal()
        }
        server.start()
        // The two parts wait for each other, so each must have its own thread.
        let parts = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let met = Atomic(0)
        workers.share(2) { part in
            (part == 0 ? parts.0 : parts.1).signal()
            let other = part == 0 ? parts.1 : parts.0
            if other.wait(timeout: .now() + 60) == .success { met.add(1, ordering: .relaxed) }
        }
        let count = met.load(ordering: .relaxed)
        #expect(count == 2)
        helped.wait()
        workers.serve(nil)
        workers.share(3) { _ in }
        #expect(called.wait(timeout: .now()) == .timedOut)
    }

    @Test("nothing of a body is left when its work is done")
    func bodiesAreLeft() {
        final class Held: Sendable {}
        let workers = WorkerPool(width: 3)
        for _ in 0..<1000 {
            var held: Held? = Held()
            weak let seen = held
            if let held { workers.share(4) { _ in _ = ObjectIdentifier(held) } }
            held = nil
            #expect(seen == nil)
        }
    }
}
