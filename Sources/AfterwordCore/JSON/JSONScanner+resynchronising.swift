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
