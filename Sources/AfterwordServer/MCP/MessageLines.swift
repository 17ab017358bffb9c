/// Cuts a stream of bytes into messages, one a line. Holds at most one message of `limit` bytes.
struct MessageLines: Sendable {
    /// A line of the stream.
    enum Line: Equatable, Sendable {
        case message([UInt8])
        /// A line of more than `limit` bytes, which were dropped.
        case tooLong
    }

    let limit: Int
    private var held: [UInt8] = []
    /// The rest of the line is dropped, because it is too long.
    private var isDropping = false

    init(limit: Int) { self.limit = limit }

    /// The lines that these bytes end; blank ones are left out.
    mutating func take(_ bytes: some Collection<UInt8>) -> [Line] {
        var lines: [Line] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            hold(rest[..<end])
            if let line = endLine() { lines.append(line) }
            rest = rest[rest.index(after: end)...]
        }
        hold(rest)
        return lines
    }

    /// The last line, where the stream ends without a line feed.
    mutating func finish() -> Line? { endLine() }

    private mutating func hold(_ bytes: some Collection<UInt8>) {
        if isDropping { return }
        guard held.count + bytes.count <= limit else {
            held = []
            isDropping = true
            return
        }
        held.append(contentsOf: bytes)
    }

    private mutating func endLine() -> Line? {
        defer { (held, isDropping) = ([], false) }
        if isDropping { return .tooLong }
        let isBlank = held.allSatisfy { [0x20, 0x09, 0x0D].contains($0) }
        return isBlank ? nil : .message(held)
    }
}
