import Dispatch
import Foundation
import Synchronization

/// A proxy in front of a Postgres socket that can go silent: both sides stay connected, and their
/// bytes are dropped.
final class SilentProxy: Sendable {
    /// The folder of the proxy's own socket: the `host` of a URL.
    let folder: String
    private let listener: Int32
    private let isSilent = Atomic(false)
    private let swallowed = DispatchSemaphore(value: 0)

    init(to server: String) throws {
        folder = NSTemporaryDirectory() + "/silent-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        listener = CuttingProxy.socketHandle()
        let socket = listener
        guard
            CuttingProxy.withAddress(folder + "/.s.PGSQL.5432", { bind(socket, $0, $1) }) == 0,
            listen(socket, 8) == 0
        else { throw CocoaError(.fileWriteUnknown) }
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(socket, nil, nil)
                guard client >= 0 else { return }
                connect(client, to: server)
            }
        }
    }

    func url(for server: String) -> String {
        guard let start = server.range(of: "host=")?.upperBound else { return server }
        let end = server[start...].firstIndex(of: "&") ?? server.endIndex
        return server.replacingCharacters(in: start..<end, with: folder)
    }

    func silence() { isSilent.store(true, ordering: .sequentiallyConsistent) }

    /// Waits until bytes were dropped.
    func waitUntilSilenced() { swallowed.wait() }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func connect(_ client: Int32, to server: String) {
        let upstream = CuttingProxy.socketHandle()
        guard CuttingProxy.withAddress(server, { Foundation.connect(upstream, $0, $1) }) == 0
        else {
            close(client)
            return
        }
        Thread.detachNewThread { [self] in pump(from: client, to: upstream) }
        Thread.detachNewThread { [self] in pump(from: upstream, to: client) }
    }

    private func pump(from source: Int32, to target: Int32) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0 else { break }
            guard !isSilent.load(ordering: .sequentiallyConsistent) else {
                swallowed.signal()
                continue
            }
            guard write(target, buffer, count) == count else { break }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(target, Int32(SHUT_RDWR))
    }
}
