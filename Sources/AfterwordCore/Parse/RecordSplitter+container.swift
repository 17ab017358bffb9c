extension RecordSplitter {
    /// What one step came to: it changed the state, it needs more bytes (or none are left), or it
    /// gave an event.
    enum Outcome {
        case again, wait
        case event(Event)
    }

    mutating func advance(
        _ scanner: inout JSONScanner, _ bytes: UnsafeRawBufferPointer
    ) -> Outcome {
        switch state {
        case .done: return .wait
        case .rejecting: return rejectRest(scanner)
        case .skippingLine: return rejectLine(scanner, bytes)
        case .start: return begin(&scanner, bytes)
        case .sequence: return sequenceElement(&scanner, bytes)
        case .firstElement, .nextElement: return arrayElement(&scanner, bytes)
        case .afterElement: return separator(&scanner)
        case .afterArray: return trailer(&scanner)
        }
    }

    /// Detects the container by its first bytes.
    private mutating func begin(
        _ scanner: inout JSONScanner, _ bytes: UnsafeRawBufferPointer
    ) -> Outcome {
        if !scanner.isFinal, scanner.count < 64 { return .wait }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return rejectAll(.unsupportedEncoding)
        }
        let hasMore = scanner.skipBlanksAndMarks()
        consumed = scanner.position
        guard hasMore else {
            if scanner.isFinal { state = .done }
            return .wait
        }
        isEmpty = false
        switch scanner.byte(at: scanner.position) {
        case UInt8(ascii: "["):
            openArray()
        case UInt8(ascii: "<"):
            return rejectAll(.htmlPage)
        default:
            if scanner.hasPrefix("version https://git-lfs") { return rejectAll(.lfsPointer) }
            state = .sequence
        }
        return .again
    }

    private mutating func rejectAll(_ reason: RejectReason) -> Outcome {
        isEmpty = false
        restReason = reason
        state = .rejecting
        return .again
    }

    /// Rejects the rest of the file, in pieces of one record's limit however the slabs are cut.
    private mutating func rejectRest(_ scanner: JSONScanner) -> Outcome {
        guard scanner.isFinal || scanner.count - consumed > ParseLimit.recordBytes else {
            return .wait
        }
        let range = consumed..<min(scanner.count, consumed + ParseLimit.recordBytes)
        consumed = range.upperBound
        if scanner.isFinal, consumed == scanner.count { state = .done }
        return range.isEmpty ? .wait : .event(.reject(restReason, range))
    }

    /// Rejects a line that is too long, in pieces of one record's limit; scanning continues on the
    /// next line.
    private mutating func rejectLine(
        _ scanner: JSONScanner, _ bytes: UnsafeRawBufferPointer
    ) -> Outcome {
        let limit = min(scanner.count, consumed + ParseLimit.recordBytes)
        let newline = bytes[consumed..<limit].firstIndex(of: UInt8(ascii: "\n"))
        let isFull = scanner.count - consumed > ParseLimit.recordBytes
        guard newline != nil || isFull || scanner.isFinal else { return .wait }
        let range = consumed..<(newline ?? limit)
        consumed = range.upperBound
        if newline != nil || (scanner.isFinal && consumed == scanner.count) { state = .sequence }
        return range.isEmpty ? .again : .event(.reject(.recordTooLong, range))
    }

    /// Handles an element beyond the limit: in an array the rest of the file is rejected, elsewhere
    /// its line.
    private mutating func tooLong() -> Outcome {
        restReason = .recordTooLong
        state = isInArray ? .rejecting : .skippingLine
        return .again
    }

    // MARK: Arrays

    private var isInArray: Bool {
        state == .firstElement || state == .nextElement || state == .afterElement
    }

    private mutating func openArray() {
        consumed += 1
        openArrays += 1
        state = .firstElement
    }

    private mutating func closeArray() {
        consumed += 1
        openArrays -= 1
        state = openArrays > 0 ? .afterElement : .afterArray
    }

    private mutating func arrayElement(
        _ scanner: inout JSONScanner, _ bytes: UnsafeRawBufferPointer
    ) -> Outcome {
        let hasMore = scanner.skipBlanksAndMarks()
        consumed = scanner.position
        guard hasMore else {
            return scanner.isFinal ? end(.truncated, scanner.count) : .wait
        }
        switch scanner.byte(at: consumed) {
        case UInt8(ascii: "]"):
            let isFirst = state == .firstElement
            closeArray()
            return isFirst ? .again : .event(.reject(.trailingComma, consumed - 1..<consumed))
        case UInt8(ascii: "{"): break
        case UInt8(ascii: "["):
            switch holdsObject(scanner) {
            case nil: return .wait
            case true?:
                openArray()
                return .again
            case false?: break
            }
        default:
            // A string in the place of a record may be a key of a record without its beginning.
            var scalar = scanner
            guard (try? scalar.scanValue()) != nil else { break }
            scalar.skipWhitespace()
            guard !scalar.isAtEnd else {
                if scanner.isFinal { break }
                return scalar.position - consumed > ParseLimit.recordBytes ? tooLong() : .wait
            }
            let next = scalar.byte(at: scalar.position)
            if next == UInt8(ascii: ",") || next == UInt8(ascii: "]") { break }
            return recover(.expectedComma, scanner)
        }
        return element(&scanner, bytes, next: .afterElement)
    }

    /// Whether the array at `consumed` is empty or holds an object first, at any depth: its
    /// elements are then those of the container. Nil when more bytes are needed.
    private func holdsObject(_ scanner: JSONScanner) -> Bool? {
        if takesLists { return false }
        var scanner = scanner
        scanner.position = consumed
        let limit = consumed + ParseLimit.nesting
        while !scanner.isAtEnd, scanner.position < limit {
            switch scanner.byte(at: scanner.position) {
            case UInt8(ascii: "{"), UInt8(ascii: "]"): return true
            case UInt8(ascii: "["), 0x20, 0x0A, 0x0D, 0x09: scanner.position += 1
            case 0xEF:
                guard let length = scanner.markLength(at: scanner.position) else { return nil }
                if length == 0 { return false }
                scanner.position += length
            default: return false
            }
        }
        return scanner.position >= limit || scanner.isFinal ? false : nil
    }

    /// Handles a container that ends, or is broken, where it should continue.
    private mutating func end(_ reason: RejectReason, _ count: Int) -> Outcome {
        // An array that ends after a comma or an element leaves no bytes to reject; an empty range
        // reports the fault.
        guard consumed < count else {
            state = .done
            return .event(.reject(reason, consumed..<consumed))
        }
        restReason = reason
        state = .rejecting
        return .again
    }

    private mutating func separator(_ scanner: inout JSONScanner) -> Outcome {
        let hasMore = scanner.skipBlanksAndMarks()
        consumed = scanner.position
        guard hasMore else {
            return scanner.isFinal ? end(.truncated, scanner.count) : .wait
        }
        switch scanner.byte(at: consumed) {
        case UInt8(ascii: ","):
            consumed += 1
            state = .nextElement
            return .again
        case UInt8(ascii: "]"):
            closeArray()
            return .again
        case UInt8(ascii: "{"):
            return missingComma()
        case UInt8(ascii: "["):
            switch holdsObject(scanner) {
            case nil: return .wait
            case true?: return missingComma()
            case false?: return takesLists ? missingComma() : recover(.expectedComma, scanner)
            }
        default:
            return recover(.expectedComma, scanner)
        }
    }

    /// Goes on with an element that no comma precedes. An empty range reports the first such fault
    /// of a file.
    private mutating func missingComma() -> Outcome {
        state = .nextElement
        if hasMissingComma { return .again }
        hasMissingComma = true
        return .event(.reject(.expectedComma, consumed..<consumed))
    }

    /// Continues after an array: with another array, or with values one after another.
    private mutating func trailer(_ scanner: inout JSONScanner) -> Outcome {
        let hasMore = scanner.skipBlanksAndMarks()
        consumed = scanner.position
        guard hasMore else { return .wait }
        switch scanner.byte(at: consumed) {
        case UInt8(ascii: ","):
            consumed += 1
            return .again
        case UInt8(ascii: "["):
            openArray()
            return .again
        case UInt8(ascii: "{"):
            // Garbage may hold brackets, but no key.
            scanner.position += 1
            scanner.skipWhitespace()
            if scanner.isAtEnd, !scanner.isFinal { return .wait }
            if scanner.isAtEnd || scanner.byte(at: scanner.position) != UInt8(ascii: "\"") {
                return recover(.notJSON, scanner)
            }
            state = .sequence
            return .again
        default:
            return recover(.notJSON, scanner)
        }
    }

    // MARK: Elements

    private mutating func element(
        _ scanner: inout JSONScanner, _ bytes: UnsafeRawBufferPointer, next: State
    ) -> Outcome {
        do throws(ScanFault) {
            let mark = extractor.mark
            try extractor.extract(from: bytes, with: &scanner)
            guard scanner.position - consumed <= ParseLimit.recordBytes else {
                extractor.undo(to: mark)
                return recover(.recordTooLong, scanner)
            }
            if !hasKeys { learnKeys(scanner) }
            consumed = scanner.position
            state = next
            elements += 1
            return elements < elementLimit ? .again : .event(takeUnit())
        } catch {
            let isTooLong = scanner.count - consumed > ParseLimit.recordBytes
            guard case .reject(let reason) = error.cause else {
                return isTooLong ? recover(.recordTooLong, scanner) : .wait
            }
            let isFar = error.offset - consumed > ParseLimit.recordBytes
            return recover(isFar ? .recordTooLong : reason, scanner)
        }
    }

    /// Keeps the keys of the element at `consumed`, by which later ones are found behind damage.
    private mutating func learnKeys(_ scanner: JSONScanner) {
        var scanner = scanner
        scanner.position = consumed
        keys = RecordKeys(scanner)
        hasKeys = keys?.isWhole == true
        if !hasKeys { keys = nil }
    }

    /// Rejects the bytes from `consumed` on, up to where the container goes on.
    private mutating func recover(_ reason: RejectReason, _ scanner: JSONScanner) -> Outcome {
        let start = consumed
        var place = scanner
        place.position = start
        var recovery = ListRecovery(place, isInArray ? .commas : .lines, keys: keys)
        switch recovery.find(isLenient: reason != .recordTooLong) {
        case .needsMoreBytes: return .wait
        case .record(let next, let end):
            consumed = next
            state = isInArray ? .nextElement : .sequence
            return .event(.reject(reason, start..<end))
        case .boundary(let next):
            consumed = next
            if isInArray { state = .afterElement }
            let end = state == .afterArray ? trimmed(scanner, start..<next) : next
            return .event(.reject(reason, start..<end))
        case .outer, .nowhere:
            if scanner.count - start >= ParseLimit.recordBytes { return tooLong() }
            return isInArray ? end(reason, scanner.count) : rejectLast(reason, scanner)
        }
    }

    /// Rejects the rest of the bytes, which end without a line feed.
    private mutating func rejectLast(_ reason: RejectReason, _ scanner: JSONScanner) -> Outcome {
        let range = consumed..<scanner.count
        consumed = scanner.count
        state = .done
        return .event(.reject(reason, range))
    }

    /// The end of some bytes without the white space at their end.
    private func trimmed(_ scanner: JSONScanner, _ range: Range<Int>) -> Int {
        var end = range.upperBound
        while end > range.lowerBound, scanner.byte(at: end - 1) <= 0x20 { end -= 1 }
        return end
    }

    /// Steps over a recognized element if one begins at `consumed`.
    private mutating func takeExpected(_ scanner: inout JSONScanner) -> Bool {
        while let next = expected.first, Int(next.start) < consumed { expected.removeFirst() }
        guard let next = expected.first, Int(next.start) == consumed else { return false }
        if !hasKeys { learnKeys(scanner) }
        expected.removeFirst()
        known.append(next)
        consumed += Int(next.length)
        scanner.position = consumed
        return true
    }

    private mutating func sequenceElement(
        _ scanner: inout JSONScanner, _ bytes: UnsafeRawBufferPointer
    ) -> Outcome {
        // Loops while elements follow one another without an event.
        while true {
            let hasMore = scanner.skipBlanksAndMarks()
            consumed = scanner.position
            guard hasMore else { return .wait }
            if takeExpected(&scanner) { continue }
            switch scanner.byte(at: consumed) {
            case UInt8(ascii: ","):
                scanner.position += 1
                continue
            case UInt8(ascii: "[") where !takesLists:
                switch holdsObject(scanner) {
                case nil: return .wait
                case true?:
                    openArray()
                    return .again
                case false?: break
                }
            default: break
            }
            let outcome = element(&scanner, bytes, next: .sequence)
            guard case .again = outcome, state == .sequence else { return outcome }
        }
    }
}
