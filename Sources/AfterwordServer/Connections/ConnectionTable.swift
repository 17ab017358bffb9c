import Foundation
package import NIOCore
import Synchronization

/// The open connections, limited in total and per client. Safe to use from any thread.
///
/// 1. A new connection is always accepted. When a limit is exceeded, the connection that has waited
///    longest for its client is closed: among the same client's connections when the client's limit
///    is exceeded, else among all. A connection with a request in progress is never closed for
///    this.
/// 2. When no other connection is waiting for its client, the new one is closed.
package final class ConnectionTable: Sendable {
    private struct Entry {
        var connection: ClientConnection
        var group: String
        /// When the connection began to wait for its client; nil while a request is being answered.
        var waitingSince: NIODeadline?
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var groups: [String: Int] = [:]
    }

    private let limit: Int
    /// Maximum connections per client; nil behind a proxy, whose address stands for many clients.
    private let limitOfClient: Int?
    private let state = Mutex(State())

    package init(_ limits: ServiceLimits, isBehindProxy: Bool) {
        limit = limits.connections
        limitOfClient = isBehindProxy ? nil : limits.clientConnections
    }

    /// The number of open connections.
    package var count: Int { state.withLock { $0.entries.count } }

    /// The entered connection of a channel; nil when it is not, or no longer, in the table.
    package func connection(on channel: any Channel) -> ClientConnection? {
        state.withLock { $0.entries[ObjectIdentifier(channel)]?.connection }
    }

    /// Adds a connection.
    ///
    /// - Returns: Channels that the caller must close to stay within the limits.
    func enter(_ connection: ClientConnection, at now: NIODeadline) -> [any Channel] {
        let group = Self.group(of: connection.address)
        return state.withLock { state in
            state.entries[ObjectIdentifier(connection.channel)] = Entry(
                connection: connection, group: group, waitingSince: now)
            state.groups[group, default: 0] += 1
            if let limitOfClient, state.groups[group, default: 0] > limitOfClient {
                return [remove(longestWaiting(in: state) { $0.group == group }, from: &state)]
                    .compactMap { $0 }
            }
            guard state.entries.count > limit else { return [] }
            return [remove(longestWaiting(in: state) { _ in true }, from: &state)]
                .compactMap { $0 }
        }
    }

    /// The new connection counts as waiting too, with the shortest wait.
    private func longestWaiting(
        in state: State, _ isMeant: (Entry) -> Bool
    ) -> ObjectIdentifier? {
        var longest: (key: ObjectIdentifier, since: NIODeadline)?
        for (key, entry) in state.entries where isMeant(entry) {
            guard let since = entry.waitingSince, since < longest?.since ?? .distantFuture
            else { continue }
            longest = (key, since)
        }
        return longest?.key
    }

    private func remove(_ key: ObjectIdentifier?, from state: inout State) -> (any Channel)? {
        guard let key, let entry = state.entries.removeValue(forKey: key) else { return nil }
        leaveGroup(entry.group, &state)
        return entry.connection.channel
    }

    private func leaveGroup(_ group: String, _ state: inout State) {
        let left = (state.groups[group] ?? 1) - 1
        state.groups[group] = left > 0 ? left : nil
    }

    /// Records when a connection began to wait for its client.
    ///
    /// - Parameter instant: Nil while a request is being answered.
    func mark(_ channel: any Channel, waitsSince instant: NIODeadline?) {
        state.withLock { $0.entries[ObjectIdentifier(channel)]?.waitingSince = instant }
    }

    /// Removes a connection; no effect when it was already removed.
    func leave(_ channel: any Channel) {
        state.withLock { state in _ = remove(ObjectIdentifier(channel), from: &state) }
    }

    /// The client that an address belongs to: the IPv4 address, or the /64 network of an IPv6
    /// address.
    static func group(of address: String) -> String {
        guard address.contains(":"), !address.contains(".") else { return address }
        let halves = address.components(separatedBy: "::")
        let first = halves[0].split(separator: ":").map(String.init)
        let last = halves.count > 1 ? halves[1].split(separator: ":").map(String.init) : []
        let zeros = Array(repeating: "0", count: max(0, 8 - first.count - last.count))
        return (first + zeros + last).prefix(4).joined(separator: ":") + "::/64"
    }
}
