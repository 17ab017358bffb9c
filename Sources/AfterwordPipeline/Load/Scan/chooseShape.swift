import AfterwordCore

/// The shape found for a file.
enum ShapeChoice {
    case fits(Shape)
    /// The single given shape does not fit the first elements: its rejects will say why.
    case unfit(Shape, InputFault)
    /// The file holds no JSON object at all; parsing it with any shape reports what it holds
    /// instead.
    case nothing
}

/// The shape of a file. Of the shapes that find a product and a rating or text in its first
/// elements, it is the one whose fields occur most; of equals, the first. A single shape was given
/// by the user and is used as it is.
///
/// - Throws: `InputFault.unknownShape` with the fields seen and those missing.
func chooseShape(
    for file: DumpFile, among shapes: [Shape], isStrict: Bool
) throws -> ShapeChoice {
    // The first 64 KiB nearly always suffice, so that every shape tries no more than these.
    do {
        let choice = try chooseShape(
            for: file, among: shapes, isStrict: isStrict, bytes: firstBytes)
        if case .fits? = choice, let choice { return choice }
    } catch InputFault.unknownShape {
        // More bytes may show more fields.
    }
    // The first element may be as long as a record may be: a wrapped dump is a single one.
    if let choice = try chooseShape(for: file, among: shapes, isStrict: isStrict, bytes: headBytes)
    {
        return choice
    }
    return try chooseShape(
        for: file, among: shapes, isStrict: isStrict, bytes: ParseLimit.recordBytes + headBytes)
        ?? .fits(shapes[0])
}

/// The choice by the first bytes of a file; nil where they hold no whole element and more follow.
private func chooseShape(
    for file: DumpFile, among shapes: [Shape], isStrict: Bool, bytes headBytes: Int
) throws -> ShapeChoice? {
    let head = try readHead(file, headBytes)
    var firstElement: [UInt8]?
    var best: (shape: Shape, told: Int)?
    var (holdsList, holdsRecords) = (false, false)
    for shape in shapes {
        let cleaner = RecordCleaner(shape, file: file.name)
        var splitter = RecordSplitter(cleaner.plan, isStrict: isStrict)
        var fits = false
        var told: Set<Int> = []
        splitter.feed(head[...], isLast: head.count < headBytes) { event, window, _ in
            guard case .unit(let unit) = event else { return }
            if firstElement == nil {
                firstElement = window.extracting(unit.range).withUnsafeBytes { Array($0) }
            }
            holdsList = holdsList || unit.listCount > 0
            holdsRecords = holdsRecords || !unit.records.isEmpty
            told.formUnion(toldSlots(unit, cleaner.plan))
            if !fits { fits = holds(unit, cleaner, window) }
        }
        if fits, told.count > best?.told ?? 0 { best = (shape, told.count) }
    }
    if let best { return .fits(best.shape) }
    // An empty page: the list is where the given shape expects it.
    if shapes.count == 1, holdsList, !holdsRecords { return .fits(shapes[0]) }
    guard let firstElement else {
        return head.count < headBytes ? .nothing : nil
    }
    let element = try? JSONValue(parsing: firstElement)
    if let element, OtherFormat.isColumns(element) {
        throw InputFault.otherFormat(file: file.name, .columns)
    }
    let seen = element?.members?.map(\.key) ?? []
    let missing =
        shapes.count == 1
        ? missingFields(shapes[0]) : ["product id", "rating, title or body"]
    let fault = InputFault.unknownShape(file: file.name, seen: seen, missing: missing)
    guard shapes.count == 1 else { throw fault }
    return .unfit(shapes[0], fault)
}

/// Bytes of a file by which its shape is chosen: 64 KiB first, then 1 MiB.
private let firstBytes = 1 << 16
private let headBytes = 1 << 20

/// The first bytes of a file, inflated and transcoded; fewer where the file is shorter.
func readHead(_ file: DumpFile, _ headBytes: Int) throws -> [UInt8] {
    struct Enough: Error {}
    var head: [UInt8] = []
    do {
        _ = try readSlabs(file, WorkerPool(width: 0)) { slab, _, _ in
            head.append(contentsOf: slab.prefix(headBytes - head.count))
            if head.count >= headBytes { throw Enough() }
        }
    } catch is Enough {}
    return head
}

/// The fields (slots of the plan) that a unit fills.
private func toldSlots(_ unit: ExtractedUnit, _ plan: ExtractionPlan) -> [Int] {
    let count = plan.recordSources.count
    let own = unit.recordTokens.indices.filter { unit.recordTokens[$0].kind != .missing }
        .map { $0 % max(count, 1) }
    let width = max(plan.contextSources.count, 1)
    let context = [unit.contextTokens, unit.productTokens].flatMap { tokens in
        tokens.indices.filter { tokens[$0].kind != .missing }.map { count + $0 % width }
    }
    return Array(Set(own + context))
}

/// Whether the shape finds a product and a rating or text in a record of the unit, or an id in a
/// product.
private func holds(_ unit: ExtractedUnit, _ cleaner: RecordCleaner, _ window: RawSpan) -> Bool {
    for index in unit.records.indices where unit.records[index].fault == nil {
        let context = cleaner.context(ofRecord: index, of: unit, window: window)
        let record = cleaner.clean(record: index, of: unit, context: context, window: window)
        // Only a given shape leaves records out; it may leave out all of them.
        if record.isLeftOut { return true }
        // Products have titles too, so a title counts only where the shape maps neither rating nor
        // body.
        let fields = cleaner.shape.fields
        let hasContent =
            record.values.rating != nil || record.values.body != nil
            || record.fault?.field == "rating"
            || (fields[.rating] == nil && fields[.body] == nil && record.values.title != nil)
        if record.productID != nil, hasContent { return true }
    }
    return unit.products.indices.contains { index in
        guard cleaner.clean(product: index, of: unit, window: window).productID != nil else {
            return false
        }
        let product = unit.products[index]
        if product.holdsList || cleaner.shape.holdsProducts { return true }
        // A flat review names its product too.
        let bytes = window.extracting(product.range).withUnsafeBytes { Array($0) }
        return (try? JSONValue(parsing: bytes)).map { !saysReview($0) } ?? true
    }
}

private func missingFields(_ shape: Shape) -> [String] {
    let content = [TrackedField.rating, .title, .body].compactMap {
        shape.fields[$0]?.source.written
    }
    return [shape.productID.source.written, content.joined(separator: " or ")]
}

/// The first whole elements of a file, as trees.
func firstElements(of file: DumpFile, count: Int) throws -> [JSONValue] {
    let head = try readHead(file, ParseLimit.recordBytes + headBytes)
    var splitter = RecordSplitter(RecordCleaner(Shape.builtIn[0]).plan, isStrict: false)
    var elements: [JSONValue] = []
    splitter.feed(head[...], isLast: true) { event, window, _ in
        guard case .unit(let unit) = event, elements.count < count else { return }
        let bytes = window.extracting(unit.range).withUnsafeBytes { Array($0) }
        if let value = try? JSONValue(parsing: bytes) { elements.append(value) }
    }
    return elements
}
