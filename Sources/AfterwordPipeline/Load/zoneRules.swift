package import AfterwordCore
import Foundation

extension Shape {
    /// The shape with the rules of the zones that it names, by this machine's data.
    ///
    /// - Throws: `ShapeFault` for a name that no zone has.
    package func withZones() throws(ShapeFault) -> Shape {
        var shape = self
        for name in zoneNames {
            guard let rules = zoneRules(named: name) else {
                throw ShapeFault(description: "no time zone is known as \"\(name)\" here")
            }
            shape.zones[name] = rules
        }
        return shape
    }
}

/// The offsets of a zone of the IANA database from 1995 to 2040; nil for a name that no zone has.
func zoneRules(named name: String) -> ZoneRules? {
    guard let zone = TimeZone(identifier: name) else { return nil }
    func offset(_ seconds: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(seconds))))
    }
    let first = offset(firstZoned)
    var changes: [(at: Instant, seconds: Int64)] = []
    var (time, last) = (firstZoned, first)
    while time < lastZoned {
        let next = time + zoneStep
        if offset(next) != last {
            // Halves the span down to the second of the change.
            var (before, after) = (time, next)
            while after - before > 1 {
                let middle = (before + after) / 2
                if offset(middle) == last { before = middle } else { after = middle }
            }
            last = offset(next)
            changes.append((Instant(seconds: after), last))
        }
        time = next
    }
    return ZoneRules(first: first, changes: changes)
}

/// 1995-01-01 and 2040-01-01, in seconds since 1970.
private let firstZoned: Int64 = 788_918_400
private let lastZoned: Int64 = 2_208_988_800
/// Zones keep an offset for weeks at least, so that three days miss none.
private let zoneStep: Int64 = 3 * 86_400
