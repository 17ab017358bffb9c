/// The offsets of a time zone from UTC over time. Core has no data of zones: the rules of a named
/// zone are given to it (`Shape.zones`).
package struct ZoneRules: Equatable, Sendable {
    /// Offsets in seconds, east of UTC positive, in the order of time.
    private var offsets: [Int64]
    /// For each offset but the first, the local time in seconds from which it counts.
    private var localStarts: [Int64] = []

    /// A zone with one offset.
    package init(seconds: Int64) { offsets = [seconds] }

    /// A zone whose offset changes.
    ///
    /// - Parameters:
    ///   - first: The offset before the first change, in seconds.
    ///   - changes: The instants of the changes in order, each with the offset from then on. They
    ///     must lie more than a day apart.
    package init(first: Int64, changes: [(at: Instant, seconds: Int64)]) {
        offsets = [first]
        for change in changes {
            let start = Instant.floorDivide(change.at.microseconds, 1_000_000)
            localStarts.append(start + max(offsets[offsets.count - 1], change.seconds))
            offsets.append(change.seconds)
        }
    }

    /// The moment of a local time that is written as if it were UTC. Of a time that clocks show
    /// twice it is the first; a time that they skip counts on from the last one before it.
    package func instant(ofLocal local: Instant) -> Instant {
        let seconds = Instant.floorDivide(local.microseconds, 1_000_000)
        var (low, high) = (0, localStarts.count)
        while low < high {
            let middle = (low + high) / 2
            if localStarts[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return local.adding(seconds: -offsets[low])
    }
}

/// The zone that a shape reads times by that name none.
package enum ShapeZone: Hashable, Sendable {
    /// A fixed offset from UTC in seconds, east positive.
    case offset(seconds: Int64)
    /// A zone of the IANA database, whose rules are given to the shape.
    case named(String)

    /// `Z`, `UTC`, `+02:00`, `-0330`, or a name as `Europe/Berlin`; nil for any other text.
    init?(_ written: String) {
        if ["Z", "UTC", "GMT"].contains(written) {
            self = .offset(seconds: 0)
        } else if written.hasPrefix("+") || written.hasPrefix("-") {
            guard let instant = Instant(iso8601: "1970-01-02T00:00" + written) else { return nil }
            self = .offset(seconds: 86_400 - instant.microseconds / 1_000_000)
        } else {
            let isName = written.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || "_+-/".contains($0))
            }
            guard isName, written.contains(where: \.isLetter) else { return nil }
            self = .named(written)
        }
    }
}
