import AfterwordCore

/// How a file begins that is a table of separated values; nil for any other file.
///
/// - Parameter head: Its first `OtherFormat.headBytes` bytes, fewer where it is shorter.
/// - Throws: `InputFault` where the file cannot be read.
func tableBeginning(of file: DumpFile, _ head: [UInt8]) throws -> TableBeginning? {
    guard TableBeginning.isTable(head, isNamed: isNamedAsTable(file.name)) else { return nil }
    let isWhole = head.count < OtherFormat.headBytes
    if let beginning = TableBeginning(head, isWhole: isWhole) { return beginning }
    return TableBeginning(try readHead(file, longestHeader), isWhole: true)
}

/// The most bytes of a table in which its header ends: 1 MiB.
private let longestHeader = 1 << 20

/// The shape of a file: one that an earlier run detected, the given one, or the built-in one that
/// fits; where none does and none was given, the one that the file itself shows beyond doubt.
///
/// - Throws: `InputFault.unknownShape` where there is none; `.doubtfulShape` where it is in doubt;
///   `.otherProposal`.
func shape(
    of file: DumpFile, among shapes: [Shape], _ frozen: FrozenShapes, isStrict: Bool,
    _ table: TableBeginning?
) throws -> ShapeChoice {
    if let frozen = try frozen.shape(of: file, isStrict: isStrict, table) { return .fits(frozen) }
    do {
        return try chooseShape(for: file, among: shapes, isStrict: isStrict, table: table)
    } catch let fault as InputFault {
        guard case .unknownShape = fault, shapes.count > 1 else { throw fault }
        if let shape = try shapeBeyondDoubt(of: file) { return .fits(shape) }
        if let shape = try frozen.shapeOfEmptyPage(file) { return .fits(shape) }
        throw try doubtfulShape(of: file) ?? fault
    }
}

extension Dump {
    /// The dump without the tables that no shape fits: lists of products, notes, and expected
    /// results stand beside files of reviews. They count as not read. All files stay where none
    /// would.
    ///
    /// - Throws: `InputFault` where a file cannot be read.
    func withoutOtherTables(_ options: LoadOptions, _ frozen: FrozenShapes) throws -> Dump {
        guard files.count > 1 else { return self }
        let others = try files.filter { file in
            guard isNamedAsTable(file.name) else { return false }
            let head = try readHead(file, OtherFormat.headBytes)
            guard OtherFormat(head, name: file.name) == nil,
                let table = try tableBeginning(of: file, head)
            else { return false }
            do {
                let choice = try shape(
                    of: file, among: options.shapes, frozen, isStrict: options.isStrict, table)
                if case .fits = choice { return false }
            } catch InputFault.unknownShape {
            } catch InputFault.doubtfulShape {
            } catch InputFault.otherProposal {
                // It is refused where it is read, with the difference.
                return false
            }
            return true
        }
        guard !others.isEmpty, others.count < files.count else { return self }
        let names = Set(others.map(\.name))
        var dump = self
        dump.files.removeAll { names.contains($0.name) }
        return dump.adding(
            ignored: names.sorted(), unread: names.sorted().map { UnreadFile(table: $0) })
    }
}
