/// A part of a form.
struct FormPart: Equatable, Sendable {
    var name: String
    var filename: String?
    /// Where its bytes lie in the body.
    var bytes: Range<Int>
}

/// The parts of a `multipart/form-data` body; nil for a body that is not one.
func readForm(_ body: [UInt8], contentType: String) -> [FormPart]? {
    guard contentType.lowercased().hasPrefix("multipart/form-data"),
        let boundary = parameter("boundary", in: contentType), !boundary.isEmpty
    else { return nil }
    let mark = Array(("--" + boundary).utf8)
    guard var place = position(of: mark, in: body, from: 0) else { return nil }
    var parts: [FormPart] = []
    while true {
        place += mark.count
        if body.dropFirst(place).starts(with: "--".utf8) { return parts }
        guard let head = position(of: Array("\r\n".utf8), in: body, from: place),
            let end = position(of: Array("\r\n\r\n".utf8), in: body, from: head),
            let next = position(of: Array("\r\n".utf8) + mark, in: body, from: end + 2)
        else { return nil }
        let headers = String(decoding: body[head..<end], as: UTF8.self)
        let start = min(end + 4, next)
        if let disposition = headers.split(whereSeparator: \.isNewline).first(where: {
            $0.lowercased().hasPrefix("content-disposition")
        }), let name = parameter("name", in: String(disposition)) {
            parts.append(
                FormPart(
                    name: name, filename: parameter("filename", in: String(disposition)),
                    bytes: start..<max(start, next)))
        }
        guard parts.count <= 100 else { return nil }
        place = next + 2
    }
}

/// The value of `name="value"` or `name=value` in a header.
private func parameter(_ name: String, in header: String) -> String? {
    for part in header.split(separator: ";").dropFirst() {
        let text = part.trimmed
        guard text.lowercased().hasPrefix(name + "=") else { continue }
        let value = text.dropFirst(name.count + 1)
        guard value.first == "\"", value.count >= 2 else { return String(value) }
        return String(value.dropFirst().prefix { $0 != "\"" })
    }
    return nil
}

/// Where `pattern` first stands from `start` on.
private func position(of pattern: [UInt8], in body: [UInt8], from start: Int) -> Int? {
    let last = body.count - pattern.count
    guard start >= 0, start <= last, let first = pattern.first else { return nil }
    let span = body.span
    var index = start
    while index <= last {
        if span[index] == first {
            var length = 1
            while length < pattern.count, span[index + length] == pattern[length] { length += 1 }
            if length == pattern.count { return index }
        }
        index += 1
    }
    return nil
}
