import AfterwordCore

/// A product's sorted records after edited reviews are recognized: their new records belong to the
/// reviews that vanished.
struct MatchedProduct {
    var product: SortedProduct
    var edits: [RecognizedEdit] = []
    /// Number of pairs that would be edits, if the dump were complete for the product.
    var possibleEdits: Int64 = 0
}

/// A review that was found again under another identity.
struct RecognizedEdit: Sendable {
    let review: StoredReview
    /// The identity of its new record.
    let identity: Digest128
    /// In millionths.
    let score: Int64
}

/// Looks for edited reviews among the reviews of a product that a dump does not name and its new
/// records. Only reviews without ids of their source take part.
///
/// - Throws: `InputFault.changedWhileRead`.
func matchEdits(
    _ product: SortedProduct, _ stored: StoredRows, _ records: DumpRecords
) throws -> MatchedProduct {
    var matched = MatchedProduct(product: product)
    let missing = (product.vanished + product.unnamed)
        .compactMap { stored.reviews[$0.reviewKey] }
        .filter { $0.kind != .source || product.before.kind != .source }
    if missing.isEmpty { return matched }
    let new = product.newRecords
    if new.isEmpty { return matched }
    let compared = try new.map { try records.compared($0) }
    let placeholders = new.first.map { records.placeholders($0.file) } ?? []
    let pairs = pairEdits(
        vanished: missing.map { review in
            ComparedReview(
                identity: review.identity, review.values, authorID: review.authorID,
                placeholders: placeholders)
        }, new: compared)
    guard product.isComplete else {
        matched.possibleEdits = Int64(pairs.count)
        return matched
    }
    matched.edits = pairs.map { pair in
        RecognizedEdit(
            review: missing[pair.vanished], identity: new[pair.new].identity.digest,
            score: pair.score)
    }
    matched.product.take(matched.edits)
    return matched
}

extension SortedProduct {
    /// Of each new identity that no source id gives, the record that would be its first.
    fileprivate var newRecords: [Candidate] {
        let grouped = records.duplicateGroups.filter { existing.current[$0.identity] == nil }
            .map { $0.finalists[0].kept }
        return (records.inserts + grouped).filter {
            $0.identity.kind != .source && !$0.identity.isNumbered
        }
    }

    /// Makes the new records of edited reviews theirs.
    fileprivate mutating func take(_ edits: [RecognizedEdit]) {
        if edits.isEmpty { return }
        var owners: [Digest128: Digest128] = [:]
        for edit in edits { owners[edit.identity] = edit.review.identity }
        let found = Set(edits.map(\.review.reviewKey))
        for key in vanished where found.contains(key.reviewKey) {
            existing.current[key.identity] = key
        }
        vanished.removeAll { found.contains($0.reviewKey) }
        records.duplicateGroups = records.duplicateGroups.map { group in
            owners[group.identity].map(group.belonging) ?? group
        }
        records.duplicateGroups += records.inserts.compactMap { record in
            owners[record.identity.digest].map { DuplicateGroup(of: record.belonging(to: $0)) }
        }
        records.inserts.removeAll { owners[$0.identity.digest] != nil }
    }
}

extension DumpRecords {
    /// What of a record is compared with reviews that vanished.
    ///
    /// - Throws: As `payload(of:)`.
    fileprivate func compared(_ candidate: Candidate) throws -> ComparedReview {
        let record = try record(of: candidate).record
        return ComparedReview(
            identity: candidate.identity.digest, record.values, authorID: record.authorID,
            placeholders: placeholders(candidate.file))
    }
}
