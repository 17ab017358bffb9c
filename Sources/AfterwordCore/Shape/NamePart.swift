/// What a name in a pattern takes by what it is called.
enum NamePart {
    case date, year, dayOrMonth, time, number, language, any

    init(_ name: String) {
        switch name.lowercased() {
        case "date", "taken", "created_at", "updated_at", "timestamp", "datetime": self = .date
        case "y", "yyyy", "year": self = .year
        case "m", "mm", "month", "d", "dd", "day": self = .dayOrMonth
        case "time", "hour": self = .time
        case "page", "p", "n", "number", "part", "chunk", "index", "seq": self = .number
        case "lang", "language", "locale", "country", "market", "marketplace": self = .language
        default: self = .any
        }
    }

    /// Whether some bytes are what the name says. Any name takes any bytes where none fit.
    func fits(_ bytes: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .any: true
        case .date: bytes.count <= 32 && isDate(bytes)
        case .year: bytes.count == 4 && Self.isNumber(bytes, 1990...2100)
        case .dayOrMonth: bytes.count <= 2 && Self.isNumber(bytes, 1...31)
        case .time:
            bytes.count <= 10 && bytes.allSatisfy { isDigit($0) || $0 == 0x2D || $0 == 0x5F }
        case .number: bytes.count <= 12 && bytes.allSatisfy(isDigit)
        case .language: Self.isLanguage(bytes)
        }
    }

    private static func isNumber(_ bytes: ArraySlice<UInt8>, _ range: ClosedRange<Int>) -> Bool {
        guard bytes.allSatisfy(isDigit), let value = Int(String(decoding: bytes, as: UTF8.self))
        else { return false }
        return range.contains(value)
    }

    /// `en`, `de-CH`, `zh_Hant`.
    private static func isLanguage(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(omittingEmptySubsequences: false) { $0 == 0x2D || $0 == 0x5F }
        return (1...2).contains(parts.count) && (2...3).contains(parts[0].count)
            && parts.dropFirst().allSatisfy { (2...4).contains($0.count) }
            && parts.joined().allSatisfy { (0x61...0x7A).contains($0 | 0x20) }
    }

    /// `2026-01-05`, `20260105`, `05.01.2026`, `2026-01`, also with a time of six digits, or behind
    /// a T; and seconds or milliseconds since 1970.
    private func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
        let halves = bytes.split(maxSplits: 1, omittingEmptySubsequences: false) {
            $0 | 0x20 == 0x74
        }
        if halves.count == 2, halves[0].last.map(isDigit) == true {
            let time = halves[1].filter { $0 | 0x20 != 0x7A }
            guard !time.isEmpty,
                time.allSatisfy({ isDigit($0) || [0x2D, 0x5F, 0x3A, 0x2E].contains($0) })
            else { return false }
            return isDay(halves[0])
        }
        if isDay(bytes) { return true }
        guard bytes.count > 7, isSeparator(bytes[bytes.endIndex - 7]),
            bytes.suffix(6).allSatisfy(isDigit)
        else { return false }
        return isDay(bytes.dropLast(7))
    }

    private func isSeparator(_ byte: UInt8) -> Bool { [0x2D, 0x5F, 0x2E].contains(byte) }

    private func isDay(_ bytes: ArraySlice<UInt8>) -> Bool {
        let groups = bytes.split(omittingEmptySubsequences: false, whereSeparator: isSeparator)
            .map { Self.month($0) ?? $0 }
        guard groups.joined().allSatisfy(isDigit) else { return false }
        func number(_ bytes: ArraySlice<UInt8>) -> Int {
            Int(String(decoding: bytes, as: UTF8.self)) ?? 0
        }
        func isDate(_ year: Int, _ month: Int, _ day: Int) -> Bool {
            (1990...2100).contains(year) && (1...31).contains(month) && (1...31).contains(day)
                && min(month, day) <= 12
        }
        switch groups.map(\.count) {
        case [10], [13]: return true
        case [8], [14]:
            let text = groups[0]
            return isDate(
                number(text.prefix(4)), number(text.dropFirst(4).prefix(2)),
                number(text.dropFirst(6).prefix(2)))
        case [4, 2, 2], [4, 1, 1], [4, 1, 2], [4, 2, 1]:
            return isDate(number(groups[0]), number(groups[1]), number(groups[2]))
        case [2, 2, 4], [1, 1, 4], [1, 2, 4], [2, 1, 4]:
            return isDate(number(groups[2]), number(groups[0]), number(groups[1]))
        case [4, 2]: return isDate(number(groups[0]), number(groups[1]), 1)
        default: return false
        }
    }

    /// The number of a month by its English name or three letters of it.
    private static func month(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard (3...9).contains(word.count) else { return nil }
        let lower = String(decoding: word, as: UTF8.self).lowercased()
        let names = [
            "january", "february", "march", "april", "may", "june", "july", "august", "september",
            "october", "november", "december",
        ]
        guard let index = names.firstIndex(where: { $0 == lower || $0.prefix(3) == lower }) else {
            return nil
        }
        return Array((index < 9 ? "0" : "").utf8)[...] + Array(String(index + 1).utf8)
    }
}

/// All ways to split one part of a path by the pieces of a pattern.
///
/// Names take what they are called where any way lets them, and a date as much as it can.
struct NameSplit {
    private let part: [UInt8]
    private let pieces: [NamePattern.Piece]
    private var kinds: [NamePart]
    /// The places of names that are settled, by piece.
    private var settled: [Int: Range<Int>] = [:]
    /// Whether the pieces before one may end at a place, and those from it on begin there.
    private var before: [[Bool]] = []
    private var behind: [[Bool]] = []

    init(_ part: [UInt8], _ pieces: [NamePattern.Piece]) {
        self.part = part
        self.pieces = pieces
        kinds = pieces.map { if case .name(let name) = $0 { NamePart(name) } else { .any } }
        walk()
        if !isPossible {
            kinds = kinds.map { _ in .any }
            walk()
        }
        for index in pieces.indices where isPossible {
            guard case .date = kinds[index] else { continue }
            // Of equally long ones the first.
            let longest = ranges(of: index).enumerated().max {
                ($0.element.count, -$0.offset) < ($1.element.count, -$1.offset)
            }
            settled[index] = longest?.element
            walk()
        }
    }

    var isPossible: Bool { before[pieces.count][part.count] }

    /// The ranges that a piece may have, the first and shortest ones first.
    func ranges(of index: Int) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for start in 0...part.count where before[index][start] {
            for end in ends(of: index, from: start) where behind[index + 1][end] {
                found.append(start..<end)
            }
        }
        return found
    }

    /// The values that a piece may have: more than one where nothing decides. A value with a
    /// date of its own at an end, beside a date, may as well be one without it:
    /// `B0-20260105-20260112`.
    func values(of index: Int) -> [ArraySlice<UInt8>] {
        let found = ranges(of: index).map { part[$0] }
        guard found.count == 1, !settled.isEmpty, settled[index] == nil else { return found }
        let value = found[0]
        for place in value.indices where [0x2D, 0x5F, 0x2E].contains(value[place]) {
            let (left, right) = (value[..<place], value[(place + 1)...])
            if NamePart.date.fits(right) { return found + [left] }
            if NamePart.date.fits(left) { return found + [right] }
        }
        return found
    }

    private mutating func walk() {
        let none = [Bool](repeating: false, count: part.count + 1)
        before = Array(repeating: none, count: pieces.count + 1)
        behind = before
        before[0][0] = true
        behind[pieces.count][part.count] = true
        for index in pieces.indices {
            if isFree(index) {
                // Any place behind the first one.
                guard let first = before[index].firstIndex(of: true) else { continue }
                for place in first..<part.count { before[index + 1][place + 1] = true }
                continue
            }
            for start in 0...part.count where before[index][start] {
                for end in ends(of: index, from: start) { before[index + 1][end] = true }
            }
        }
        for index in pieces.indices.reversed() {
            if isFree(index) {
                guard let last = behind[index + 1].lastIndex(of: true) else { continue }
                for place in 0..<last { behind[index][place] = true }
                continue
            }
            for start in 0...part.count where before[index][start] {
                behind[index][start] = ends(of: index, from: start).contains {
                    behind[index + 1][$0]
                }
            }
        }
    }

    private func isFree(_ index: Int) -> Bool {
        guard case .name = pieces[index], case .any = kinds[index] else { return false }
        return settled[index] == nil
    }

    /// Where a piece that begins at a place may end.
    private func ends(of index: Int, from start: Int) -> [Int] {
        if let range = settled[index] { return range.lowerBound == start ? [range.upperBound] : [] }
        switch pieces[index] {
        case .text(let text):
            let end = start + text.count
            return end <= part.count && part[start..<end].elementsEqual(text) ? [end] : []
        case .name:
            guard start < part.count else { return [] }
            if case .any = kinds[index] { return Array(start + 1...part.count) }
            let kind = kinds[index]
            return (start + 1...min(part.count, start + 32)).filter { kind.fits(part[start..<$0]) }
        }
    }
}
