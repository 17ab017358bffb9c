/// An element recognized by its bytes, so that it is not scanned.
package struct KnownElement: Sendable {
    package var start: Int32
    package var length: Int32
    /// An identifier chosen by the recognizer.
    package var number: Int32

    package init(start: Int32, length: Int32, number: Int32) {
        self.start = start
        self.length = length
        self.number = number
    }
}

/// Splits the bytes of one file into elements, and each element into reviews, as the bytes arrive.
///
/// Feed it slabs of any size; it buffers only the incomplete rest, at most the limit of one record.
/// It reads two kinds of container: an array, or values one after another (JSON Lines, one object,
/// concatenated objects), each with or without a UTF-8 byte order mark.
package struct RecordSplitter {
    /// One result. Ranges and tokens are relative to the window passed to `emit`; the offset passed
    /// with it is the position of the window's first byte in the file.
    package enum Event: Sendable {
        case unit(ExtractedUnit)
        /// Bytes of the container that are not an element.
        case reject(RejectReason, Range<Int>)
        /// Elements recognized by their bytes and not scanned.
        case known([KnownElement])
    }

    /// Finds recognized elements in the bytes of a sequence. The result is in order, and each
    /// element spans from its first byte to its last.
    package typealias Recogniser = (BorrowedBytes) -> [KnownElement]

    private enum State: Equatable {
        case start, firstElement, nextElement, afterElement, sequence, skippingLine, afterArray,
            rejecting, done
    }

    private let isStrict: Bool
    private let joinBytes: Int
    /// The bytes not yet processed, from `consumed` on.
    private var buffer: [UInt8] = []
    private var consumed = 0
    private var offset: Int64 = 0
    private var state = State.start
    private var restReason = RejectReason.notJSON
    private var retryAt = 0
    private var extractor: UnitExtractor
    /// The elements in the extractor's unit, and the most that one event may hold.
    private var elements = 0
    private var elementLimit = 1
    /// The recognized elements of the current bytes: those still ahead (the next one first), and
    /// those already stepped over.
    private var expected: ArraySlice<KnownElement> = []
    private var known: [KnownElement] = []
    /// Whether the file has held nothing but white space so far.
    package private(set) var isEmpty = true

    /// - Parameter joinBytes: How many bytes of the next slab are copied behind the unprocessed
    ///   rest of the last one; all other bytes are read in place.
    package init(_ plan: ExtractionPlan, isStrict: Bool, joinBytes: Int = 1 << 14) {
        self.joinBytes = joinBytes
        extractor = UnitExtractor(plan)
        self.isStrict = isStrict
    }

    /// Takes the next bytes. `emit` gets each event with the window's bytes and the file offset of
    /// the window's first byte.
    ///
    /// - Parameters:
    ///   - isLast: Whether no bytes follow.
    ///   - emit: The window is valid only during the call.
    package mutating func feed<Failure: Error>(
        _ slab: ArraySlice<UInt8>, isLast: Bool,
        emit: (Event, _ window: RawSpan, _ offset: Int64) throws(Failure) -> Void
    ) throws(Failure) {
        try feedAll(slab, isLast: isLast, elements: 1) { (events, window, offset) throws(Failure) in
            for event in events { try emit(event, window, offset) }
        }
    }

    /// The same with all events of the bytes in one call of `emit`, in order. A unit holds up to
    /// `limit` elements.
    package mutating func feedAll<Failure: Error>(
        _ slab: ArraySlice<UInt8>, isLast: Bool, elements limit: Int,
        recognise: Recogniser? = nil,
        emit: ([Event], _ window: RawSpan, _ offset: Int64) throws(Failure) -> Void
    ) throws(Failure) {
        var slab = slab
        let kept = buffer.count - consumed
        if kept > 0, slab.count > joinBytes {
            // These few bytes usually complete the unprocessed rest.
            try feedJoined(
                slab.prefix(joinBytes), isLast: false, elements: limit, recognise: recognise,
                emit: emit)
            let used = consumed - (buffer.count - joinBytes)
            if used < 0 {
                slab = slab.dropFirst(joinBytes)
            } else {
                offset += Int64(consumed)
                buffer.removeAll(keepingCapacity: true)
                consumed = 0
                slab = slab.dropFirst(used)
            }
        }
        guard buffer.count == consumed else {
            return try feedJoined(
                slab, isLast: isLast, elements: limit, recognise: recognise, emit: emit)
        }
        offset += Int64(consumed)
        consumed = 0
        let found = slab.withUnsafeBytes {
            events(of: $0, isLast: isLast, elements: limit, recognise: recognise)
        }
        if !found.isEmpty { try emit(found, slab.span.bytes, offset) }
        offset += Int64(consumed)
        buffer.removeAll(keepingCapacity: true)
        buffer.append(contentsOf: slab.dropFirst(consumed))
        consumed = 0
    }

    /// Appends the next bytes to the unprocessed rest and processes both.
    private mutating func feedJoined<Failure: Error>(
        _ slab: ArraySlice<UInt8>, isLast: Bool, elements limit: Int,
        recognise: Recogniser?,
        emit: ([Event], _ window: RawSpan, _ offset: Int64) throws(Failure) -> Void
    ) throws(Failure) {
        if consumed > 0 {
            buffer.removeSubrange(..<consumed)
            offset += Int64(consumed)
            consumed = 0
        }
        buffer.append(contentsOf: slab)
        if !isLast, buffer.count < retryAt { return }
        let found = buffer.withUnsafeBytes {
            events(of: $0, isLast: isLast, elements: limit, recognise: recognise)
        }
        if !found.isEmpty { try emit(found, buffer.span.bytes, offset) }
    }

    /// All events of some bytes; afterwards `consumed` is the number of bytes processed.
    private mutating func events(
        of bytes: UnsafeRawBufferPointer, isLast: Bool, elements limit: Int,
        recognise: Recogniser?
    ) -> [Event] {
        retryAt = 0
        elementLimit = limit
        var events: [Event] = []
        expected = []
        if let recognise, state == .sequence || state == .start {
            expected = recognise(BorrowedBytes(bytes))[...]
        }
        while let event = step(bytes, isLast: isLast) {
            // Elements before a rejected range are emitted before it.
            if case .reject = event, elements > 0 { events.append(takeUnit()) }
            events.append(event)
        }
        if elements > 0 { events.append(takeUnit()) }
        if !known.isEmpty {
            events.append(.known(known))
            known = []
        }
        // Waits for twice the unprocessed bytes before the next attempt, so that a long record is
        // not scanned again for every slab. States that reject look only at the number of bytes.
        if !isLast, state != .rejecting, state != .skippingLine {
            retryAt = min((bytes.count - consumed) * 2, ParseLimit.recordBytes + 1)
        }
        return events
    }

    private mutating func takeUnit() -> Event {
        elements = 0
        let unit = extractor.unit
        extractor.unit = ExtractedUnit()
        // The next unit usually has a similar size; reserving avoids repeated growth.
        extractor.unit.records.reserveCapacity(min(unit.records.count, 1 << 10))
        extractor.unit.recordTokens.reserveCapacity(min(unit.recordTokens.count, 1 << 14))
        return .unit(unit)
    }

    /// The next event; nil when more bytes are needed or all are processed.
    private mutating func step(_ bytes: UnsafeRawBufferPointer, isLast: Bool) -> Event? {
        while true {
            var scanner = JSONScanner(
                bytes, from: consumed, isFinal: isLast, isStrict: isStrict)
            switch advance(&scanner, bytes) {
            case .again: continue
            case .wait: return nil
            case .event(let event): return event
            }
        }
    }

    private enum Outcome {
        case again, wait
        case event(Event)
    }

    private mutating func advance(
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
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { scanner.position = 3 }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return rejectAll(.unsupportedEncoding)
        }
        scanner.skipWhitespace()
        consumed = scanner.position
        guard !scanner.isAtEnd else {
            if scanner.isFinal { state = .done }
            return .wait
        }
        isEmpty = false
        switch scanner.byte(at: scanner.position) {
        case UInt8(ascii: "["):
            consumed += 1
            state = .firstElement
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

    /// Handles an element beyond the limit: in a sequence its line is rejected, in an array the
    /// rest of the file.
    private mutating func tooLong() -> Outcome {
        restReason = .recordTooLong
        state = state == .sequence ? .skippingLine : .rejecting
        return .again
    }

    private mutating func arrayElement(
        _ scanner: inout JSONScanner, _ bytes: UnsafeRawBufferPointer
    ) -> Outcome {
        scanner.skipWhitespace()
        consumed = scanner.position
        guard !scanner.isAtEnd else {
            return scanner.isFinal ? end(.truncated, scanner.count) : .wait
        }
        if scanner.byte(at: consumed) == UInt8(ascii: "]") {
            let isFirst = state == .firstElement
            consumed += 1
            state = .afterArray
            return isFirst ? .again : .event(.reject(.trailingComma, consumed - 1..<consumed))
        }
        return element(&scanner, bytes, next: .afterElement) { scanner in
            scanner.skipBroken(until: UInt8(ascii: "]"))
        }
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

    private mutating func element(
        _ scanner: inout JSONScanner, _ bytes: UnsafeRawBufferPointer, next: State,
        skip: (inout JSONScanner) -> Bool
    ) -> Outcome {
        do throws(ScanFault) {
            let mark = extractor.mark
            try extractor.extract(from: bytes, with: &scanner)
            guard scanner.position - consumed <= ParseLimit.recordBytes else {
                extractor.undo(to: mark)
                return tooLong()
            }
            consumed = scanner.position
            state = next
            elements += 1
            return elements < elementLimit ? .again : .event(takeUnit())
        } catch {
            let isTooLong = scanner.count - consumed > ParseLimit.recordBytes
            guard case .reject(let reason) = error.cause else {
                return isTooLong ? tooLong() : .wait
            }
            let start = consumed
            var broken = JSONScanner(
                bytes, from: start, isFinal: scanner.isFinal, isStrict: isStrict)
            guard skip(&broken) else {
                if scanner.isFinal { return end(reason, scanner.count) }
                return isTooLong ? tooLong() : .wait
            }
            guard broken.position - start <= ParseLimit.recordBytes else { return tooLong() }
            consumed = broken.position
            state = next
            return .event(.reject(reason, start..<consumed))
        }
    }

    private mutating func separator(_ scanner: inout JSONScanner) -> Outcome {
        scanner.skipWhitespace()
        guard !scanner.isAtEnd else {
            return scanner.isFinal ? end(.truncated, scanner.count) : .wait
        }
        switch scanner.byte(at: scanner.position) {
        case UInt8(ascii: ","):
            consumed = scanner.position + 1
            state = .nextElement
            return .again
        case UInt8(ascii: "]"):
            consumed = scanner.position + 1
            state = .afterArray
            return .again
        default:
            let start = scanner.position
            consumed = start
            guard scanner.skipBroken(until: UInt8(ascii: "]")) else {
                if scanner.isFinal { return end(.expectedComma, scanner.count) }
                return scanner.count - start > ParseLimit.recordBytes ? tooLong() : .wait
            }
            consumed = scanner.position
            return .event(.reject(.expectedComma, start..<consumed))
        }
    }

    private mutating func trailer(_ scanner: inout JSONScanner) -> Outcome {
        scanner.skipWhitespace()
        consumed = scanner.position
        guard !scanner.isAtEnd else { return .wait }
        return rejectAll(.notJSON)
    }

    /// Steps over a recognized element if one begins at `consumed`.
    private mutating func takeExpected(_ scanner: inout JSONScanner) -> Bool {
        while let next = expected.first, Int(next.start) < consumed { expected.removeFirst() }
        guard let next = expected.first, Int(next.start) == consumed else { return false }
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
            scanner.skipWhitespace()
            consumed = scanner.position
            guard !scanner.isAtEnd else { return .wait }
            if takeExpected(&scanner) { continue }
            let outcome = element(&scanner, bytes, next: .sequence) { scanner in
                scanner.skipLine() || scanner.isFinal
            }
            guard case .again = outcome, state == .sequence else { return outcome }
        }
    }
}
