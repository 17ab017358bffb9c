/// Whether a host is this machine: `localhost`, `127.0.0.0/8` in four numbers, or `::1`, with or
/// without brackets. A name such as `127.example.org` is another machine's.
package func isLoopback(host: some StringProtocol) -> Bool {
    let host = host.lowercased()
    if ["localhost", "::1", "[::1]"].contains(host) { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
}
