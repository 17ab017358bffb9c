import AfterwordCore

/// A moment as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// - Parameter now: Microseconds since 1970; a moment before that is written as 1970.
func httpDate(_ now: Int64) -> String {
    let seconds = max(0, now) / 1_000_000
    let days = seconds / 86_400
    let date = CivilDate(daysSinceEpoch: days)
    let inDay = Int(seconds - days * 86_400)
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let time = [inDay / 3_600, inDay / 60 % 60, inDay % 60].map { padded($0, 2) }
    return "\(weekdays[Int(days % 7)]), \(padded(date.day, 2)) \(months[date.month - 1]) "
        + "\(padded(date.year, 4)) \(time.joined(separator: ":")) GMT"
}
