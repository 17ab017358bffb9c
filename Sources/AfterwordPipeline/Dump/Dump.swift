package import AfterwordCore

/// A folder of files as taken at one moment, or one file: what one run loads.
package struct Dump: Sendable {
    /// The folder's or file's own name, without the way to it.
    package var name: String
    /// In byte order of their names.
    package var files: [DumpFile]
    /// Names of files that are no review files.
    package var ignored: [String]
    /// Of the ignored, those that may hold reviews, and folders without any file: a dump with one
    /// of them is not complete.
    package var unread: [UnreadFile]

    package init(
        name: String, files: [DumpFile], ignored: [String] = [], unread: [UnreadFile] = []
    ) {
        self.unread = unread.sorted { Text($0.name) < Text($1.name) }
        self.name = name
        self.files = files.sorted { Text($0.name) < Text($1.name) }
        self.ignored = ignored.sorted { Text($0) < Text($1) }
    }

    /// The moment that the name begins with, if it does.
    package var namedInstant: Instant? { instant(inName: name) }
}

/// One file of a dump: its name inside the folder, and its bytes.
package struct DumpFile: Sendable {
    package enum Content: Sendable {
        case path(String)
        case memory([UInt8])
    }
    package var name: String
    package var content: Content

    package init(name: String, content: Content) {
        self.name = name
        self.content = content
    }
}

/// What is wrong with what the user gave; nothing was written.
package enum InputFault: Error, Equatable, Sendable {
    case noSuchDump(String)
    case nothingToRead(dump: String, ignored: Int)
    case badCatalog(file: String, reason: String)
    /// No record at all in any file; the first file's reason.
    case onlyRejects(file: String, reason: String, rejected: Int64)
    /// With the system's reason.
    case unreadableFile(String, reason: String)
    /// A pipe, a socket or a device, where only files are read.
    case notAFile(String, kind: String)
    /// A folder where one file is read.
    case folderForFile(String)
    /// A file of a known format that is none of JSON.
    case otherFormat(file: String, OtherFormat)
    case linkLeavesDump(String)
    /// A review file beside the dated folders of a series.
    case outsideSeries(String)
    case changedWhileRead(String)
    case unknownShape(file: String, seen: [String], missing: [String])
    case noSuchShape(String, nearest: String?)
    case noProposal(file: String, reason: String)
    /// A file of products that hold no list of reviews.
    case noReviews(file: String)
    case badShape(String)
    case tooManyRejects(rejected: Int64, found: Int64)
    case incompleteDump(reason: String)
    case tooManyDeletes(deleted: Int64, scope: Int64)
    case emptiesProduct(reviews: Int64)
    /// Taken more than two days after now.
    case observedInFuture(Instant)
    /// Records, products, brands, stars or texts are not as in the dumps before.
    case unlikeTheLast(DumpComparison)
    case otherIdentityKind(file: String, stored: String, incoming: String)
    case seriesWithObservedAt
}
