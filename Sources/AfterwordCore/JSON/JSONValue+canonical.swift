/// The canonical form of goldens and of `--json`: keys sorted by bytes, no white space, and only
/// quotes, backslashes, control and invisible characters escaped.
extension JSONValue {
    package var canonical: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .number(let digits): bytes += digits.utf8
        case .string(let string): Self.write(string, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in sorted.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// Writes what needs no escape in runs, and looks only at bytes that may begin an escape.
    private static func write(_ string: String, to bytes: inout [UInt8]) {
        let text = Array(string.utf8)
        var (begin, place) = (0, 0)
        bytes.append(UInt8(ascii: "\""))
        while place < text.count {
            guard let (escape, length) = escape(in: text, at: place) else {
                place += 1
                continue
            }
            bytes += text[begin..<place]
            bytes += escape.utf8
            place += length
            begin = place
        }
        bytes += text[begin...]
        bytes.append(UInt8(ascii: "\""))
    }

    /// The escape of the scalar that begins at a place, with its length in bytes; nil for one that
    /// is written as it is, and inside a scalar.
    private static func escape(in text: [UInt8], at place: Int) -> (String, length: Int)? {
        switch text[place] {
        case UInt8(ascii: "\""): return ("\\\"", 1)
        case UInt8(ascii: "\\"): return ("\\\\", 1)
        case UInt8(ascii: "\n"): return ("\\n", 1)
        case UInt8(ascii: "\r"): return ("\\r", 1)
        case UInt8(ascii: "\t"): return ("\\t", 1)
        case ..<0x20, 0x7F: return (number(UInt32(text[place])), 1)
        case 0xC2 where text[place + 1] < 0xA0: return (number(UInt32(text[place + 1])), 2)
        case 0xE2, 0xEF:
            let value =
                UInt32(text[place] & 0xF) << 12 | UInt32(text[place + 1] & 0x3F) << 6
                | UInt32(text[place + 2] & 0x3F)
            switch value {
            case 0x200B..<0x2010, 0x2028..<0x202F, 0x2060..<0x2070, 0xFEFF:
                return (number(value), 3)
            default: return nil
            }
        default: return nil
        }
    }

    private static func number(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}

extension JSONValue {
    package init(_ number: Int64?) { self = number.map { .number(String($0)) } ?? .null }
    package init(_ number: Int) { self = .number(String(number)) }
    package init(_ text: Text?) { self = text.map { .string($0.string) } ?? .null }
    package init(_ text: String?) { self = text.map { .string($0) } ?? .null }
    package init(_ flag: Bool?) { self = flag.map { .bool($0) } ?? .null }

    /// An object of members in any order.
    package static func row(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(members.map { (key: $0.key, value: $0.value) })
    }
}
