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

    /// `unknown` where more bytes are needed.
    enum Answer { case yes, no, unknown }

    /// An open bracket. `isPlain` where the grammar allows a value at that place.
    struct Frame {
        var isArray: Bool
        var isPlain: Bool
    }

    /// The bytes up to the limit. Structure alone counts: a record whose text is damaged is whole
    /// here, and rejected by itself.
    let scanner: JSONScanner
    let start: Int
    let separation: Separation
    let keys: RecordKeys?
    /// The first keys of the objects around the list.
    let outerFirsts: [[UInt8]]
    /// The key under which the object around the list holds it; nil for none.
    let listKey: [UInt8]?
    /// Whether objects enclose the list.
    let isInner: Bool
    /// Whether the limit is the end of the file.
    let isEndOfFile: Bool
    /// Takes records that may as well be inside the broken one.
    var isLenient = false
    /// Takes records with other keys.
    var takesStrangers = false

    /// Whether the broken element is an object over several lines: its first line holds no key.
    let isOverLines: Bool
    var stack: [Frame] = []
    /// The open arrays of `stack`.
    var openArrays = 0
    /// Where a run of closing brackets ends, and whether it ends the list. A run is looked at once.
    var closingRun: (end: Int, answer: Answer)?
    var isInString = false
    /// The last byte that is no white space.
    var previous = UInt8(ascii: ",")

    /// - Parameters:
    ///   - scanner: Its position is the first byte of the broken element.
    ///   - keys: The keys of a record read before; nil for those of the broken element.
    ///   - around: The first keys of the objects around the list, and the list's own key.
    init(
        _ scanner: JSONScanner, _ separation: Separation, keys: RecordKeys?,
        around: (firsts: [[UInt8]], listKey: [UInt8]?) = ([], nil)
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
        outerFirsts = around.firsts
        listKey = around.listKey
        isInner = !around.firsts.isEmpty
        isOverLines = Self.isOverLines(limited, from: start)
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

    mutating func searchAgain() -> Place {
        stack = []
        openArrays = 0
        isInString = false
        previous = UInt8(ascii: ",")
        return search()
    }

    mutating func search() -> Place {
        var place = start
        while place < scanner.count {
            let byte = scanner.byte(at: place)
            if byte == 0xEF, !isInString, scanner.markLength(at: place) == 3 {
                // No value holds a mark outside its texts: another part begins.
                previous = UInt8(ascii: ",")
                if separation == .lines { (stack, openArrays) = ([], 0) }
                place += 3
                continue
            }
            if byte == UInt8(ascii: "{"), place > start, let found = meetObject(at: place) {
                return found
            }
            if byte == UInt8(ascii: "\""), place > start, let found = meetListKey(at: place) {
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
    func escapes(at place: Int) -> Bool {
        guard place + 1 < scanner.count else { return false }
        let next = scanner.byte(at: place + 1)
        return next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\")
    }

    func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    // MARK: Balanced

    mutating func balance(_ byte: UInt8, at place: Int) -> Place? {
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            let isArray = byte == UInt8(ascii: "[")
            stack.append(Frame(isArray: isArray, isPlain: allowsValue))
            if isArray { openArrays += 1 }
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            let isArray = byte == UInt8(ascii: "]")
            let isOpen = isArray ? openArrays > 0 : stack.count > openArrays
            if isOpen, let open = stack.lastIndex(where: { $0.isArray == isArray }) {
                openArrays -= stack[open...].count(where: \.isArray)
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
    var allowsValue: Bool {
        guard let top = stack.last else { return true }
        if !top.isArray { return previous == UInt8(ascii: ":") }
        return previous == UInt8(ascii: "[") || previous == UInt8(ascii: ",")
    }

    func answer(_ answer: Answer, _ place: Place) -> Place? {
        switch answer {
        case .yes: place
        case .no: nil
        case .unknown: .needsMoreBytes
        }
    }

    /// Whether the list's next element begins behind a comma. Where no whole record is known, an
    /// object may belong to a list inside the broken one.
    func isNext(after comma: Int) -> Answer {
        let place = skipBlanks(from: comma + 1)
        let begins = isElement(at: place)
        guard begins == .yes, keys?.isWhole != true, !isInner,
            scanner.byte(at: place) == UInt8(ascii: "{")
        else { return begins }
        return isInOutermostList(at: place)
    }

    /// Whether an element begins here: a whole object with a key, which no string holds. Where the
    /// list is not known to hold objects, any whole value.
    func isElement(at place: Int) -> Answer {
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
    mutating func isEndOfList(after bracket: Int) -> Answer {
        if let closingRun, bracket < closingRun.end { return closingRun.answer }
        var place = bracket + 1
        while place < scanner.count {
            let byte = scanner.byte(at: place)
            guard isBlank(byte) || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") else {
                break
            }
            place += 1
        }
        let answer = endsList(before: place)
        closingRun = (place, answer)
        return answer
    }

    /// Whether what stands at `place`, behind closing brackets, follows a list.
    func endsList(before place: Int) -> Answer {
        var place = place
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
    func isKey(at place: Int) -> Answer {
        var scanner = scanner
        scanner.position = place
        do throws(ScanFault) {
            _ = try scanner.scanString()
            return try scanner.peek() == UInt8(ascii: ":") ? .yes : .no
        } catch {
            return error.cause == .needsMoreBytes ? .unknown : .no
        }
    }

    // MARK: By lines

    static func isOverLines(_ scanner: JSONScanner, from start: Int) -> Bool {
        guard start < scanner.count, scanner.byte(at: start) == UInt8(ascii: "{") else {
            return false
        }
        for place in start + 1..<scanner.count {
            switch scanner.byte(at: place) {
            case 0x0A: return true
            case 0x20, 0x0D, 0x09: continue
            default: return false
            }
        }
        return false
    }

    /// A line feed ends the broken element, unless the next line plainly continues it: it is
    /// indented or begins with a closing bracket or a key.
    func meetLine(at place: Int) -> Place? {
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

    func skipBlanks(from place: Int) -> Int {
        var place = place
        while place < scanner.count {
            if isBlank(scanner.byte(at: place)) {
                place += 1
            } else {
                guard let length = scanner.markLength(at: place) else { return scanner.count }
                if length == 0 { return place }
                place += length
            }
        }
        return place
    }

    /// The answer where the bytes end too early.
    var atLimit: Answer { scanner.isFinal ? .no : .unknown }
}
