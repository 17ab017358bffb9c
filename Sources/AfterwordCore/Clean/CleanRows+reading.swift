extension CleanRows {
    /// The bytes of a scalar value: strings unescaped, numbers and flags as written. Absent when
    /// the token is missing, null or a bare `NaN` or infinity.
    @inline(__always)
    mutating func content(
        _ token: JSONToken, _ window: BorrowedBytes, _ part: FieldPart
    ) -> Result<TextPlace, ReadFault> {
        let range = token.range
        switch token.kind {
        case .missing, .null, .nonstandard: return .success(.absent)
        case .string:
            return .success(TextPlace(inWindow: range.lowerBound + 1..<range.upperBound - 1))
        case .number, .yes, .no, .cell: return .success(TextPlace(inWindow: range))
        case .escapedString, .object, .array, .quotedCell: return madeContent(token, window, part)
        }
    }

    /// The same for values that must be copied: strings with escapes or doubled quotes, and parts
    /// of arrays and objects.
    private mutating func madeContent(
        _ token: JSONToken, _ window: BorrowedBytes, _ part: FieldPart
    ) -> Result<TextPlace, ReadFault> {
        let range = token.range
        switch token.kind {
        case .escapedString:
            let inner = window.part(range.lowerBound + 1..<range.upperBound - 1)
            return .success(make(unescaping: inner))
        case .quotedCell:
            let inner = window.part(range.lowerBound + 1..<range.upperBound - 1)
            return .success(make(undoubling: inner))
        default:
            if part == .whole {
                guard let inner = readWrapped(Array(window.part(range))) else {
                    return .failure(ReadFault(.wrongType))
                }
                return .success(make(inner))
            }
            return readPart(part, of: Array(window.part(range))).map {
                $0.map { make($0) } ?? .absent
            }
        }
    }

    /// The same for bytes outside the window: any text is copied into the made texts.
    mutating func content(
        _ token: JSONToken, of bytes: [UInt8], _ part: FieldPart
    ) -> Result<TextPlace, ReadFault> {
        bytes.lend { bytes in
            content(token, bytes, part).map { place in
                place.isAbsent || place.isMade ? place : make(bytes.part(place.range))
            }
        }
    }

    @inline(__always)
    func number<Value>(
        _ place: TextPlace, _ window: BorrowedBytes,
        _ read: (BorrowedBytes) -> Result<Value, ReadFault>
    ) -> Result<Value, ReadFault> {
        withTexts(in: window) { read($0[place]) }
    }

    /// Reads a free text by the rules of `readText`.
    mutating func text(_ place: TextPlace, _ window: BorrowedBytes) -> TextPlace {
        // Reading never turns a present text into an absent one, so presence stays right.
        if leavesTexts { return place }
        let work = withTexts(in: window) { texts in
            let work = workNeeded(by: texts[place])
            return work == .composing && isPlainlyComposed(texts[place]) ? .none : work
        }
        if work == .none { return place }
        // `scratch` is reused for every text, to save an allocation each.
        var text: [UInt8] = []
        swap(&text, &scratch)
        defer { swap(&text, &scratch) }
        text.removeAll(keepingCapacity: true)
        let isKept = withTexts(in: window) { texts in
            readText(texts[place], work, into: &text)
            return text.lend { isSame(texts[place], $0) }
        }
        return isKept ? place : text.isEmpty ? .absent : remake(place, text)
    }

    /// Reads a free text from which the shape has something removed.
    private mutating func text(
        _ place: TextPlace, cleanedBy cleaning: TextCleaning, _ window: BorrowedBytes
    ) -> TextPlace {
        let cleaned = withTexts(in: window) { texts in
            mayNeedCleaning(texts[place], cleaning)
                ? cleanText(Array(texts[place]), cleaning) : nil
        }
        guard let cleaned else { return text(place, window) }
        return cleaned.isEmpty ? .absent : make(cleaned)
    }

    /// Reads an identifier by the rules of `readIdentifier`.
    mutating func identifier(
        _ place: TextPlace, _ window: BorrowedBytes, _ rules: IdentityRules
    ) -> TextPlace {
        let raw = withTexts(in: window) { texts in
            isPlainIdentifier(texts[place]) ? nil : Array(texts[place])
        }
        guard let raw else { return place }
        return readIdentifier(raw, rules).map { make($0.bytes) } ?? .absent
    }

    /// Reads an author's id; one that stands for nobody (`NoAuthor`) is absent.
    mutating func author(
        _ place: TextPlace, _ window: BorrowedBytes, _ rules: IdentityRules
    ) -> TextPlace {
        let id = identifier(place, window, rules)
        if id.isAbsent || rules == .v1 { return id }
        return withTexts(in: window) { NoAuthor.isOne($0[id]) } ? .absent : id
    }

    /// A whole number without decimals and exponent; any other stays as it is written.
    mutating func wholeNumber(
        _ place: TextPlace, _ window: BorrowedBytes, _ rules: IdentityRules
    ) -> TextPlace {
        let whole = withTexts(in: window) { texts in
            let raw = texts[place]
            let isWritten = raw.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == 0x65 }
            return isWritten && rules != .v1 ? wholeIdentifier(number: Array(raw)) : nil
        }
        return whole.map { make($0) } ?? place
    }

    /// Reads the value at `place` by the form of its field into the row.
    ///
    /// - Returns: Why it cannot be read; nil where it can.
    mutating func read(
        _ field: TrackedField, _ place: TextPlace, as format: FieldFormat,
        _ source: RecordCleaner.Source, into row: inout CleanRow
    ) -> ReadFault? {
        let window = source.window
        switch field.form {
        case .text:
            if case .cleanedText(let cleaning) = format {
                row.values[text: field] = text(place, cleanedBy: cleaning, window)
            } else {
                row.values[text: field] = text(place, window)
            }
            return nil
        case .rating:
            let scale = if case .number(let scale) = format { scale } else { Int64(5) }
            return Self.take(number(place, window) { readRating($0, scale: scale) }) {
                row.values[number: field] = $0
            }
        case .count:
            return Self.take(number(place, window, readCount)) {
                row.values[number: field] = $0
            }
        case .flag:
            return Self.take(number(place, window, readFlag)) {
                row.values[number: field] = $0 ? 1 : 0
            }
        case .instant:
            let order = source.rules.dateOrder
            let found = number(place, window) { readInstant($0, as: format, order: order) }
            if field == .createdAt {
                let plain =
                    order == nil
                    ? found
                    : number(place, window) {
                        readInstant($0, as: format)
                    }
                noteWritten(plain, at: place, source, in: &row)
            }
            return Self.take(found, of: field, source.rules, into: &row)
        }
    }

    /// The same for a time that is read with the order and the zone of its shape.
    mutating func read(
        _ field: TrackedField, _ place: TextPlace, _ dates: DateReading,
        _ source: RecordCleaner.Source, into row: inout CleanRow
    ) -> ReadFault? {
        let dates = dates.orSettled(source.rules.dateOrder)
        let found = number(place, source.window) { readLocalInstant(Array($0), dates) }
        if field == .createdAt {
            let plain = number(place, source.window) { readInstant($0, as: dates.format) }
            noteWritten(plain, at: place, source, in: &row)
        }
        return Self.take(found, of: field, source.rules, into: &row)
    }

    /// Notes the written date as it identifies the review: by the moment that the text itself
    /// gives. What the dump or the shape settles about it, an order or a zone, may change later.
    @inline(__always)
    private mutating func noteWritten(
        _ plain: Result<Instant?, ReadFault>, at place: TextPlace,
        _ source: RecordCleaner.Source, in row: inout CleanRow
    ) {
        row.writtenInstant = try? plain.get()
        // A relative date moves from dump to dump, so it is no part of an identity.
        let isRelative = plain == .failure(ReadFault(.relativeDate))
        if isRelative {
            row.relativeDate = withTexts(in: source.window) { readRelativeDate(Array($0[place])) }
        }
        if !isRelative || source.rules.identity == .v1 {
            row.writtenDate = identifier(place, source.window, source.rules.identity)
        }
    }

    @inline(__always)
    private static func take(
        _ found: Result<Instant?, ReadFault>, of field: TrackedField, _ rules: ReadingRules,
        into row: inout CleanRow
    ) -> ReadFault? {
        switch found {
        case .failure(let fault): return fault
        case .success(let instant?):
            if rules.reach?.contains(instant) == false { return ReadFault(.timeOutOfReach) }
            row.values[number: field] = instant.microseconds
        case .success(nil): break
        }
        return nil
    }

    @inline(__always)
    private static func take<Value>(
        _ result: Result<Value, ReadFault>, _ store: (Value) -> Void
    ) -> ReadFault? {
        switch result {
        case .success(let value):
            store(value)
            return nil
        case .failure(let fault): return fault
        }
    }
}

extension CleanedRecord {
    /// The first row, with its texts copied.
    init(_ rows: CleanRows, _ texts: CleanTexts, _ cleaner: RecordCleaner) {
        let row = rows.rows[0]
        self.init()
        productID = texts.text(row.productID)
        reviewID = texts.text(row.reviewID)
        authorID = texts.text(row.authorID)
        writtenDate = texts.text(row.writtenDate)
        writtenInstant = row.writtenInstant
        relativeDate = row.relativeDate
        unread = row.unread
        isLeftOut = row.isLeftOut
        values = texts.values(of: row)
        attributes = rows.attributes.compactMap { attribute in
            texts.text(attribute.value).map { (attribute.attribute, $0) }
        }
        fault = row.fault.map { ($0, cleaner.faultField(of: row)) }
        faultCount = row.faultCount
    }
}
