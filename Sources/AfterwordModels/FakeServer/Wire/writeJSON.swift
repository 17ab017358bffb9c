import AfterwordCore

extension JSONValue {
    /// The value without white space, members in their order.
    var written: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        writeJSON(self, to: &bytes)
        return bytes
    }

    /// `written` as text.
    var writtenText: String { String(decoding: written, as: UTF8.self) }

    /// The object with another member, after the others.
    func adding(_ key: String, _ value: JSONValue) -> JSONValue {
        guard case .object(var members) = self else { return self }
        members.append((key, value))
        return .object(members)
    }
}

/// Appends a value as JSON without white space, members in their order.
func writeJSON(_ value: JSONValue, to bytes: inout [UInt8]) {
    switch value {
    case .null: bytes += "null".utf8
    case .bool(let flag): bytes += (flag ? "true" : "false").utf8
    case .number(let digits): bytes += digits.utf8
    case .string(let text): writeString(text, to: &bytes)
    case .array(let elements):
        bytes.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            writeJSON(element, to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    case .object(let members):
        bytes.append(UInt8(ascii: "{"))
        for (index, member) in members.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            writeString(member.key, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            writeJSON(member.value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }
}

private func writeString(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""): bytes += [UInt8(ascii: "\\"), byte]
        case UInt8(ascii: "\\"): bytes += [byte, byte]
        case 0x0A: bytes += "\\n".utf8
        case 0x0D: bytes += "\\r".utf8
        case 0x09: bytes += "\\t".utf8
        case 0..<0x20:
            let digits = String(byte, radix: 16)
            bytes += "\\u00".utf8
            if digits.utf8.count == 1 { bytes.append(UInt8(ascii: "0")) }
            bytes += digits.utf8
        default: bytes.append(byte)
        }
    }
    bytes.append(UInt8(ascii: "\""))
}
