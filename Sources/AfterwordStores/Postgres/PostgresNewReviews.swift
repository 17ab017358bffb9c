import AfterwordCore
import AfterwordPipeline

/// Batches in columns, copied without an allocation for a row.
extension PostgresConnection {
    /// Copies new reviews, one table after another.
    func copy(_ new: NewReviews) throws {
        try NewReviewRows.lend(new) { rows in
            if !new.reviews.allSatisfy(\.isStaged) {
                try copy(into: .rawRecords) { copy in
                    for review in new.reviews where !review.isStaged {
                        try copy.beginRow()
                        rows.encodeRaw(review, into: &copy)
                    }
                }
            }
            try copy(into: .reviewHistory) { copy in
                for review in new.reviews {
                    try copy.beginRow()
                    rows.encodeVersion(review, into: &copy)
                }
            }
            try copy(into: .currentReviews) { copy in
                for review in new.reviews {
                    try copy.beginRow()
                    rows.encodeCurrent(review, into: &copy)
                }
            }
        }
    }

    /// Copies staged records to Bronze, before the load has decided about them.
    func copy(_ batch: StagedRecords) throws {
        try StagedRecordRows.lend(batch) { rows in
            try copy(into: .rawRecords) { copy in
                for record in batch.records {
                    try copy.beginRow()
                    rows.encode(record, into: &copy)
                }
            }
        }
    }
}
