import Foundation
package import NIOCore
import Synchronization

/// The open connections, no more than so many, and no more than so many of one client.
///
/// 1. A new connection is always taken. Where there are too many, the one that has waited longest
///    for its client is closed: of the same client's where that has too many, else of all. A
///    connection whose request is being answered is never that one.
/// 2. Where none waits for its client, the new one is closed.
package final class ConnectionTable: Sendable {
    private struct Entry {
        var connection: ClientConnection
        var group: String
        /// When the wait for the client began; nil while a request is answered.
        var waitingSince: NIODeadline?
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var groups: [String: Int] = [:]
    }

    private let limit: Int
    /// Nil where one client speaks for many: a proxy.
    private let limitOfClient: Int?
    private let state = Mutex(State())

    package init(_ limits: ServiceLimits, isBehindProxy: Bool) {
        limit = limits.connections
        limitOfClient = isBehindProxy ? nil : limits.clientConnections
    }

    package var count: Int { state.withLock { $0.entries.count } }

    package func connection(on channel: any Channel) -> ClientConnection? {
        state.withLock { $0.entries[ObjectIdentifier(channel)]?.connection }
    }

    /// Enters a connection; returns those to close for it.
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

    /// The new connection waits too, and is the last of those that do.
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

    /// Whether the connection waits for its client from now on, or a request of it is answered.
    func mark(_ channel: any Channel, waitsSince instant: NIODeadline?) {
        state.withLock { $0.entries[ObjectIdentifier(channel)]?.waitingSince = instant }
    }

    func leave(_ channel: any Channel) {
        state.withLock { state in _ = remove(ObjectIdentifier(channel), from: &state) }
    }

    /// One client is one address, or one network of IPv6 (its first 64 bits).
    static func group(of address: String) -> String {
        guard address.contains(":"), !address.contains(".") else { return address }
        let halves = address.components(separatedBy: "::")
        let first = halves[0].split(separator: ":").map(String.init)
        let last = halves.count > 1 ? halves[1].split(separator: ":").map(String.init) : []
        let zeros = Array(repeating: "0", count: max(0, 8 - first.count - last.count))
        return (first + zeros + last).prefix(4).joined(separator: ":") + "::/64"
    }
}
