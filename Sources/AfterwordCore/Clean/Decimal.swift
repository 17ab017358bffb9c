/// A decimal number as written: digits × 10^exponent, exact.
struct Decimal: Equatable {
    var digits: Int64
    var exponent: Int

    /// Reads the first number in a text, with `.` or `,` before its decimals: `4.0 out of 5`, `4,5
    /// von 5`, `1.52309e+12`. Nil when there is none, or when it has more than 18 digits.
    init?(firstIn text: [UInt8]) {
        guard var index = text.firstIndex(where: isDigit) else { return nil }
        let isNegative = index > 0 && text[index - 1] == UInt8(ascii: "-")
        var digits: Int64 = 0
        var exponent = 0
        var count = 0
        func take() -> Bool {
            while index < text.count, isDigit(text[index]) {
                if count == 18 { return false }
                digits = digits * 10 + Int64(text[index] - UInt8(ascii: "0"))
                if digits > 0 { count += 1 }
                index += 1
            }
            return true
        }
        guard take() else { return nil }
        if index + 1 < text.count,
            text[index] == UInt8(ascii: ".") || text[index] == UInt8(ascii: ","),
            isDigit(text[index + 1])
        {
            index += 1
            let start = index
            guard take() else { return nil }
            exponent = start - index
        }
        exponent += Self.exponent(text, index)
        self.digits = isNegative ? -digits : digits
        self.exponent = exponent
    }

    private static func exponent(_ text: [UInt8], _ start: Int) -> Int {
        guard start + 1 < text.count, text[start] | 0x20 == UInt8(ascii: "e") else { return 0 }
        let sign = text[start + 1]
        let hasSign = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
        let digits = text[(start + (hasSign ? 2 : 1))...].prefix { isDigit($0) }.prefix(4)
        guard let value = Int(String(decoding: digits, as: UTF8.self)) else { return 0 }
        return sign == UInt8(ascii: "-") ? -value : value
    }

    /// The number × `factor` ÷ `divisor`, rounded half up. Nil when the exponent is above 18 or the
    /// result does not fit an `Int64`; 0 when the exponent is below −36.
    func scaled(by factor: Int64, over divisor: Int64) -> Int64? {
        guard digits != 0 else { return 0 }
        guard (-36...18).contains(exponent) else { return exponent < 0 ? 0 : nil }
        var numerator = Int128(digits) * Int128(factor)
        var denominator = Int128(divisor)
        for _ in 0..<abs(exponent) {
            if exponent > 0 { numerator *= 10 } else { denominator *= 10 }
            if numerator.magnitude > UInt128(1) << 120 { return nil }
            if denominator > Int128(1) << 120 { return 0 }
        }
        let doubled = 2 * numerator + denominator
        let quotient = doubled / (2 * denominator)
        let isInexact = doubled < 0 && doubled % (2 * denominator) != 0
        return Int64(exactly: isInexact ? quotient - 1 : quotient)
    }
}

/// Whether a byte is an ASCII digit.
func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
