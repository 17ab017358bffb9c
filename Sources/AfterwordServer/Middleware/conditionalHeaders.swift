import Hummingbird

/// Whether an `If-None-Match` header matches an entity tag, by weak comparison; `*` matches any
/// tag.
func isMatch(_ header: String?, _ tag: String) -> Bool {
    guard let header else { return false }
    func opaque(_ text: some StringProtocol) -> Substring {
        let trimmed = Substring(text).drop { $0 == " " || $0 == "\t" }
        let tag = trimmed.hasPrefix("W/") ? trimmed.dropFirst(2) : trimmed
        return tag.prefix { $0 != " " && $0 != "\t" }
    }
    let wanted = opaque(tag)
    return header.split(separator: ",").contains { opaque($0) == wanted || opaque($0) == "*" }
}

/// Whether `Accept-Encoding` allows gzip: it names gzip or `*` with a weight above zero.
func acceptsGzip(_ request: Request) -> Bool {
    var weights: [String: Double] = [:]
    for coding in request.headers[.acceptEncoding]?.split(separator: ",") ?? [] {
        let parts = coding.split(separator: ";").map {
            $0.filter { $0 != " " && $0 != "\t" }.lowercased()
        }
        guard let name = parts.first else { continue }
        let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { $0.dropFirst(2) }
        weights[name] = weight.map { Double($0) ?? 0 } ?? 1
    }
    return (weights["gzip"] ?? weights["x-gzip"] ?? weights["*"] ?? 0) > 0
}
