import AfterwordCore

/// A true time axis: equal times are equally long.
struct TimeAxis: Sendable {
    private let first: Instant
    private let last: Instant
    private let left: Int
    private let right: Int
    /// The width of a bar, so that neighbours do not overlap: 2 to 28 units.
    let barWidth: Int

    /// - Parameters:
    ///   - left: Where the axis begins; half a bar is kept free at each end.
    ///   - places: The periods with bars, in order.
    init(_ first: Instant, _ last: Instant, from left: Int, to right: Int, places: [Instant]) {
        (self.first, self.last) = (first, last)
        let span = max(1, last.microseconds - first.microseconds)
        let gap = zip(places, places.dropFirst()).map { $1.microseconds - $0.microseconds }.min()
        let room = Double(gap ?? span) / Double(span) * Double(right - left)
        barWidth = min(28, max(2, Int(room * 0.75)))
        (self.left, self.right) = (left + barWidth / 2 + 1, right - barWidth / 2 - 1)
    }

    /// The place of a moment within the axis.
    func place(_ moment: Instant) -> Int {
        let span = Double(max(1, last.microseconds - first.microseconds))
        let part = Double(moment.microseconds - first.microseconds) / span
        return left + Int((min(1, max(0, part)) * Double(right - left)).rounded())
    }

    /// The labels: of a few periods their own, of many the beginnings of months or years. Labels
    /// keep a distance, so that they can be read.
    func ticks(_ periods: [PicturePeriod], at y: Int) -> [PictureTick] {
        let all =
            periods.count <= 6
            ? periods.map { PictureTick(x: place($0.at), y: y, label: $0.label) }
            : calendarTicks(at: y)
        var ticks: [PictureTick] = []
        for tick in all where tick.x - (ticks.last?.x ?? -Self.distance) >= Self.distance {
            ticks.append(tick)
        }
        return ticks
    }

    private static let distance = 100

    private func calendarTicks(at y: Int) -> [PictureTick] {
        let (start, end) = (month(of: first), month(of: last))
        let step = [1, 2, 3, 6, 12, 24, 60, 120, 240].first { (end - start) / $0 <= 4 } ?? 600
        let months = (start...(end + 1)).filter { $0 % step == 0 }
        let ticks = months.compactMap { number -> PictureTick? in
            let name = "\(padded(number / 12, 4))-\(padded(number % 12 + 1, 2))"
            guard let at = Instant(iso8601: name + "-01"), first <= at, at <= last else {
                return nil
            }
            return PictureTick(
                x: place(at), y: y, label: step % 12 == 0 ? String(name.prefix(4)) : name)
        }
        return ticks.count > 1
            ? ticks : [first, last].map { PictureTick(x: place($0), y: y, label: $0.day) }
    }

    /// The number of a moment's month, counted from year 0.
    private func month(of moment: Instant) -> Int {
        let parts = moment.day.split(separator: "-").map { Int($0) ?? 0 }
        return parts.count == 3 ? parts[0] * 12 + parts[1] - 1 : 0
    }
}
