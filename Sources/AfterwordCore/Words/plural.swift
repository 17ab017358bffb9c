/// A whole number with thousands apart: `9,601`.
package func grouped(_ number: some BinaryInteger) -> String {
    let digits = String(number.magnitude)
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return text
}

/// A count with its noun: `1 review`, `0 reviews`, `9,601 reviews`. Every count that a person reads
/// is written by it.
///
/// - Parameter plural: The noun of any count but one; the noun and an `s` when left out.
package func several(
    _ count: some BinaryInteger, _ noun: String, plural: String? = nil
) -> String {
    grouped(count) + " " + (count == 1 ? noun : plural ?? noun + "s")
}
