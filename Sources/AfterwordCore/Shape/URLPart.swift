/// A part of a URL that a field is read from.
package enum URLPart: Hashable, Sendable {
    /// The first parameter of this name, in any case: `?ASIN=B0X`.
    case parameter(String)
    /// A name in successive parts of the path: `/dp/{id}`.
    case path(NamePattern)

    /// A part as a shape writes it: a pattern begins with `/`, any other text is the name of a
    /// parameter.
    init(_ written: String, for field: String) throws(ShapeFault) {
        if written.hasPrefix("/") {
            self = .path(try NamePattern(written, for: field))
        } else if written.isEmpty || written.contains(where: { "/?&={}".contains($0) }) {
            throw ShapeFault(
                description: "the part \"\(written)\" of \"\(field)\" is neither a parameter's "
                    + "name nor a path as in \"/dp/{id}\"")
        } else {
            self = .parameter(written)
        }
    }

    /// The part of a URL, percent-decoded; nil where the URL has none, or an empty one. A text
    /// without a scheme or host is read as their rest.
    func value(in url: [UInt8]) -> [UInt8]? {
        guard url.count <= Self.longest else { return nil }
        let page = url.prefix { $0 != UInt8(ascii: "#") }
        let path = page.prefix { $0 != UInt8(ascii: "?") }
        switch self {
        case .parameter(let name): return parameter(name, page.dropFirst(path.count + 1))
        case .path(let pattern):
            let parts = path.split(separator: UInt8(ascii: "/")).map { decoded($0, isForm: false) }
            return pattern.value(ofAny: parts)
        }
    }

    /// The longest URL that is looked at, in bytes.
    private static let longest = 8192

    private func parameter(_ name: String, _ query: ArraySlice<UInt8>) -> [UInt8]? {
        for pair in query.split(separator: UInt8(ascii: "&")) {
            let key = pair.prefix { $0 != UInt8(ascii: "=") }
            let written = String(decoding: decoded(key, isForm: true), as: UTF8.self)
            guard written.lowercased() == name.lowercased() else { continue }
            let value = decoded(pair.dropFirst(key.count + 1), isForm: true)
            return value.isEmpty ? nil : value
        }
        return nil
    }

    /// A part of a URL without its percent escapes, repaired to UTF-8.
    ///
    /// - Parameter isForm: Whether `+` is a space, as in parameters.
    private func decoded(_ part: ArraySlice<UInt8>, isForm: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        var index = part.startIndex
        while index < part.endIndex {
            let byte = part[index]
            if byte == UInt8(ascii: "%"), index + 2 < part.endIndex,
                let high = hexadecimalValue(part[index + 1]),
                let low = hexadecimalValue(part[index + 2])
            {
                bytes.append(UInt8(high * 16 + low))
                index += 3
            } else {
                bytes.append(isForm && byte == UInt8(ascii: "+") ? 0x20 : byte)
                index += 1
            }
        }
        return Array(String(decoding: bytes, as: UTF8.self).utf8)
    }
}
