import AfterwordCore

/// A number of parts of `unit` as a decimal, rounded half up: 4213 of 1000 with 2 places is `4.21`.
func decimal(_ number: Int64, of unit: Int64, places: Int) -> String {
    var scale: Int64 = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = (2 * Int64(number.magnitude) * scale + unit) / (2 * unit)
    let whole = "\(number < 0 && scaled > 0 ? "-" : "")\(scaled / scale)"
    return places == 0 ? whole : whole + "." + padded(Int(scaled % scale), places)
}

/// The mean rating in stars with two decimals; `–` without ratings.
func stars(_ counters: Counters) -> String {
    meanStars(counters).map { decimal($0, of: 1000, places: 2) } ?? "–"
}

/// A share in percent with its interval, such as `16 % (13–20)`.
func percent(_ share: Share?) -> String {
    guard let share else { return "–" }
    let value = decimal(share.value, of: 10_000, places: 0)
    let low = decimal(share.low, of: 10_000, places: 0)
    let high = decimal(share.high, of: 10_000, places: 0)
    return "\(value) % (\(low)–\(high))"
}

/// A duration in seconds, in the largest unit that fits: `3 d`, `5 h`, `2 min`, `40 s`.
func duration(_ seconds: Int64) -> String {
    switch seconds.magnitude {
    case 86_400...: "\(seconds / 86_400) d"
    case 3600...: "\(seconds / 3600) h"
    case 60...: "\(seconds / 60) min"
    default: "\(seconds) s"
    }
}
