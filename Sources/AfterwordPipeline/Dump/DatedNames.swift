import AfterwordCore

/// The dates in the names of what lies at a path, and the dumps that they make.
///
/// A file belongs to the outermost date on its way: of a folder's name, of folders of a year, a
/// month and a day (`2026/01/05`, `year=2026/month=01/day=05`), or of its own name. Files of one
/// instant are one dump; of several, the path is a series. Within a folder whose own name holds a
/// date, only folders whose names begin with one are a series.
struct DatedNames {
    /// The name of the path's last component, or of the last three where they are a date.
    let root: String
    /// The instant in the path itself.
    private let instant: Instant?
    /// The path's components as given, before its last one.
    private let above: [String]
    private let last: String

    /// - Parameter name: The last component of the path when it is resolved.
    init(path: String, name: String) {
        let parts = path.split(separator: "/").map(String.init).filter { $0 != "." }
        above = Array((parts.split(separator: "..").last ?? []).dropLast())
        last = name
        let own = SplitDate(endingAt: above + [name])
        instant = afterwordInstant(name) ?? own?.instant
        root = own == nil ? name : (above.suffix(2) + [name]).joined(separator: "/")
    }

    /// The dump of one file. A file without a date has that of the folder that it was named with.
    func dump(ofFile file: DumpFile) -> Dump {
        var dump = Dump(name: last, files: [file])
        let own = SplitDate(ofFile: last, in: above)
        let folder = above.last.flatMap { afterwordInstant($0) }
        dump.namedInstant =
            afterwordInstant(last) ?? own?.instant ?? folder
            ?? SplitDate(endingAt: above)?.instant
        dump.isDatedFile = dump.namedInstant != nil
        if dump.namedInstant == nil { dump.ambiguousDate = ambiguousDate(inName: last) }
        return dump
    }

    /// The dumps of a folder.
    ///
    /// - Throws: `InputFault.nothingToRead`, `.otherFormat`, `.outsideSeries`.
    func dumps(of found: FolderContents, files glob: String?) throws -> [Dump] {
        let entries = Entries(found, above + [last])
        let series = DumpSeries(found, entries, glob)
        let isSeries = instant == nil ? !series.isEmpty : entries.beginWithDate
        guard isSeries else { return [try whole(found, entries, glob)] }
        if let only = series.onlyDate, !series.outside.isEmpty {
            var dump = try whole(found, entries, glob)
            dump.namedInstant = only
            return [dump]
        }
        if let outside = series.outside.first { throw InputFault.outsideSeries(outside) }
        let dumps = try series.dumps()
        // Every file is of a date, and `--files` selects none.
        return dumps.isEmpty ? [try whole(found, entries, glob)] : dumps
    }

    /// All files of the folder as one dump.
    private func whole(
        _ found: FolderContents, _ entries: Entries, _ glob: String?
    ) throws -> Dump {
        var group = DumpGroup(name: root, files: [], ignored: found.ignored, unread: [])
        for file in found.files {
            if glob.map({ fits(file.name, $0) }) ?? true {
                group.files.append(file)
            } else {
                group.ignored.append(file.name)
            }
        }
        group.unread = found.unread.filter { unread in glob.map(unread.isAsked) ?? true }
        let written = group.files.map { entries.written(in: $0.name) }
        if Set(written).count > 1 {
            for index in written.indices { group.files[index].writtenDate = written[index] }
        }
        var dump = try group.dump()
        dump.namedInstant = instant
        if instant == nil {
            dump.ambiguousDate = ambiguousDate(inName: last) ?? entries.ambiguous(group.files)
        }
        return dump
    }
}

/// `instant(inName:)`, which a property of the same name hides.
private func afterwordInstant(_ name: String) -> Instant? { instant(inName: name) }

/// A file's name without its extensions.
private func stem(of name: String) -> String {
    name.split(separator: ".").first.map(String.init) ?? name
}

/// A date whose year, month and day are the names of three folders, one in another.
private struct SplitDate {
    let instant: Instant

    /// - Parameter path: Components; the last is the day.
    init?(endingAt path: some BidirectionalCollection<String>) {
        let parts = Array(path.suffix(3))
        guard parts.count == 3, let year = Self.number(parts[0], ["year", "y", "yyyy"], 4...4),
            (1995...2100).contains(year),
            let month = Self.number(parts[1], ["month", "m", "mm"], 1...2),
            let day = Self.number(parts[2], ["day", "d", "dd"], 1...2),
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        instant = Instant(seconds: date.daysSinceEpoch * 86_400)
    }

    /// - Parameter file: A file named by its day, of two digits: single ones are those of pages.
    init?(ofFile file: String, in path: [String]) {
        let day = stem(of: file)
        guard day.utf8.count == 2 else { return nil }
        self.init(endingAt: path + [day])
    }

    /// A year and a month that are the names of two folders, one in the other.
    static func month(_ year: String, _ month: String) -> String? {
        guard let year = number(year, ["year", "y", "yyyy"], 4...4), (1995...2100).contains(year),
            let month = number(month, ["month", "m", "mm"], 1...2), (1...12).contains(month)
        else { return nil }
        return "\(year)/\(month)"
    }

    /// The number of `05` or `day=05`.
    static func number(_ part: String, _ names: [String], _ lengths: ClosedRange<Int>) -> Int? {
        let sides = part.split(separator: "=", omittingEmptySubsequences: false)
        guard sides.count == 1 || (sides.count == 2 && names.contains(sides[0].lowercased())),
            let digits = sides.last, lengths.contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(digits)
    }
}

/// Where a file's name has its date.
struct DatedPlace {
    var instant: Instant
    /// The folder that holds the date, relative to the path; nil where the file's own name does.
    var folder: String?
}

/// Finds the dates of the entries of a folder.
struct Entries {
    private let above: [String]
    private let dates: NameDates
    /// Whether a folder directly below has a name that begins with a date.
    let beginWithDate: Bool

    init(_ found: FolderContents, _ above: [String]) {
        self.above = above
        let unread = found.unread.map { $0.reason == .emptyFolder ? $0.name + "/" : $0.name }
        let all = found.files.map(\.name) + found.ignored + unread
        var names: Set<Substring> = []
        for name in all { names.formUnion(name.split(separator: "/")) }
        let dates = NameDates(names.map(String.init))
        self.dates = dates
        let folders = Set(all.compactMap { $0.contains("/") ? $0.prefix { $0 != "/" } : nil })
        beginWithDate = folders.contains { folder in
            folder.first.map { $0.isNumber } == true && dates.instant(in: String(folder)) != nil
        }
    }

    /// - Parameter isFolder: The name is that of an empty folder.
    func place(_ name: String, isFolder: Bool = false) -> DatedPlace? {
        let parts = name.split(separator: "/").map(String.init)
        let whole = above + parts
        for index in parts.indices {
            let isFile = index == parts.count - 1 && !isFolder
            // A date is spread over three parts of a path at most.
            let path = Array(whole[..<(above.count + index)].suffix(3))
            let split =
                isFile
                ? SplitDate(ofFile: parts[index], in: path)
                : SplitDate(endingAt: path + [parts[index]])
            guard var instant = dates.instant(in: parts[index]) ?? split?.instant else { continue }
            guard !isFile else { return DatedPlace(instant: instant, folder: nil) }
            var depth = index + 1
            let names = ["hour", "hr", "h"]
            if depth < parts.count - 1, parts[depth].contains("="), instant == instant.startOfDay,
                let hour = SplitDate.number(parts[depth], names, 1...2), hour < 24
            {
                instant = instant.adding(seconds: Int64(hour) * 3600)
                depth += 1
            }
            let folder = parts[..<depth].joined(separator: "/")
            return DatedPlace(instant: instant, folder: folder)
        }
        return nil
    }

    /// What of a file's name, or of the folders' that hold it, may tell its place in an order of
    /// time; nil for nothing.
    func written(in name: String) -> String? {
        let parts = name.split(separator: "/").map(String.init)
        let folders = zip(parts, parts.dropFirst()).compactMap { year, month in
            SplitDate.month(year, stem(of: month))
        }
        let all = folders + parts.compactMap { dates.written(in: $0) }
        return all.isEmpty ? nil : all.joined(separator: "/")
    }

    /// The first date in a name of these files whose order of day and month nothing decides.
    func ambiguous(_ files: [DumpFile]) -> String? {
        for file in files {
            for part in file.name.split(separator: "/") {
                if let date = dates.ambiguous(in: String(part)) { return date }
            }
        }
        return nil
    }
}
