/// A short written value by what it means: texts folded (`foldWritten`), numbers by their value, so
/// that `1`, `"1"` and `1.0` are equal. Nil for a text longer than `longestWrittenValue`.
func writtenMeaning(_ raw: [UInt8]) -> String? {
    guard let folded = foldWritten(raw) else { return nil }
    let bytes = Array(folded.utf8)
    guard isJSONNumber(bytes), var number = Decimal(firstIn: bytes) else { return folded }
    while number.digits != 0, number.digits % 10 == 0 {
        number.digits /= 10
        number.exponent += 1
    }
    // No folded text begins with a NUL.
    return number.digits == 0 ? "\u{0}0" : "\u{0}\(number.digits)e\(number.exponent)"
}
