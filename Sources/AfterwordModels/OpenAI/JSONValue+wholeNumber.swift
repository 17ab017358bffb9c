import AfterwordCore

extension JSONValue {
    /// A whole number however it is written (`2907`, `2907.0`, `2.907e3`), as some servers send
    /// their counts; nil for anything else, and for one that no `Int64` holds.
    var wholeNumber: Int64? {
        guard case .number(let written) = self else { return nil }
        if let integer = Int64(written) { return integer }
        let parts = written.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        // More than twenty places are beyond every count.
        guard parts.count <= 2, mantissa.count <= 2,
            let exponent = parts.count == 2 ? Int(parts[1]) : 0, (-20...20).contains(exponent)
        else { return nil }
        var digits = mantissa.joined()
        var places = exponent - (mantissa.count == 2 ? mantissa[1].count : 0)
        while places < 0, digits.last == "0" {
            digits.removeLast()
            places += 1
        }
        guard places >= 0 else { return nil }
        return Int64(digits + String(repeating: "0", count: places))
    }
}
