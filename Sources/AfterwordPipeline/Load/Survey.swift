import AfterwordCore

/// What a dump holds, before any store is asked: every record's identity and digests and where it
/// lies, product by product. No text of a review stays in memory.
final class Survey {
    var files: [SurveyedFile] = []
    var products: [Text: SurveyedProduct] = [:]
    var contexts: [[UInt8]] = [[]]
    var rejects: [RejectRow] = []
    /// A reject that may be of any product.
    var hasRejectWithoutProduct = false
    /// Places of files with an object that names a product.
    var filesWithProducts: Set<Int> = []
    /// The first file that the one shape given does not fit.
    var unfitFile: InputFault?
    /// Products whose own totals exceed the reviews found in them.
    var shortTotals = 0

    /// What was known by its bytes alone.
    var known: KnownReviews?

    /// Ratings and texts of the records read, files' copies left out.
    var profile = DumpProfile()

    /// The profile with what is told by products.
    var wholeProfile: DumpProfile {
        var profile = profile
        let brands = products.values.compactMap { $0.attributes[.brand]?.chosen?.value }
        profile.brands = Int64(Set(brands).count)
        return profile
    }

    var balance: Balance {
        files.filter { !$0.isPhantom }.reduce(into: Balance()) { $0.add($1.record.balance) }
    }
}

/// One file of a dump as read.
struct SurveyedFile {
    var record: FileRecord
    var cleaner: RecordCleaner?
    var source: ByteSource?
    /// The place of the file with the same bytes that comes before it.
    var duplicateOf: Int?
    /// Records that were loaded before, here only so that others are numbered with them: they count nowhere.
    var isPhantom = false
    /// The file holds nothing but white space.
    var isEmpty = false
}

/// What a dump says of one product.
final class SurveyedProduct {
    var candidates: [Candidate] = []
    var attributes: [Attribute: AttributeTally] = [:]
    var objects: [ProductRawRow] = []
    /// By what its reviews are known; nil where the dump tells of the product alone.
    var kind: IdentityKind?
    /// The file that named it first.
    var file: Int
    /// The file that named it by known bytes last.
    var fileOfKnown = -1
    /// Two shapes of the dump know its reviews by different things.
    var hasMixedKinds = false
    /// Identities of rejects: named, so not vanished.
    var rejectedIdentities: Set<Digest128> = []
    var hasUnreadableIdentity = false
    /// Told of by a catalogue, which says nothing of reviews: its clocks of observation stay.
    var isOfCatalogue = false

    init(kind: IdentityKind?, file: Int) {
        self.kind = kind
        self.file = file
    }
}
