/// The keys of a list's records, by which the next record is recognised behind a broken one.
///
/// Text that quotes JSON escapes its quotes, so `{"key"` with a record's first key does not occur
/// inside a string; what else may look like a record (a reply, an image) has other keys.
struct RecordKeys: Equatable, Sendable {
    /// In order, as written, without the quotes. Never empty.
    private let keys: [[UInt8]]
    /// Whether the record was whole; the keys of a broken one are those before its fault.
    let isWhole: Bool
    /// The first keys of the objects inside the record.
    private let innerFirsts: Set<[UInt8]>

    var first: [UInt8] { keys[0] }
    /// Whether a whole record is known to hold no object that begins as the record does.
    var isUnlikeItsInner: Bool { isWhole && !innerFirsts.contains(first) }

    /// The keys of the object at the scanner's position; nil where no key can be read.
    init?(_ scanner: JSONScanner) {
        var scanner = scanner
        let start = scanner.position
        guard start < scanner.count, scanner.byte(at: start) == UInt8(ascii: "{") else {
            return nil
        }
        var keys: [[UInt8]] = []
        isWhole = Self.scan(&scanner, into: &keys) == nil
        guard !keys.isEmpty else { return nil }
        self.keys = keys
        innerFirsts =
            isWhole ? Self.innerFirsts(scanner, start..<scanner.position) : []
    }

    /// Steps over an object and appends its keys.
    static func scan(_ scanner: inout JSONScanner, into keys: inout [[UInt8]]) -> ScanFault? {
        do throws(ScanFault) {
            try scanner.scanObject { (scanner, key) throws(ScanFault) in
                let bytes = UnsafeBufferPointer(
                    start: scanner.base + Int(key.start) + 1, count: key.range.count - 2)
                keys.append(Array(bytes))
                _ = try scanner.scanValue()
            }
            return nil
        } catch {
            return error
        }
    }

    private static func innerFirsts(_ scanner: JSONScanner, _ range: Range<Int>) -> Set<[UInt8]> {
        var firsts: Set<[UInt8]> = []
        var place = range.lowerBound + 1
        while place < range.upperBound {
            var inner = scanner
            inner.position = place
            switch scanner.byte(at: place) {
            case UInt8(ascii: "\""):
                guard (try? inner.scanString()) != nil else { return firsts }
                place = inner.position
            case UInt8(ascii: "{"):
                if let key = firstKey(scanner, at: place) { firsts.insert(key) }
                place += 1
            default: place += 1
            }
        }
        return firsts
    }

    /// The first key of the object at `place`; nil where there is none.
    static func firstKey(_ scanner: JSONScanner, at place: Int) -> [UInt8]? {
        var scanner = scanner
        scanner.position = place + 1
        scanner.skipWhitespace()
        let start = scanner.position
        guard start < scanner.count, scanner.byte(at: start) == UInt8(ascii: "\""),
            (try? scanner.scanString()) != nil
        else { return nil }
        return Array(
            UnsafeBufferPointer(
                start: scanner.base + start + 1, count: scanner.position - start - 2))
    }

    /// Whether an object inside the record begins with this key.
    func holdsInner(beginningWith key: [UInt8]) -> Bool { innerFirsts.contains(key) }

    /// Whether an object with these keys is of the same kind: it begins alike, has half of the keys
    /// and, beside a whole record, hardly any others.
    func resemble(_ others: [[UInt8]]) -> Bool {
        guard others.first == keys[0] else { return false }
        let own = Set(keys)
        let shared = others.count { own.contains($0) }
        guard shared * 2 >= keys.count else { return false }
        return !isWhole || shared * 4 >= others.count * 3
    }
}
