import AfterwordCore
import AfterwordPipeline
import GRDB

/// Inserts new reviews directly from a column batch: SQLite reads every text and payload in place.
final class SQLiteNewReviews {
    private let raw: SQLiteRows
    private let history: SQLiteRows
    private let initial: SQLiteRows
    private let delta: SQLiteRows

    init(_ database: Database) throws {
        raw = try SQLiteRows(database, .rawRecords)
        history = try SQLiteRows(database, .reviewHistory)
        initial = try SQLiteRows(database, .currentInitial)
        delta = try SQLiteRows(database, .currentDelta)
    }

    /// Inserts one table after another, so that the pages of one table stay in the cache.
    ///
    /// - Returns: Whether some reviews are of products that already had reviews.
    func insert(_ new: NewReviews) throws -> Bool {
        let reviews = new.reviews
        let all = reviews.indices
        let own = all.filter { !reviews[$0].isStaged }
        let firsts = all.filter { CurrentRows.isFirst(reviews[$0].historyKey) }
        let others = all.filter { !CurrentRows.isFirst(reviews[$0].historyKey) }
        try NewReviewRows.lend(new) { rows in
            try raw.insert(own.count) { rows.encodeRaw(reviews[own[$0]], into: &$1) }
            try history.insert(all.count) {
                rows.encodeVersion(reviews[all.lowerBound + $0], into: &$1)
            }
            try initial.insert(firsts.count) { rows.encodeCurrent(reviews[firsts[$0]], into: &$1) }
            try delta.insert(others.count) { rows.encodeCurrent(reviews[others[$0]], into: &$1) }
        }
        return !others.isEmpty
    }
}

/// Inserts staged records into Bronze, before the load has decided about them.
final class SQLiteStagedRecords {
    private let raw: SQLiteRows

    init(_ database: Database) throws { raw = try SQLiteRows(database, .rawRecords) }

    func insert(_ batch: StagedRecords) throws {
        try StagedRecordRows.lend(batch) { rows in
            try raw.insert(batch.records) { rows.encode($0, into: &$1) }
        }
    }
}
