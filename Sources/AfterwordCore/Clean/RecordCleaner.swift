/// A shape compiled for cleaning records: each field is bound to its slot and its rule.
package final class RecordCleaner: Sendable {
    package let shape: Shape
    package let plan: ExtractionPlan
    let recordPlan: ExtractionPlan
    private let contextPlan: ExtractionPlan
    /// The context slots that fields of reviews read, in plan order.
    private let contextSlots: [Int]

    /// One target of cleaning: where its value comes from and how it is read.
    private struct Binding: Sendable {
        var target: Target
        var place: Place
        var slot: Int
        var format: FieldFormat
        var part: FieldPart
    }

    private enum Target: Equatable, Sendable {
        case productID, reviewID, authorID
        case field(TrackedField)
        case attribute(Attribute)

        /// The name in tables, goldens and shapes.
        var name: String {
            switch self {
            case .productID: "product_id"
            case .reviewID: "review_id"
            case .authorID: "author_id"
            case .field(let field): field.name
            case .attribute(let attribute): attribute.name
            }
        }
    }

    private enum Place: Sendable { case record, context, constant }

    /// In the order in which they are read: product, review, author, fields, attributes.
    private let bindings: [Binding]
    /// The texts of the bindings that are constants, by slot.
    private let constants: [[UInt8]]
    private let productAttributes: [(attribute: Attribute, slot: Int)]
    private let productIDSlot: Int?
    private let totalSlot: Int?

    package init(_ shape: Shape) {
        let plan = ExtractionPlan(shape)
        self.shape = shape
        self.plan = plan
        recordPlan = plan.recordOnly
        let rules =
            [shape.productID, shape.reviewID, shape.authorID].compactMap { $0 }
            + TrackedField.allCases.compactMap { shape.fields[$0] }
        let slots = Set(rules.compactMap { plan.contextSlot($0.source) }).sorted()
        contextSlots = slots
        contextPlan = ExtractionPlan(members: slots.map { plan.contextSources[$0].written })
        var constants: [[UInt8]] = []
        func bind(_ target: Target, _ rule: Shape.Rule) -> Binding {
            if case .constant(let text) = rule.source {
                constants.append(Array(text.utf8))
                return Binding(
                    target: target, place: .constant, slot: constants.count - 1,
                    format: rule.format, part: .whole)
            }
            if let slot = plan.recordSlot(rule.source) {
                return Binding(
                    target: target, place: .record, slot: slot, format: rule.format,
                    part: rule.part)
            }
            let slot = plan.contextSlot(rule.source).flatMap { slots.firstIndex(of: $0) }
            return Binding(
                target: target, place: .context, slot: slot ?? 0, format: rule.format,
                part: rule.part)
        }
        var bindings = [bind(.productID, shape.productID)]
        if let rule = shape.reviewID { bindings.append(bind(.reviewID, rule)) }
        if let rule = shape.authorID { bindings.append(bind(.authorID, rule)) }
        for field in TrackedField.allCases {
            if let rule = shape.fields[field] { bindings.append(bind(.field(field), rule)) }
        }
        for attribute in Attribute.allCases {
            guard let rule = shape.attributes[attribute], plan.recordSlot(rule.source) != nil else {
                continue
            }
            bindings.append(bind(.attribute(attribute), rule))
        }
        self.bindings = bindings
        self.constants = constants
        productAttributes = Attribute.allCases.compactMap { attribute in
            shape.attributes[attribute].flatMap { plan.contextSlot($0.source) }
                .map { (attribute, $0) }
        }
        productIDSlot = plan.contextSlot(shape.productID.source)
        totalSlot = shape.total.flatMap { plan.contextSlot($0.source) }
    }

    /// Whether cleaning a record needs nothing but the record, and the record holds no attribute of
    /// its product.
    package var readsRecordsAlone: Bool {
        plan.isFlat
            && !bindings.contains { binding in
                if case .attribute = binding.target { true } else { false }
            }
    }

    /// The name of the first field of a row that cannot be read.
    package func faultField(of row: CleanRow) -> String {
        bindings[Int(row.faultField)].target.name
    }

    /// Cleans one record of a unit.
    ///
    /// - Parameter window: The bytes that the unit's ranges are relative to.
    package func clean(
        record index: Int, of unit: ExtractedUnit, context: ReviewContext, window: RawSpan
    ) -> CleanedRecord {
        var rows = CleanRows()
        return window.lend { window in
            clean(record: index, of: unit, context: context, window: window, into: &rows)
            return rows.withTexts(in: window) { CleanedRecord(rows, $0, self) }
        }
    }

    /// Cleans a stored record again, from its bytes and the bytes of its context.
    package func clean(payload: [UInt8], context: [UInt8]) -> CleanedRecord {
        var rows = CleanRows()
        return payload.lend { window in
            clean(payload: window, context: context, into: &rows)
            return rows.withTexts(in: window) { CleanedRecord(rows, $0, self) }
        }
    }

    /// The same, appended to `rows`.
    package func clean(
        payload: BorrowedBytes, context: [UInt8], into rows: inout CleanRows
    ) {
        let contextTokens =
            context.isEmpty ? [] : context.lend { Self.tokens(contextPlan, $0) }
        clean(
            Self.tokens(recordPlan, payload)[...], payload,
            ReviewContext(bytes: context, tokens: contextTokens), into: &rows)
    }

    /// Cleans stored records one after another. The extractor learns their layout from the first
    /// and reuses it.
    package struct Again {
        private let cleaner: RecordCleaner
        private var extractor: UnitExtractor

        package init(_ cleaner: RecordCleaner) {
            self.cleaner = cleaner
            extractor = UnitExtractor(cleaner.recordPlan)
        }

        /// How many bytes should follow a record in the window, of any value, so that the fast path
        /// can scan the record to its end.
        package static let margin = 32

        /// Cleans a record that is not part of a larger buffer.
        package mutating func clean(payload: [UInt8], context: [UInt8]) -> CleanedRecord {
            var rows = CleanRows()
            let window = payload + [UInt8](repeating: 0x20, count: Self.margin)
            return window.lend { window in
                clean(payload: 0..<payload.count, of: window, context, into: &rows)
                return rows.withTexts(in: window) { CleanedRecord(rows, $0, cleaner) }
            }
        }

        /// Cleans a record inside a larger buffer; unchanged texts stay in that buffer.
        package mutating func clean(
            payload range: Range<Int>, of window: BorrowedBytes, _ context: [UInt8],
            into rows: inout CleanRows
        ) {
            let plan = cleaner.contextPlan
            let contextTokens =
                context.isEmpty ? [] : context.lend { RecordCleaner.tokens(plan, $0) }
            let tokens = RecordCleaner.tokens(
                &extractor, window, from: range.lowerBound,
                slots: cleaner.recordPlan.recordSources.count)
            cleaner.clean(
                tokens[...], window, ReviewContext(bytes: context, tokens: contextTokens),
                into: &rows)
            extractor.unit.removeAll()
        }
    }

    /// Cleans one record of a unit and appends it to `rows`.
    package func clean(
        record index: Int, of unit: ExtractedUnit, context: ReviewContext,
        window: BorrowedBytes, into rows: inout CleanRows
    ) {
        let count = plan.recordSources.count
        clean(
            unit.recordTokens[index * count..<(index + 1) * count], window, context, into: &rows)
    }

    /// The slots of the single record that the bytes hold; all missing where they hold none or more
    /// than one.
    private static func tokens(
        _ plan: ExtractionPlan, _ buffer: BorrowedBytes
    ) -> [JSONToken] {
        var extractor = UnitExtractor(plan)
        return tokens(&extractor, buffer, from: 0, slots: plan.recordSources.count)
    }

    private static func tokens(
        _ extractor: inout UnitExtractor, _ buffer: BorrowedBytes, from start: Int,
        slots: Int
    ) -> [JSONToken] {
        var scanner = JSONScanner(buffer, from: start, isFinal: true, isStrict: false)
        try? extractor.extract(from: buffer, with: &scanner)
        return extractor.unit.records.count == 1
            ? extractor.unit.recordTokens : [JSONToken](repeating: .missing, count: slots)
    }

    /// The context of a record: a JSON object of the enclosing values that its fields read.
    package func context(
        ofRecord index: Int, of unit: ExtractedUnit, window: RawSpan
    ) -> ReviewContext {
        guard !contextSlots.isEmpty else { return .none }
        var bytes = Array("{".utf8)
        var tokens: [JSONToken] = []
        for slot in contextSlots {
            let token = unit.contextTokens[index * plan.contextSources.count + slot]
            guard token.kind != .missing else {
                tokens.append(.missing)
                continue
            }
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            let key = JSONValue.string(plan.contextSources[slot].written).canonical
            bytes.append(contentsOf: key.utf8)
            bytes.append(UInt8(ascii: ":"))
            let start = Int32(bytes.count)
            window.extracting(token.range).lend { bytes.append(contentsOf: $0) }
            tokens.append(JSONToken(kind: token.kind, start: start, end: Int32(bytes.count)))
        }
        bytes.append(UInt8(ascii: "}"))
        return ReviewContext(bytes: bytes, tokens: tokens)
    }

    /// The product attributes and the review total of an enclosing object.
    package func clean(product index: Int, of unit: ExtractedUnit, window: RawSpan)
        -> CleanedProduct
    {
        let base = index * plan.contextSources.count
        func text(_ slot: Int) -> [UInt8]? {
            let token = unit.productTokens[base + slot]
            var rows = CleanRows()
            return window.lend { window in
                guard case .success(let place) = rows.content(token, window, .whole),
                    !place.isAbsent
                else { return nil }
                return rows.withTexts(in: window) { Array($0[place]) }
            }
        }
        var product = CleanedProduct()
        product.productID = productIDSlot.flatMap(text).flatMap(readIdentifier)
        product.total = totalSlot.flatMap(text).flatMap { try? readCount($0).get() }
        for (attribute, slot) in productAttributes {
            guard let value = text(slot).flatMap(readAttribute) else { continue }
            product.attributes.append((attribute, value))
        }
        return product
    }

    /// What a record is read from, besides its own tokens.
    private struct Source {
        /// The number of its row.
        let number: Int
        let window: BorrowedBytes
        let context: ReviewContext
    }

    private func clean(
        _ tokens: ArraySlice<JSONToken>, _ window: BorrowedBytes,
        _ context: ReviewContext, into rows: inout CleanRows
    ) {
        // Filled in place: moving a row that was just written costs more than writing it.
        var all: [CleanRow] = []
        swap(&all, &rows.rows)
        defer { swap(&all, &rows.rows) }
        all.append(CleanRow())
        let source = Source(number: all.count - 1, window: window, context: context)
        fill(&all[source.number], tokens.span, source, &rows)
    }

    private func fill(
        _ row: inout CleanRow, _ tokens: Span<JSONToken>, _ source: Source,
        _ rows: inout CleanRows
    ) {
        for index in bindings.indices {
            let fault = read(bindings[index], tokens, source, &row, &rows)
            if let fault { note(fault.reason, index, &row) }
            if index == 0, row.productID.isAbsent { note(.noProduct, index, &row) }
        }
    }

    private func note(_ reason: RejectReason, _ binding: Int, _ row: inout CleanRow) {
        row.faultCount += 1
        if row.fault != nil { return }
        row.fault = reason
        row.faultField = UInt8(binding)
    }

    @inline(__always)
    private func read(
        _ binding: Binding, _ tokens: Span<JSONToken>, _ source: Source, _ row: inout CleanRow,
        _ rows: inout CleanRows
    ) -> ReadFault? {
        let found: Result<TextPlace, ReadFault>
        switch binding.place {
        case .record: found = rows.content(tokens[binding.slot], source.window, binding.part)
        case .constant: found = .success(rows.make(constants[binding.slot]))
        case .context:
            let context = source.context
            found =
                context.tokens.isEmpty
                ? .success(.absent)
                : rows.content(context.tokens[binding.slot], of: context.bytes, binding.part)
        }
        switch found {
        case .failure(let fault): return fault
        case .success(let place):
            // An empty value is absent.
            if place.count == 0 { return nil }
            return read(place, binding, source, &row, &rows)
        }
    }

    @inline(__always)
    private func read(
        _ place: TextPlace, _ binding: Binding, _ source: Source, _ row: inout CleanRow,
        _ rows: inout CleanRows
    ) -> ReadFault? {
        let window = source.window
        switch binding.target {
        case .productID: row.productID = rows.identifier(place, window)
        case .reviewID: row.reviewID = rows.identifier(place, window)
        case .authorID: row.authorID = rows.identifier(place, window)
        case .field(let field):
            return rows.read(field, place, as: binding.format, window, into: &row)
        case .attribute(let attribute):
            let text = rows.withTexts(in: window) { readAttribute(Array($0[place])) }
            guard let text else { return nil }
            rows.attributes.append((source.number, attribute, rows.make(text.bytes)))
        }
        return nil
    }
}

/// What an enclosing object states about its product.
package struct CleanedProduct: Sendable {
    package var productID: Text?
    /// The number of reviews that the object itself states.
    package var total: Int64?
    package var attributes: [(attribute: Attribute, value: Text)] = []
}
