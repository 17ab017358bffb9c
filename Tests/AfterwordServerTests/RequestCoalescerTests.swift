import AfterwordPipeline
import AfterwordServer
import AfterwordStores
import Dispatch
import NIOPosix
import Synchronization
import Testing

/// Lets questions begin one by one; what it reads is a real store.
private final class SlowStore: ReadingStore {
    let questions = Mutex(0)
    let mayGoOn = DispatchSemaphore(value: 0)
    private let store: any ReadingStore

    init(_ store: any ReadingStore) { self.store = store }

    func newestRun() throws -> RunRecord? {
        let number = questions.withLock {
            $0 += 1
            return $0
        }
        mayGoOn.wait()
        var newest = try store.newestRun()
        newest?.run = Int64(number)
        return newest
    }

    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        try store.read(body)
    }
}

@Suite struct RequestCoalescerTests {
    @Test(
        "Requests that come while a question is under way share the next one, which begins after them"
    )
    func sharing() async throws {
        let served = try await ServedStore("first-load")
        let store = SlowStore(try served.open())
        let pool = NIOThreadPool(numberOfThreads: 2)
        pool.start()
        let coalescer = RequestCoalescer(
            store, asksForKeys: false, pool: pool, patience: .seconds(3_600))
        let first = Task { try await coalescer.front().newest?.run }
        while store.questions.withLock({ $0 }) == 0 { await Task.yield() }
        let others = (0..<20).map { _ in Task { try await coalescer.front().newest?.run } }
        while coalescer.waiting < 20 { await Task.yield() }
        store.mayGoOn.signal()
        #expect(try await first.value == 1)
        store.mayGoOn.signal()
        for other in others { #expect(try await other.value == 2) }
        #expect(store.questions.withLock { $0 } == 2)
        // Nobody waits any more: the next one is asked for anew.
        let last = Task { try await coalescer.front().newest?.run }
        store.mayGoOn.signal()
        #expect(try await last.value == 3)
        try await pool.shutdownGracefully()
        // A service that stops answers all the same.
        await #expect(throws: CancellationError.self) { try await coalescer.front() }
    }
}
