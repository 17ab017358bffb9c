/// The options of one field's rule, bound to the slots of a plan.
struct BoundOptions: Sendable {
    /// A slot of the record or of its context.
    struct Slot: Sendable {
        var isInRecord: Bool
        var number: Int
    }

    let values: ValueMap
    let url: URLPart?
    let file: NamePattern?
    let scale: Slot?
    let dates: DateReading?

    /// - Parameter slot: The slot of a source that the plan keeps.
    init(_ rule: Shape.Rule, zones: [String: ZoneRules], slot: (FieldSource) -> Slot?) {
        let options = rule.options ?? RuleOptions()
        values = options.values
        url = options.url
        file = if case .file(let pattern) = rule.source { pattern } else { nil }
        scale = options.scale.flatMap(slot)
        let zone: DateReading.Zone =
            switch options.zone {
            case nil: .utc
            case .offset(let seconds): .local(ZoneRules(seconds: seconds))
            case .named(let name): zones[name].map { .local($0) } ?? .unknown
            }
        let isPlain = options.zone == nil && options.order == nil
        dates = isPlain ? nil : DateReading(format: rule.format, order: options.order, zone: zone)
    }

    /// Whether the value is read as any other.
    var isEmpty: Bool {
        values.isEmpty && url == nil && file == nil && scale == nil && dates == nil
    }

    /// The value that a written one means: the part of the file's name or of the URL, then what the
    /// map gives for it. Nil where that is none.
    func meant(by written: [UInt8]) -> [UInt8]? {
        var value = written
        if let file {
            guard let part = file.value(inFile: value) else { return nil }
            value = part
        }
        if let url {
            guard let part = url.value(in: value) else { return nil }
            value = part
        }
        if values.isEmpty { return value }
        switch values[value] {
        case .asWritten: return value
        case .absent: return nil
        case .value(let meant): return meant.isEmpty ? nil : meant
        }
    }

    /// A scale that a record says: a number from 1 to 1000; nil for anything else.
    static func scale(_ written: BorrowedBytes) -> Int64? {
        let raw = Array(written)
        guard raw.count <= longestWrittenValue, isJSONNumber(raw),
            let scale = Decimal(firstIn: raw)?.whole, (1...1000).contains(scale)
        else { return nil }
        return scale
    }
}

/// The name of a file as its records keep it, for shapes that take something from it: the last
/// parts of its path that the shape's patterns look at.
struct FileName: Sendable {
    /// Nil where the cleaner was made without a file.
    let text: String?
    /// The text in JSON.
    let json: [UInt8]?
    let kind: JSONToken.Kind

    /// The member of a context that holds it. No other member can have this name: a source begins
    /// with `^` or `@`.
    static let key = "#file"

    /// Nil where the shape has no pattern.
    init?(_ shape: Shape, file: String?) {
        let patterns = shape.filePatterns
        guard let parts = patterns.map(\.partCount).max() else { return nil }
        text = file.map { NamePattern.end(ofFile: $0, parts: parts) }
        json = text.map { Array(JSONValue.string($0).canonical.utf8) }
        let isEscaped = json?.contains(UInt8(ascii: "\\")) ?? false
        kind = isEscaped ? .escapedString : .string
    }
}

/// A condition of a shape and where its value is.
struct BoundCondition: Sendable {
    var condition: RecordCondition
    var slot: BoundOptions.Slot
}

extension RecordCleaner {
    /// A value as it is written, or as the options of its rule have it read: where it is, and how
    /// it is read.
    struct Meant {
        var place: TextPlace
        var binding: FieldBinding
        /// How it is read as a time; nil where the rule says nothing of it.
        var dates: DateReading?
    }

    /// What a value means by the options of its binding; nil where it means none.
    func meaning(
        of found: Meant, _ tokens: Span<JSONToken>, _ source: Source, _ rows: inout CleanRows
    ) -> Meant? {
        let options = options[Int(found.binding.option)]
        let written = rows.withTexts(in: source.window) { Array($0[found.place]) }
        guard let value = options.meant(by: written) else { return nil }
        var meant = found
        meant.dates = options.dates
        if value != written { meant.place = rows.make(value) }
        if let slot = options.scale, let best = scale(slot, tokens, source, &rows) {
            meant.binding.format = .number(scale: best)
        }
        return meant
    }

    /// The scale that a record says; nil where it says none that can be read.
    private func scale(
        _ slot: BoundOptions.Slot, _ tokens: Span<JSONToken>, _ source: Source,
        _ rows: inout CleanRows
    ) -> Int64? {
        guard case .success(let place) = found(slot, tokens, source, &rows) else { return nil }
        return rows.withTexts(in: source.window) { BoundOptions.scale($0[place]) }
    }

    /// Whether a record meets all of some conditions.
    @inline(never)
    func meets(
        _ conditions: [BoundCondition], _ tokens: Span<JSONToken>, _ source: Source,
        _ rows: inout CleanRows
    ) -> Bool {
        for bound in conditions {
            var isMet = bound.condition.keeps(nil)
            if case .success(let place) = found(bound.slot, tokens, source, &rows) {
                isMet = rows.withTexts(in: source.window) { bound.condition.keeps($0[place]) }
            }
            if !isMet { return false }
        }
        return true
    }

    private func found(
        _ slot: BoundOptions.Slot, _ tokens: Span<JSONToken>, _ source: Source,
        _ rows: inout CleanRows
    ) -> Result<TextPlace, ReadFault> {
        if slot.isInRecord { return rows.content(tokens[slot.number], source.window, .whole) }
        let context = source.context
        return context.tokens.isEmpty
            ? .success(.absent)
            : rows.content(context.tokens[slot.number], of: context.bytes, .whole)
    }
}
