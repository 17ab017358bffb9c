/// A small JSON document as a tree: shapes, cases and contexts. Reviews in bulk never become trees.
package indirect enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    /// The number as written.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// Members in the order as written; of a repeated key the last one counts.
    case object([(key: String, value: JSONValue)])

    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        left.canonical == right.canonical
    }

    /// Parses one document strictly.
    package init(parsing bytes: [UInt8]) throws(ScanFault) {
        let result = bytes.withUnsafeBytes { buffer -> Result<JSONValue, ScanFault> in
            var scanner = JSONScanner(buffer, isFinal: true, isStrict: true)
            do throws(ScanFault) {
                let value = try Self.read(&scanner, buffer)
                scanner.skipWhitespace()
                return scanner.isAtEnd ? .success(value) : .failure(scanner.fault(.notJSON))
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }

    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.key == key }?.value
    }

    package var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    package var integer: Int64? {
        guard case .number(let digits) = self else { return nil }
        return Int64(digits)
    }

    /// The bytes of a text, number or flag: a text unescaped, the others as written. Nil for null,
    /// arrays and objects.
    package var scalar: [UInt8]? {
        switch self {
        case .string(let text): Array(text.utf8)
        case .number(let digits): Array(digits.utf8)
        case .bool(let flag): Array((flag ? "true" : "false").utf8)
        case .null, .array, .object: nil
        }
    }

    package var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    package var members: [(key: String, value: JSONValue)]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    private static func read(
        _ scanner: inout JSONScanner, _ buffer: UnsafeRawBufferPointer
    ) throws(ScanFault) -> JSONValue {
        switch try scanner.peek() {
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try scanner.scanArray { (scanner) throws(ScanFault) in
                elements.append(try read(&scanner, buffer))
            }
            return .array(elements)
        case UInt8(ascii: "{"):
            var members: [(key: String, value: JSONValue)] = []
            try scanner.scanObject { (scanner, key) throws(ScanFault) in
                members.append((string(key, buffer), try read(&scanner, buffer)))
            }
            return .object(members)
        default:
            let token = try scanner.scanValue()
            switch token.kind {
            case .string, .escapedString: return .string(string(token, buffer))
            case .yes: return .bool(true)
            case .no: return .bool(false)
            case .number:
                return .number(String(decoding: buffer[token.range], as: UTF8.self))
            default: return .null
            }
        }
    }

    private static func string(_ token: JSONToken, _ buffer: UnsafeRawBufferPointer) -> String {
        var bytes: [UInt8] = []
        let inner = token.range.lowerBound + 1..<token.range.upperBound - 1
        unescape(UnsafeRawBufferPointer(rebasing: buffer[inner]), into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
