import AfterwordCore
import Testing

/// The records of a document as a shape reads them, those that are left out among them. Cleaning
/// the stored bytes again must give the same records.
///
/// - Parameter file: The path of the document's file in its dump.
func readRecords(
    _ document: String, _ shape: Shape, file: String? = nil,
    _ rules: ReadingRules = ReadingRules()
) -> [CleanedRecord] {
    let cleaner = RecordCleaner(shape, rules, file: file)
    let later = RecordCleaner(shape, rules)
    var splitter = RecordSplitter(cleaner.plan, isStrict: true)
    var found: [CleanedRecord] = []
    splitter.feed(Array(document.utf8)[...], isLast: true) { event, window, _ in
        guard case .unit(let unit) = event else { return }
        for index in unit.records.indices {
            let context = cleaner.context(ofRecord: index, of: unit, window: window)
            let record = cleaner.clean(record: index, of: unit, context: context, window: window)
            let payload = window.extracting(unit.records[index].range)
                .withUnsafeBytes { Array($0) }
            for again in [
                later.clean(payload: payload, context: context.bytes),
                cleaner.clean(payload: payload, context: context.bytes),
            ] {
                #expect(shown(again) == shown(record))
                #expect(again.isLeftOut == record.isLeftOut)
            }
            found.append(record)
        }
    }
    return found
}

/// A record as documents show it: its ids and fields by name, ratings in stars, times in ISO 8601.
func shown(_ record: CleanedRecord) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = []
    for (key, id) in [
        ("product_id", record.productID), ("review_id", record.reviewID),
        ("author_id", record.authorID),
    ] {
        if let id { members.append((key, .string(id.string))) }
    }
    for field in TrackedField.allCases {
        if let value = shown(field, record.values) { members.append((field.name, value)) }
    }
    for attribute in record.attributes {
        members.append((attribute.attribute.name, .string(attribute.value.string)))
    }
    for name in record.unread.names { members.append((name, .string("unread"))) }
    if let fault = record.fault { members.append(("fault", .string(fault.reason.rawValue))) }
    return .object(members)
}

private func shown(_ field: TrackedField, _ values: ReviewValues) -> JSONValue? {
    switch field.form {
    case .text: return values[text: field].map { .string($0.string) }
    case .count: return values[number: field].map { JSONValue($0) }
    case .flag: return values[number: field].map { .bool($0 == 1) }
    case .rating:
        return values[number: field].map { tenths in
            .number(tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)")
        }
    case .instant:
        return values[number: field].map { .string("\(Instant(microseconds: $0))") }
    }
}

/// A shape with these fields, by its JSON.
func shape(_ fields: String, records: String = "", more: String = "") throws -> Shape {
    try Shape(
        parsing: Array(
            #"{"shape":"x","version":1,"records":"\#(records)","fields":\#(fields)\#(more)}"#.utf8))
}
