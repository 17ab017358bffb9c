import Crypto

/// A request to an object storage, before it is signed.
struct ObjectRequest: Sendable {
    var method: String
    /// Percent-encoded, from `/` on.
    var path: String
    /// Not encoded.
    var query: [(name: String, value: String)] = []
    /// By lower-case name; without `host` and what a signature adds.
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    /// The query as it is signed and sent: each name and value encoded, in byte order.
    var encodedQuery: String {
        query.map { (percentEncoded($0.name), percentEncoded($0.value)) }
            .sorted { left, right in
                let (l, r) = (Array(left.0.utf8), Array(right.0.utf8))
                if l != r { return l.lexicographicallyPrecedes(r) }
                return Array(left.1.utf8).lexicographicallyPrecedes(Array(right.1.utf8))
            }
            .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    /// Path and query.
    var target: String { query.isEmpty ? path : "\(path)?\(encodedQuery)" }
}

/// Signs requests by AWS's Signature Version 4, for S3: the path is encoded once, and not
/// normalised, and the digest of the body is a header of its own.
struct RequestSigner: Sendable {
    var credentials: ObjectCredentials
    var region: String
    var service = "s3"

    /// The headers to send with a request: its own, `host`, and those of the signature.
    func headers(
        for request: ObjectRequest, host: String, at stamp: UTCStamp
    ) -> [(name: String, value: String)] {
        var headers = request.headers
        headers.append(("host", host))
        headers.append(("x-amz-content-sha256", hexadecimal(SHA256.hash(data: request.body))))
        headers.append(("x-amz-date", stamp.basic))
        if let token = credentials.sessionToken {
            headers.append(("x-amz-security-token", token))
        }
        let signed = canonical(request, headers)
        let scope = "\(stamp.basicDay)/\(region)/\(service)/aws4_request"
        let digest = hexadecimal(SHA256.hash(data: Array(signed.text.utf8)))
        let signature = hexadecimal(
            mac(key(stamp), "AWS4-HMAC-SHA256\n\(stamp.basic)\n\(scope)\n\(digest)"))
        headers.append(
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=\(credentials.keyID)/\(scope), "
                    + "SignedHeaders=\(signed.names), Signature=\(signature)"
            ))
        return headers
    }

    /// The canonical form of a request, and the names of its headers in it.
    private func canonical(
        _ request: ObjectRequest, _ headers: [(name: String, value: String)]
    ) -> (text: String, names: String) {
        let sorted = headers.sorted {
            Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8))
        }
        let lines = sorted.map { header in
            let words = header.value.split { $0 == " " || $0 == "\t" }
            return "\(header.name):\(words.joined(separator: " "))\n"
        }
        let names = sorted.map(\.name).joined(separator: ";")
        let digest = headers.first { $0.name == "x-amz-content-sha256" }?.value ?? ""
        let text =
            "\(request.method)\n\(request.path)\n\(request.encodedQuery)\n\(lines.joined())\n"
            + "\(names)\n\(digest)"
        return (text, names)
    }

    private func key(_ stamp: UTCStamp) -> [UInt8] {
        let day = mac(Array("AWS4\(credentials.secret)".utf8), stamp.basicDay)
        return mac(mac(mac(day, region), service), "aws4_request")
    }

    private func mac(_ key: [UInt8], _ text: String) -> [UInt8] {
        Array(
            HMAC<SHA256>.authenticationCode(
                for: Array(text.utf8), using: SymmetricKey(data: key)))
    }
}
