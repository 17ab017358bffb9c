import AfterwordCore

/// Collects the versions that a run adds to the lists of reviews.
struct ListWriter {
    private let run: Int64
    private let reader: Int64
    /// The part under way of each list, and its number.
    private var parts: [ReviewList: (number: Int64, versions: ListedVersions)] = [:]

    init(run: Int64, reader: Lexicon) { (self.run, self.reader) = (run, Int64(reader.version)) }

    /// Adds a version to the lists that it begins, continues or ends its time in.
    ///
    /// - Parameters:
    ///   - previous: The marks of the review's version before.
    ///   - write: Receives the rows that are full.
    mutating func add(
        _ marks: ReadingMarks, of product: Int64, after previous: ReadingMarks?,
        write: (ReviewListRow) throws -> Void
    ) rethrows {
        var full: [ReviewList] = []
        marks.forEachList(after: previous) { list, marks in
            var part = parts[list] ?? (0, ListedVersions())
            parts[list] = nil
            part.versions.append(ListedMarks(product: product, marks: marks))
            if part.versions.count == ListedVersions.limit { full.append(list) }
            parts[list] = part
        }
        for list in full { try end(list, write) }
    }

    /// Writes what is left, in order of the lists' numbers.
    mutating func finish(write: (ReviewListRow) throws -> Void) rethrows {
        for list in parts.keys.sorted(by: { $0.number < $1.number }) { try end(list, write) }
    }

    private mutating func end(
        _ list: ReviewList, _ write: (ReviewListRow) throws -> Void
    ) rethrows {
        guard let part = parts[list], !part.versions.isEmpty else { return }
        parts[list] = (part.number + 1, ListedVersions())
        try write(
            ReviewListRow(
                list: list, run: run, part: part.number, reader: reader, versions: part.versions))
    }
}

/// Makes the lists of all earlier runs from their readings, in a store that has readings of an
/// earlier program, which made no lists. Rows are at most as many as full parts, and one of each
/// list and run.
///
/// - Throws: `StoreFault`.
func listHistory(_ load: any StoreLoad, _ lexicon: Lexicon, before run: Int64) throws {
    let version = Int64(lexicon.version)
    var writers: [Int64: ListWriter] = [:]
    func write(_ row: ReviewListRow) throws { try load.append(lists: [row]) }
    let rereads = try load.reader.runs().rereads
    for key in try load.reader.productLabels().map(\.productKey).sorted() {
        let rows = try load.reader.readings(ofProducts: key...key, upTo: run - 1)
            .filter { $0.reader == version }
        for row in versions(of: rows, rereads) {
            try writers[row.run, default: ListWriter(run: row.run, reader: lexicon)]
                .add(row.marks, of: row.product, after: row.previous, write: write)
        }
    }
    for (_, writer) in writers.sorted(by: { $0.key < $1.key }) {
        var writer = writer
        try writer.finish(write: write)
    }
}

/// A version that a run read, and the one before it.
private struct ReadVersion {
    var product: Int64
    var run: Int64
    var marks: ReadingMarks
    var previous: ReadingMarks?
}

/// The versions of a product that runs read by one version of the reader, each after the one before
/// it. A run that read all texts again begins anew.
private func versions(of rows: [ReadingsRow], _ rereads: Set<Int64>) -> [ReadVersion] {
    var found: [ReadVersion] = []
    var last: [UInt32: ReadingMarks] = [:]
    for row in rows {
        if rereads.contains(row.run) { last = [:] }
        row.readings.forEach { marks in
            found.append(
                ReadVersion(
                    product: row.productKey, run: row.run, marks: marks,
                    previous: last[marks.number]))
            last[marks.number] = marks
        }
    }
    return found
}

extension [RunRecord] {
    /// The runs that read the texts of all versions of before again.
    package var rereads: Set<Int64> {
        Set(filter { $0.observedOrigin == .reread }.map(\.run))
    }
}
