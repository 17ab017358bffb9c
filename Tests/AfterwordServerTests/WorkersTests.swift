import AfterwordCore
import AfterwordPipeline
import AfterwordServer
import AfterwordStores
import AfterwordTesting
import Dispatch
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOEmbedded
import Synchronization
import Testing

/// A real store whose reads each wait for a signal.
private final class HeldStore: ReadingStore {
    let reads = Mutex(0)
    let isHeld: Mutex<Bool>
    /// Thrown by every read while it is set.
    let fault = Mutex<StoreFault?>(nil)
    let mayGoOn = DispatchSemaphore(value: 0)
    private let store: any ReadingStore

    init(_ store: any ReadingStore, isHeld: Bool = true) {
        self.store = store
        self.isHeld = Mutex(isHeld)
    }

    func newestRun() throws -> RunRecord? { try store.newestRun() }

    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        reads.withLock { $0 += 1 }
        if isHeld.withLock({ $0 }) { mayGoOn.wait() }
        if let fault = fault.withLock({ $0 }) { throw fault }
        return try store.read(body)
    }
}

@Suite struct WorkersTests {
    private func service(
        _ held: HeldStore, beside: any ReadingStore,
        _ change: (inout ServiceConfiguration) -> Void
    ) -> Service {
        var configuration = ServiceConfiguration.patient
        configuration.limits.workers = 1
        change(&configuration)
        return Service(configuration, store: held, beside: beside, insights: nil)
    }

    private func test(
        _ service: Service, _ body: @escaping @Sendable (ServedClient) async throws -> Void
    ) async throws {
        let application = Application(
            responder: HostedResponder(service.router().buildResponder()))
        try await application.test(.router) { client in try await body(ServedClient(client)) }
        await service.stop()
    }

    @Test("abandoned-work: so many requests wait for a thread; one more is 503, readiness is not")
    func bounded() async throws {
        let served = try await ServedStore("first-load")
        let held = HeldStore(try served.open())
        let service = service(held, beside: try served.open()) { $0.limits.waitingRequests = 1 }
        try await test(service) { client in
            let first = Task { try await client.get("/api/v1/brands?limit=1").status }
            while held.reads.withLock({ $0 }) == 0 { await Task.yield() }
            let second = Task { try await client.get("/api/v1/brands?limit=2").status }
            while service.busy < 2 { await Task.yield() }
            let refused = try await client.get("/api/v1/brands?limit=3")
            #expect(refused.status == 503 && refused.headers[.retryAfter] == "1")
            #expect(refused.text.contains("urn:afterword:problem:overloaded"))
            #expect(try await client.get("/readyz").status == 200)
            #expect(try await client.get("/healthz").status == 200)
            held.isHeld.withLock { $0 = false }
            held.mayGoOn.signal()
            #expect(try await first.value == 200)
            #expect(try await second.value == 200)
        }
    }

    @Test("abandoned-work: a request whose client left while it waited is not read for")
    func abandoned() async throws {
        let served = try await ServedStore("first-load")
        let held = HeldStore(try served.open())
        let service = service(held, beside: try served.open()) { _ in }
        let gone = ClientConnection(EmbeddedChannel())
        try await test(service) { client in
            let first = Task { try await client.get("/api/v1/brands?limit=1").status }
            while held.reads.withLock({ $0 }) == 0 { await Task.yield() }
            let second = Task {
                try await ClientConnection.$current.withValue(gone) {
                    try await client.get("/api/v1/brands?limit=2").status
                }
            }
            while service.busy < 2 { await Task.yield() }
            gone.leave()
            held.isHeld.withLock { $0 = false }
            held.mayGoOn.signal()
            #expect(try await first.value == 200)
            #expect(try await second.value == 499)
            #expect(held.reads.withLock { $0 } == 1)
            // If no waiting is needed, a client that has closed its side is answered: it may only
            // have finished sending.
            let third = try await ClientConnection.$current.withValue(gone) {
                try await client.get("/api/v1/brands?limit=3").status
            }
            #expect(third == 200)
        }
    }

    @Test(
        "abandoned-work: a request that got no thread in time is overloaded, not a store fault"
    )
    func overdue() async throws {
        let served = try await ServedStore("first-load")
        let held = HeldStore(try served.open())
        let service = service(held, beside: try served.open()) { $0.limits.storeSeconds = 1 }
        try await test(service) { client in
            let first = Task { try await client.get("/api/v1/brands?limit=1") }
            while held.reads.withLock({ $0 }) == 0 { await Task.yield() }
            let second = try await client.get("/api/v1/brands?limit=2")
            #expect(second.status == 503)
            #expect(second.text.contains("urn:afterword:problem:overloaded"))
            let answer = try await first.value
            #expect(answer.text.contains("urn:afterword:problem:store-unavailable"))
            held.isHeld.withLock { $0 = false }
            held.mayGoOn.signal()
        }
    }

    @Test("store-replaced-unseen: a store that a read found damaged is not ready")
    func damaged() async throws {
        let served = try await ServedStore("first-load")
        let held = HeldStore(try served.open(), isHeld: false)
        let service = service(held, beside: try served.open()) { _ in }
        try await test(service) { client in
            let before = try await client.get("/readyz")
            #expect(before.status == 200)
            held.fault.withLock { $0 = .damaged("a page is not whole") }
            let read = try await client.get("/api/v1/brands")
            #expect(read.status == 503)
            held.fault.withLock { $0 = nil }
            let after = try await client.get("/readyz")
            #expect(after.status == 503)
        }
    }

    @Test(
        "hung-store-hangs-everything: who waits for a store that does not answer gets a 503 in time"
    )
    func hung() async throws {
        let served = try await ServedStore("first-load")
        let held = HeldStore(try served.open())
        let service = service(held, beside: held) {
            $0.limits.storeSeconds = 1
            $0.asksForKeys = true
        }
        try await test(service) { client in
            // With keys, even the newest run is read in a transaction, which is held here.
            for address in ["/api/v1/brands", "/", "/api/v1/products"] {
                let answer = try await client.call(
                    address, headers: [.authorization: "Bearer key"])
                #expect(answer.status == 503 && answer.headers[.retryAfter] != nil, "\(address)")
            }
            #expect(try await client.get("/readyz").status == 503)
            #expect(try await client.get("/healthz").status == 200)
            held.isHeld.withLock { $0 = false }
            for _ in 0..<8 { held.mayGoOn.signal() }
            // The service recovers without a restart.
            var status = 503
            while status == 503 {
                status = try await client.call(
                    "/api/v1/brands", headers: [.authorization: "Bearer key"]
                ).status
            }
            #expect(status == 401)
        }
    }

    @Test("cause-of-503-nowhere: the log has the store's words at error level, the client has not")
    func cause() async throws {
        let served = try await ServedStore("insights")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: served.path))
        // Overwrite all pages but the first, which opening the store reads.
        for index in stride(from: 8_192, to: bytes.count, by: 1) {
            bytes[index] = UInt8(truncatingIfNeeded: index &* 31)
        }
        let (store, beside) = (try served.open(), try served.open())
        try FileHandle(forWritingTo: URL(fileURLWithPath: served.path)).write(contentsOf: bytes)
        let log = LogLines()
        let service = Service(
            ServiceConfiguration.patient, store: store, beside: beside, insights: nil)
        let application = Application(
            responder: HostedResponder(service.router().buildResponder()), logger: log.logger())
        try await application.test(.router) { client in
            for address in ["/api/v1/themes", "/api/v1/products", "/", "/readyz"] {
                let answer = try await ServedClient(client).get(address)
                #expect(answer.status == 503 && !answer.text.contains("malformed"), "\(address)")
                #expect(answer.headers[.retryAfter] != nil)
            }
        }
        await service.stop()
        let causes = log.all.filter { $0.hasPrefix("error") && $0.contains("cause=") }
        #expect(causes.contains { $0.contains("malformed") }, "\(log.all)")
    }

    @Test(
        "store-replaced-unseen: a store that was deleted or replaced is not served on",
        arguments: [true, false])
    func replaced(isDeleted: Bool) async throws {
        let served = try await ServedStore("insights")
        let other = try await ServedStore("first-load")
        let asked = Mutex(0)
        let service = Service(
            ServiceConfiguration.patient, store: try served.open(),
            beside: try served.open(),
            insights: { _, _ in
                asked.withLock { $0 += 1 }
                return .notTried
            })
        let log = LogLines()
        let application = Application(
            responder: HostedResponder(service.router().buildResponder()), logger: log.logger())
        try await application.test(.router) { client in
            let client = ServedClient(client)
            #expect(try await client.get("/readyz").status == 200)
            #expect(try await client.get("/api/v1/brands").status == 200)
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: served.path + suffix)
            }
            if !isDeleted {
                try FileManager.default.copyItem(atPath: other.path, toPath: served.path)
            }
            for address in ["/readyz", "/api/v1/brands", "/", "/api/v1/products"] {
                #expect(try await client.get(address).status == 503, "\(address)")
            }
            let post = try await client.call(
                "/api/v1/brands/Lumora/insights", method: .post,
                headers: [.contentType: "application/json"], body: "{}")
            #expect(post.status == 503 && asked.withLock { $0 } == 0)
        }
        await service.stop()
        #expect(log.all.contains { $0.hasPrefix("error") && $0.contains("while it was served") })
    }
}
