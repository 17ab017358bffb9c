package import NIOCore
import Synchronization

/// One client connection, as request handlers see it. Safe to use from any thread.
package final class ClientConnection: Sendable {
    /// The connection of the request that this task handles; nil without one, as in router tests.
    @TaskLocal package static var current: ClientConnection?

    /// The client's IP address without the port; `local` when it has none.
    package let address: String
    let channel: any Channel
    private let left = Atomic(false)

    package init(_ channel: any Channel) {
        self.channel = channel
        address = channel.remoteAddress?.ipAddress ?? "local"
    }

    /// Whether the client has closed its side. It may have disconnected, or merely have finished
    /// sending.
    package var hasLeft: Bool { left.load(ordering: .acquiring) }

    /// Marks the client as having closed its side.
    package func leave() { left.store(true, ordering: .releasing) }

    /// Sends `100 Continue` to a client that waits for it before sending its body.
    package func askForBody() {
        channel.triggerUserOutboundEvent(BodyWanted(), promise: nil)
    }
}

/// The channel event that requests the body of the current request.
struct BodyWanted: Sendable {}
