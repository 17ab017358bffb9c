// What follows an array, and where an array goes on behind a record that is cut or unbalanced.

extension RecordSplitter {
    /// Whether an array begins here as a line of its own; its elements are then read. An array is
    /// an element itself where the shape's path begins with the elements of one.
    mutating func beginsArray(_ scanner: JSONScanner) -> Bool {
        guard scanner.byte(at: consumed) == UInt8(ascii: "[") else { return false }
        if case .elements = extractor.plan.nodes[extractor.plan.root] { return false }
        consumed += 1
        state = .firstElement
        return true
    }

    /// Continues behind an array: with another array or a sequence, perhaps behind a comma. Other
    /// bytes are rejected up to the next line that begins with either, else to the end.
    mutating func trailer(_ scanner: inout JSONScanner) -> Outcome {
        scanner.skipWhitespace()
        consumed = scanner.position
        guard !scanner.isAtEnd else { return .wait }
        if isStrict { return rejectAll(.notJSON) }
        if scanner.byte(at: consumed) == UInt8(ascii: ",") {
            scanner.position += 1
            scanner.skipWhitespace()
            guard !scanner.isAtEnd || scanner.isFinal else { return .wait }
        }
        if !scanner.isAtEnd, beginsContainer(scanner.byte(at: scanner.position)) {
            let isArray = scanner.byte(at: scanner.position) == UInt8(ascii: "[")
            consumed = scanner.position + (isArray ? 1 : 0)
            state = isArray ? .firstElement : .sequence
            return .again
        }
        guard let next = lineOfContainer(scanner) else {
            let isTooLong = scanner.count - consumed > ParseLimit.recordBytes
            return scanner.isFinal || isTooLong ? rejectAll(.notJSON) : .wait
        }
        let range = consumed..<next
        consumed = next
        return .event(.reject(.notJSON, range))
    }

    private func beginsContainer(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{")
    }

    /// The first line after `consumed` that begins with an array or an object.
    private func lineOfContainer(_ scanner: JSONScanner) -> Int? {
        var scanner = scanner
        scanner.position = consumed
        while scanner.skipLine() {
            let line = scanner.position
            scanner.skipWhitespace()
            guard !scanner.isAtEnd else { return nil }
            if beginsContainer(scanner.byte(at: scanner.position)) { return line }
        }
        return nil
    }
}

/// The first two keys of a record as written, by which another record of the same list is known.
struct RecordSignature: Equatable {
    private var first: [UInt8]
    private var second: [UInt8]?

    /// Nil where no whole first key begins at `start`.
    init?(_ bytes: UnsafeRawBufferPointer, from start: Int, isStrict: Bool) {
        var scanner = JSONScanner(bytes, from: start, isFinal: true, isStrict: isStrict)
        scanner.skipWhitespace()
        guard !scanner.isAtEnd, scanner.byte(at: scanner.position) == UInt8(ascii: "{") else {
            return nil
        }
        scanner.position += 1
        guard let first = Self.key(&scanner, bytes) else { return nil }
        self.first = first
        guard (try? scanner.scanValue()) != nil else { return }
        scanner.skipWhitespace()
        guard !scanner.isAtEnd, scanner.byte(at: scanner.position) == UInt8(ascii: ",") else {
            return
        }
        scanner.position += 1
        second = Self.key(&scanner, bytes)
    }

    /// The key at the scanner's position; the scanner moves behind its colon.
    private static func key(
        _ scanner: inout JSONScanner, _ bytes: UnsafeRawBufferPointer
    ) -> [UInt8]? {
        scanner.skipWhitespace()
        guard !scanner.isAtEnd, scanner.byte(at: scanner.position) == UInt8(ascii: "\""),
            let token = try? scanner.scanValue()
        else { return nil }
        scanner.skipWhitespace()
        guard !scanner.isAtEnd, scanner.byte(at: scanner.position) == UInt8(ascii: ":") else {
            return nil
        }
        scanner.position += 1
        return Array(bytes[token.range])
    }
}

/// Where an array goes on behind a broken record.
enum Resumption {
    /// The rejected bytes, and the place of the next record.
    case found(reject: Range<Int>, next: Int)
    /// More bytes are needed to tell.
    case undecided
    /// Nowhere before the end of the balanced rest, which is trusted then.
    case none
}

extension RecordSplitter {
    /// Looks for the next record behind the start of a broken one, by its first keys. Balancing
    /// brackets alone would run on through good records, as a cut string turns text and structure
    /// about.
    ///
    /// A place counts where a comma, a bracket or a line end stands before a `{`, the keys are
    /// those of the list's records, the record is whole, and the list goes on behind it. No text of
    /// a customer does: the quotes in it are escaped, so that no key follows its bracket.
    ///
    /// - Parameter broken: Stands where balancing ended; `isSkipped` when the list goes on there.
    func resumption(
        _ bytes: UnsafeRawBufferPointer, _ broken: JSONScanner, isSkipped: Bool
    ) -> Resumption {
        let start = consumed
        let own = RecordSignature(bytes, from: start, isStrict: isStrict)
        guard let known = signature ?? own else { return .none }
        guard let isPlain = isSkipped ? goesOn(broken) : .some(false) else { return .undecided }
        let end = isPlain ? broken.position : broken.count
        var tries = 0
        var place = start + 1
        while place < end {
            guard bytes[place] == UInt8(ascii: "{"), standsApart(bytes, place, from: start) else {
                place += 1
                continue
            }
            tries += 1
            // Each try scans one record; a hostile file shall not make that a square.
            guard tries <= 1000 else { return .none }
            switch beginsRecord(bytes, place, known, isFinal: broken.isFinal) {
            case .some(true):
                return .found(reject: start..<endOfBroken(bytes, start, place), next: place)
            case .some(false): place += 1
            case .none: return .undecided
            }
        }
        return isPlain || broken.isFinal ? .none : .undecided
    }

    /// Whether the list plainly goes on, or ends, where balancing stopped: at a comma before an
    /// object, or at the bracket before the end, a line's end or another container. Nil when more
    /// bytes are needed to tell.
    private func goesOn(_ broken: JSONScanner) -> Bool? {
        var scanner = broken
        let isEnd = scanner.byte(at: scanner.position) == UInt8(ascii: "]")
        scanner.position += 1
        let lineEnds: Set<UInt8> = [0x0A, 0x0D]
        if isEnd, !scanner.isAtEnd, lineEnds.contains(scanner.byte(at: scanner.position)) {
            return true
        }
        scanner.skipWhitespace()
        guard !scanner.isAtEnd else { return scanner.isFinal ? isEnd : nil }
        let next = scanner.byte(at: scanner.position)
        return next == UInt8(ascii: "{") || isEnd && next == UInt8(ascii: "[")
    }

    /// Whether a comma, a bracket that opens a list, or a line end stands before `place`.
    private func standsApart(
        _ bytes: UnsafeRawBufferPointer, _ place: Int, from start: Int
    ) -> Bool {
        var index = place - 1
        while index > start {
            switch bytes[index] {
            case 0x20, 0x09, 0x0D: index -= 1
            case 0x0A, UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "}"): return true
            default: return false
            }
        }
        return false
    }

    /// Whether a whole record with these keys begins at `place`, and the list goes on or ends
    /// behind it; nil when more bytes are needed to tell.
    private func beginsRecord(
        _ bytes: UnsafeRawBufferPointer, _ place: Int, _ known: RecordSignature, isFinal: Bool
    ) -> Bool? {
        var scanner = JSONScanner(bytes, from: place, isFinal: isFinal, isStrict: isStrict)
        do throws(ScanFault) {
            _ = try scanner.scanValue()
        } catch {
            return error.cause == .needsMoreBytes ? nil : false
        }
        guard RecordSignature(bytes, from: place, isStrict: isStrict) == known else { return false }
        scanner.skipWhitespace()
        guard !scanner.isAtEnd else { return isFinal ? true : nil }
        switch scanner.byte(at: scanner.position) {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "{"): return true
        default: return false
        }
    }

    /// The end of the broken bytes before the next record, without the separator between.
    private func endOfBroken(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ next: Int
    ) -> Int {
        var end = next
        while end > start + 1, [0x20, 0x09, 0x0D, 0x0A].contains(bytes[end - 1]) { end -= 1 }
        if end > start + 1, bytes[end - 1] == UInt8(ascii: ",") { end -= 1 }
        return end
    }
}
