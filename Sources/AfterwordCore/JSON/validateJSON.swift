/// Checks that the bytes are exactly one JSON document; nil when they are.
package func validateJSON(_ bytes: [UInt8], strict: Bool) -> ScanFault? {
    bytes.withUnsafeBytes { buffer in
        var scanner = JSONScanner(buffer, isFinal: true, isStrict: strict)
        do throws(ScanFault) {
            _ = try scanner.scanValue()
            scanner.skipWhitespace()
            return scanner.isAtEnd ? nil : scanner.fault(.notJSON)
        } catch {
            return error
        }
    }
}
