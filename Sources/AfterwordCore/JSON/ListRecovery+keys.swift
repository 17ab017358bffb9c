extension ListRecovery {
    func meetObject(at place: Int) -> Place? {
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

    /// The list's own key, raw, stands in no string: behind it begins the list of another object,
    /// whose records are none of this list.
    func meetListKey(at place: Int) -> Place? {
        guard let listKey, beginsWith(quoted: listKey, at: place) == .yes else { return nil }
        return .outer(place)
    }

    var isBetweenElements: Bool {
        previous == UInt8(ascii: ",") || previous == UInt8(ascii: "}")
            || previous == UInt8(ascii: "]") || previous == UInt8(ascii: "[")
    }

    /// Whether a record with unknown keys begins here: where the keys are not known or found no
    /// record, one of a list that no object encloses; between lines, one outside of all brackets.
    func meetStranger(at place: Int) -> Answer {
        let isBetweenLines = separation == .lines && stack.isEmpty && !isInString
        guard keys == nil || takesStrangers || isBetweenLines else { return .no }
        let begins = isElement(at: place)
        return begins == .yes ? isInOutermostList(at: place) : begins
    }

    /// Whether the list of the element here ends as the outermost list does: not before another
    /// member or the end of an object. Some elements tell.
    func isInOutermostList(at place: Int) -> Answer {
        var scanner = scanner
        scanner.position = place
        for _ in 0..<16 {
            if let fault = scanner.valueFault() {
                return fault.cause == .needsMoreBytes ? .unknown : .no
            }
            scanner.position = skipBlanks(from: scanner.position)
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
    func meetRecord(_ keys: RecordKeys, at place: Int) -> Answer {
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
    func beginsWithKey(_ key: [UInt8], at place: Int) -> Answer {
        beginsWith(quoted: key, at: skipBlanks(from: place + 1))
    }

    /// Whether a key in quotes and a colon stand at `quote`.
    func beginsWith(quoted key: [UInt8], at quote: Int) -> Answer {
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
    func isWhole(
        at place: Int, _ scan: (inout JSONScanner) -> ScanFault?
    ) -> Answer {
        var scanner = scanner
        scanner.position = place
        if let fault = scan(&scanner) { return fault.cause == .needsMoreBytes ? .unknown : .no }
        scanner.position = skipBlanks(from: scanner.position)
        guard !scanner.isAtEnd else { return isEndOfFile ? .yes : atLimit }
        switch scanner.byte(at: scanner.position) {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "["):
            return .yes
        default: return .no
        }
    }

    /// The end of the broken bytes before a record: without commas and white space.
    func end(before place: Int) -> Int {
        var end = place
        while end > start + 1,
            isBlank(scanner.byte(at: end - 1)) || scanner.byte(at: end - 1) == UInt8(ascii: ",")
        {
            end -= 1
        }
        return end
    }
}
