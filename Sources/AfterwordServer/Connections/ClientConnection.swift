package import NIOCore
import Synchronization

/// One connection as those who answer its requests know it.
package final class ClientConnection: Sendable {
    /// The connection whose request this task answers; nil where there is none, as on a router in a
    /// test.
    @TaskLocal package static var current: ClientConnection?

    /// The address it comes from, without the port.
    package let address: String
    let channel: any Channel
    private let left = Atomic(false)

    package init(_ channel: any Channel) {
        self.channel = channel
        address = channel.remoteAddress?.ipAddress ?? "local"
    }

    /// Whether the client has closed its side: it may be gone, or have no more to send.
    package var hasLeft: Bool { left.load(ordering: .acquiring) }

    package func leave() { left.store(true, ordering: .releasing) }

    /// Asks a client that waits with its body (`Expect: 100-continue`) to send it.
    package func askForBody() {
        channel.triggerUserOutboundEvent(BodyWanted(), promise: nil)
    }
}

/// Somebody is going to read the body of the request under way.
struct BodyWanted: Sendable {}
