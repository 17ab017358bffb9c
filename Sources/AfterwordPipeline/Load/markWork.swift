package import AfterwordCore

/// Why a mark is refused.
package enum MarkFault: Error, Equatable, Sendable {
    case noSuchTheme
    case noSuchReview
    /// No such product, brand or other scope, or none that may be seen.
    case noSuchScope
    /// The review changed after the version that is marked.
    case changed
    /// A text is missing, too long, or holds control characters; the value is its name.
    case unfitText(String)
    /// A text or day that goes with no such mark; the value is its name.
    case misplaced(String)
    /// The day of a fix lies ahead.
    case daysAhead
    /// No mark at all, or more than `NewMark.limit` at once.
    case unfitCount
}

extension MarkFault {
    /// What is wrong, for people.
    package var words: String {
        switch self {
        case .noSuchTheme: "there is no such theme"
        case .noSuchReview: "there is no such review of that product"
        case .noSuchScope: "there is no such product, brand or other scope"
        case .changed: "the review has changed since that version"
        case .unfitText(let name): "\(name) is one line that says something and is not too long"
        case .misplaced(let name): "\(name) does not go with that mark"
        case .daysAhead: "the day of the fix lies ahead"
        case .unfitCount: "1 to \(NewMark.limit) marks are recorded at once"
        }
    }
}

/// A mark to record.
package struct NewMark: Hashable, Sendable {
    package var subject: WorkSubject
    /// The version of the review that was looked at; nil for the current one, and for a theme.
    package var version: Int64?
    package var mark: WorkMark
    /// A note, or who is to see to it.
    package var text: Text?
    /// Since when it is fixed; today when left out.
    package var fixedOn: Instant?

    /// Greatest lengths in bytes of UTF-8.
    package static let markedByLimit = 200
    package static let textLimit = 2_000
    /// The most marks at once.
    package static let limit = 1_000

    package init(_ mark: WorkMark, _ subject: WorkSubject, version: Int64? = nil) {
        (self.mark, self.subject, self.version) = (mark, subject, version)
    }

    fileprivate func check(now: Instant) throws(MarkFault) {
        if let text {
            guard mark.takesText else { throw .misplaced("text") }
            guard isPlain(text, limit: Self.textLimit) else { throw .unfitText("text") }
        } else if mark.needsText {
            throw .unfitText("text")
        }
        if case .theme = subject, !mark.takesText { throw .misplaced("mark") }
        if let fixedOn {
            guard mark == .fixed else { throw .misplaced("fixed_on") }
            guard fixedOn <= now else { throw .daysAhead }
        }
    }
}

/// Whether a text says something, in one line of at most `limit` bytes.
private func isPlain(_ text: Text, limit: Int) -> Bool {
    let scalars = text.string.unicodeScalars
    return text.bytes.count <= limit && scalars.contains { !$0.properties.isWhitespace }
        && scalars.allSatisfy { $0.properties.generalCategory != .control }
}

/// Records what a person did about themes and reviews, as one run of its own: answers as of earlier
/// runs stay as they were, and the chain of runs covers the marks. The run brings no reviews; its
/// `observed_at` is its `recorded_at`. Marks that change nothing are left out; without any other no
/// run is made.
///
/// - Parameter brands: The brands that the person may see; nil for all.
/// - Returns: The marks that were recorded.
/// - Throws: `MarkFault`; nothing is stored then. `StoreFault`.
package func markWork(
    _ marks: [NewMark], by person: Text, brands: Set<Text>? = nil, in store: any ReviewStore,
    now: Instant
) throws -> [WorkMarkRow] {
    guard (1...NewMark.limit).contains(marks.count) else { throw MarkFault.unfitCount }
    guard isPlain(person, limit: NewMark.markedByLimit) else { throw MarkFault.unfitText("by") }
    for mark in marks { try mark.check(now: now) }
    do {
        return try store.load(LoadIntent(isRehearsal: false)) { load in
            let head = try load.head()
            var recorder = try WorkRecorder(load.reader, brands, person, now)
            for mark in marks { try recorder.take(mark, run: head.nextRun) }
            if recorder.rows.isEmpty { throw NothingChanged() }
            var ledger = LedgerRows()
            for row in recorder.rows { ledger.add(row) }
            try load.append(workMarks: recorder.rows)
            try load.finish(RunRecord(ofPerson: .work, after: head, ledger, now), files: [])
            return recorder.rows
        }
    } catch is NothingChanged {
        return []
    }
}

/// Ends a load that has nothing to record.
private struct NothingChanged: Error {}

/// Finds what new marks are about, and keeps those that change something.
private struct WorkRecorder {
    private let reader: any StoreReader
    private let isLimited: Bool
    private let person: Text
    private let today: Instant
    private var book: WorkBook
    private(set) var rows: [WorkMarkRow] = []

    init(
        _ reader: any StoreReader, _ brands: Set<Text>?, _ person: Text, _ now: Instant
    ) throws {
        self.reader = brands.map { ScopedReader(reader, brands: $0) } ?? reader
        (isLimited, self.person) = (brands != nil, person)
        today = Instant(iso8601: now.day) ?? now
        book = WorkBook(try self.reader.workMarks())
    }

    mutating func take(_ new: NewMark, run: Int64) throws {
        var review: StoredReview?
        switch new.subject {
        case .theme(let theme, let scope): try check(theme, of: scope)
        case .review(let product, let id): review = try found(product, id, new.version)
        }
        guard changes(new, review) else { return }
        var row = WorkMarkRow(
            madeRun: run, place: Int64(rows.count), subject: new.subject,
            marked: review.map { MarkedVersion(reviewKey: $0.reviewKey, version: $0.version) },
            mark: new.mark, markedBy: person)
        row.text = new.text
        row.fixedOn = day(of: new)
        book.add(row)
        rows.append(row)
    }

    private func day(of new: NewMark) -> Instant? {
        new.mark == .fixed ? new.fixedOn ?? today : nil
    }

    private func check(_ theme: String, of scope: ReviewScope) throws {
        guard try reader.lexicon().aspects.contains(where: { $0.id == theme }) else {
            throw MarkFault.noSuchTheme
        }
        let isThere: Bool
        switch scope {
        case .product(let id): isThere = try !reader.products(id).isEmpty
        case .scope(let own) where isLimited && own.kind != .brand: isThere = false
        case .scope(let own): isThere = try !reader.scopes([own]).isEmpty
        }
        guard isThere else { throw MarkFault.noSuchScope }
    }

    private func found(_ product: Text, _ id: Text, _ version: Int64?) throws -> StoredReview {
        let review = try reader.reviews(ofProduct: product).first { $0.reviewID == id }
        guard let review else { throw MarkFault.noSuchReview }
        guard version ?? review.version == review.version else { throw MarkFault.changed }
        return review
    }

    /// Whether a mark says something that the newest of its kind does not.
    private func changes(_ new: NewMark, _ review: StoredReview?) -> Bool {
        let item = book.item(new.subject)
        switch new.mark {
        case .note: return true
        case .seen, .unseen:
            let isSeen = review.map { book.isSeen($0.reviewKey, since: $0.run) } ?? false
            return isSeen != (new.mark == .seen)
        case .assigned: return item?.assignee != new.text
        case .open, .acknowledged, .fixed:
            return new.text != nil || item?.state != new.mark.state
                || item?.fixedOn != day(of: new)
        }
    }
}

extension RunRecord {
    /// The record of a run in which a person records something: no reviews; its `observed_at` is
    /// its `recorded_at`.
    init(
        ofPerson origin: ObservedOrigin, after head: StoreHead, _ ledger: LedgerRows, _ now: Instant
    ) {
        let earliest = head.lastRecordedAt.map { Instant(microseconds: $0.microseconds + 1) }
        let recordedAt = max(now, earliest ?? now)
        self.init(
            run: head.nextRun, recordedAt: recordedAt, observedAt: recordedAt,
            observedOrigin: origin, completeness: .none, seed: 0, balance: Balance(), deleted: 0,
            productsNamed: 0, previousDigest: head.historyDigest,
            historyDigest: AfterwordCore.historyDigest(
                previous: head.historyDigest, rows: MerkleTree()))
        reader = head.reader
        ledgerDigest = computedLedgerDigest(
            previous: head.ledgerDigest, files: [], rows: ledger)
    }
}
