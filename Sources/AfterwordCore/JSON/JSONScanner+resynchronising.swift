extension JSONScanner {
    /// Steps over a broken element, balancing brackets and strings and ignoring grammar. A closing
    /// bracket that nothing opened counts as part of the broken element.
    ///
    /// - Returns: True when the list plainly continues (`,`) or ends (`close`) right after the
    ///   element; false at the end of the bytes.
    mutating func skipBroken(until close: UInt8) -> Bool {
        var open = 0
        var isInString = false
        while position < count {
            let byte = byte(at: position)
            if isInString {
                if byte == UInt8(ascii: "\\") { position += 1 }
                if byte == UInt8(ascii: "\"") { isInString = false }
            } else {
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): open += 1
                case close where open == 0: return true
                case UInt8(ascii: "}"), UInt8(ascii: "]"): open = max(0, open - 1)
                case UInt8(ascii: ",") where open == 0: return true
                default: break
                }
            }
            position += 1
        }
        position = min(position, count)
        return false
    }

    /// Steps over the rest of the line, including its line feed; false when there is no line feed.
    mutating func skipLine() -> Bool {
        while position < count {
            position += 1
            if byte(at: position - 1) == 0x0A { return true }
        }
        return false
    }

    /// Steps over one value; its fault where it is not whole.
    mutating func valueFault() -> ScanFault? {
        do throws(ScanFault) {
            _ = try scanValue()
            return nil
        } catch {
            return error
        }
    }
}

extension JSONScanner {
    /// Whether what stands here is null, or an empty text, list or object: what exports write, and
    /// converters from XML make, for a list without elements. Its bytes are not checked.
    mutating func holdsNothing() throws(ScanFault) -> Bool {
        switch try peek() {
        case UInt8(ascii: "n"): return true
        case UInt8(ascii: "["): return try isEmpty(until: UInt8(ascii: "]"))
        case UInt8(ascii: "{"): return try isEmpty(until: UInt8(ascii: "}"))
        case UInt8(ascii: "\""): return try isBlankText()
        default: return false
        }
    }

    /// The same without an empty list or object, which are lists, or maps, of none.
    mutating func holdsNoList() throws(ScanFault) -> Bool {
        let first = try peek()
        if first == UInt8(ascii: "[") || first == UInt8(ascii: "{") { return false }
        return try holdsNothing()
    }

    private func isEmpty(until close: UInt8) throws(ScanFault) -> Bool {
        var scanner = self
        scanner.position += 1
        return try scanner.peek() == close
    }

    /// Whether a text holds nothing but blanks, be they escaped.
    private func isBlankText() throws(ScanFault) -> Bool {
        var scanner = self
        scanner.position += 1
        while scanner.position < count {
            switch byte(at: scanner.position) {
            case UInt8(ascii: "\""): return true
            case 0x20: break
            case UInt8(ascii: "\\"):
                scanner.position += 1
                guard scanner.position < count else { throw endOfBytes() }
                let letter = byte(at: scanner.position)
                guard [0x6E, 0x72, 0x74].contains(letter) else { return false }
            default: return false
            }
            scanner.position += 1
        }
        throw scanner.endOfBytes()
    }

    /// The length of a byte order mark at a place: 3, or 0 where there is none. Nil where the bytes
    /// end within what may be one.
    func markLength(at place: Int) -> Int? {
        guard place < count, byte(at: place) == 0xEF else { return 0 }
        let rest: [UInt8] = [0xBB, 0xBF]
        for index in rest.indices {
            guard place + 1 + index < count else { return isFinal ? 0 : nil }
            guard byte(at: place + 1 + index) == rest[index] else { return 0 }
        }
        return 3
    }

    /// Steps over white space and byte order marks, which stand between files that were joined.
    ///
    /// - Returns: Whether a byte follows that is neither.
    mutating func skipBlanksAndMarks() -> Bool {
        while true {
            skipWhitespace()
            guard position < count else { return false }
            guard base[position] == 0xEF else { return true }
            guard let length = markLength(at: position) else { return false }
            if length == 0 { return true }
            position += length
        }
    }
}
