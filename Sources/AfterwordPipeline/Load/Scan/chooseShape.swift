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
/// - Parameter table: How the file begins, where it is a table. A shape whose reviews lie inside an
///   element fits none.
/// - Throws: `InputFault.unknownShape` with the fields seen and those missing.
func chooseShape(
    for file: DumpFile, among shapes: [Shape], isStrict: Bool, table: TableBeginning? = nil
) throws -> ShapeChoice {
    let search = ShapeSearch(file: file, shapes: shapes, isStrict: isStrict, table: table)
    // The first 64 KiB nearly always suffice, so that every shape tries no more than these.
    do {
        let choice = try search.choice(bytes: firstBytes)
        if case .fits? = choice, let choice { return choice }
    } catch InputFault.unknownShape {
        // More bytes may show more fields.
    }
    // The first element may be as long as a record may be: a wrapped dump is a single one.
    if let choice = try search.choice(bytes: headBytes) { return choice }
    return try search.choice(bytes: ParseLimit.recordBytes + headBytes) ?? .fits(shapes[0])
}

/// The search for the shape of one file among some.
private struct ShapeSearch {
    let file: DumpFile
    let shapes: [Shape]
    let isStrict: Bool
    let table: TableBeginning?

    /// What the first bytes of a file show.
    private struct Sight {
        var firstElement: [UInt8]?
        var best: (shape: Shape, told: Int)?
        var holdsList = false
        var holdsRecords = false
        /// Of a single shape, the slots that some record fills.
        var told: Set<Int> = []
    }

    /// The choice by the first bytes of the file; nil where they hold no whole element and more
    /// follow.
    func choice(bytes headBytes: Int) throws -> ShapeChoice? {
        let head = try readHead(file, headBytes)
        let isWhole = head.count < headBytes
        var sight = Sight()
        for shape in shapes
        where (table == nil || shape.records.isEmpty) && (shapes.count == 1 || mayFit(shape, head))
        {
            look(head, isWhole: isWhole, shape, &sight)
        }
        if let best = sight.best { return .fits(best.shape) }
        // An empty page: the list is where the given shape expects it.
        if shapes.count == 1, sight.holdsList, !sight.holdsRecords { return .fits(shapes[0]) }
        if let table { return try choice(by: table, sight, isWhole: isWhole) }
        guard let firstElement = sight.firstElement else { return isWhole ? .nothing : nil }
        let element = try? JSONValue(parsing: firstElement)
        if let element, OtherFormat.isColumns(element) {
            throw InputFault.otherFormat(file: file.name, .columns)
        }
        return try unknown(seen: element?.members?.map(\.key) ?? [], sight)
    }

    private func look(
        _ head: [UInt8], isWhole: Bool, _ shape: Shape, _ sight: inout Sight
    ) {
        let cleaner = RecordCleaner(shape, file: file.name, table: table)
        var splitter = FileSplitter(cleaner.plan, table: table, isStrict: isStrict)
        var fits = false
        var told: Set<Int> = []
        splitter.feed(head[...], isLast: isWhole) { event, window, _ in
            guard case .unit(let unit) = event else { return }
            if sight.firstElement == nil {
                sight.firstElement = window.extracting(unit.range).withUnsafeBytes { Array($0) }
            }
            sight.holdsList = sight.holdsList || unit.listCount > 0
            sight.holdsRecords = sight.holdsRecords || !unit.records.isEmpty
            told.formUnion(toldSlots(unit, cleaner.plan))
            sight.told = told
            if !fits { fits = holds(unit, cleaner, window) }
        }
        let hasSigns = shapes.count == 1 || holdsSigns(shape, cleaner.plan, told)
        if fits, hasSigns, told.count > sight.best?.told ?? 0 { sight.best = (shape, told.count) }
    }

    /// The choice for a table whose rows fit no shape. One without rows is an empty dump where a
    /// shape finds its columns.
    private func choice(
        by table: TableBeginning, _ sight: Sight, isWhole: Bool
    ) throws -> ShapeChoice? {
        if !isWhole, sight.firstElement == nil { return nil }
        let fitting = shapes.first { shape in
            shape.records.isEmpty && mapsColumns(of: table.header, shape)
        }
        if let fitting, !sight.holdsRecords { return .fits(fitting) }
        return try unknown(seen: table.header.names.filter { !$0.isEmpty }, sight)
    }

    private func unknown(seen: [String], _ sight: Sight) throws -> ShapeChoice {
        let missing =
            shapes.count == 1
            ? missingFields(shapes[0], told: sight.told, seen: seen)
            : ["product id", "rating, title or body"]
        let fault = InputFault.unknownShape(file: file.name, seen: seen, missing: missing)
        guard shapes.count == 1 else { throw fault }
        return .unfit(shapes[0], fault)
    }
}

/// Whether a shape finds a product and a rating or body among the columns of a table.
private func mapsColumns(of header: TableHeader, _ shape: Shape) -> Bool {
    func has(_ source: FieldSource?) -> Bool {
        switch source {
        case .record(let path): header.names.contains(path.joined(separator: "."))
        case .constant, .file: true
        case .enclosing, .capture, nil: false
        }
    }
    return has(shape.productID.source)
        && [TrackedField.rating, .title, .body].contains { has(shape.fields[$0]?.source) }
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

/// Whether a file holds all signs of a shape.
///
/// - Parameter told: Slots as of `toldSlots`.
private func holdsSigns(_ shape: Shape, _ plan: ExtractionPlan, _ told: Set<Int>) -> Bool {
    shape.signs.allSatisfy { sign in
        let count = plan.recordSources.count
        let slot = plan.recordSlot(sign) ?? plan.contextSlot(sign).map { count + $0 }
        return slot.map(told.contains) ?? true
    }
}

/// Whether the first bytes of a file may hold what a shape is known by: its first sign is written
/// in them. Many shapes are tried on many files, and this looks at the bytes once. Keys with
/// escapes are left to the parser.
private func mayFit(_ shape: Shape, _ head: [UInt8]) -> Bool {
    let key: String?
    switch shape.signs.first {
    case .record(let path), .enclosing(_, let path): key = path.last
    case .capture, .constant, .file, nil: key = nil
    }
    guard let key else { return true }
    return head.lend { $0.contains(Array(key.utf8)) || $0.contains(Array("\\u00".utf8)) }
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

/// What a file lacks of a given shape, with the keys that are written most like it. Both product
/// and content where some record holds either and none can be read.
///
/// - Parameter told: Slots as of `toldSlots`.
private func missingFields(_ shape: Shape, told: Set<Int>, seen: [String]) -> [String] {
    let plan = RecordCleaner(shape).plan
    func isTold(_ source: FieldSource) -> Bool {
        let count = plan.recordSources.count
        let slot = plan.recordSlot(source) ?? plan.contextSlot(source).map { count + $0 }
        return slot.map(told.contains) ?? false
    }
    func words(_ source: FieldSource) -> String {
        let near = nearest(to: source.written, among: seen).map { " (did you mean \"\($0)\"?)" }
        return source.written + (isTold(source) ? "" : near ?? "")
    }
    let content = [TrackedField.rating, .title, .body].compactMap { shape.fields[$0]?.source }
    let product = shape.productID.source
    let hasContent = content.contains(where: isTold)
    if isTold(product) == hasContent {
        return [words(product), content.map(words).joined(separator: " or ")]
    }
    return hasContent ? [words(product)] : [content.map(words).joined(separator: " or ")]
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
