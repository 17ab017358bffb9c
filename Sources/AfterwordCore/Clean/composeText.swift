#if canImport(Darwin)
    import Foundation
#else
    @_spi(_Unicode) import Swift
#endif

/// Text in Unicode normalization form C. A byte below 0xCC begins no scalar from U+0300 on, and all
/// text below U+0300 is already composed.
func composeText(_ bytes: [UInt8]) -> [UInt8] {
    if bytes.lend({ isPlainlyComposed($0) }) { return bytes }
    let text = String(decoding: bytes, as: UTF8.self)
    #if canImport(Darwin)
        return Array(text.precomposedStringWithCanonicalMapping.utf8)
    #else
        // The standard library's own normalizer, on which Foundation's is built on this platform.
        var composed = String.UnicodeScalarView()
        for scalar in text._nfc { composed.append(scalar) }
        return Array(String(composed).utf8)
    #endif
}

/// Whether a text certainly needs no composing: every scalar is composed, has combining class 0 and
/// is never the second part of a composition. False does not mean that the text is not composed;
/// the scalar may just be missing from `isPlain`.
func isPlainlyComposed(_ bytes: BorrowedBytes) -> Bool {
    let tops: UInt64 = 0x8080_8080_8080_8080
    var index = 0
    while index < bytes.count {
        // Most text is ASCII or close to some.
        if index &+ 8 <= bytes.count, bytes.word(at: index) & tops == 0 {
            index &+= 8
            continue
        }
        let lead = bytes[index]
        if lead < 0xCC {
            index &+= 1
            continue
        }
        let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        guard index &+ length <= bytes.count else { return false }
        var scalar = UInt32(lead) & (0x7F >> UInt32(length))
        for place in 1..<length { scalar = scalar << 6 | UInt32(bytes[index &+ place] & 0x3F) }
        guard isPlain(scalar) else { return false }
        index &+= length
    }
    return true
}

/// The scalars of scripts and signs that reviews are usually written in. A test compares each of
/// them with the standard library.
func isPlain(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x0388...0x03CE, 0x0400...0x0482, 0x048A...0x052F: true  // Greek, Cyrillic
    case 0x05D0...0x05EA, 0x0621...0x064A, 0x0E01...0x0E30: true  // Hebrew, Arabic, Thai letters
    case 0x1EA0...0x1EF9: true  // Vietnamese
    case 0x2002...0x2027, 0x2030...0x205E, 0x20A0...0x20C0, 0x2122: true  // punctuation, money
    case 0x2190...0x21FF, 0x2460...0x27BF: true  // arrows, signs
    case 0x3001...0x3029, 0x3041...0x3096, 0x30A1...0x30FE: true  // kana
    case 0x4E00...0x9FFF, 0xAC00...0xD7A3: true  // Chinese, Korean
    case 0xFE0F, 0xFF01...0xFF60, 0x1F300...0x1FAFF: true  // full width, emoji
    default: false
    }
}
