import AfterwordCore

/// What a file turned out to be.
enum ShapeChoice {
    case fits(Shape)
    /// The one shape that was given does not fit its first elements: its records will say why.
    case unfit(Shape, InputFault)
    /// The file holds no element at all: what it holds instead can be told.
    case nothing
}

/// The shape of a file: the first of `shapes` that finds a product and a rating or text in its
/// first elements. A single shape was given by the user and is used as it is.
///
/// - Throws: `InputFault.unknownShape` with the fields seen and what is missing.
func chooseShape(
    for file: DumpFile, among shapes: [Shape], isStrict: Bool
) throws -> ShapeChoice {
    let head = try readHead(file)
    var firstElement: [UInt8]?
    for shape in shapes {
        let cleaner = RecordCleaner(shape)
        var splitter = RecordSplitter(cleaner.plan, isStrict: isStrict)
        var fits = false
        splitter.feed(head[...], isLast: head.count < headBytes) { event, window, _ in
            guard case .unit(let unit) = event, !fits else { return }
            if firstElement == nil {
                firstElement = window.extracting(unit.range).withUnsafeBytes { Array($0) }
            }
            fits = holds(unit, cleaner, window)
        }
        if fits { return .fits(shape) }
    }
    guard let firstElement else {
        // An element longer than the head is left to the first shape, whose records will tell.
        return head.count < headBytes ? .nothing : .fits(shapes[0])
    }
    let seen = (try? JSONValue(parsing: firstElement))?.members?.map(\.key) ?? []
    let missing =
        shapes.count == 1
        ? missingFields(shapes[0]) : ["product id", "rating, title or body"]
    let fault = InputFault.unknownShape(file: file.name, seen: seen, missing: missing)
    guard shapes.count == 1 else { throw fault }
    return .unfit(shapes[0], fault)
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

/// A unit fits a shape when one of its records, or a product of its, is told by it.
private func holds(_ unit: ExtractedUnit, _ cleaner: RecordCleaner, _ window: RawSpan) -> Bool {
    for index in unit.records.indices where unit.records[index].fault == nil {
        let context = cleaner.context(ofRecord: index, of: unit, window: window)
        let record = cleaner.clean(record: index, of: unit, context: context, window: window)
        let hasContent =
            record.values.rating != nil || record.values.title != nil
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
