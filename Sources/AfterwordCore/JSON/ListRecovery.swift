/// Finds where a list goes on behind a broken element.
///
/// The damage may have cut a string or left brackets open, so the bytes behind it are read in two
/// ways at once: balanced, as if only the element were damaged, and by the keys of the list's
/// records, which stand in no string (`RecordKeys`). The first place that both the grammar behind
/// it and one of the two confirm is the answer. At most `ParseLimit.recordBytes` are looked at, and
/// the answer does not depend on how many bytes have arrived: where it would, it is
/// `needsMoreBytes`.
struct ListRecovery {
    /// Where the list goes on.
    enum Place: Equatable {
        /// A record begins here; the broken bytes end at `end`.
        case record(Int, end: Int)
        /// The list plainly continues (`,`), ends, or has another line here.
        case boundary(Int)
        /// An element of the list around this one begins: this list was cut.
        case outer(Int)
        case nowhere
        case needsMoreBytes
    }

    /// How the elements of the list are kept apart.
    enum Separation { case commas, lines }

    private enum Answer { case yes, no, unknown }

    /// An open bracket. `isPlain` where the grammar allows a value at that place.
    private struct Frame {
        var isArray: Bool
        var isPlain: Bool
    }

    /// The bytes up to the limit. Structure alone counts: a record whose text is damaged is whole
    /// here, and rejected by itself.
    private let scanner: JSONScanner
    private let start: Int
    private let separation: Separation
    private let keys: RecordKeys?
    /// The first keys of the objects around the list.
    private let outerFirsts: [[UInt8]]
    /// Whether objects enclose the list.
    private let isInner: Bool
    /// Whether the limit is the end of the file.
    private let isEndOfFile: Bool
    /// Takes records that may as well be inside the broken one.
    private var isLenient = false
    /// Takes records with other keys.
    private var takesStrangers = false

    private var stack: [Frame] = []
    private var isInString = false
    /// The last byte that is no white space.
    private var previous = UInt8(ascii: ",")

    /// - Parameters:
    ///   - scanner: Its position is the first byte of the broken element.
    ///   - keys: The keys of a record read before; nil for those of the broken element.
    init(
        _ scanner: JSONScanner, _ separation: Separation, keys: RecordKeys?,
        outerFirsts: [[UInt8]] = []
    ) {
        start = scanner.position
        let limit = min(scanner.count, start + ParseLimit.recordBytes)
        let isLimited = scanner.count - start >= ParseLimit.recordBytes
        isEndOfFile = scanner.isFinal && limit == scanner.count
        let limited = JSONScanner(
            UnsafeRawBufferPointer(start: scanner.base, count: limit), from: start,
            isFinal: scanner.isFinal || isLimited, isStrict: scanner.isStrict,
            checksUTF8: false)
        self.scanner = limited
        self.separation = separation
        self.keys = keys ?? RecordKeys(limited)
        self.outerFirsts = outerFirsts
        isInner = !outerFirsts.isEmpty
    }

    /// The place. Where there is none, `isLenient` also takes a record that may as well be inside
    /// the broken one, and then, where no whole record is known, one with other keys.
    mutating func find(isLenient: Bool = true) -> Place {
        var place = search()
        guard isLenient else { return place }
        self.isLenient = true
        if place == .nowhere, keys != nil { place = searchAgain() }
        guard place == .nowhere, keys?.isWhole != true else { return place }
        takesStrangers = true
        return searchAgain()
    }

    private mutating func searchAgain() -> Place {
        stack = []
        isInString = false
        previous = UInt8(ascii: ",")
        return search()
    }

    private mutating func search() -> Place {
        var place = start
        while place < scanner.count {
            let byte = scanner.byte(at: place)
            if byte == UInt8(ascii: "{"), place > start, let found = meetObject(at: place) {
                return found
            }
            if byte == 0x0A, separation == .lines, let found = meetLine(at: place) { return found }
            if isInString {
                if byte == UInt8(ascii: "\\"), escapes(at: place) { place += 1 }
                if byte == UInt8(ascii: "\"") { isInString = false }
            } else if let found = balance(byte, at: place) {
                return found
            }
            if !isBlank(byte) { previous = byte }
            place += 1
        }
        return scanner.isFinal ? .nowhere : .needsMoreBytes
    }

    /// Whether a backslash keeps the next byte from ending the string; the string may be cut behind
    /// it.
    private func escapes(at place: Int) -> Bool {
        guard place + 1 < scanner.count else { return false }
        let next = scanner.byte(at: place + 1)
        return next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\")
    }

    private func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    // MARK: Balanced

    private mutating func balance(_ byte: UInt8, at place: Int) -> Place? {
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            stack.append(Frame(isArray: byte == UInt8(ascii: "["), isPlain: allowsValue))
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            let isArray = byte == UInt8(ascii: "]")
            if let open = stack.lastIndex(where: { $0.isArray == isArray }) {
                stack.removeSubrange(open...)
            } else if isArray, separation == .commas {
                return answer(isEndOfList(after: place), .boundary(place))
            }
        case UInt8(ascii: ",") where stack.isEmpty && separation == .commas:
            return answer(isNext(after: place), .boundary(place))
        default: break
        }
        return nil
    }

    /// Whether the grammar allows a value here, after `previous`.
    private var allowsValue: Bool {
        guard let top = stack.last else { return true }
        if !top.isArray { return previous == UInt8(ascii: ":") }
        return previous == UInt8(ascii: "[") || previous == UInt8(ascii: ",")
    }

    private func answer(_ answer: Answer, _ place: Place) -> Place? {
        switch answer {
        case .yes: place
        case .no: nil
        case .unknown: .needsMoreBytes
        }
    }

    /// Whether the list's next element begins behind a comma. Where no whole record is known, an
    /// object may belong to a list inside the broken one.
    private func isNext(after comma: Int) -> Answer {
        let place = skipBlanks(from: comma + 1)
        let begins = isElement(at: place)
        guard begins == .yes, keys?.isWhole != true, !isInner,
            scanner.byte(at: place) == UInt8(ascii: "{")
        else { return begins }
        return isInOutermostList(at: place)
    }

    /// Whether an element begins here: a whole object with a key, which no string holds. Where the
    /// list is not known to hold objects, any whole value.
    private func isElement(at place: Int) -> Answer {
        guard place < scanner.count else { return atLimit }
        if scanner.byte(at: place) == UInt8(ascii: "{") {
            let key = skipBlanks(from: place + 1)
            guard key < scanner.count else { return atLimit }
            guard scanner.byte(at: key) == UInt8(ascii: "\"") else { return .no }
            if let keys, let first = RecordKeys.firstKey(scanner, at: place) {
                // The next element may be broken too; it is rejected by itself then.
                if first == keys.first, keys.isUnlikeItsInner { return .yes }
                if first != keys.first, keys.holdsInner(beginningWith: first) { return .no }
            }
        } else if keys != nil {
            return .no
        }
        return isWhole(at: place) { $0.valueFault() }
    }

    /// Whether a closing bracket ends the list: no string holds what follows it.
    private func isEndOfList(after bracket: Int) -> Answer {
        var place = bracket + 1
        while place < scanner.count {
            let byte = scanner.byte(at: place)
            guard isBlank(byte) || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") else {
                break
            }
            place += 1
        }
        if place < scanner.count, scanner.byte(at: place) == UInt8(ascii: ",") {
            place = skipBlanks(from: place + 1)
            if place < scanner.count, scanner.byte(at: place) == UInt8(ascii: "\"") {
                return isKey(at: place)
            }
        } else if place >= scanner.count {
            return isEndOfFile ? .yes : atLimit
        }
        while place < scanner.count, scanner.byte(at: place) == UInt8(ascii: "[") {
            place = skipBlanks(from: place + 1)
        }
        guard place < scanner.count else { return atLimit }
        guard scanner.byte(at: place) == UInt8(ascii: "{") else { return .no }
        let key = skipBlanks(from: place + 1)
        guard key < scanner.count else { return atLimit }
        return scanner.byte(at: key) == UInt8(ascii: "\"") ? .yes : .no
    }

    /// Whether a key and its colon begin at a quote.
    private func isKey(at place: Int) -> Answer {
        var scanner = scanner
        scanner.position = place
        do throws(ScanFault) {
            _ = try scanner.scanString()
            return try scanner.peek() == UInt8(ascii: ":") ? .yes : .no
        } catch {
            return error.cause == .needsMoreBytes ? .unknown : .no
        }
    }

    // MARK: By keys

    private func meetObject(at place: Int) -> Place? {
        guard previous != UInt8(ascii: ":") else { return nil }
        // The grammar allows an object here: it may be part of the broken record.
        let mayBeInner =
            !isInString && stack.last?.isArray == true && stack.last?.isPlain == true
            && allowsValue && !isLenient
        if let keys, !mayBeInner || keys.isUnlikeItsInner {
            let found = meetRecord(keys, at: place)
            if found != .no { return answer(found, .record(place, end: end(before: place))) }
        }
        if !mayBeInner, !isInner, isInString || isBetweenElements {
            let found = meetStranger(at: place)
            if found != .no { return answer(found, .record(place, end: end(before: place))) }
        }
        for first in outerFirsts {
            if mayBeInner, keys?.isWhole != true || keys?.holdsInner(beginningWith: first) == true {
                continue
            }
            let found = beginsWithKey(first, at: place)
            if found != .no { return answer(found, .outer(place)) }
        }
        return nil
    }

    private var isBetweenElements: Bool {
        previous == UInt8(ascii: ",") || previous == UInt8(ascii: "}")
            || previous == UInt8(ascii: "]") || previous == UInt8(ascii: "[")
    }

    /// Whether a record with unknown keys begins here: where the keys are not known or found no
    /// record, one of a list that no object encloses; between lines, one outside of all brackets.
    private func meetStranger(at place: Int) -> Answer {
        let isBetweenLines = separation == .lines && stack.isEmpty && !isInString
        guard keys == nil || takesStrangers || isBetweenLines else { return .no }
        let begins = isElement(at: place)
        return begins == .yes ? isInOutermostList(at: place) : begins
    }

    /// Whether the list of the element here ends as the outermost list does: not before another
    /// member or the end of an object. Some elements tell.
    private func isInOutermostList(at place: Int) -> Answer {
        var scanner = scanner
        scanner.position = place
        for _ in 0..<16 {
            if let fault = scanner.valueFault() {
                return fault.cause == .needsMoreBytes ? .unknown : .no
            }
            scanner.skipWhitespace()
            guard !scanner.isAtEnd else { return isEndOfFile ? .yes : atLimit }
            switch scanner.byte(at: scanner.position) {
            case UInt8(ascii: ","):
                scanner.position = skipBlanks(from: scanner.position + 1)
                guard !scanner.isAtEnd else { return isEndOfFile ? .yes : atLimit }
                guard scanner.byte(at: scanner.position) == UInt8(ascii: "{") else { return .no }
            case UInt8(ascii: "{"): continue
            case UInt8(ascii: "]"):
                let next = skipBlanks(from: scanner.position + 1)
                guard next < scanner.count else { return isEndOfFile ? .yes : atLimit }
                if scanner.byte(at: next) == UInt8(ascii: "}") { return .no }
                guard scanner.byte(at: next) == UInt8(ascii: ",") else { return .yes }
                let member = skipBlanks(from: next + 1)
                guard member < scanner.count else { return atLimit }
                return scanner.byte(at: member) == UInt8(ascii: "\"") ? .no : .yes
            default: return .yes
            }
        }
        return .yes
    }

    /// Whether a whole record of the list's kind begins here.
    private func meetRecord(_ keys: RecordKeys, at place: Int) -> Answer {
        let begins = beginsWithKey(keys.first, at: place)
        guard begins == .yes else { return begins }
        return isWhole(at: place) { scanner in
            var found: [[UInt8]] = []
            let fault = RecordKeys.scan(&scanner, into: &found)
            guard fault == nil, !keys.resemble(found) else { return fault }
            return scanner.fault(.expectedKey)
        }
    }

    /// Whether the object at `place` begins with a key.
    private func beginsWithKey(_ key: [UInt8], at place: Int) -> Answer {
        let quote = skipBlanks(from: place + 1)
        guard quote < scanner.count else { return atLimit }
        guard scanner.byte(at: quote) == UInt8(ascii: "\"") else { return .no }
        let found = quote + 1
        for index in key.indices {
            guard found + index < scanner.count else { return atLimit }
            guard scanner.byte(at: found + index) == key[index] else { return .no }
        }
        guard found + key.count < scanner.count else { return atLimit }
        guard scanner.byte(at: found + key.count) == UInt8(ascii: "\"") else { return .no }
        let colon = skipBlanks(from: found + key.count + 1)
        guard colon < scanner.count else { return atLimit }
        return scanner.byte(at: colon) == UInt8(ascii: ":") ? .yes : .no
    }

    /// Whether a value is whole and something follows it that may follow an element.
    private func isWhole(
        at place: Int, _ scan: (inout JSONScanner) -> ScanFault?
    ) -> Answer {
        var scanner = scanner
        scanner.position = place
        if let fault = scan(&scanner) { return fault.cause == .needsMoreBytes ? .unknown : .no }
        scanner.skipWhitespace()
        guard !scanner.isAtEnd else { return isEndOfFile ? .yes : atLimit }
        switch scanner.byte(at: scanner.position) {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "["):
            return .yes
        default: return .no
        }
    }

    /// The end of the broken bytes before a record: without commas and white space.
    private func end(before place: Int) -> Int {
        var end = place
        while end > start + 1,
            isBlank(scanner.byte(at: end - 1)) || scanner.byte(at: end - 1) == UInt8(ascii: ",")
        {
            end -= 1
        }
        return end
    }

    // MARK: By lines

    /// Whether the broken element is an object over several lines: its first line holds no key.
    private var isOverLines: Bool {
        guard scanner.byte(at: start) == UInt8(ascii: "{") else { return false }
        var place = start + 1
        while place < scanner.count, isBlank(scanner.byte(at: place)) {
            if scanner.byte(at: place) == 0x0A { return true }
            place += 1
        }
        return false
    }

    /// A line feed ends the broken element, unless the next line plainly continues it: it is
    /// indented or begins with a closing bracket or a key.
    private func meetLine(at place: Int) -> Place? {
        let next = place + 1
        guard next < scanner.count else {
            return isEndOfFile ? .boundary(next) : answer(atLimit, .nowhere)
        }
        guard isOverLines else { return .boundary(next) }
        switch scanner.byte(at: next) {
        case 0x20, 0x09, UInt8(ascii: "}"), UInt8(ascii: "\""): return nil
        default: return .boundary(next)
        }
    }

    private func skipBlanks(from place: Int) -> Int {
        var place = place
        while place < scanner.count, isBlank(scanner.byte(at: place)) { place += 1 }
        return place
    }

    /// The answer where the bytes end too early.
    private var atLimit: Answer { scanner.isFinal ? .no : .unknown }
}
