/// What the values of one member say over all records of a place. Each fact is found out once.
final class LeafProfile {
    let name: LeafName
    /// By record; nil where it is missing, null, empty or blank.
    var values: [JSONValue?]

    init(_ name: LeafName, records: Int) {
        self.name = name
        values = Array(repeating: nil, count: records)
    }

    /// The values that are there.
    private(set) lazy var present: [JSONValue] = values.compactMap { $0 }
    var count: Int { present.count }
    var isInAll: Bool { count == values.count }
    /// Whether at most one record in fifty lacks it, and none of a few.
    var isInNearlyAll: Bool { (values.count - count) * 50 <= values.count }

    /// The bytes of the texts, numbers and flags.
    private(set) lazy var scalars: [[UInt8]] = present.compactMap(\.scalar)

    /// Whether every present value is a text, a number or a flag.
    var isScalar: Bool { scalars.count == count }

    private(set) lazy var distinct: Int = Set(scalars).count

    /// The present values whose form is looked at: at most 200, evenly spread.
    private lazy var looked: [JSONValue] =
        count <= 200 ? present : (0..<200).map { present[$0 * count / 200] }

    /// The share of the values looked at for which `holds` is true; 0 where none is present.
    func share(_ holds: (JSONValue) -> Bool) -> Double {
        let looked = looked
        guard !looked.isEmpty else { return 0 }
        return Double(looked.count(where: holds)) / Double(looked.count)
    }

    /// The share of the values looked at whose bytes satisfy `holds`.
    private func byteShare(_ holds: ([UInt8]) -> Bool) -> Double {
        share { $0.scalar.map(holds) ?? false }
    }

    private(set) lazy var isText: Bool = share { $0.text != nil } >= 0.9

    /// The mean length of the texts, in characters.
    private(set) lazy var meanLength: Double = {
        let texts = looked.compactMap(\.text)
        return texts.isEmpty
            ? 0 : Double(texts.reduce(0) { $0 + $1.unicodeScalars.count }) / Double(texts.count)
    }()

    /// Whether the texts are mostly sentences: five words or more, or long without blanks, as
    /// Chinese and Japanese are.
    private(set) lazy var isProse: Bool =
        share { value in
            guard let text = value.text, !Self.isURL(text) else { return false }
            let isDense = text.unicodeScalars.contains { $0.value >= 0x3040 && $0.value < 0xAC00 }
            return text.split(separator: " ").count >= 5 || isDense && text.count >= 10
        } >= 0.5

    private(set) lazy var isURL: Bool = share { $0.text.map(Self.isURL) ?? false } >= 0.5

    private static func isURL(_ text: String) -> Bool {
        text.hasPrefix("http://") || text.hasPrefix("https://") || text.hasPrefix("//")
            || text.hasPrefix("/") && !text.contains(" ")
    }

    // What the values read as.

    /// The share of the values that read as a rating of the scale.
    func ratingShare(scale: Int64) -> Double {
        share { value in
            if case .bool = value { return false }
            guard let bytes = value.scalar else { return false }
            guard case .success = readRating(bytes, scale: scale) else { return false }
            return true
        }
    }

    /// The votes of the bare numbers on the scale.
    private(set) lazy var scaleVote: ScaleVote = scalars.reduce(into: ScaleVote()) { $0.note($1) }

    /// The bare numbers among the values, in hundredths, with how often each occurs.
    private(set) lazy var numbers: [Int64: Int] = scalars.reduce(into: [:]) { numbers, bytes in
        guard isJSONNumber(bytes), let number = Decimal(firstIn: bytes)?.scaled(by: 100, over: 1)
        else { return }
        numbers[number, default: 0] += 1
    }

    /// Whether the values say by their own form that they are ratings (`4.0 out of 5 stars`).
    private(set) lazy var isRatingText: Bool =
        byteShare { bytes in
            guard !isJSONNumber(bytes), let folded = foldWritten(bytes) else { return false }
            return folded.count <= 60 && folded.contains(where: { !$0.isNumber && $0 != "." })
                && readWrittenDate(bytes) == .unreadable && RatingText(folded, scale: 5) != nil
        } >= 0.9

    /// How the values read as times.
    private(set) lazy var times = TimeProfile(looked.map { $0.scalar ?? [] })

    /// The times by record; nil where a value says none.
    private(set) lazy var instants: [Instant?] = {
        let order = times.order.decided
        return values.map { value in
            guard let bytes = value?.scalar, bytes.count <= 200,
                case .moment(let moment) = readWrittenDate(bytes, order: order)
            else { return nil }
            return moment.instant
        }
    }()

    private(set) lazy var flagShare: Double = byteShare {
        if case .success = readFlag($0) { true } else { false }
    }

    /// The share that reads as a count: a number, a text that holds one, or a list that begins with
    /// one.
    private(set) lazy var countShare: Double = share { value in
        if case .bool = value { return false }
        guard let bytes = value.scalar ?? value.elements?.first?.scalar else { return false }
        if case .success = readCount(bytes) { return true }
        return false
    }

    var isListOfCounts: Bool { share { $0.elements != nil } >= 0.9 && countShare >= 0.9 }

    /// The share of values without blanks, at most 128 bytes long.
    private(set) lazy var codeShare: Double = byteShare {
        $0.count <= 128 && !$0.contains(0x20) && !$0.contains(0x0A)
    }
}

/// How many of some values read as times, and of which kind.
struct TimeProfile {
    /// How many values there are, and how many of them are no words for none.
    var noted = 0
    var count = 0
    var read = 0
    var hasZone = 0
    /// Moments with a time of day and no zone.
    var isLocal = 0
    /// Numbers of seconds and of milliseconds since 1970.
    var epochSeconds = 0
    var epochMilliseconds = 0
    /// Moments with a time of day.
    var timed = 0
    var ambiguous = 0
    /// Dates of numbers alone that say which of them is the day.
    var witnesses = 0
    var relative = 0
    var order = DateOrderVote()

    init(_ values: [[UInt8]]) {
        for value in values { note(value) }
    }

    var share: Double { count == 0 ? 0 : Double(read) / Double(count) }
    var isTimed: Bool { timed * 10 >= count * 9 }
    var isZoned: Bool { count > 0 && hasZone * 10 >= count * 9 }

    private mutating func note(_ value: [UInt8]) {
        noted += 1
        count += 1
        guard value.count <= 200 else { return }
        if let orders = dateOrders(value) {
            order.note(orders)
            if (orders.dayFirst == nil) != (orders.monthFirst == nil) { witnesses += 1 }
        }
        switch readWrittenDate(value) {
        case .moment(let moment):
            read += 1
            if moment.hasZone { hasZone += 1 }
            if moment.instant != moment.instant.startOfDay { timed += 1 }
            if !moment.hasZone, moment.instant != moment.instant.startOfDay { isLocal += 1 }
            guard moment.hasZone, isJSONNumber(value) else { return }
            switch Decimal(firstIn: value)?.scaled(by: 1, over: 1) ?? 0 {
            case ...100_000_000_000: epochSeconds += 1
            case ...100_000_000_000_000: epochMilliseconds += 1
            default: return
            }
        case .ambiguous:
            read += 1
            ambiguous += 1
        case .relative:
            read += 1
            relative += 1
        case .absent: count -= 1
        case .unreadable: return
        }
    }
}

/// The members of the records of a place as profiles: scalars, lists and objects at the top level
/// and inside plain objects, three levels deep.
func leafProfiles(_ records: [Members]) -> [LeafProfile] {
    var profiles: [LeafProfile] = []
    var indexes: [[String]: Int] = [:]
    func note(_ path: [String], _ value: JSONValue, _ record: Int) {
        let index = indexes[path] ?? profiles.count
        if index == profiles.count {
            guard index < 256 else { return }
            indexes[path] = index
            profiles.append(LeafProfile(LeafName(path), records: records.count))
        }
        profiles[index].values[record] = value
    }
    func walk(_ members: Members, _ path: [String], _ record: Int) {
        for (key, value) in members where !key.isEmpty {
            let path = path + [key]
            if value.isBlank { continue }
            note(path, value, record)
            guard let inner = value.members, path.count < 4, !isMap(inner) else { continue }
            if namesOneReview(key), isProductLike(members) { continue }
            walk(inner, path, record)
        }
    }
    for (index, record) in records.enumerated() { walk(record, [], index) }
    return profiles
}

extension JSONValue {
    /// Whether the value says nothing: null, an empty list or object, a text of blanks.
    var isBlank: Bool {
        switch self {
        case .null: true
        case .string(let text): text.allSatisfy(\.isWhitespace)
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        case .bool, .number: false
        }
    }
}
