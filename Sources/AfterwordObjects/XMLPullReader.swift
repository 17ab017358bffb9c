/// Reads the XML that object storages answer with: elements and texts, one after another.
///
/// Attributes, comments, declarations and prefixes of names are left out. A document type, which
/// could define entities, is refused.
struct XMLPullReader {
    /// What comes next in a document.
    enum Event: Equatable {
        case start(String)
        case end(String)
        /// With its entities decoded.
        case text(String)
    }

    /// What is read is not XML of this kind.
    struct Fault: Error {}

    private let bytes: [UInt8]
    private var place = 0
    private var open: [String] = []
    /// The end of an element that had none of its own: `<Key/>`.
    private var pendingEnd: String?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    }

    /// The next event; nil at the end of the document.
    ///
    /// - Throws: `Fault` where the document is cut or malformed.
    mutating func next() throws(Fault) -> Event? {
        if let name = pendingEnd {
            pendingEnd = nil
            return .end(name)
        }
        while place < bytes.count {
            if bytes[place] != lessThan {
                let text = try text(until: lessThan)
                if open.isEmpty {
                    guard text.allSatisfy(\.isWhitespace) else { throw Fault() }
                    continue
                }
                return .text(text)
            }
            if let event = try markup() { return event }
        }
        guard open.isEmpty else { throw Fault() }
        return nil
    }

    /// The element, end or section of characters that begins here; nil for what is left out.
    private mutating func markup() throws(Fault) -> Event? {
        guard place + 1 < bytes.count else { throw Fault() }
        switch bytes[place + 1] {
        case 0x3F:
            try skip(past: "?>")
            return nil
        case 0x21:
            if skips("<!--") {
                try skip(past: "-->")
                return nil
            }
            guard skips("<![CDATA[") else { throw Fault() }
            let start = place
            try skip(past: "]]>")
            return .text(String(decoding: bytes[start..<place - 3], as: UTF8.self))
        case 0x2F:
            place += 2
            let name = try name(in: try tag())
            guard open.popLast() == name else { throw Fault() }
            return .end(name)
        default:
            place += 1
            return .start(try element())
        }
    }

    /// The name of the element whose tag begins here.
    private mutating func element() throws(Fault) -> String {
        var inside = try tag()
        guard open.count < Self.depthLimit else { throw Fault() }
        let isWhole = inside.last == 0x2F
        if isWhole { inside = inside.dropLast() }
        let name = try name(in: inside)
        if isWhole { pendingEnd = name } else { open.append(name) }
        return name
    }

    /// The bytes up to the end of a tag, and past it. A value in quotes may hold `>`.
    private mutating func tag() throws(Fault) -> ArraySlice<UInt8> {
        let start = place
        var quote: UInt8?
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == 0x22 || byte == 0x27 {
                quote = byte
            } else if byte == 0x3E {
                return bytes[start..<place - 1]
            }
        }
        throw Fault()
    }

    /// The name at the beginning of a tag, without its prefix.
    private func name(in tag: ArraySlice<UInt8>) throws(Fault) -> String {
        let whole = tag.prefix { !Self.blanks.contains($0) }
        let name = whole.split(separator: 0x3A, omittingEmptySubsequences: false).last ?? []
        guard !name.isEmpty else { throw Fault() }
        return String(decoding: name, as: UTF8.self)
    }

    private mutating func text(until end: UInt8) throws(Fault) -> String {
        var decoded: [UInt8] = []
        while place < bytes.count, bytes[place] != end {
            if bytes[place] == 0x26 {
                decoded += try entity()
            } else {
                let plain = bytes[place...].prefix { $0 != end && $0 != 0x26 }
                decoded += plain
                place = plain.endIndex
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private mutating func entity() throws(Fault) -> [UInt8] {
        let rest = bytes[place...].prefix(12)
        guard let end = rest.firstIndex(of: 0x3B) else { throw Fault() }
        let name = String(decoding: bytes[place + 1..<end], as: UTF8.self)
        place = end + 1
        switch name {
        case "lt": return [lessThan]
        case "gt": return [0x3E]
        case "amp": return [0x26]
        case "quot": return [0x22]
        case "apos": return [0x27]
        default: break
        }
        let isHexadecimal = name.hasPrefix("#x") || name.hasPrefix("#X")
        let digits = name.dropFirst(isHexadecimal ? 2 : 1)
        guard name.hasPrefix("#"), let number = UInt32(digits, radix: isHexadecimal ? 16 : 10),
            let scalar = Unicode.Scalar(number)
        else { throw Fault() }
        return Array(String(scalar).utf8)
    }

    /// Whether these characters come next; then they are skipped.
    private mutating func skips(_ text: StaticString) -> Bool {
        let wanted = Array("\(text)".utf8)
        guard bytes[place...].starts(with: wanted) else { return false }
        place += wanted.count
        return true
    }

    private mutating func skip(past text: StaticString) throws(Fault) {
        while place < bytes.count {
            if skips(text) { return }
            place += 1
        }
        throw Fault()
    }

    /// Elements in one another, at most.
    private static let depthLimit = 32
    private static let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D, 0x2F]
}

private let lessThan: UInt8 = 0x3C
