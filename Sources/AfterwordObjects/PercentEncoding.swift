/// A text with all but unreserved characters written as `%XX`, as signatures want it.
///
/// - Parameter keepsSlashes: In a path, `/` stands for itself.
func percentEncoded(_ text: String, keepsSlashes: Bool = false) -> String {
    var encoded: [UInt8] = []
    encoded.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: encoded.append(byte)
        case 0x2F where keepsSlashes: encoded.append(byte)
        default: encoded += [0x25, upperDigits[Int(byte >> 4)], upperDigits[Int(byte & 0xF)]]
        }
    }
    return String(decoding: encoded, as: UTF8.self)
}

/// A text with `%XX` and `+` decoded, as lists of keys write them; nil where that is no UTF-8 or no
/// hexadecimal number follows a `%`.
func percentDecoded(_ text: String) -> String? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(text.utf8.count)
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
        switch byte {
        case 0x2B: decoded.append(0x20)
        case 0x25:
            guard let high = rest.popFirst().flatMap(digit),
                let low = rest.popFirst().flatMap(digit)
            else { return nil }
            decoded.append(high << 4 | low)
        default: decoded.append(byte)
        }
    }
    return String(validating: decoded, as: UTF8.self)
}

/// Bytes as lower-case hexadecimal digits.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    for byte in bytes { text += [lowerDigits[Int(byte >> 4)], lowerDigits[Int(byte & 0xF)]] }
    return String(decoding: text, as: UTF8.self)
}

private func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
}

private let upperDigits = Array("0123456789ABCDEF".utf8)
private let lowerDigits = Array("0123456789abcdef".utf8)
