import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordServer
import AfterwordStores
import AfterwordTesting
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import Testing

/// A store with a golden case, made for one test and removed with this object.
final class ServedStore: Sendable {
    let path: String
    private let folder: URL

    init(_ name: String) async throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-service-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path + "/s.sqlite"
        let golden = try #require(
            try GoldenCase.all(in: "Golden").first { $0.name == name })
        _ = try await golden.run(on: SQLiteStore(path: path)) { name in
            FakeModel.Behaviour(rawValue: name).map { FakeModel($0) }
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func open() throws -> SQLiteStore { try SQLiteStore(path: path, opening: .existing) }
}

/// A response of the service.
struct ServedAnswer {
    var status: Int
    var headers: HTTPFields
    var text: String
    var json: JSONValue? { try? JSONValue(parsing: Array(text.utf8)) }
    var items: [JSONValue] { json?["items"]?.elements ?? [] }
}

/// A client of a service on a router.
final class ServedClient: Sendable {
    let client: any TestClientProtocol
    init(_ client: any TestClientProtocol) { self.client = client }

    func call(
        _ uri: String, method: HTTPRequest.Method = .get, headers: HTTPFields = [:],
        body: String? = nil
    ) async throws -> ServedAnswer {
        // As browsers do, it sends no fragment.
        let response = try await client.executeRequest(
            uri: String(uri.prefix { $0 != "#" }), method: method, headers: headers,
            body: body.map { ByteBuffer(string: $0) })
        return ServedAnswer(
            status: response.status.code, headers: response.headers,
            text: String(buffer: response.body))
    }

    func get(_ uri: String) async throws -> ServedAnswer { try await call(uri) }
}

/// Serves a golden case on a router while `body` runs. `body` gets the client and the store's path.
func serving(
    _ golden: String = "insights", _ change: (inout ServiceConfiguration) -> Void = { _ in },
    insights: InsightMaker? = nil,
    _ body: @escaping @Sendable (ServedClient, String) async throws -> Void
) async throws {
    let store = try await ServedStore(golden)
    var configuration = ServiceConfiguration.patient
    change(&configuration)
    let service = Service(configuration, store: try store.open(), insights: insights)
    let application = Application(
        responder: HostedResponder(service.router().buildResponder()))
    try await application.test(.router) { client in try await body(ServedClient(client), store.path)
    }
    await service.stop()
}

extension ServiceConfiguration {
    /// Timeouts so long that none decides a test, unless the test sets its own.
    static var patient: ServiceConfiguration {
        var configuration = ServiceConfiguration(now: { ReviewHistory.start })
        configuration.limits.storeSeconds = 3_600
        configuration.limits.watchingSeconds = 3_600
        configuration.limits.headSeconds = 3_600
        configuration.limits.bodySeconds = 3_600
        configuration.limits.idleSeconds = 3_600
        configuration.limits.requestSeconds = 3_600
        return configuration
    }
}

/// Adds a `Host` to requests, which router tests lack: `127.0.0.1:8080`, or that of `X-Test-Host`.
struct HostedResponder<Inner: HTTPResponder>: HTTPResponder
where Inner.Context == BasicRequestContext {
    typealias Context = BasicRequestContext
    let inner: Inner
    init(_ inner: Inner) { self.inner = inner }

    func respond(to request: Request, context: Context) async throws -> Response {
        var request = request
        var head = request.head
        if let host = head.headerFields[.init("X-Test-Host")!] {
            head.authority = host
        } else {
            head.authority = "127.0.0.1:8080"
        }
        request = Request(head: head, body: request.body)
        return try await inner.respond(to: request, context: context)
    }
}

/// Stores the key `key-NAME` for all brands or for some.
func addKey(
    _ name: String, brands: [String]? = nil, _ scopes: Set<APIKeyRow.Scope> = [.read],
    to path: String
) throws {
    try SQLiteStore(path: path, opening: .existing).ledger {
        try $0.put(
            key: APIKeyRow(
                name: name, digest: APIKeyRow.digest(of: "key-" + name), scopes: scopes,
                brands: brands, createdAt: ReviewHistory.start))
    }
}

/// A path for a store, removed with this object.
final class EmptyStore: Sendable {
    let path: String
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-service-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path + "/s.sqlite"
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}

/// Serves an existing store.
func serving(
    at path: String, _ change: (inout ServiceConfiguration) -> Void,
    _ body: @escaping @Sendable (ServedClient) async throws -> Void
) async throws {
    var configuration = ServiceConfiguration.patient
    change(&configuration)
    let service = Service(
        configuration, store: try SQLiteStore(path: path, opening: .existing), insights: nil)
    let application = Application(
        responder: HostedResponder(service.router().buildResponder()))
    try await application.test(.router) { client in try await body(ServedClient(client)) }
    await service.stop()
}

/// Records marks in a store, as the program does.
func recording(_ path: String) -> WorkRecording {
    { marks, person, brands in
        try markWork(
            marks, by: person, brands: brands, in: SQLiteStore(path: path, opening: .existing),
            now: Instant(seconds: 1_800_100_000))
    }
}

/// Records verdicts in a store, as the program does.
func judging(_ path: String) -> VerdictRecording {
    { verdict, brands in
        try judgeReview(
            verdict, brands: brands, in: SQLiteStore(path: path, opening: .existing),
            now: Instant(seconds: 1_800_200_000))
    }
}

/// Calls `body` with a client of a service.
func asked(
    _ service: AfterwordServer.Service,
    _ body: @escaping @Sendable (ServedClient) async throws -> Void
) async throws {
    let application = Application(
        responder: HostedResponder(service.router().buildResponder()))
    try await application.test(.router) { client in try await body(ServedClient(client)) }
    await service.stop()
}
