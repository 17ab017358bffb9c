import AfterwordCore

/// The numbers that a schema allows.
struct NumberRange: Sendable {
    private var low: Double
    private var high: Double
    private let excludesLow: Bool
    private let excludesHigh: Bool
    private let step: Decimal?
    private let isWhole: Bool
    /// The bounds of a whole number, exact also where a `Double` is not; nil where there are none,
    /// or none that an `Int` can hold.
    private let least: Int?
    private let most: Int?

    /// A positive decimal number without rounding: `digits` · 10^-`places`.
    struct Decimal: Sendable {
        var digits: Int
        var places: Int

        /// Nil for a number that is not positive, or too long.
        init?(_ written: String) {
            var text = written
            var shift = 0
            if let mark = text.firstIndex(where: { $0 == "e" || $0 == "E" }) {
                guard let power = Int(text[text.index(after: mark)...]) else { return nil }
                shift = -power
                text = String(text[..<mark])
            }
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let fraction = parts.count == 2 ? parts[1] : ""
            guard let digits = Int(parts[0] + fraction), digits > 0 else { return nil }
            (self.digits, places) = (digits, fraction.count + shift)
            while places < 0, self.digits < 1 << 40 {
                self.digits *= 10
                places += 1
            }
            guard (0...15).contains(places) else { return nil }
        }

        var value: Double { Double(digits) / power(places) }

        /// `count` times the number, written out.
        func times(_ count: Int) -> String {
            let (product, overflow) = digits.multipliedReportingOverflow(by: count)
            if overflow { return "0" }
            guard places > 0 else { return String(product) }
            var text = String(product.magnitude)
            while text.count <= places { text = "0" + text }
            let point = text.index(text.endIndex, offsetBy: -places)
            return (product < 0 ? "-" : "") + text[..<point] + "." + text[point...]
        }

        private func power(_ places: Int) -> Double { (0..<places).reduce(1.0) { p, _ in p * 10 } }
    }

    init(_ schema: JSONValue, isWhole: Bool) {
        let least = schema["minimum"]?.decimal ?? -.infinity
        let above = schema["exclusiveMinimum"]?.decimal ?? -.infinity
        let most = schema["maximum"]?.decimal ?? .infinity
        let below = schema["exclusiveMaximum"]?.decimal ?? .infinity
        (low, high) = (max(least, above), min(most, below))
        (excludesLow, excludesHigh) = (
            above >= least && above.isFinite, below <= most && below.isFinite
        )
        self.isWhole = isWhole
        self.least = [
            Self.bound(schema["minimum"], .up), Self.bound(schema["exclusiveMinimum"], .up, by: 1),
        ].compactMap(\.self).max()
        self.most = [
            Self.bound(schema["maximum"], .down),
            Self.bound(schema["exclusiveMaximum"], .down, by: -1),
        ].compactMap(\.self).min()
        if case .number(let digits)? = schema["multipleOf"] {
            step = Decimal(digits)
        } else {
            step = nil
        }
    }

    /// The whole number that a bound leaves.
    ///
    /// - Parameter step: How far the number is from a bound that is one itself.
    private static func bound(
        _ value: JSONValue?, _ rule: FloatingPointRoundingRule, by step: Int = 0
    ) -> Int? {
        guard case .number(let digits)? = value else { return nil }
        if let exact = Int(digits) {
            let (moved, overflow) = exact.addingReportingOverflow(step)
            return overflow ? nil : moved
        }
        guard let number = Double(digits) else { return nil }
        let rounded = number.rounded(rule)
        guard let whole = Int(exactly: rounded) else { return nil }
        return rounded == number ? whole.addingReportingOverflow(step).partialValue : whole
    }

    /// Whether no number is within the bounds.
    var isEmpty: Bool {
        if low > high || (low == high && (excludesLow || excludesHigh)) { return true }
        guard isWhole, let least, let most else { return false }
        return least > most
    }

    private func holds(_ number: Double) -> Bool {
        (excludesLow ? number > low : number >= low)
            && (excludesHigh ? number < high : number <= high)
    }

    func contains(_ found: QuestionFacts.Number) -> Bool {
        guard holds(found.value) else { return false }
        // Beyond that not every whole number is a `Double`.
        if isWhole, found.value.rounded() != found.value || found.value.magnitude >= 9e15 {
            return false
        }
        guard let step else { return true }
        let count = found.value / step.value
        return count.rounded() == count
    }

    /// An allowed number near the usual one, written out.
    func nearest(_ usual: Double, _ random: inout SplitMix64) -> String {
        if holds(usual), step == nil { return written(usual) }
        if let step { return multiple(of: step, near: usual) }
        if isWhole { return whole(near: usual) }
        if low.isFinite, high.isFinite {
            let part = Double(1 + random.draw(below: 3)) / 4
            let middle = low + (high - low) * part
            let short = (middle * 100).rounded() / 100
            return written(holds(short) ? short : middle)
        }
        if low.isFinite { return written(excludesLow ? low + 1 : low) }
        return written(excludesHigh ? high - 1 : high)
    }

    private func whole(near usual: Double) -> String {
        let near = Int(usual.clamped.rounded())
        if least != nil || most != nil {
            return String(max(least ?? .min, min(most ?? .max, near)))
        }
        return written(max(low.rounded(.up), min(high.rounded(.down), usual)))
    }

    private func multiple(of step: Decimal, near usual: Double) -> String {
        let size = step.value
        let wanted = max(low, min(high, usual))
        let first = Int((wanted / size).rounded(.towardZero).clamped)
        // Nearest first; a number whose quotient is not whole in floating point is passed over, as
        // validators compute with such.
        for distance in 0..<2_000 {
            for count in distance == 0 ? [first] : [first + distance, first - distance] {
                let text = step.times(count)
                guard let number = Double(text), holds(number) else { continue }
                if isWhole, number.rounded() != number { continue }
                let quotient = number / size
                if quotient.rounded() == quotient {
                    return isWhole ? String(Int(number.clamped)) : text
                }
            }
        }
        return step.times(first)
    }

    private func written(_ number: Double) -> String {
        if isWhole, let whole = Int(exactly: number.rounded()) { return String(whole) }
        if number.rounded() == number, number.magnitude < 9e15 {
            return String(Int(number)) + ".0"
        }
        return String(number)
    }
}

extension Double {
    /// The number within what an `Int` can hold.
    fileprivate var clamped: Double { Swift.max(-9e15, Swift.min(9e15, self)) }
}

/// A usual number for a name: an age, a price, a share, a year, stars, a count.
func usualNumber(_ name: String, isWhole: Bool, random: inout SplitMix64) -> Double {
    let name = name.lowercased()
    func holds(_ words: String...) -> Bool { words.contains { name.contains($0) } }
    func draw(_ range: ClosedRange<Int>) -> Double {
        Double(range.lowerBound + Int(random.draw(below: UInt64(range.count))))
    }
    if holds("percent", "pct") { return draw(5...95) }
    if !isWhole, holds("confidence", "probability", "share", "ratio", "similarity", "weight") {
        return draw(50...99) / 100
    }
    if holds("year") { return draw(2019...2026) }
    if holds("month") { return draw(1...12) }
    if holds("day") { return draw(1...28) }
    if holds("hour") { return draw(0...23) }
    if holds("minute", "second") { return draw(1...59) }
    if holds("rating", "stars", "score", "priority") {
        return isWhole ? draw(1...5) : draw(2...10) / 2
    }
    if name == "age" || name.hasSuffix("_age") || name.hasPrefix("age_") { return draw(21...68) }
    if holds("lat") { return isWhole ? 48 : 48.14 }
    if holds("lon", "lng") { return isWhole ? 11 : 11.58 }
    if holds("price", "amount", "cost", "total", "salary", "revenue") {
        return isWhole ? draw(10...200) : draw(5...199) + 0.99
    }
    if holds("population") { return draw(20...900) * 1_000 }
    return isWhole ? draw(1...12) : draw(2...40) / 4
}

/// A text of a format of JSON Schema; nil for one that is not known.
func formatted(_ format: String, _ random: inout SplitMix64) -> String? {
    func two(_ range: ClosedRange<Int>) -> String {
        let number = range.lowerBound + Int(random.draw(below: UInt64(range.count)))
        return number < 10 ? "0\(number)" : String(number)
    }
    switch format {
    case "date": return "2026-\(two(1...12))-\(two(1...28))"
    case "time": return "\(two(8...18)):\(two(0...59)):00Z"
    case "date-time":
        return "2026-\(two(1...12))-\(two(1...28))T\(two(8...18)):\(two(0...59)):00Z"
    case "duration": return "P\(1 + random.draw(below: 9))D"
    case "email": return "ada.lovelace@example.com"
    case "hostname": return "www.example.com"
    case "ipv4": return "192.0.2.\(1 + random.draw(below: 254))"
    case "ipv6": return "2001:db8::\(String(1 + random.draw(below: 65_534), radix: 16))"
    case "uri", "url", "iri": return "https://example.com/"
    case "uuid":
        let digits = Array(hexadecimalID("", random.next(), digits: 32))
        let parts = [
            digits[0..<8], digits[8..<12], "4" + digits[13..<16], "8" + digits[17..<20],
            digits[20..<32],
        ]
        return parts.map { String($0) }.joined(separator: "-")
    default: return nil
    }
}
