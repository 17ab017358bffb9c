/// Where a text of a record lies: in the bytes that were scanned, or among the texts that cleaning had to make.
public struct TextPlace: Equatable, Sendable {
    /// Of a made text the complement of its start.
    @usableFromInline let start: Int32
    /// Less than 0 for an absent text.
    @usableFromInline let length: Int32

    package static let absent = TextPlace(start: 0, length: -1)

    private init(start: Int32, length: Int32) {
        self.start = start
        self.length = length
    }

    init(inWindow range: Range<Int>) {
        self.init(start: Int32(range.lowerBound), length: Int32(range.count))
    }

    init(made range: Range<Int>) {
        self.init(start: ~Int32(range.lowerBound), length: Int32(range.count))
    }

    @inlinable public var isAbsent: Bool { length < 0 }
    @inlinable public var count: Int { Int(max(length, 0)) }
    @inlinable var isMade: Bool { start < 0 }
    /// In the window, or among the made texts.
    @inlinable var range: Range<Int> {
        let first = Int(start < 0 ? ~start : start)
        return first..<first + count
    }
}

/// One record, cleaned: numbers, and places of texts. Nothing in it is counted by reference.
package struct CleanRow: Sendable {
    package var productID = TextPlace.absent
    package var reviewID = TextPlace.absent
    package var authorID = TextPlace.absent
    /// The date of the review as the source writes it, for identity.
    package var writtenDate = TextPlace.absent
    package var title = TextPlace.absent
    package var body = TextPlace.absent
    package var authorName = TextPlace.absent
    package var variant = TextPlace.absent
    package var country = TextPlace.absent
    package var language = TextPlace.absent
    package var rating: Int64?
    package var helpfulVotes: Int64?
    package var createdAt: Instant?
    package var updatedAt: Instant?
    package var verified: Bool?
    /// The first field that cannot be read, and why.
    package var fault: RejectReason?
    /// Its number in `RecordCleaner.faultNames`.
    var faultField: UInt8 = 0
    package var faultCount = 0

    package init() {}

    /// `updated_at`, else `created_at`.
    package var sourceTime: Instant? { updatedAt ?? createdAt }
}

/// Cleaned records, and the texts that cleaning made: those that stand in the scanned bytes as they are stay there.
package struct CleanRows: Sendable {
    package var rows: [CleanRow] = []
    /// What records say of their products: number of the row, attribute, value.
    package var attributes: [(row: Int, attribute: Attribute, value: TextPlace)] = []
    private(set) var made: [UInt8] = []
    /// A text that is being read.
    var scratch: [UInt8] = []
    /// Free texts are left as the source has them: for who asks only whether they are there.
    package var leavesTexts = false

    package init() {}

    package mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        attributes.removeAll(keepingCapacity: true)
        made.removeAll(keepingCapacity: true)
    }

    /// Their texts stay.
    package mutating func removeRows() {
        rows.removeAll(keepingCapacity: true)
        attributes.removeAll(keepingCapacity: true)
    }

    /// Lends the bytes of all texts: `window` holds the bytes that were scanned.
    package func withTexts<Result>(
        in window: BorrowedBytes, _ body: (CleanTexts) throws -> Result
    ) rethrows -> Result {
        try made.lend { try body(CleanTexts(window: window, made: $0)) }
    }

    /// Appends a text of its own.
    mutating func make(_ bytes: some Collection<UInt8>) -> TextPlace {
        let start = made.count
        made.append(contentsOf: bytes)
        return TextPlace(made: start..<made.count)
    }

    /// Appends what a JSON string stands for.
    mutating func make(unescaping bytes: BorrowedBytes) -> TextPlace {
        let start = made.count
        unescape(bytes, into: &made)
        return TextPlace(made: start..<made.count)
    }

    /// Puts another text in the place of one that was made last.
    mutating func remake(_ place: TextPlace, _ bytes: [UInt8]) -> TextPlace {
        if place.isMade { made.removeSubrange(place.range.lowerBound...) }
        return make(bytes)
    }
}

/// The bytes of texts, lent for as long as a call of `CleanRows.withTexts` lasts.
public struct CleanTexts {
    @usableFromInline let window: BorrowedBytes
    @usableFromInline let made: BorrowedBytes

    init(window: BorrowedBytes, made: BorrowedBytes) {
        self.window = window
        self.made = made
    }

    @inlinable @inline(__always)
    public subscript(_ place: TextPlace) -> BorrowedBytes {
        let bytes = place.isMade ? made : window
        return bytes.part(place.range)
    }

    package func text(_ place: TextPlace) -> Text? {
        place.isAbsent ? nil : Text(Array(self[place]))
    }

    /// The same record with texts of its own.
    package func values(of row: CleanRow) -> ReviewValues {
        var values = ReviewValues()
        values.rating = row.rating
        values.title = text(row.title)
        values.body = text(row.body)
        values.authorName = text(row.authorName)
        values.verified = row.verified
        values.helpfulVotes = row.helpfulVotes
        values.variant = text(row.variant)
        values.country = text(row.country)
        values.language = text(row.language)
        values.createdAt = row.createdAt
        values.updatedAt = row.updatedAt
        return values
    }
}

extension CleanRows {
    /// A record as a row, all its texts made.
    init(_ record: CleanedRecord) {
        func make(_ text: Text?) -> TextPlace { text.map { self.make($0.bytes) } ?? .absent }
        var row = CleanRow()
        row.productID = make(record.productID)
        row.reviewID = make(record.reviewID)
        row.authorID = make(record.authorID)
        row.writtenDate = make(record.writtenDate)
        row.title = make(record.values.title)
        row.body = make(record.values.body)
        row.authorName = make(record.values.authorName)
        row.variant = make(record.values.variant)
        row.country = make(record.values.country)
        row.language = make(record.values.language)
        row.rating = record.values.rating
        row.helpfulVotes = record.values.helpfulVotes
        row.createdAt = record.values.createdAt
        row.updatedAt = record.values.updatedAt
        row.verified = record.values.verified
        rows = [row]
    }
}
