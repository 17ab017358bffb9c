/// A fault that the scanner found: its cause, and its offset in the scanned bytes.
package struct ScanFault: Error, Equatable, Sendable {
    /// Why the scan stopped.
    package enum Cause: Equatable, Sendable {
        /// The bytes end inside a value, and more bytes may follow.
        case needsMoreBytes
        case reject(RejectReason)
    }
    package var cause: Cause
    package var offset: Int
}

/// A validating JSON scanner over bytes in memory (RFC 8259, UTF-8).
///
/// It builds no tree: it steps over values, reports their ranges and validates every byte it
/// passes. Tolerant scanning accepts a bare `NaN`, `Infinity` or `-Infinity` as a value and counts
/// it; strict scanning rejects it. Offsets are relative to the first byte.
///
/// The base pointer is borrowed: a scanner must not outlive the `withUnsafeBytes` call of its
/// bytes.
struct JSONScanner {
    let base: UnsafePointer<UInt8>
    let count: Int
    /// Whether no more bytes follow; a value cut off by the end is then `truncated`.
    let isFinal: Bool
    let isStrict: Bool
    /// Whether bytes that are no UTF-8 are a fault; else each of them is stepped over.
    let checksUTF8: Bool
    var position: Int
    private(set) var nonstandardLiterals = 0
    private var depth = 0

    /// - Precondition: At most 2 GiB.
    init(
        _ bytes: UnsafeRawBufferPointer, from position: Int = 0, isFinal: Bool, isStrict: Bool,
        checksUTF8: Bool = true
    ) {
        precondition(bytes.count <= Int(Int32.max), "a scanned window is at most 2 GiB")
        // An empty buffer may have no address; no byte of an empty buffer is ever read.
        base =
            bytes.count == 0
            ? UnsafePointer(bitPattern: 1)! : bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
        count = bytes.count
        self.position = position
        self.isFinal = isFinal
        self.isStrict = isStrict
        self.checksUTF8 = checksUTF8
    }

    func byte(at index: Int) -> UInt8 { base[index] }
    var isAtEnd: Bool { position >= count }
    mutating func resetLiteralCount() { nonstandardLiterals = 0 }

    func fault(_ reason: RejectReason, at offset: Int? = nil) -> ScanFault {
        ScanFault(cause: .reject(reason), offset: offset ?? position)
    }

    /// The fault for bytes that end inside a value.
    func endOfBytes() -> ScanFault {
        ScanFault(cause: isFinal ? .reject(.truncated) : .needsMoreBytes, offset: position)
    }

    mutating func skipWhitespace() {
        while position < count {
            let byte = base[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    /// The next byte that is not white space; it is not consumed.
    mutating func peek() throws(ScanFault) -> UInt8 {
        skipWhitespace()
        guard position < count else { throw endOfBytes() }
        return base[position]
    }

    /// Steps over one value of any kind.
    mutating func scanValue() throws(ScanFault) -> JSONToken {
        let first = try peek()
        let start = position
        let kind: JSONToken.Kind
        switch first {
        case UInt8(ascii: "\""):
            kind = try scanString() ? .escapedString : .string
        case UInt8(ascii: "{"):
            try skipObject()
            kind = .object
        case UInt8(ascii: "["):
            try skipArray()
            kind = .array
        default:
            kind = try scanScalar(first)
        }
        return JSONToken(kind: kind, start: Int32(start), end: Int32(position))
    }

    private mutating func scanScalar(_ first: UInt8) throws(ScanFault) -> JSONToken.Kind {
        switch first {
        case UInt8(ascii: "t"):
            try scanLiteral("true")
            return .yes
        case UInt8(ascii: "f"):
            try scanLiteral("false")
            return .no
        case UInt8(ascii: "n"):
            try scanLiteral("null")
            return .null
        case UInt8(ascii: "N"):
            if hasPrefix("Non") { throw fault(.pythonRepr) }
            return try scanNonstandard("NaN")
        case UInt8(ascii: "I"):
            return try scanNonstandard("Infinity")
        case UInt8(ascii: "-"):
            if position + 1 >= count { throw endOfBytes() }
            if base[position + 1] == UInt8(ascii: "I") { return try scanNonstandard("-Infinity") }
            try scanNumber()
            return .number
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            try scanNumber()
            return .number
        case UInt8(ascii: "'"), UInt8(ascii: "T"), UInt8(ascii: "F"):
            throw fault(.pythonRepr)
        default:
            throw fault(.expectedValue)
        }
    }

    func hasPrefix(_ literal: StaticString) -> Bool {
        guard position + literal.utf8CodeUnitCount <= count else { return false }
        for index in 0..<literal.utf8CodeUnitCount
        where base[position + index] != literal.utf8Start[index] { return false }
        return true
    }

    private mutating func scanLiteral(_ literal: StaticString) throws(ScanFault) {
        for index in 0..<literal.utf8CodeUnitCount {
            guard position + index < count else { throw endOfBytes() }
            guard base[position + index] == literal.utf8Start[index] else {
                throw fault(.badLiteral)
            }
        }
        position += literal.utf8CodeUnitCount
        try endOfScalar(.badLiteral)
    }

    /// Checks the byte after a bare literal or number. At the end of the bytes the value may
    /// continue in the next ones; a letter or digit right after it makes it invalid.
    private func endOfScalar(_ reason: RejectReason) throws(ScanFault) {
        guard position < count else {
            if isFinal { return }
            throw endOfBytes()
        }
        switch base[position] {
        case 0x20, 0x0A, 0x0D, 0x09, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"),
            UInt8(ascii: ":"):
            return
        default:
            throw fault(reason)
        }
    }

    private mutating func scanNonstandard(
        _ literal: StaticString
    ) throws(ScanFault) -> JSONToken.Kind {
        if isStrict { throw fault(.nonstandardLiteral) }
        try scanLiteral(literal)
        nonstandardLiterals += 1
        return .nonstandard
    }

    private mutating func scanNumber() throws(ScanFault) {
        if base[position] == UInt8(ascii: "-") { position += 1 }
        guard position < count else { throw endOfBytes() }
        if base[position] == UInt8(ascii: "0") {
            position += 1
        } else {
            try scanDigits()
        }
        if position < count, base[position] == UInt8(ascii: ".") {
            position += 1
            try scanDigits()
        }
        if position < count, base[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            guard position < count else { throw endOfBytes() }
            if base[position] == UInt8(ascii: "+") || base[position] == UInt8(ascii: "-") {
                position += 1
            }
            try scanDigits()
        }
        try endOfScalar(.badNumber)
    }

    mutating func leave() { depth -= 1 }

    private mutating func scanDigits() throws(ScanFault) {
        let start = position
        while position < count, base[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        if position == start {
            guard position < count else { throw endOfBytes() }
            throw fault(.badNumber)
        }
    }

    /// Steps over an opening bracket; `leave` belongs after its closing one.
    mutating func enter() throws(ScanFault) {
        depth += 1
        if depth > ParseLimit.nesting { throw fault(.nestedTooDeep) }
        position += 1
    }

    mutating func skipArray() throws(ScanFault) {
        try scanArray { (scanner) throws(ScanFault) in _ = try scanner.scanValue() }
    }

    mutating func skipObject() throws(ScanFault) {
        try scanObject { (scanner, _) throws(ScanFault) in _ = try scanner.scanValue() }
    }

    /// Steps over an array; `element` must step over exactly one value.
    mutating func scanArray(
        _ element: (inout JSONScanner) throws(ScanFault) -> Void
    ) throws(ScanFault) {
        try enter()
        if try peek() == UInt8(ascii: "]") {
            position += 1
        } else {
            repeat { try element(&self) } while try goesOn(until: UInt8(ascii: "]"))
        }
        depth -= 1
    }

    /// Steps over an object; `member` gets the key's token and must step over exactly one value.
    mutating func scanObject(
        _ member: (inout JSONScanner, JSONToken) throws(ScanFault) -> Void
    ) throws(ScanFault) {
        try enter()
        if try peek() == UInt8(ascii: "}") {
            position += 1
        } else {
            repeat {
                let key = try scanKey()
                try member(&self, key)
            } while try goesOn(until: UInt8(ascii: "}"))
        }
        depth -= 1
    }

    private mutating func scanKey() throws(ScanFault) -> JSONToken {
        let first = try peek()
        guard first == UInt8(ascii: "\"") else {
            throw fault(first == UInt8(ascii: "'") ? .pythonRepr : .expectedKey)
        }
        let start = position
        let isEscaped = try scanString()
        let end = position
        guard try peek() == UInt8(ascii: ":") else { throw fault(.expectedColon) }
        position += 1
        return JSONToken(
            kind: isEscaped ? .escapedString : .string, start: Int32(start), end: Int32(end))
    }

    /// Steps over `,` (returns true) or the closing byte (returns false).
    mutating func goesOn(until close: UInt8) throws(ScanFault) -> Bool {
        let byte = try peek()
        position += 1
        if byte == close { return false }
        guard byte == UInt8(ascii: ",") else {
            throw fault(.expectedComma, at: position - 1)
        }
        if try peek() == close { throw fault(.trailingComma, at: position) }
        return true
    }

    /// Steps over a string, quotes included, and returns whether the string holds an escape.
    mutating func scanString() throws(ScanFault) -> Bool {
        var isEscaped = false
        position += 1
        while true {
            skipPlainASCII()
            guard position < count else { throw endOfBytes() }
            let byte = base[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return isEscaped
            }
            if byte == UInt8(ascii: "\\") {
                isEscaped = true
                try scanEscape()
            } else if byte < 0x20 {
                throw fault(.controlCharacter)
            } else if byte < 0x80 {
                position += 1
            } else {
                try scanMultibyte(byte)
            }
        }
    }

    /// Steps over plain ASCII, eight bytes at a time, up to a quote, a backslash, a control
    /// character or a byte with its high bit set.
    private mutating func skipPlainASCII() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while position &+ 8 <= count {
            let word = UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
            let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
            let slash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
            let found =
                word | ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash)
                | ((word &- ones &* 0x20) & ~word)
            let stop = found & highs
            if stop != 0 {
                position &+= UInt64(littleEndian: stop).trailingZeroBitCount >> 3
                return
            }
            position &+= 8
        }
    }

    private mutating func scanEscape() throws(ScanFault) {
        guard position + 1 < count else {
            position = count
            throw endOfBytes()
        }
        switch base[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            for index in 2..<6 {
                guard position + index < count else { throw endOfBytes() }
                if hexadecimalValue(base[position + index]) == nil { throw fault(.badEscape) }
            }
            position += 6
        default:
            throw fault(.badEscape)
        }
    }

    /// Steps over one well-formed UTF-8 sequence of two to four bytes (Unicode table 3-7).
    private mutating func scanMultibyte(_ lead: UInt8) throws(ScanFault) {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: return try skipBadUTF8()
        }
        for index in 1..<length {
            guard position + index < count else { throw endOfBytes() }
            let byte = base[position + index]
            guard index == 1 ? second.contains(byte) : (0x80...0xBF).contains(byte) else {
                return try skipBadUTF8()
            }
        }
        position += length
    }

    private mutating func skipBadUTF8() throws(ScanFault) {
        if checksUTF8 { throw fault(.badUTF8) }
        position += 1
    }
}

/// The value of a hexadecimal digit in either case; nil for any other byte.
func hexadecimalValue(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
}

extension JSONScanner {
    init(_ bytes: BorrowedBytes, from position: Int = 0, isFinal: Bool, isStrict: Bool) {
        self.init(bytes.address, from: position, isFinal: isFinal, isStrict: isStrict)
    }
}
