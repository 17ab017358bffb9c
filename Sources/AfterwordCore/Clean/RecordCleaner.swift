/// A shape compiled for cleaning records: each field is bound to its slot and its rule.
package final class RecordCleaner: Sendable {
    package let shape: Shape
    package let rules: ReadingRules
    package let plan: ExtractionPlan
    let recordPlan: ExtractionPlan
    let contextPlan: ExtractionPlan
    /// The context slots that fields of reviews read, in plan order.
    let contextSlots: [Int]

    /// In the order in which they are read: product, review, author, fields, attributes.
    let bindings: [FieldBinding]
    /// The texts of the bindings that are constants, by slot.
    let constants: [[UInt8]]
    /// The options of the few bindings that have some.
    let options: [BoundOptions]
    /// What a record must meet.
    let conditions: [BoundCondition]
    /// What says that its review was deleted.
    let deletions: [BoundCondition]
    /// The file's name as records keep it; nil where the shape takes nothing from it.
    let fileName: FileName?
    /// Nil where the file is no table.
    let table: TableReading?
    let productAttributes: [(attribute: Attribute, slot: Int, options: BoundOptions)]
    let productIDSlot: Int?
    let totalSlot: Int?

    /// - Parameters:
    ///   - file: The path of the records' file in its dump. Without it, what the shape takes from
    ///     the file's name is absent, except in stored records, whose context holds it.
    ///   - table: How the file begins, where it is a table.
    package init(
        _ shape: Shape, _ rules: ReadingRules = ReadingRules(), file: String? = nil,
        table: TableBeginning? = nil
    ) {
        let plan = ExtractionPlan(shape)
        self.shape = shape
        self.rules = rules
        self.plan = plan
        recordPlan = plan.recordOnly
        let binder = Binder(shape, plan)
        contextSlots = binder.contextSlots
        fileName = FileName(shape, file: file)
        self.table = table.map { [contextSlots, fileName] in
            TableReading($0, slots: contextSlots.count, file: fileName)
        }
        contextPlan = ExtractionPlan(
            members: contextSlots.map { plan.contextSources[$0].written }
                + (fileName == nil ? [] : [FileName.key]))
        bindings = binder.bindings
        constants = binder.constants
        options = binder.options
        func bound(_ conditions: [RecordCondition]) -> [BoundCondition] {
            conditions.compactMap { condition in
                binder.slot(condition.source).map {
                    BoundCondition(condition: condition, slot: $0)
                }
            }
        }
        conditions = bound(shape.conditions)
        deletions = bound(shape.deletions)
        productAttributes = Attribute.allCases.compactMap { attribute in
            guard let rule = shape.attributes[attribute], let slot = plan.contextSlot(rule.source)
            else { return nil }
            return (attribute, slot, binder.options(of: rule))
        }
        productIDSlot = plan.contextSlot(shape.productID.source)
        totalSlot = shape.total.flatMap { plan.contextSlot($0.source) }
    }

    /// Whether cleaning a record needs nothing but the record, and the record holds no attribute of
    /// its product.
    package var readsRecordsAlone: Bool {
        plan.isFlat && fileName == nil && table == nil
            && !bindings.contains { binding in
                if case .attribute = binding.target { true } else { false }
            }
    }

    /// The name of the field that made a row no review.
    package func faultField(of row: CleanRow) -> String { name(ofBinding: Int(row.faultField)) }

    /// The names of the fields that are read, in the order of the bits of `CleanRow.present`.
    package var fieldNames: [String] { bindings.map(\.target.name) }

    /// The name of a field by its index in the bindings.
    package func name(ofBinding index: Int) -> String { bindings[index].target.name }

    /// The source of a field in the syntax of a shape, by its index in the bindings.
    package func source(ofBinding index: Int) -> String {
        let binding = bindings[index]
        if binding.option >= 0, let file = options[Int(binding.option)].file { return file.written }
        return switch binding.place {
        case .record: plan.recordSources[binding.slot].written
        case .context: plan.contextSources[contextSlots[binding.slot]].written
        case .constant: String(decoding: constants[binding.slot], as: UTF8.self)
        }
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
        read(payload: payload, context: context).record
    }

    /// The same, with what of it cannot be read.
    package func read(
        payload: [UInt8], context: [UInt8]
    ) -> (record: CleanedRecord, unread: [FieldFault]) {
        var rows = CleanRows()
        return payload.lend { window in
            clean(payload: window, context: context, into: &rows)
            return (rows.withTexts(in: window) { CleanedRecord(rows, $0, self) }, rows.unread)
        }
    }

    /// The same, appended to `rows`.
    package func clean(
        payload: BorrowedBytes, context: [UInt8], into rows: inout CleanRows
    ) {
        let contextTokens =
            context.isEmpty ? [] : context.lend { Self.tokens(contextPlan, $0) }
        clean(
            storedTokens(payload, context: context)[...], payload,
            ReviewContext(bytes: context, tokens: contextTokens), into: &rows)
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
    static func tokens(
        _ plan: ExtractionPlan, _ buffer: BorrowedBytes
    ) -> [JSONToken] {
        var extractor = UnitExtractor(plan)
        return tokens(&extractor, buffer, from: 0, slots: plan.recordSources.count)
    }

    static func tokens(
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
        if let table { return table.context }
        guard !contextSlots.isEmpty || fileName != nil else { return .none }
        var bytes = Array("{".utf8)
        var tokens: [JSONToken] = []
        for slot in contextSlots {
            let token = unit.contextTokens[index * plan.contextSources.count + slot]
            guard token.kind != .missing else {
                tokens.append(.missing)
                continue
            }
            let start = Self.begin(plan.contextSources[slot].written, in: &bytes)
            window.extracting(token.range).lend { bytes.append(contentsOf: $0) }
            tokens.append(JSONToken(kind: token.kind, start: start, end: Int32(bytes.count)))
        }
        if let fileName, let json = fileName.json {
            let start = Self.begin(FileName.key, in: &bytes)
            bytes.append(contentsOf: json)
            tokens.append(JSONToken(kind: fileName.kind, start: start, end: Int32(bytes.count)))
        } else if fileName != nil {
            tokens.append(.missing)
        }
        bytes.append(UInt8(ascii: "}"))
        return ReviewContext(bytes: bytes, tokens: tokens)
    }
    /// Begins a member of a context; returns where its value starts.
    private static func begin(_ key: String, in bytes: inout [UInt8]) -> Int32 {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(contentsOf: JSONValue.string(key).canonical.utf8)
        bytes.append(UInt8(ascii: ":"))
        return Int32(bytes.count)
    }
}
