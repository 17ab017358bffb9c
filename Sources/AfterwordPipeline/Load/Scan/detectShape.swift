package import AfterwordCore
import Foundation

/// The result of `shape detect`.
package enum DetectedShape: Sendable {
    case builtIn(Shape)
    case proposal(ShapeProposal)
}

/// The built-in shape that fits a file, or the files of a folder, else a proposal made from the
/// heads of those that none fits. Of a folder at most 32 files are read, evenly spread; of a series
/// only the newest dump, since ids repeat from one to the next.
///
/// - Throws: `InputFault.noProposal` with what is missing; `InputFault.otherFormat`; what
///   `openDumps` throws.
package func detectShape(at path: String) throws -> DetectedShape {
    try detectShape(at: path, dumps: openDumps(path))
}

/// The same for dumps that are found already at a path.
package func detectShape(at path: String, dumps: [Dump]) throws -> DetectedShape {
    let name = URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
    let newest = dumps.max { left, right in
        left.namedInstant?.microseconds ?? 0 < right.namedInstant?.microseconds ?? 0
    }
    let files = newest?.files ?? []
    let sample = files.count <= 32 ? files : (0..<32).map { files[$0 * files.count / 32] }
    let heads = try sample.map { try FileHead($0, bytes: headBytes(files: sample.count)) }
    if let detected = try detect(heads, named: name) { return detected }
    // A long envelope may hide the reviews.
    let longer = try sample.map { try FileHead($0, bytes: 8 * headBytes(files: sample.count)) }
    if let detected = try detect(longer, named: name) { return detected }
    if let mixed = proposalAmongProducts(longer, named: name) { return .proposal(mixed) }
    throw InputFault.noProposal(file: name, reason: reason(longer))
}

/// The proposal for files whose first elements a built-in shape takes for products without reviews,
/// where others among them are reviews.
private func proposalAmongProducts(_ heads: [FileHead], named name: String) -> ShapeProposal? {
    let elements = heads.filter(\.holdsProductsOnly).flatMap(\.elements)
    guard !elements.isEmpty,
        var proposal = try? proposeShape(for: elements, named: shapeName(name)),
        proposal.yield.records > proposal.yield.rejected
    else { return nil }
    proposal.doubts.insert(amongProducts, at: 0)
    return proposal
}

private func shapeName(_ file: String) -> String {
    file.split(separator: ".").first.map { $0.lowercased() } ?? "reviews"
}

/// The shape that a file of no known shape shows beyond doubt; nil where something about it is in
/// doubt. Its name is a digest of its rules, so that equal files have shapes of one name.
///
/// - Throws: `InputFault` where the file cannot be read.
func shapeBeyondDoubt(of file: DumpFile) throws -> Shape? {
    guard let proposal = try proposal(for: file)?.proposal else { return nil }
    return shapeBeyondDoubt(proposal)
}

/// What a file shows: the shape where nothing about it is in doubt, and the proposal in any case;
/// nil where it shows none.
///
/// - Throws: `InputFault` where the file cannot be read.
func shownShape(of file: DumpFile) throws -> (certain: Shape?, document: JSONValue)? {
    guard let proposal = try proposal(for: file)?.proposal else { return nil }
    return (shapeBeyondDoubt(proposal), proposal.document)
}

private func shapeBeyondDoubt(_ proposal: ShapeProposal) -> Shape? {
    guard proposal.isCertain, case .object(let members) = proposal.document else { return nil }
    var digest = StreamDigest()
    digest.add(Array(proposal.document.canonical.utf8)[...])
    let name = detectedPrefix + hexadecimal(Array(digest.finish().bytes.prefix(4)))
    let renamed = members.map { member in
        (key: member.key, value: member.key == "shape" ? JSONValue.string(name) : member.value)
    }
    return try? Shape(parsing: Array(JSONValue.object(renamed).canonical.utf8))
}

/// What a file shows: a shape, and the fields of its first element.
private func proposal(
    for file: DumpFile
) throws -> (proposal: ShapeProposal, seen: [String])? {
    let head = try FileHead(file, bytes: headBytes(files: 1))
    guard let proposal = try? proposeShape(for: head.elements, named: "detected") else {
        return nil
    }
    return (proposal, (head.elements.first?.members ?? []).map(\.key))
}

/// Why a file that no shape fits is not read by the shape that it shows; nil where it shows none.
///
/// - Throws: `InputFault` where the file cannot be read.
func doubtfulShape(of file: DumpFile) throws -> InputFault? {
    guard let (proposal, seen) = try proposal(for: file), !proposal.isCertain else { return nil }
    return .doubtfulShape(file: file.name, seen: seen, doubts: proposal.doubts)
}

/// Why a file in which a built-in shape finds products and no review may hold reviews all the same;
/// nil where it shows none.
///
/// - Throws: `InputFault` where the file cannot be read.
func reviewsAmongProducts(of file: DumpFile) throws -> InputFault? {
    guard let (proposal, seen) = try proposal(for: file),
        proposal.yield.records > proposal.yield.rejected
    else { return nil }
    return .doubtfulShape(
        file: file.name, seen: seen, doubts: [amongProducts] + proposal.doubts)
}

private let amongProducts = "some of it reads as products without reviews"

/// How the names of shapes begin that a run detected by itself.
package let detectedPrefix = "detected-"

/// How many bytes of each file are looked at: 1 MiB of one, at least 64 KiB of several.
private func headBytes(files: Int) -> Int { max(1 << 16, (1 << 20) / max(files, 1)) }

/// The first elements of a file, and what is known about its shape.
private struct FileHead {
    let name: String
    let elements: [JSONValue]
    /// The built-in shape that fits; nil for none.
    private(set) var builtIn: Shape?
    private(set) var format: OtherFormat?
    /// The built-in shape that fits finds products in it, and no review.
    private(set) var holdsProductsOnly = false

    init(_ file: DumpFile, bytes: Int) throws {
        name = file.name
        let head = try readHead(file, bytes)
        let start = Array(head.prefix(OtherFormat.headBytes))
        format = OtherFormat(start, name: file.name)
        if format != nil {
            elements = []
        } else if let table = try tableBeginning(of: file, start) {
            elements = tableElements(head, isWhole: head.count < bytes, table)
        } else {
            elements = headElements(head)
        }
        guard !elements.isEmpty else { return }
        // What was read stands for the file: all of it may be one long element.
        let whole = Array(JSONValue.array(elements).canonical.utf8)
        let part = DumpFile(name: file.name, content: .memory(whole))
        do {
            guard
                case .fits(let shape) = try chooseShape(
                    for: part, among: Shape.builtIn, isStrict: false)
            else { return }
            if try shape.holdsProducts || holdsReviews(part, shape) {
                builtIn = shape
            } else {
                holdsProductsOnly = true
            }
        } catch InputFault.unknownShape {}
    }
}

/// What some heads show; nil where nothing fits them and nothing can be proposed.
private func detect(_ heads: [FileHead], named name: String) throws -> DetectedShape? {
    if heads.count == 1, let format = heads[0].format {
        throw InputFault.otherFormat(file: heads[0].name, format)
    }
    let unknown = heads.filter {
        $0.builtIn == nil && !$0.holdsProductsOnly && !$0.elements.isEmpty
    }
    let shapes = heads.compactMap(\.builtIn)
    let fitting = Dictionary(grouping: shapes, by: \.name).max { $0.value.count < $1.value.count }
    let elements = unknown.flatMap(\.elements)
    guard !elements.isEmpty,
        var proposal = try? proposeShape(for: elements, named: shapeName(name))
    else { return fitting.map { .builtIn($0.value[0]) } }
    if unknown.count > 1 {
        proposal.takeProduct(fromFiles: unknown.map { (name: $0.name, elements: $0.elements) })
    }
    if let fitting {
        proposal.remarks.append(
            "\(fitting.value.count) of \(heads.count) files fit \(fitting.key) (built in)")
    }
    let others = try unknown.filter { head in
        try unknown.count > 1 && proposal.yield(of: head.elements).records == 0
    }
    proposal.remarks += others.map { "\($0.name): no review found in it" }
    if !others.isEmpty { proposal.doubts.append("not every file has this shape") }
    return .proposal(proposal)
}

/// Why nothing can be proposed for some heads.
private func reason(_ heads: [FileHead]) -> String {
    if heads.contains(where: \.holdsProductsOnly) { return "it holds products and no reviews" }
    do throws(ShapeFault) {
        _ = try proposeShape(for: heads.flatMap(\.elements), named: "x")
    } catch {
        return error.description
    }
    return "it holds no JSON object"
}

/// Whether the first elements of a file hold a review, or a list of reviews, where the shape
/// expects them.
private func holdsReviews(_ file: DumpFile, _ shape: Shape) throws -> Bool {
    let head = try readHead(file, ParseLimit.recordBytes)
    var splitter = RecordSplitter(RecordCleaner(shape).plan, isStrict: false)
    var holds = false
    splitter.feed(head[...], isLast: true) { event, _, _ in
        guard case .unit(let unit) = event else { return }
        holds = holds || !unit.records.isEmpty || unit.products.contains(where: \.holdsList)
    }
    return holds
}
