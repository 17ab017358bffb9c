#if canImport(Darwin)
    import Foundation
#else
    @_spi(_Unicode) import Swift
#endif

/// Text in Unicode normalisation form C. Bytes below 0xCC begin no scalar from U+0300 on, and all
/// below that is composed already.
func composeText(_ bytes: [UInt8]) -> [UInt8] {
    if bytes.allSatisfy({ $0 < 0xCC }) { return bytes }
    let text = String(decoding: bytes, as: UTF8.self)
    #if canImport(Darwin)
        return Array(text.precomposedStringWithCanonicalMapping.utf8)
    #else
        // The standard library's own normaliser: what Foundation's is built on here.
        var composed = String.UnicodeScalarView()
        for scalar in text._nfc { composed.append(scalar) }
        return Array(String(composed).utf8)
    #endif
}
