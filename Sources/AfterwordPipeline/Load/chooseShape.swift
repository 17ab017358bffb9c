import AfterwordCore

/// The shape of a file: the first of `shapes` that finds a product and a rating or text in its first
/// elements. Nil where the file holds no element at all, so that what it holds instead can be told.
///
/// - Throws: `InputFault.unknownShape` with the fields seen and what is missing.
func chooseShape(for file: DumpFile, among shapes: [Shape], isStrict: Bool) throws -> Shape? {
    let head = try readHead(file)
    var firstElement: [UInt8]?
    for shape in shapes {
        let cleaner = RecordCleaner(shape)
        var splitter = RecordSplitter(cleaner.plan, isStrict: isStrict)
        var fits = false
        splitter.feed(head[...], isLast: false) { event, window, _ in
            guard case .unit(let unit) = event, !fits else { return }
            if firstElement == nil {
                firstElement = window.extracting(unit.range).withUnsafeBytes { Array($0) }
            }
            fits = holds(unit, cleaner, window)
        }
        if fits { return shape }
    }
    // An element longer than the head, or a file that is one broken record.
    guard let firstElement else { return try isWholly(file, head) ? nil : shapes.first }
    let seen = (try? JSONValue(parsing: firstElement))?.members?.map(\.key) ?? []
    let missing = shapes.count == 1
        ? missingFields(shapes[0]) : ["product id", "rating, title or body"]
    throw InputFault.unknownShape(file: file.name, seen: seen, missing: missing)
}

/// Bytes of a file that are looked at to tell its shape.
private let headBytes = 1 << 20

private func readHead(_ file: DumpFile) throws -> [UInt8] {
    struct Enough: Error {}
    var head: [UInt8] = []
    do {
        _ = try readSlabs(file) { slab, _ in
            head.append(contentsOf: slab.prefix(headBytes - head.count))
            if head.count >= headBytes { throw Enough() }
        }
    } catch is Enough {}
    return head
}

private func isWholly(_ file: DumpFile, _ head: [UInt8]) throws -> Bool {
    head.count < headBytes
}

/// A unit fits a shape when one of its records, or a product of its, is told by it.
private func holds(_ unit: ExtractedUnit, _ cleaner: RecordCleaner, _ window: RawSpan) -> Bool {
    for index in unit.records.indices where unit.records[index].fault == nil {
        let context = cleaner.context(ofRecord: index, of: unit, window: window)
        let record = cleaner.clean(record: index, of: unit, context: context, window: window)
        let hasContent = record.values.rating != nil || record.values.title != nil
            || record.values.body != nil || record.fault?.field == "rating"
        if record.productID != nil, hasContent { return true }
    }
    return unit.products.indices.contains { index in
        cleaner.clean(product: index, of: unit, window: window).productID != nil
    }
}

private func missingFields(_ shape: Shape) -> [String] {
    let content = [Field.rating, .title, .body].compactMap { shape.fields[$0]?.source.written }
    return [shape.productID.source.written, content.joined(separator: " or ")]
}
