/// Scans flat records quickly by comparing them with the layout of an earlier record.
///
/// Programs write the members of their records in one order and with the same spaces. The bytes
/// between two values (`, "title": `) are a *joint*. Joints are learnt from a record that was
/// scanned in full; comparing a joint as a whole then tells which member follows. Anything
/// unexpected, or not plainly valid, is not reported as a fault here: the caller scans the record
/// in full again.
///
/// Unsafe inside, as `JSONScanner` is: no byte at or after `count` is read. `JSONFuzzTests`
/// compares both scanners.
struct FlatRecordScanner {
    /// The bytes between two values, at most 32, and the slot of the value that follows.
    private struct Joint {
        var words: (UInt64, UInt64, UInt64, UInt64)
        var masks: (UInt64, UInt64, UInt64, UInt64)
        var length: Int
        /// Negative for a member that has no slot.
        var slot: Int
    }

    private static let jointBytes = 32
    /// The most joints that are learnt; nothing is learnt from a record with more members.
    private static let jointLimit = 64

    private var joints: [Joint] = []
    private var hits = 0
    private var misses = 0

    /// Whether the fast path hits often enough; it does not where the order of members keeps
    /// changing.
    var isWorthwhile: Bool { misses < 16 + hits / 4 }

    /// Scans the record that begins at `start` and sets the slots it has.
    ///
    /// - Parameter tokens: Room for every slot, all `missing` before the call.
    /// - Returns: The offset after the record, or nil when the record has to be scanned in full;
    ///   tokens may already have been set then.
    mutating func scan(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int,
        _ tokens: UnsafeMutablePointer<JSONToken>
    ) -> Int? {
        let end = joints.withUnsafeBufferPointer { joints in
            Self.scan(base, start, count, joints, tokens)
        }
        if end == nil { misses += 1 } else { hits += 1 }
        return end
    }

    private static func scan(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int,
        _ joints: UnsafeBufferPointer<Joint>, _ tokens: UnsafeMutablePointer<JSONToken>
    ) -> Int? {
        var position = start
        var next = 0
        while true {
            // A record may omit members, so the joints after the next one are tried as well.
            guard position &+ jointBytes <= count else { return nil }
            var found = next
            while found < joints.count, !matches(joints[found], base + position) { found &+= 1 }
            guard found < joints.count else {
                return next == 0 ? nil : closing(base, position, count)
            }
            position &+= joints[found].length
            let value = position
            guard let token = scalar(base, position, count) else { return nil }
            position = token.end
            let slot = joints[found].slot
            if slot >= 0 {
                tokens[slot] = JSONToken(
                    kind: token.kind, start: Int32(value), end: Int32(position))
            }
            next = found &+ 1
        }
    }

    /// The kind and the end of the scalar or empty list that begins at `start`; nil for any other
    /// value, which takes a full scan.
    @inline(__always)
    private static func scalar(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int
    ) -> (kind: JSONToken.Kind, end: Int)? {
        switch base[start] {
        case UInt8(ascii: "\""):
            guard let string = stringEnd(base, start, count) else { return nil }
            return (string.isEscaped ? .escapedString : .string, string.end)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            guard let end = numberEnd(base, start, count) else { return nil }
            return (.number, end)
        case UInt8(ascii: "t"):
            guard isWord(base, start, count, 0x6575_7274, 4) else { return nil }
            return (.yes, start &+ 4)
        case UInt8(ascii: "f"):
            guard isWord(base, start &+ 1, count, 0x6573_6C61, 4) else { return nil }
            return (.no, start &+ 5)
        case UInt8(ascii: "n"):
            guard isWord(base, start, count, 0x6C6C_756E, 4) else { return nil }
            return (.null, start &+ 4)
        case UInt8(ascii: "["):
            guard start &+ 2 < count, base[start &+ 1] == UInt8(ascii: "]") else { return nil }
            return (.array, start &+ 2)
        default: return nil
        }
    }

    @inline(__always)
    private static func matches(_ joint: Joint, _ place: UnsafePointer<UInt8>) -> Bool {
        let bytes = UnsafeRawPointer(place)
        let first = bytes.loadUnaligned(as: UInt64.self) ^ joint.words.0
        guard first & joint.masks.0 == 0 else { return false }
        let second = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self) ^ joint.words.1
        let third = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self) ^ joint.words.2
        let fourth = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self) ^ joint.words.3
        return second & joint.masks.1 | third & joint.masks.2 | fourth & joint.masks.3 == 0
    }

    /// The offset after the record, if only white space and its closing brace remain.
    private static func closing(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int
    ) -> Int? {
        var position = start
        while position < count {
            switch base[position] {
            case UInt8(ascii: "}"): return position + 1
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return nil
            }
        }
        return nil
    }

    /// Whether the four little-endian letters `word` stand at `start`, followed by a byte that may
    /// follow a value.
    private static func isWord(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int, _ word: UInt32, _ length: Int
    ) -> Bool {
        guard start &+ length < count else { return false }
        let found = UnsafeRawPointer(base + start).loadUnaligned(as: UInt32.self)
        return UInt32(littleEndian: found) == word && isEndOfScalar(base[start &+ length])
    }

    @inline(__always)
    private static func isEndOfScalar(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == 0x20 || byte == 0x0A
            || byte == 0x0D || byte == 0x09
    }

    /// The end of a number without an exponent; nil where there is none.
    @inline(__always)
    private static func numberEnd(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int
    ) -> Int? {
        var position = start
        func skipDigits() -> Bool {
            let first = position
            while position < count, base[position] &- UInt8(ascii: "0") < 10 { position &+= 1 }
            return position > first
        }
        if base[position] == UInt8(ascii: "-") { position &+= 1 }
        let first = position
        guard skipDigits() else { return nil }
        if base[first] == UInt8(ascii: "0"), position > first &+ 1 { return nil }
        if position < count, base[position] == UInt8(ascii: ".") {
            position &+= 1
            guard skipDigits() else { return nil }
        }
        guard position < count, isEndOfScalar(base[position]) else { return nil }
        return position
    }

    /// The end of a string, quotes included, and whether the string holds an escape.
    @inline(__always)
    private static func stringEnd(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int
    ) -> (end: Int, isEscaped: Bool)? {
        var position = start &+ 1
        var isEscaped = false
        while true {
            guard let stop = specialByte(base, position, count) else { return nil }
            position = stop
            switch base[position] {
            case UInt8(ascii: "\""): return (position &+ 1, isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                guard let end = escapeEnd(base, position, count) else { return nil }
                position = end
            case 0x80...:
                let length = multibyteLength(base, position, count)
                if length == 0 { return nil }
                position &+= length
            default: return nil
            }
        }
    }

    /// The first byte from `start` on that is a quote, a backslash, a control character or not
    /// ASCII; nil where fewer than eight bytes are left before one is found.
    @inline(__always)
    private static func specialByte(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int
    ) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var position = start
        while position &+ 8 <= count {
            let loaded = UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
            let word = UInt64(littleEndian: loaded)
            let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
            let slash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
            // A cheap test that may also mark bytes that are not special.
            let stop =
                (word | (quote &- ones) | (slash &- ones) | (word &- ones &* 0x20)) & highs
            if stop != 0 {
                // Bytes whose high bit was set before the subtraction, or that lie above a marked
                // byte, may be marked wrongly: test exactly.
                let exact =
                    word | ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash)
                    | ((word &- ones &* 0x20) & ~word)
                if exact & highs != 0 {
                    return position &+ (exact & highs).trailingZeroBitCount >> 3
                }
            }
            position &+= 8
        }
        return nil
    }

    private static func escapeEnd(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int
    ) -> Int? {
        guard start &+ 6 <= count else { return nil }
        switch base[start &+ 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start &+ 2
        case UInt8(ascii: "u"):
            for place in 2..<6 where hexadecimalValue(base[start &+ place]) == nil { return nil }
            return start &+ 6
        default: return nil
        }
    }

    /// The length of a well-formed UTF-8 sequence of two to four bytes (Unicode table 3-7); 0 where
    /// there is none.
    private static func multibyteLength(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int
    ) -> Int {
        guard start &+ 4 <= count else { return 0 }
        func follows(_ place: Int) -> Bool { base[start &+ place] & 0xC0 == 0x80 }
        let second = base[start &+ 1]
        switch base[start] {
        case 0xC2...0xDF: return follows(1) ? 2 : 0
        case 0xE0: return second >= 0xA0 && follows(1) && follows(2) ? 3 : 0
        case 0xED: return second < 0xA0 && follows(1) && follows(2) ? 3 : 0
        case 0xE1...0xEF: return follows(1) && follows(2) ? 3 : 0
        case 0xF0: return second >= 0x90 && follows(1) && follows(2) && follows(3) ? 4 : 0
        case 0xF4: return second < 0x90 && follows(1) && follows(2) && follows(3) ? 4 : 0
        case 0xF1...0xF3: return follows(1) && follows(2) && follows(3) ? 4 : 0
        default: return 0
        }
    }

    /// Learns the joints of a record that was scanned in full, from the range and the slot of each
    /// value. Nothing is learnt when a joint is too long or the record has too many members.
    mutating func learn(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ members: [(value: Range<Int>, slot: Int)]
    ) {
        var learnt: [Joint] = []
        var end = start
        for (value, slot) in members {
            let length = value.lowerBound - end
            guard length <= Self.jointBytes, learnt.count < Self.jointLimit else { return }
            learnt.append(Self.joint(base + end, length, slot))
            end = value.upperBound
        }
        joints = learnt
    }

    private static func joint(_ place: UnsafePointer<UInt8>, _ length: Int, _ slot: Int) -> Joint {
        var bytes = [UInt8](repeating: 0, count: jointBytes)
        var marks = bytes
        for index in 0..<length {
            bytes[index] = place[index]
            marks[index] = 0xFF
        }
        func words(_ bytes: [UInt8]) -> (UInt64, UInt64, UInt64, UInt64) {
            bytes.withUnsafeBytes { bytes in
                (
                    bytes.loadUnaligned(as: UInt64.self),
                    bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                    bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
                    bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
                )
            }
        }
        return Joint(words: words(bytes), masks: words(marks), length: length, slot: slot)
    }
}
