/// A shape made ready to clean records: every field knows its slot and its rule.
package final class RecordCleaner: Sendable {
    package let shape: Shape
    package let plan: ExtractionPlan
    private let recordPlan: ExtractionPlan
    private let contextPlan: ExtractionPlan
    /// The context slots that reviews need, in plan order.
    private let contextSlots: [Int]

    /// A class, since every record goes over all of them: lent, not copied.
    private final class Binding: Sendable {
        let name: String
        let isContext: Bool
        let slot: Int
        let format: FieldFormat
        let part: FieldPart
        let constant: [UInt8]?

        init(
            name: String, isContext: Bool, slot: Int, format: FieldFormat, part: FieldPart,
            constant: [UInt8]? = nil
        ) {
            self.name = name
            self.isContext = isContext
            self.slot = slot
            self.format = format
            self.part = part
            self.constant = constant
        }
    }
    private let productID: Binding
    private let reviewID: Binding?
    private let authorID: Binding?
    private let fields: [(field: Field, binding: Binding)]
    private let attributes: [(attribute: Attribute, binding: Binding)]
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
            + Field.allCases.compactMap { shape.fields[$0] }
        let slots = Set(rules.compactMap { plan.contextSlot($0.source) }).sorted()
        contextSlots = slots
        contextPlan = ExtractionPlan(members: slots.map { plan.contextSources[$0].written })
        func bind(_ name: String, _ rule: Shape.Rule) -> Binding {
            if case .constant(let text) = rule.source {
                return Binding(
                    name: name, isContext: false, slot: 0, format: rule.format, part: .whole,
                    constant: Array(text.utf8))
            }
            if let slot = plan.recordSlot(rule.source) {
                return Binding(
                    name: name, isContext: false, slot: slot, format: rule.format, part: rule.part)
            }
            let slot = plan.contextSlot(rule.source).flatMap { slots.firstIndex(of: $0) }
            return Binding(
                name: name, isContext: true, slot: slot ?? 0, format: rule.format, part: rule.part)
        }
        productID = bind("product_id", shape.productID)
        reviewID = shape.reviewID.map { bind("review_id", $0) }
        authorID = shape.authorID.map { bind("author_id", $0) }
        fields = Field.allCases.compactMap { field in
            shape.fields[field].map { (field, bind(field.name, $0)) }
        }
        attributes = Attribute.allCases.compactMap { attribute in
            guard let rule = shape.attributes[attribute], plan.recordSlot(rule.source) != nil else {
                return nil
            }
            return (attribute, bind(attribute.name, rule))
        }
        productAttributes = Attribute.allCases.compactMap { attribute in
            shape.attributes[attribute].flatMap { plan.contextSlot($0.source) }
                .map { (attribute, $0) }
        }
        productIDSlot = plan.contextSlot(shape.productID.source)
        totalSlot = shape.total.flatMap { plan.contextSlot($0.source) }
    }

    /// Cleans a record of a unit. `window` holds the bytes that the unit's ranges are relative to.
    package func clean(
        record index: Int, of unit: ExtractedUnit, context: ReviewContext, window: RawSpan
    ) -> CleanedRecord {
        let count = plan.recordSources.count
        return clean(unit.recordTokens[index * count..<(index + 1) * count], window, context)
    }

    /// Cleans a kept record again, from its bytes and its context's.
    package func clean(payload: [UInt8], context: [UInt8]) -> CleanedRecord {
        let tokens = Self.tokens(recordPlan, payload)
        let contextTokens = context.isEmpty ? [] : Self.tokens(contextPlan, context)
        return clean(
            tokens[...], payload.span.bytes, ReviewContext(bytes: context, tokens: contextTokens))
    }

    /// Slots of the one record that the bytes are; all missing where they are none.
    private static func tokens(_ plan: ExtractionPlan, _ bytes: [UInt8]) -> [JSONToken] {
        var extractor = UnitExtractor(plan)
        bytes.withUnsafeBytes { buffer in
            var scanner = JSONScanner(buffer, isFinal: true, isStrict: false)
            try? extractor.extract(from: buffer, with: &scanner)
        }
        let unit = extractor.unit
        let missing = [JSONToken](repeating: .missing, count: plan.recordSources.count)
        return unit.records.count == 1 ? unit.recordTokens : missing
    }

    /// The context of a record.
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
            window.extracting(token.range).withUnsafeBytes { bytes.append(contentsOf: $0) }
            tokens.append(JSONToken(kind: token.kind, start: start, end: Int32(bytes.count)))
        }
        bytes.append(UInt8(ascii: "}"))
        return ReviewContext(bytes: bytes, tokens: tokens)
    }

    /// What an enclosing object says of its product.
    package func clean(product index: Int, of unit: ExtractedUnit, window: RawSpan)
        -> CleanedProduct
    {
        let base = index * plan.contextSources.count
        func text(_ slot: Int) -> [UInt8]? {
            let token = unit.productTokens[base + slot]
            guard case .success(let raw) = content(token, window, .whole) else {
                return nil
            }
            return raw
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

    private func clean(
        _ tokens: ArraySlice<JSONToken>, _ window: RawSpan, _ context: ReviewContext
    ) -> CleanedRecord {
        var record = CleanedRecord()
        func raw(_ binding: Binding) -> [UInt8]? {
            if let constant = binding.constant { return constant }
            let token =
                binding.isContext
                ? (context.tokens.isEmpty ? .missing : context.tokens[binding.slot])
                : tokens[tokens.startIndex + binding.slot]
            let bytes = binding.isContext ? context.bytes.span.bytes : window
            switch content(token, bytes, binding.part) {
            case .success(let raw): return raw
            case .failure(let fault):
                note(fault, binding.name)
                return nil
            }
        }
        func note(_ fault: ReadFault, _ name: String) {
            record.faultCount += 1
            if record.fault == nil { record.fault = (fault.reason, name) }
        }
        record.productID = raw(productID).flatMap(readIdentifier)
        if record.productID == nil { note(ReadFault(.noProduct), "product_id") }
        record.reviewID = reviewID.flatMap(raw).flatMap(readIdentifier)
        record.authorID = authorID.flatMap(raw).flatMap(readIdentifier)
        for (field, binding) in fields {
            guard let bytes = raw(binding), !bytes.isEmpty else { continue }
            if field == .createdAt { record.writtenDate = readIdentifier(bytes) }
            if let fault = record.values.read(field, bytes, binding.format) {
                note(fault, binding.name)
            }
        }
        for (attribute, binding) in attributes {
            guard let value = raw(binding).flatMap(readAttribute) else { continue }
            record.attributes.append((attribute, value))
        }
        return record
    }
}

/// What an enclosing object says of its product.
package struct CleanedProduct: Sendable {
    package var productID: Text?
    /// How many reviews it says it has.
    package var total: Int64?
    package var attributes: [(attribute: Attribute, value: Text)] = []
}

/// The bytes of a scalar value: text unescaped, numbers and flags as written; nil when absent.
private func content(
    _ token: JSONToken, _ bytes: RawSpan, _ part: FieldPart
) -> Result<[UInt8]?, ReadFault> {
    let range = token.range
    if part != .whole, token.kind == .object || token.kind == .array {
        return bytes.extracting(range).withUnsafeBytes { content(Array($0), part) }
    }
    switch token.kind {
    case .missing, .null, .nonstandard: return .success(nil)
    case .string:
        return .success(
            bytes.extracting(range.lowerBound + 1..<range.upperBound - 1)
                .withUnsafeBytes { Array($0) })
    case .escapedString:
        var plain: [UInt8] = []
        bytes.extracting(range.lowerBound + 1..<range.upperBound - 1)
            .withUnsafeBytes { unescape($0, into: &plain) }
        return .success(plain)
    case .number, .yes, .no:
        return .success(bytes.extracting(range).withUnsafeBytes { Array($0) })
    case .object, .array:
        return .failure(ReadFault(.wrongType))
    }
}

extension ReviewValues {
    /// Reads one field from a value's bytes; the fault when they cannot be read.
    fileprivate mutating func read(
        _ field: Field, _ raw: [UInt8], _ format: FieldFormat
    ) -> ReadFault? {
        func take<Value>(_ result: Result<Value, ReadFault>, _ store: (Value) -> Void) -> ReadFault?
        {
            switch result {
            case .success(let value):
                store(value)
                return nil
            case .failure(let fault): return fault
            }
        }
        switch field {
        case .rating:
            let scale = if case .number(let scale) = format { scale } else { Int64(5) }
            return take(readRating(raw, scale: scale)) { rating = $0 }
        case .title: title = readText(raw)
        case .body: body = readText(raw)
        case .authorName: authorName = readText(raw)
        case .variant: variant = readText(raw)
        case .country: country = readText(raw)
        case .language: language = readText(raw)
        case .verified: return take(readFlag(raw)) { verified = $0 }
        case .helpfulVotes: return take(readCount(raw)) { helpfulVotes = $0 }
        case .createdAt: return take(readInstant(raw, as: format)) { createdAt = $0 }
        case .updatedAt: return take(readInstant(raw, as: format)) { updatedAt = $0 }
        }
        return nil
    }
}

/// A part of an array or an object, unescaped.
private func content(_ compound: [UInt8], _ part: FieldPart) -> Result<[UInt8]?, ReadFault> {
    guard let value = try? JSONValue(parsing: compound) else { return .success(nil) }
    switch part {
    case .whole: return .failure(ReadFault(.wrongType))
    case .element(let index):
        guard let elements = value.elements else { return .failure(ReadFault(.wrongType)) }
        guard index < elements.count else { return .success(nil) }
        return .success(elements[index].scalar)
    case .members:
        guard let members = value.members else { return .failure(ReadFault(.wrongType)) }
        let named = members.compactMap { member -> (name: Text, text: Text)? in
            guard let scalar = member.value.scalar, let text = readIdentifier(scalar),
                let name = readIdentifier(Array(member.key.utf8))
            else { return nil }
            let isColoned = name.bytes.last == UInt8(ascii: ":")
            return (isColoned ? Text(Array(name.bytes.dropLast())) : name, text)
        }
        let sorted = named.sorted { ($0.name, $0.text) < ($1.name, $1.text) }
        let joined = sorted.map { $0.name.bytes + Array(": ".utf8) + $0.text.bytes }
            .joined(separator: Array("; ".utf8))
        return .success(sorted.isEmpty ? nil : Array(joined))
    }
}
