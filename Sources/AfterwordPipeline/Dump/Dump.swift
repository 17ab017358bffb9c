package import AfterwordCore

/// A folder of files taken at one moment, or one file: the input of one run.
package struct Dump: Sendable {
    /// The last component of the folder's or file's path.
    package var name: String
    /// In byte order of their names.
    package var files: [DumpFile]
    /// Names of files that are not review files.
    package var ignored: [String]
    /// Ignored files that may hold reviews, and folders without any file: a dump with one of them
    /// is not complete.
    package var unread: [UnreadFile]
    /// When the dump was taken, by the names of its folder or files; nil where they hold no date.
    package var namedInstant: Instant?
    /// Whether files tell the instant by their own names, rather than a folder that holds them.
    package var isDatedFile = false
    /// Whether it is one of several that were found together.
    package var isOfSeries = false
    /// A date in the names that gives no instant: its day and month may be either way round.
    package var ambiguousDate: String?

    package init(
        name: String, files: [DumpFile], ignored: [String] = [], unread: [UnreadFile] = []
    ) {
        self.unread = unread.sorted { Text($0.name) < Text($1.name) }
        self.name = name
        self.files = files.sorted { Text($0.name) < Text($1.name) }
        self.ignored = ignored.sorted { Text($0) < Text($1) }
        namedInstant = instant(inName: name)
    }

    /// The dump with more files that are not read.
    func adding(ignored more: [String], unread others: [UnreadFile]) -> Dump {
        var dump = Dump(name: name, files: files, ignored: ignored + more, unread: unread + others)
        dump.namedInstant = namedInstant
        dump.isDatedFile = isDatedFile
        dump.isOfSeries = isOfSeries
        dump.ambiguousDate = ambiguousDate
        return dump
    }
}

/// One file of a dump: its name relative to the dump's folder, and its content.
package struct DumpFile: Sendable {
    /// The bytes of a file: on disk, in a ZIP archive that lies there or elsewhere, in memory, or
    /// elsewhere.
    package enum Content: Sendable {
        case path(String)
        indirect case packed(archive: DumpFile, ZipEntry)
        case memory([UInt8])
        case remote(any RemoteFile)

        /// What the file's source says of the version that was read.
        var version: FileVersion? {
            switch self {
            case .remote(let file): file.version
            case .packed(let archive, _): archive.content.version
            case .path, .memory: nil
            }
        }
    }
    package var name: String
    package var content: Content
    /// The date, month or ambiguous date in the names of a dump's files, where it differs between
    /// them and makes no series.
    package var writtenDate: String?

    package init(name: String, content: Content) {
        self.name = name
        self.content = content
    }

    /// Whether its own bytes lie elsewhere.
    var isRemote: Bool { if case .remote = content { true } else { false } }
}

/// Why the user's input is refused. Nothing was written but the attempt.
package enum InputFault: Error, Equatable, Sendable {
    /// No file or folder has this name.
    case noSuchDump(String)
    /// No review file in the dump.
    case nothingToRead(dump: String, ignored: Int)
    /// A catalog file that cannot be read.
    case badCatalog(file: String, reason: String)
    /// Nothing of the dump is a record; the commonest reasons.
    case onlyRejects(file: String, reasons: String, rejected: Int64)
    /// Nothing of a file is a record, though other files hold some.
    case unreadRecords(file: String, reasons: String, rejected: Int64)
    /// The rejects of a file are more than 1 % of its bytes, and longer than ten of its records.
    case rejectedBytes(file: String, rejected: Int64, of: Int64, reasons: String)
    /// Ratings above the assumed scale of five, in at least 1 % of a file's records.
    case scaleInDoubt(file: String, above: Int64, records: Int64)
    /// Dates whose day and month could be either, and nothing decides which.
    case ambiguousDates(file: String, count: Int64, isContradictory: Bool)
    /// All times of a field are before 1995, or later than the dump.
    case timesOutOfReach(file: String, field: String, records: Int64)
    /// The shape takes a value from the file's name, which does not match the pattern.
    case unlikeFileName(file: String, pattern: String)
    /// A file's name gives several values, as its pattern can be split in several ways.
    case ambiguousFileName(file: String, pattern: String, values: [String])
    /// The shape finds no rating, title or body in any record, which have other keys.
    case fieldsNotFound(file: String, [MissingField], keys: [String])
    /// The system's reason.
    case unreadableFile(String, reason: String)
    /// A pipe, a socket or a device where a regular file is needed.
    case notAFile(String, kind: String)
    /// A folder where a file is needed.
    case folderForFile(String)
    /// A file in a known format other than JSON.
    case otherFormat(file: String, OtherFormat)
    /// A ZIP archive, or a file in one, that cannot be read.
    case badArchive(file: String, ArchiveFault)
    /// A symbolic link to a target outside the dump.
    case linkLeavesDump(String)
    /// A review file without a date next to the dated files or folders of a series.
    case outsideSeries(String)
    /// A series of dated files that is said to be complete, and whose files name different
    /// products: two of them, and a product that the second one alone names, or does not.
    case unlikeInSeries(String, String, product: String)
    /// A complete dump in which many products share the greatest number of reviews.
    case cappedDump(products: Int64, reviews: Int64)
    /// Two files of one dump hold different versions of a review, and only the dates in their
    /// names may tell which one is newer.
    case undatedVersions(String, String)
    /// A file changed between two reads.
    case changedWhileRead(String)
    /// The file shows another shape than the one that a run detected for files like it.
    case otherProposal(file: String, shape: String, differences: [String])
    /// No shape fits; the fields seen in the first element, and those that are missing.
    case unknownShape(file: String, seen: [String], missing: [String])
    /// `--shape` names no known shape.
    case noSuchShape(String, nearest: String?)
    /// `shape detect` cannot propose a shape.
    case noProposal(file: String, reason: String)
    /// A file of products without a list of reviews.
    case noReviews(file: String)
    /// The list of reviews is not where the shape looks for it, and something else is there: the
    /// keys of what may be reviews, and the path to these; empty for the elements of the file.
    case recordsNotFound(file: String, records: String, path: String, keys: [String])
    /// An object that says an error, in the place of one with a list of reviews.
    case failedAnswer(file: String, keys: [String])
    /// A file of no bytes, or of blanks.
    case emptyFile(String)
    /// No known shape fits, and something about the one that the file shows is in doubt; the fields
    /// seen in the first element.
    case doubtfulShape(file: String, seen: [String], doubts: [String])
    /// A field that the known reviews of the dump have is in none of its records, or in few: of
    /// how many reviews, and what the shape looks for where no record of a file has it.
    case losesField(field: String, lost: Int64, known: Int64, MissingField?)
    /// Of the changed reviews, most have another author and another text.
    case otherReviews(count: Int64, changed: Int64)
    /// A shape document that cannot be read.
    case badShape(String)
    /// More rejects than allowed (`LoadOptions.maxRejects`).
    case tooManyRejects(rejected: Int64, found: Int64, reasons: String)
    /// A dump that is said to be complete, and cannot be.
    case incompleteDump(reason: String)
    /// More deletes than allowed (`LoadOptions.maxDeletes`).
    case tooManyDeletes(deleted: Int64, scope: Int64)
    /// The run would delete all of a product's reviews, 5 or more.
    case emptiesProduct(reviews: Int64)
    /// `observed_at` is more than two days ahead of the clock.
    case observedInFuture(Instant)
    /// The number of records, products or brands, the mean rating or the share of texts differs
    /// from earlier dumps by more than the limits.
    case unlikeTheLast(DumpComparison)
    /// A product's reviews have another kind of identity in the store.
    case otherIdentityKind(file: String, stored: String, incoming: String)
    /// `--observed-at` was given for a series of dumps.
    case seriesWithObservedAt
    /// The store is read by another version of the reader than was asked for; by none where nil.
    case otherReader(stored: Int64?, asked: Int64)
    /// The store has no taxonomy in force, or another one than was given.
    case otherTaxonomy
}
