/// A whole number with thousands separators: `9,601`.
package func grouped(_ number: some BinaryInteger) -> String {
    let digits = String(number.magnitude)
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return text
}

/// A count with its noun: `1 review`, `0 reviews`, `9,601 reviews`. Every count shown to people is
/// written by this function.
///
/// - Parameter plural: The noun for any count but one; `noun` with an `s` by default.
package func several(
    _ count: some BinaryInteger, _ noun: String, plural: String? = nil
) -> String {
    grouped(count) + " " + (count == 1 ? noun : plural ?? noun + "s")
}
