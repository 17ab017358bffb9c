import Foundation
import Synchronization

/// A proxy in front of a Postgres socket. It closes the connection, in both directions, after the
/// given number of bytes to the server.
final class CuttingProxy: Sendable {
    /// The folder of the proxy's own socket: the `host` of a URL.
    let folder: String
    private let listener: Int32
    private let left: Atomic<Int>

    init(to server: String, cutAfter bytes: Int) throws {
        folder = NSTemporaryDirectory() + "/cut-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        left = Atomic(bytes)
        listener = Self.socketHandle()
        let path = folder + "/.s.PGSQL.5432"
        let socket = listener
        guard Self.withAddress(path, { bind(socket, $0, $1) }) == 0, listen(socket, 8) == 0
        else { throw CocoaError(.fileWriteUnknown) }
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(socket, nil, nil)
                guard client >= 0 else { return }
                connect(client, to: server)
            }
        }
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func connect(_ client: Int32, to server: String) {
        let upstream = Self.socketHandle()
        guard Self.withAddress(server, { Foundation.connect(upstream, $0, $1) }) == 0 else {
            close(client)
            return
        }
        Thread.detachNewThread { [self] in
            pump(from: client, to: upstream) { self.left.subtract($0, ordering: .relaxed).newValue }
        }
        Thread.detachNewThread { [self] in
            pump(from: upstream, to: client) { _ in self.left.load(ordering: .relaxed) }
        }
    }

    /// Forwards bytes until `spend` returns no budget, then closes both sockets.
    private func pump(from source: Int32, to target: Int32, spend: (Int) -> Int) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0, spend(count) > 0, write(target, buffer, count) == count else { break }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(target, Int32(SHUT_RDWR))
    }

    static func socketHandle() -> Int32 {
        #if canImport(Darwin)
            socket(AF_UNIX, SOCK_STREAM, 0)
        #else
            socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #endif
    }

    static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
