/// Whether the port of an address can be connected to: none is written, or a number from 1 to
/// 65535. What connects by a greater one ends the program.
///
/// - Parameter address: A URL, as `https://host:9000/path`.
package func isPortUsable(in address: String) -> Bool {
    guard let scheme = address.firstRange(of: "://") else { return true }
    let authority = address[scheme.upperBound...].prefix { !"/?#\\".contains($0) }
    let host = authority.lastIndex(of: "@").map(authority.index(after:)) ?? authority.startIndex
    let end = authority[host...].firstIndex(of: "]") ?? host
    guard let colon = authority[end...].firstIndex(of: ":") else { return true }
    let digits = authority[authority.index(after: colon)...]
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
    return UInt16(digits).map { $0 > 0 } ?? false
}
