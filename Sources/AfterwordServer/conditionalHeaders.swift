import Hummingbird

/// Whether an `If-None-Match` names a tag: by weak comparison, among several, or by `*`.
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

/// Whether the client takes gzip: it names it, or any coding, with a weight above nothing.
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
