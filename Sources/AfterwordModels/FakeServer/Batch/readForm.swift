/// A part of a form.
struct FormPart: Equatable, Sendable {
    var name: String
    var filename: String?
    /// Where its bytes lie in the body.
    var bytes: Range<Int>
}

/// The body of a request: in memory, or spooled to the shelf.
struct FormBody: Sendable {
    var count: Int
    /// At most so many bytes from an offset on.
    var read: @Sendable (_ offset: Int, _ count: Int) throws(ShelfFault) -> [UInt8]

    init(_ bytes: [UInt8]) {
        count = bytes.count
        read = { offset, count in Array(bytes.dropFirst(offset).prefix(count)) }
    }

    init(_ spool: WireRequest.Spool, on shelf: any Shelf) {
        count = spool.count
        read = { (offset, count) throws(ShelfFault) in
            try shelf.read(spool.name, from: offset, count: count)
        }
    }
}

/// The greatest head of a part, in bytes.
private let headBytes = 16_384
/// The most parts of a form.
private let partLimit = 100

/// The parts of a `multipart/form-data` body; nil for a body that is not one.
func readForm(_ body: FormBody, contentType: String) throws(ShelfFault) -> [FormPart]? {
    guard contentType.lowercased().hasPrefix("multipart/form-data"),
        let boundary = parameter("boundary", in: contentType), !boundary.isEmpty
    else { return nil }
    let mark = Array(("\r\n--" + boundary).utf8)
    // The first boundary has no line end before it.
    var ends = try positions(of: mark, in: body)
    if try body.read(0, mark.count - 2) == Array(mark.dropFirst(2)) { ends.insert(-2, at: 0) }
    guard ends.count >= 2, ends.count <= partLimit else { return nil }
    var parts: [FormPart] = []
    for (place, end) in zip(ends, ends.dropFirst()) {
        let start = place + mark.count
        let head = try body.read(start, min(headBytes, max(0, end - start + 2)))
        guard let length = endOfHead(head) else { return nil }
        if let part = part(head.prefix(length), start + length + 4..<max(start + length + 4, end)) {
            parts.append(part)
        }
    }
    guard let last = ends.last, try body.read(last + mark.count, 2) == Array("--".utf8) else {
        return nil
    }
    return parts
}

/// The bytes before the blank line.
private func endOfHead(_ head: [UInt8]) -> Int? {
    let blank = Array("\r\n\r\n".utf8)
    guard head.count >= blank.count else { return nil }
    return (0...head.count - blank.count).first { head[$0..<$0 + blank.count].elementsEqual(blank) }
}

private func part(_ head: ArraySlice<UInt8>, _ bytes: Range<Int>) -> FormPart? {
    let lines = String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline)
    let found = lines.first { $0.lowercased().hasPrefix("content-disposition") }
    guard let disposition = found.map(String.init), let name = parameter("name", in: disposition)
    else { return nil }
    return FormPart(name: name, filename: parameter("filename", in: disposition), bytes: bytes)
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

/// Where `pattern` stands in a body, which is read in parts of a megabyte; at most one place more
/// than a form may have parts.
private func positions(of pattern: [UInt8], in body: FormBody) throws(ShelfFault) -> [Int] {
    let size = 1 << 20
    var found: [Int] = []
    var offset = 0
    while offset + pattern.count <= body.count, found.count <= partLimit {
        // Parts overlap, so that no place is cut apart.
        let bytes = try body.read(offset, size + pattern.count - 1)
        guard bytes.count >= pattern.count else { break }
        for place in positions(of: pattern, in: bytes) { found.append(offset + place) }
        offset += size
    }
    return found
}

private func positions(of pattern: [UInt8], in bytes: [UInt8]) -> [Int] {
    guard let first = pattern.first else { return [] }
    let span = bytes.span
    var found: [Int] = []
    var index = 0
    while index <= bytes.count - pattern.count {
        if span[index] == first {
            var length = 1
            while length < pattern.count, span[index + length] == pattern[length] { length += 1 }
            if length == pattern.count { found.append(index) }
        }
        index += 1
    }
    return found
}
