/// Splits the bytes of one file into elements, and each element into reviews, as the bytes arrive.
///
/// Feed it slabs of any size; it buffers only the incomplete rest, at most the limit of one record.
/// A container is any sequence of arrays and values, with commas, line ends or nothing between
/// them (one array, JSON Lines, one object, concatenated objects, an array a line). A UTF-8 byte
/// order mark between them is a blank, as it stands between joined files. An array gives its
/// elements, unless the shape says that an element is a list and no array has begun the file.
///
/// A broken element costs its own bytes and at most those of one neighbour (`ListRecovery`).
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

    /// Where in the container the next bytes are.
    enum State: Equatable {
        case start, firstElement, nextElement, afterElement, sequence, skippingLine, afterArray,
            rejecting, done
    }

    let isStrict: Bool
    private let joinBytes: Int
    /// Whether the shape says that an element is a list.
    let takesLists: Bool
    /// The bytes not yet processed, from `consumed` on.
    private var buffer: [UInt8] = []
    var consumed = 0
    private var offset: Int64 = 0
    var state = State.start
    var restReason = RejectReason.notJSON
    private var retryAt = 0
    var extractor: UnitExtractor
    /// The elements in the extractor's unit, and the most that one event may hold.
    var elements = 0
    var elementLimit = 1
    /// The arrays around the current element.
    var openArrays = 0
    /// The keys of the file's first whole element.
    var keys: RecordKeys?
    var hasKeys = false
    /// Whether a missing comma was reported; a file reports one.
    var hasMissingComma = false
    /// The recognized elements of the current bytes: those still ahead (the next one first), and
    /// those already stepped over.
    var expected: ArraySlice<KnownElement> = []
    var known: [KnownElement] = []
    /// Whether the file has held nothing but white space so far.
    package internal(set) var isEmpty = true
    /// The bytes of the file so far that no record holds and that were rejected; those of broken
    /// records inside an element are in its unit.
    package private(set) var rejectedBytes: Int64 = 0

    /// - Parameter joinBytes: How many bytes of the next slab are copied behind the unprocessed
    ///   rest of the last one; all other bytes are read in place.
    package init(_ plan: ExtractionPlan, isStrict: Bool, joinBytes: Int = 1 << 14) {
        self.joinBytes = joinBytes
        extractor = UnitExtractor(plan)
        takesLists = plan.rootIsList
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
        if let recognise, state == .sequence || state == .start || state == .afterArray {
            expected = recognise(BorrowedBytes(bytes))[...]
        }
        while let event = step(bytes, isLast: isLast) {
            // Elements before a rejected range are emitted before it.
            if case .reject(_, let range) = event {
                rejectedBytes += Int64(range.count)
                if elements > 0 { events.append(takeUnit()) }
            }
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

    mutating func takeUnit() -> Event {
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
}
