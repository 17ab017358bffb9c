import AfterwordPipeline
import AfterwordServer
import AfterwordStores
import Dispatch
import NIOPosix
import Synchronization
import Testing

/// A real store whose queries each wait for a signal; each answer carries the query's number.
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
        // Nobody is waiting, so the next request starts a new query.
        let last = Task { try await coalescer.front().newest?.run }
        store.mayGoOn.signal()
        #expect(try await last.value == 3)
        try await pool.shutdownGracefully()
        // After the pool has stopped, requests still get an answer.
        await #expect(throws: CancellationError.self) { try await coalescer.front() }
    }
}
