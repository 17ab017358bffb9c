import AfterwordCore

/// The shapes that a store's runs detected by themselves, as they were when they were first used.
/// They stay: a later dump of the same source is read by them, however it looks.
struct FrozenShapes: Sendable {
    /// Those that a run detected.
    private var detected: [Shape] = []
    /// Built-in ones that a run used: of equals a detected shape comes first.
    private var builtIn: [Shape] = []

    /// None: a store without runs.
    init() {}

    /// - Throws: What the store throws.
    init(_ reader: any StoreReader) throws {
        let rows = try reader.shapes()
        let names = Set(rows.map(\.name))
        builtIn = Shape.builtIn.filter { names.contains($0.name) }
        detected = rows.filter { $0.name.hasPrefix(detectedPrefix) }.compactMap { row in
            // A document from a newer program that this one cannot read is no help.
            do throws(ShapeFault) {
                return try Shape(parsing: Array(row.document.utf8)).withZones()
            } catch { return nil }
        }
    }

    /// The detected shape that fits a file; nil where none does, or where a built-in one that the
    /// store uses too fits better.
    ///
    /// - Throws: `InputFault.otherProposal` where the file shows beyond doubt a shape that reads
    ///   something else, or marks answers or deleted reviews.
    func shape(
        of file: DumpFile, isStrict: Bool, _ table: TableBeginning?
    ) throws -> Shape? {
        guard !detected.isEmpty, let shape = try fitting(file, isStrict, table) else {
            return nil
        }
        guard let shown = try shownShape(of: file) else { return shape }
        let differences =
            shown.certain.map { shapeDifferences(from: shape, to: $0) }
            ?? markDifferences(from: shape, to: shown.document)
        guard differences.isEmpty else {
            throw InputFault.otherProposal(
                file: file.name, shape: shape.name, differences: differences)
        }
        return shape
    }

    /// The shape of a file that is an enclosing object without its list of reviews: any of those
    /// that look for a list, as nothing is read of it.
    func shapeOfEmptyPage(_ file: DumpFile) throws -> Shape? {
        guard let shape = (detected + builtIn).first(where: { !$0.records.isEmpty }),
            try ListlessFile(firstElements(of: file, count: 100)) == .emptyPage
        else { return nil }
        return shape
    }

    private func fitting(
        _ file: DumpFile, _ isStrict: Bool, _ table: TableBeginning?
    ) throws -> Shape? {
        do {
            guard
                case .fits(let shape) = try chooseShape(
                    for: file, among: detected + builtIn, isStrict: isStrict, table: table),
                detected.contains(shape)
            else { return nil }
            return shape
        } catch InputFault.unknownShape {
            return nil
        }
    }
}
