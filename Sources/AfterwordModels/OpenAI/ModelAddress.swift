import AfterwordCore
import Foundation

/// Why an address must not receive the API key.
package enum ModelAddressFault: Error, Equatable, Sendable {
    /// Neither https nor this machine.
    case notSecure
    /// Not a URL with a host, or a URL that contains a user name or a port that is none.
    case noAddress
    /// A URL with a query or a fragment, behind which no path can be put.
    case notABase
}

/// The address of a server of models.
package struct ModelAddress: Sendable {
    /// In lower case, with the dot at the end where one is written.
    let host: String
    let port: Int?
    private let scheme: String

    /// - Throws: `ModelAddressFault.noAddress`, `.notABase`.
    package init(_ address: String) throws(ModelAddressFault) {
        guard let url = URL(string: address), let host = url.host, !host.isEmpty, url.user == nil,
            isPortUsable(in: address)
        else { throw .noAddress }
        guard !address.contains("?"), !address.contains("#") else { throw .notABase }
        self.host = host.lowercased()
        port = url.port
        scheme = url.scheme?.lowercased() ?? ""
    }

    /// Whether nobody between can read what is sent.
    package var isEncrypted: Bool { scheme == "https" }

    /// Whether it is plain http to this machine, or to one of `hosts`.
    package func isNear(_ hosts: Set<String>) -> Bool {
        scheme == "http" && (isLoopback(host: host) || hosts.contains(host))
    }
}
