/// Where a text of a record lies: in the scanned bytes (the window), or in the buffer of texts that
/// cleaning made.
public struct TextPlace: Equatable, Sendable {
    /// The start in the window; for a made text, the bitwise complement of its start in the buffer.
    @usableFromInline let start: Int32
    /// Negative for an absent text.
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
    /// The range in the window, or in the buffer of made texts where `isMade`.
    @inlinable var range: Range<Int> {
        let first = Int(start < 0 ? ~start : start)
        return first..<first + count
    }
}

/// Tracked values with their texts where they were read.
package typealias CleanValues = TrackedValues<TextPlace>

extension TextPlace: HeldText {
    @inline(__always)
    package func withBytes<Result>(
        in texts: CleanTexts, _ body: (BorrowedBytes) -> Result
    ) -> Result { body(texts[self]) }
}

/// One cleaned record: numbers and places of texts. It holds no reference-counted storage.
package struct CleanRow: Sendable {
    package var productID = TextPlace.absent
    package var reviewID = TextPlace.absent
    package var authorID = TextPlace.absent
    /// The review's date exactly as the source writes it; part of a review's identity.
    package var writtenDate = TextPlace.absent
    /// The moment that the text itself gives; nil where it cannot be read, could be either of two
    /// days, or is relative.
    package var writtenInstant: Instant?
    /// The review's date as its distance from the moment of the dump; nil for any other date.
    package var relativeDate: RelativeDate?
    package var values = CleanValues()
    /// The tracked fields whose value cannot be read: the record does not say them.
    package var unread = FieldSet()
    /// Whether the record holds a review or author id that cannot be read.
    package var hasUnreadID = false
    /// The fields that the record holds, readable or not, by their index in `RecordCleaner`'s
    /// bindings.
    package var present: UInt64 = 0
    /// Why the record is no review; nil where it is one.
    package var fault: RejectReason?
    /// The index of the field that decided it in `RecordCleaner`'s bindings.
    var faultField: UInt8 = 0
    /// How many of its fields cannot be read.
    package var faultCount = 0
    /// Whether the record is no review: it does not meet the shape's conditions, and nothing of it
    /// is read, or `isDeleted`.
    package var isLeftOut = false
    /// Whether the record says that its review was deleted.
    package var isDeleted = false

    package init() {}
}

/// Cleaned records and the buffer of texts that cleaning made. Texts that need no change stay in
/// the scanned bytes.
package struct CleanRows: Sendable {
    package var rows: [CleanRow] = []
    /// Attributes of products found in the records: row number, attribute, value.
    package var attributes: [(row: Int, attribute: Attribute, value: TextPlace)] = []
    /// The fields that cannot be read, in the order in which they are read.
    package var unread: [FieldFault] = []
    private(set) var made: [UInt8] = []
    /// A reusable buffer for the text being read.
    var scratch: [UInt8] = []
    /// Whether free texts are left as the source has them, for callers that only need to know
    /// whether a text is present.
    package var leavesTexts = false

    package init() {}

    package mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        attributes.removeAll(keepingCapacity: true)
        unread.removeAll(keepingCapacity: true)
        made.removeAll(keepingCapacity: true)
    }

    /// Removes the rows and attributes but keeps the made texts.
    package mutating func removeRows() {
        rows.removeAll(keepingCapacity: true)
        attributes.removeAll(keepingCapacity: true)
        unread.removeAll(keepingCapacity: true)
    }

    /// Calls `body` with access to all texts, valid only during the call.
    ///
    /// - Parameter window: The bytes that were scanned.
    package func withTexts<Result>(
        in window: BorrowedBytes, _ body: (CleanTexts) throws -> Result
    ) rethrows -> Result {
        try made.lend { try body(CleanTexts(window: window, made: $0)) }
    }

    /// Appends a made text.
    mutating func make(_ bytes: some Collection<UInt8>) -> TextPlace {
        let start = made.count
        made.append(contentsOf: bytes)
        return TextPlace(made: start..<made.count)
    }

    /// Appends the unescaped content of a JSON string as a made text.
    mutating func make(unescaping bytes: BorrowedBytes) -> TextPlace {
        let start = made.count
        unescape(bytes, into: &made)
        return TextPlace(made: start..<made.count)
    }

    /// Appends the content of a table's cell, with doubled quotes once, as a made text.
    mutating func make(undoubling bytes: BorrowedBytes) -> TextPlace {
        let start = made.count
        undouble(bytes, into: &made)
        return TextPlace(made: start..<made.count)
    }

    /// Replaces the text at `place` with `bytes`. A made text at `place` must be the last one made.
    mutating func remake(_ place: TextPlace, _ bytes: [UInt8]) -> TextPlace {
        if place.isMade { made.removeSubrange(place.range.lowerBound...) }
        return make(bytes)
    }
}

/// Access to the bytes of texts, valid only during a call of `CleanRows.withTexts`.
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

    /// The tracked values of a row, with their texts copied.
    package func values(of row: CleanRow) -> ReviewValues { row.values.mapTexts(text) }
}

extension CleanRows {
    /// One record as one row, with all its texts copied into the made texts.
    init(_ record: CleanedRecord) {
        func make(_ text: Text?) -> TextPlace { text.map { self.make($0.bytes) } ?? .absent }
        var row = CleanRow()
        row.productID = make(record.productID)
        row.reviewID = make(record.reviewID)
        row.authorID = make(record.authorID)
        row.writtenDate = make(record.writtenDate)
        row.writtenInstant = record.writtenInstant
        row.values = record.values.mapTexts(make)
        rows = [row]
    }
}
